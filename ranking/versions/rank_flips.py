"""Rank flips: how often competitors change places when other repeats are taken."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from ranking.capabilities.evidence import CapabilityEvidence
from ranking.errors import InputError
from ranking.laplacian import Codes, Floats
from ranking.progress import Watch
from ranking.taxonomies.levels import level_below
from ranking.versions.repeat_draws import RepeatedAnswers, score_answers, verdict_answers
from ranking.versions.repeats import Repeats
from ranking.versions.run_orders import RankedNodes, compare_runs, ranked_nodes, strengths
from ranking.wording import percent, plural

_WORK = 2e10  # steps of linear algebra up to which capabilities are ranked, beside the whole


@dataclass(frozen=True)
class FlipsRow:
    """How often the order changes in one capability.

    Attributes
    ----------
    capability, name : str
        Both empty over all items.
    items : int
        Items with repeats.
    competitors : int
        Those that are ranked: of verdicts, the most that comparisons connect.
    flips : float
        Share of their pairs that change places, over all draws; one that is tied in a run does not.
    changed : float
        Share of draws in which any pair does.
    leader : float
        Share of draws in which the two runs have nobody in common who leads.
    """

    capability: str
    name: str
    items: int
    competitors: int
    flips: float
    changed: float
    leader: float


@dataclass(frozen=True)
class PairFlips:
    """How often two competitors change places, over all items with repeats.

    Attributes
    ----------
    ahead, behind : str
        By all repeats together.
    flips : float
        Share of draws.
    """

    ahead: str
    behind: str
    flips: float


@dataclass(frozen=True, eq=False)
class RankFlips:
    """Rank flips between repeats, over all and by capability.

    Attributes
    ----------
    draws, seed : int
    overall : FlipsRow or None
        None where repeats do not compare any two competitors.
    capabilities : tuple of FlipsRow
        Of the level, in the order of the taxonomy; those that rank two or more.
    left_out : int
        Further capabilities of the level: the smallest ones of too many.
    pairs : tuple of PairFlips
        Those that ever change places, most often first.
    sentence : str
    """

    draws: int
    seed: int
    overall: FlipsRow | None
    capabilities: tuple[FlipsRow, ...]
    left_out: int
    pairs: tuple[PairFlips, ...]
    sentence: str


def rank_flips(
    found: Repeats,
    *,
    under: str = "",
    depth: int = 1,
    draws: int = 200,
    seed: int = 0,
    watch: Watch | None = None,
) -> RankFlips:
    """Rank competitors from one repeat of every item and from another, and compare the orders.

    Each draw takes two different repeats of every item, pair and judge (or item, competitor and
    judge) at random: two runs of the same questions. Each run is ranked by itself, from verdicts by
    Bradley–Terry strengths, an item counting once for each pair, drawn towards even by a prior of
    3 logits that hardly moves them; from scores by mean scores. Only items with repeats take part.
    Over many logs, the mean of these shares is that of two runs made anew; in a single log with two
    repeats of each item the runs mirror each other, so that even pairs can change places in more
    than half of the draws.

    Parameters
    ----------
    found : Repeats
        Says repeats of what, and whether orders are together.
    under, depth : str, int
        Which level of the taxonomy; see `level_below`.
    draws : int, default 200
    seed : int, default 0
    watch : Watch, optional

    Raises
    ------
    InputError
        If there are no draws.
    SelectionError
        If there is no capability `under`.
    """
    if draws < 1:
        raise InputError(f"`draws` must be 1 or more, not {draws}.")
    evidence, scores = found.evidence, found.kind == "scores"
    answers = score_answers(evidence) if scores else verdict_answers(evidence, found.orders)
    nodes, left_out = _level(evidence, answers, under, depth, draws, scores)
    held = ranked_nodes(evidence.taxonomy, answers, nodes, scores)
    swapped, changed, leader = compare_runs(held, draws, seed, watch or Watch())
    rows: list[FlipsRow | None] = []
    for at, node in enumerate([0, *nodes.tolist()]):
        k = len(held.ranked[at])
        if k < 2:
            rows.append(None)
            continue
        inside = np.diff(held.members.indptr)[at]
        key, name = ("", "") if not at else (evidence.taxonomy.keys[node],
                                             evidence.taxonomy.names[node])  # fmt: skip
        share = float(swapped[at].sum()) / (draws * k * (k - 1) / 2)
        rows.append(
            FlipsRow(key, name, int(inside), k, share, changed[at] / draws, leader[at] / draws)
        )
    pairs = _pairs(held, swapped[0] / draws) if rows[0] is not None else ()
    flips = RankFlips(
        draws, seed, rows[0], tuple(row for row in rows[1:] if row is not None), left_out, pairs, ""
    )
    return replace(flips, sentence=_sentence(flips, found))


def as_dict(found: RankFlips) -> dict[str, Any]:
    """Return rank flips as JSON values: `rank_flips` in docs/json-versions.md."""
    return {
        "draws": found.draws,
        "seed": found.seed,
        "sentence": found.sentence,
        "overall": None if found.overall is None else asdict(found.overall),
        "capabilities": [asdict(row) for row in found.capabilities],
        "left_out": found.left_out,
        "pairs": [asdict(pair) for pair in found.pairs],
    }


def _level(
    evidence: CapabilityEvidence,
    answers: RepeatedAnswers,
    under: str,
    depth: int,
    draws: int,
    scores: bool,
) -> tuple[Codes, int]:
    """Return the nodes of the level with repeats, the largest of too many; how many are left."""
    taxonomy = evidence.taxonomy
    if len(taxonomy) < 2:
        return np.zeros(0, np.int64), 0
    nodes = level_below(taxonomy, under, depth)
    repeated = np.zeros(taxonomy.items)
    repeated[answers.item] = 1.0
    sizes = np.asarray(taxonomy.members[nodes] @ repeated)
    nodes, sizes = nodes[sizes > 0], sizes[sizes > 0]
    m = len(np.union1d(answers.first, answers.second))
    most = max(int(_WORK / (2 * draws * (m if scores else 8 * m**2 + m**3))), 1)
    kept = np.sort(np.argsort(-sizes, kind="stable")[:most])
    return nodes[kept], len(nodes) - len(kept)


def _pairs(held: RankedNodes, share: Floats) -> tuple[PairFlips, ...]:
    """Return the pairs that ever change places over all items, and who is ahead of whom."""
    names, codes = held.answers.names, held.ranked[0]
    together = (held.answers.sums(held.members) @ held.answers.mean())[:, None]
    strength = strengths(held, together)[0, 0, codes]
    found = []
    for i, j in np.argwhere(share > 0).tolist():
        ahead, behind = (i, j) if strength[i] >= strength[j] else (j, i)
        found.append(PairFlips(names[codes[ahead]], names[codes[behind]], float(share[i, j])))
    return tuple(sorted(found, key=lambda pair: (-pair.flips, pair.ahead, pair.behind)))


def _sentence(flips: RankFlips, found: Repeats) -> str:
    noun = found.evidence.comparisons.arena.noun
    if flips.overall is None:
        return f"Repeats do not compare any two {plural(noun)}, so that they rank nobody."
    whole = flips.overall
    what = "score" if found.kind == "scores" else "verdict"
    start = (
        f"Ranked from one {what} on each of {whole.items:,} items with repeats and again from "
        "another one"
    )
    if not whole.changed:
        return f"{start}, no two {plural(noun)} change places in {flips.draws:,} draws."
    if whole.competitors == 2:
        return (
            f"{start}, the two {plural(noun)} change places in {percent(whole.changed)} of "
            f"{flips.draws:,} draws."
        )
    worst = flips.pairs[0]
    share = percent(whole.flips, 1 if whole.flips < 0.01 else 0)
    return (
        f"{start}, {share} of pairs of {plural(noun)} change places, and the leader changes in "
        f"{percent(whole.leader)} of {flips.draws:,} draws. Least settled are {worst.ahead} and "
        f"{worst.behind}."
    )
