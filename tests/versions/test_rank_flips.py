"""Rank flips: orders from one repeat of each item and from another."""

import itertools
import json
import math
import random
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize

from ranking.capabilities.evidence import CapabilityEvidence
from ranking.errors import InputError, SelectionError
from ranking.ingest.reading import read
from ranking.versions.rank_flips import as_dict, rank_flips
from ranking.versions.repeat_draws import score_answers, verdict_answers
from ranking.versions.repeats import Repeats, repeats

Rows = list[tuple[object, ...]]
DRAWS = 2000
NEAR = 4 * math.sqrt(0.25 / DRAWS)  # four standard errors of a share


def scored(folder: Path, rows: Rows) -> Repeats:
    """Import scores: model, task, score, topic, epoch."""
    lines = ["model,task,score,topic,epoch", *(",".join(map(str, row)) for row in rows)]
    (folder / "scores.csv").write_text("\n".join(lines))
    found = read(
        folder / "scores.csv", competitor="model", item="task", score="score", fields="topic,epoch"
    )
    return repeats(CapabilityEvidence.of(found, facets=["topic"]))


def judged(folder: Path, rows: Rows) -> Repeats:
    """Import verdicts: a, b, winner, prompt, capability, voter."""
    lines = ["model_a,model_b,winner,prompt,capability,voter,line"]
    lines += [",".join(map(str, (*row, at))) for at, row in enumerate(rows)]
    (folder / "log.csv").write_text("\n".join(lines))
    found = read(folder / "log.csv", item="prompt", capability="capability", judge="voter")
    return repeats(CapabilityEvidence.of(found))


def test_mean_scores_by_enumeration(tmp_path: Path) -> None:
    """Three models, two and three epochs of two tasks: every choice of two repeats is tried."""
    held = {
        ("ant", "t1"): (0.9, 0.2), ("ant", "t2"): (0.5, 0.6, 0.8), ("bee", "t1"): (0.3, 0.8),
        ("bee", "t2"): (0.7, 0.1, 0.4), ("cat", "t1"): (0.45, 0.5), ("cat", "t2"): (0.6, 0.6, 0.5),
    }  # fmt: skip
    rows = [(*key, one, "x", at) for key, got in held.items() for at, one in enumerate(got)]
    swaps, leads, every = np.zeros(3), 0, 0
    for choice in itertools.product(*(itertools.permutations(got, 2) for got in held.values())):
        means = np.array(choice).reshape(3, 2, 2).mean(axis=1)
        one, other = (means[[0, 0, 1], run] - means[[1, 2, 2], run] for run in (0, 1))
        swaps += (one * other < -1e-12) & (np.minimum(abs(one), abs(other)) > 1e-9)
        leads += means[:, 0].argmax() != means[:, 1].argmax()
        every += 1
    flips = rank_flips(scored(tmp_path, rows), draws=DRAWS)
    assert flips.overall is not None
    assert (flips.overall.items, flips.overall.competitors) == (2, 3)
    assert flips.overall.flips == pytest.approx(swaps.mean() / every, abs=NEAR)
    assert flips.overall.leader == pytest.approx(leads / every, abs=NEAR)
    by_pair = {frozenset((one.ahead, one.behind)): one.flips for one in flips.pairs}
    for pair, exact in zip(("ant bee", "ant cat", "bee cat"), swaps / every, strict=True):
        assert by_pair[frozenset(pair.split())] == pytest.approx(exact, abs=NEAR)


def test_two_competitors_in_closed_form(tmp_path: Path) -> None:
    """Of two verdicts on 21 items, 9 differ: the first run wins as a binomial says."""
    rows: Rows = []
    for n in range(21):
        won = ("model_a", "model_b") if n < 9 else ("model_a",) * 2 if n < 15 else ("model_b",) * 2
        rows += [("ant", "bee", each, f"p{n}", "x", "v") for each in won]
    flips = rank_flips(judged(tmp_path, rows), draws=DRAWS)
    wins = 6 + np.arange(10)
    turned = (2 * wins - 21) * (2 * (21 - wins) - 21) < 0  # the other run wins what is left
    exact = stats.binom.pmf(np.arange(10), 9, 0.5) @ turned
    assert flips.overall is not None
    assert flips.overall.flips == flips.overall.leader == flips.overall.changed
    assert flips.overall.flips == pytest.approx(exact, abs=NEAR)


