"""Two runs of the same questions: of all that repeats an answer, one for each run."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ranking.capabilities.evidence import CapabilityEvidence
from ranking.laplacian import Codes, Floats
from ranking.store.repeats import Orders
from ranking.versions.repeat_groups import each_score, item_places, repeated_verdicts

_VERDICTS = np.array([1.0, 0.5, 0.5, 0.0])  # scores for the first of a pair: win, ties, loss


@dataclass(frozen=True, eq=False)
class RepeatedAnswers:
    """What was asked several times, and what was answered how often.

    Groups are items, pairs and judges; or items, competitors and judges. Cells are pairs, or
    competitors.

    Attributes
    ----------
    names : tuple of str
        Of competitors; codes index it.
    first, second : int arrays of shape (cells,)
        The pair of each cell; the same competitor twice where answers are scores.
    item, cell : int arrays of shape (groups,)
    weight : float array of shape (groups,)
        An item's judges share the weight of 1 that it has in each of its cells.
    start : int array of shape (groups + 1,)
        Where the answers of each group begin in the arrays below.
    value : float array of shape (answers,)
        Different ones of a group: score of a verdict for the first of the pair, or score.
    until : int array of shape (answers,)
        How often that answer or one before it was given, over all groups.
    """

    names: tuple[str, ...]
    first: Codes
    second: Codes
    item: Codes
    cell: Codes
    weight: Floats
    start: Codes
    value: Floats
    until: Codes

    @property
    def times(self) -> Codes:
        """How often each group was answered."""
        return np.diff(self._before[self.start])

    @property
    def _before(self) -> Codes:
        return np.concatenate([[0], self.until])

    def mean(self) -> Floats:
        """Return the mean answer of each group."""
        times = np.diff(self._before)
        return np.asarray(np.add.reduceat(self.value * times, self.start[:-1]) / self.times)

    def two_runs(self, draws: int, generator: np.random.Generator) -> Floats:
        """Draw two different repeats of every group, over and over; (groups, 2 draws).

        One run is in the columns before `draws`, the other in the same order behind them.
        """
        times, offset = self.times[:, None], self._before[self.start[:-1]][:, None]
        shape = (len(times), draws)
        one = generator.integers(0, times, shape)
        other = generator.integers(0, times - 1, shape)
        other += other >= one
        drawn = offset + np.concatenate([one, other], axis=1)
        return np.asarray(self.value[np.searchsorted(self.until, drawn, side="right")])

    def sums(self, members: sparse.csr_array) -> sparse.csr_array:
        """Return what adds up answers by node and cell, of shape (nodes * cells, groups).

        Parameters
        ----------
        members : sparse array of shape (nodes, items), 0/1
        """
        held = sparse.coo_array(members.tocsc()[:, self.item])
        node, group = held.coords
        row = node.astype(np.int64) * len(self.first) + self.cell[group]
        shape = (members.shape[0] * len(self.first), len(self.item))
        return sparse.csr_array((self.weight[group], (row, group)), shape=shape)


def verdict_answers(evidence: CapabilityEvidence, orders: Orders) -> RepeatedAnswers:
    """Return the verdicts on items, pairs and judges with several; both-bad is a tie."""
    found = repeated_verdicts(evidence, orders)
    counts = found.counts.astype(np.int64)
    group, kind = np.nonzero(counts)
    m = len(found.competitors)
    pairs, cell = np.unique(found.low * m + found.high, return_inverse=True)
    low, high = np.divmod(pairs, m)
    item = item_places(evidence, found.item)
    return _answers(
        found.competitors, (low, high), item, cell, group, _VERDICTS[kind], counts[group, kind]
    )


def score_answers(evidence: CapabilityEvidence) -> RepeatedAnswers:
    """Return the scores of competitors on items with several."""
    found = each_score(evidence)
    begin = np.flatnonzero(np.diff(found.group, prepend=-1))
    who, cell = np.unique(found.competitor[begin], return_inverse=True)
    item = item_places(evidence, tuple(found.item[at] for at in begin.tolist()))
    return _answers(
        found.competitors, (who, who), item, cell, found.group, found.score, found.times
    )


def _answers(
    names: tuple[str, ...],
    cells: tuple[Codes, Codes],
    item: Codes,
    cell: Codes,
    group: Codes,
    value: Floats,
    times: Codes,
) -> RepeatedAnswers:
    _, place, judges = np.unique(
        item * len(cells[0]) + cell, return_inverse=True, return_counts=True
    )
    start = np.searchsorted(group, np.arange(len(item) + 1))
    return RepeatedAnswers(
        names, *cells, item, cell, 1 / judges[place], start, value, np.cumsum(times)
    )