def some_verdicts() -> Rows:
    """Four models on 24 prompts of two topics, two to four verdicts of two judges on each."""
    draw = random.Random(3)
    rows: Rows = []
    for n, (a, b) in zip(range(24), itertools.cycle(itertools.combinations("wxyz", 2))):
        for voter in ("v", "u")[: 1 + n % 2]:
            won = draw.choices(("model_a", "model_b", "tie", "both_bad"), k=2 + n % 3)
            rows += [(a, b, each, f"p{n}", ("law", "code")[n // 6 % 2], voter) for each in won]
    return rows


def test_verdicts_agree_with_an_independent_fit(tmp_path: Path) -> None:
    """The same draws, ranked by a general optimiser: the same pairs change places."""
    found = judged(tmp_path, some_verdicts())
    answers = verdict_answers(found.evidence, "together")
    draws = 12
    value = answers.two_runs(draws, np.random.default_rng(0))
    first, second = answers.first[answers.cell], answers.second[answers.cell]

    def ranked(y: np.ndarray) -> np.ndarray:
        def lost(theta: np.ndarray) -> float:
            d = theta[first] - theta[second]
            fit = answers.weight @ (np.logaddexp(0, d) - y * d)
            return float(fit + theta @ theta / (2 * 9))

        return minimize(lost, np.zeros(4), method="BFGS", options={"gtol": 1e-9}).x

    runs = np.array([ranked(column) for column in value.T]).reshape(2, draws, 4)
    one, other = (np.sign((run[:, :, None] - run[:, None, :]).round(5)) for run in runs)
    swaps = (one * other < 0).mean(axis=0)
    flips = rank_flips(found, draws=draws)
    assert flips.overall is not None and flips.overall.competitors == 4
    assert flips.overall.flips == pytest.approx(swaps.sum() / 12)
    by_pair = {(pair.ahead, pair.behind): pair.flips for pair in flips.pairs}
    for (ahead, behind), share in by_pair.items():
        assert share == pytest.approx(swaps["wxyz".index(ahead), "wxyz".index(behind)])
    assert {row.capability for row in flips.capabilities} == {"law", "code"}


def test_a_run_never_takes_the_same_repeat_as_the_other(tmp_path: Path) -> None:
    """With two repeats the other run has what is left; an item's judges share its weight."""
    found = judged(tmp_path, some_verdicts())
    answers = verdict_answers(found.evidence, "together")
    one, other = answers.two_runs(50, np.random.default_rng(1)).reshape(-1, 2, 50).swapaxes(0, 1)
    twice = answers.times == 2
    assert twice.any()
    assert np.allclose((one + other)[twice], 2 * answers.mean()[twice, None])
    assert np.bincount(answers.item, answers.weight).max() == pytest.approx(1)


def test_over_many_logs_flips_are_those_of_new_runs(tmp_path: Path) -> None:
    """Simulation: the mean over logs is how often two independent runs change the order."""
    chance, items = np.array([0.55, 0.5]), 15
    generator = np.random.default_rng(0)
    rows = [
        (f"{who}{log}", f"t{n}", int(generator.random() < chance[at]), "x", epoch)
        for log in range(40) for at, who in enumerate("ab")
        for n in range(items) for epoch in range(2)
    ]  # fmt: skip
    flips = rank_flips(scored(tmp_path, rows), draws=400)
    paired = {frozenset((one.ahead, one.behind)): one.flips for one in flips.pairs}
    # Every a with every b is a log of its own; they share runs, hence the wide bound.
    mean = np.mean(
        [paired.get(frozenset((f"a{i}", f"b{j}")), 0.0) for i in range(40) for j in range(40)]
    )
    wins = [stats.binom.pmf(np.arange(items + 1), items, p) for p in chance]
    ahead = np.tril(np.outer(*wins), -1).sum()
    behind = np.triu(np.outer(*wins), 1).sum()
    assert mean == pytest.approx(2 * ahead * behind, abs=0.05)


def test_steady_repeats_never_flip(tmp_path: Path) -> None:
    """Where every repeat agrees, no order changes, and the sentence says so."""
    rows = [
        (who, f"t{n}", int(n < wins), "x", epoch)
        for who, wins in (("ant", 5), ("bee", 3), ("cat", 3))
        for n in range(6) for epoch in range(2)
    ]  # fmt: skip
    flips = rank_flips(scored(tmp_path, rows), draws=20)
    assert flips.overall is not None and flips.pairs == ()
    assert (flips.overall.flips, flips.overall.changed, flips.overall.leader) == (0, 0, 0)
    assert flips.sentence.endswith("no two models change places in 20 draws.")


def test_competitors_who_never_met_are_not_ranked_together(tmp_path: Path) -> None:
    """Of two groups the larger one is ranked."""
    pairs = [("ant", "bee"), ("bee", "cat"), ("yak", "zebu")]
    rows: Rows = [
        (a, b, won, f"p{n}{a}", "x", "v")
        for a, b in pairs for n in range(3) for won in ("model_a", "model_b")
    ]  # fmt: skip
    flips = rank_flips(judged(tmp_path, rows), draws=50)
    assert flips.overall is not None and flips.overall.competitors == 3
    assert {name for pair in flips.pairs for name in (pair.ahead, pair.behind)} <= {
        "ant", "bee", "cat",
    }  # fmt: skip


def test_the_same_seed_gives_the_same_flips(tmp_path: Path) -> None:
    """As JSON, without a number that is none; other seeds differ; bad settings are said."""
    found = judged(tmp_path, some_verdicts())
    one, same, other = (as_dict(rank_flips(found, draws=40, seed=seed)) for seed in (1, 1, 2))
    assert json.dumps(one, allow_nan=False) == json.dumps(same) != json.dumps(other)
    with pytest.raises(InputError, match="1 or more, not 0"):
        rank_flips(found, draws=0)
    with pytest.raises(SelectionError, match="cooking"):
        rank_flips(found, under="cooking")


def test_scores_are_read_one_by_one(tmp_path: Path) -> None:
    """Groups agree with their summary: times, means, and nothing that was scored once."""
    rows: Rows = [("ant", "t1", s, "x", at) for at, s in enumerate((0.2, 0.2, 0.5))]
    rows += [("bee", "t1", s, "x", at) for at, s in enumerate((0, 1, 0.5))]
    rows += [("ant", "t2", 0.3, "x", 0), ("bee", "t2", 0, "x", 0)]
    answers = score_answers(scored(tmp_path, rows).evidence)
    assert answers.times.tolist() == [3, 3] and len(answers.value) == 5
    assert answers.mean() == pytest.approx([0.3, 0.5])
