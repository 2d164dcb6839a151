"""Who can be compared with whom, and whose rating is bounded on one side only."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from ranking.tally import Codes, Pairs


@dataclass(frozen=True, eq=False)
class Connectivity:
    """The structure of who scored against whom.

    Attributes
    ----------
    component : int array of shape (m,)
        Weak component: competitors of different ones never met, directly or through others. The
        largest is 0; ties of size are broken by the lowest code.
    side : int array of shape (m,)
        Against the main strong component of its weak component: 0 inside it; +1 where a
        competitor's group scored against it, directly or through others, but never conceded; -1
        the other way round; 2 where neither holds. Outside 0 the maximum-likelihood rating is
        infinite (Ford's condition fails). Where every strong component has one member there is
        no main one: +1 for who never conceded, -1 for who never scored, 2 for the rest.
    alone : bool array of shape (m,)
        Whether the competitor's strong component has no other member.
    """

    component: Codes
    side: Codes
    alone: npt.NDArray[np.bool_]

    @property
    def components(self) -> int:
        """How many weak components there are."""
        return int(self.component.max(initial=-1)) + 1


def connectivity(pairs: Pairs) -> Connectivity:
    """Find the weak and strong components of a log (Ford 1957, doi:10.2307/2308513)."""
    m = pairs.m
    scored = _score_graph(pairs)
    _, weak = connected_components(scored, directed=True, connection="weak")
    _, strong = connected_components(scored, directed=True, connection="strong")
    component = _by_size(weak)
    strong_size = np.bincount(strong, minlength=m)
    side = np.zeros(m, np.int64)
    for members in _groups(component):
        main = strong[members[np.argmax(strong_size[strong[members]])]]
        inside = strong == main
        if strong_size[main] == len(members):
            continue
        if strong_size[main] == 1:
            side[members] = _side_without_main(scored, members)
            continue
        wins_to, loses_to = _reaching(scored.T, inside), _reaching(scored, inside)
        outside = members[~inside[members]]
        side[outside] = np.select([wins_to[outside], loses_to[outside]], [1, -1], 2)
    return Connectivity(component, side, strong_size[strong] == 1)


def _score_graph(pairs: Pairs) -> sparse.csr_array:
    conceded = pairs.weight - pairs.score
    rows = np.concatenate([pairs.first[pairs.score > 0], pairs.second[conceded > 0]])
    columns = np.concatenate([pairs.second[pairs.score > 0], pairs.first[conceded > 0]])
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(pairs.m, pairs.m))


def _side_without_main(scored: sparse.csr_array, members: Codes) -> Codes:
    gave = np.asarray(scored.sum(axis=1)).ravel()[members]
    took = np.asarray(scored.sum(axis=0)).ravel()[members]
    return np.select([took == 0, gave == 0], [1, -1], 2)


def _groups(label: Codes) -> list[Codes]:
    order = np.argsort(label, kind="stable")
    bounds = np.cumsum(np.bincount(label))[:-1]
    return [group for group in np.split(order, bounds) if len(group)]


def _by_size(label: npt.NDArray[np.int32]) -> Codes:
    """Renumber labels 0, 1, ... from the largest group to the smallest."""
    _, first_seen, inverse, size = np.unique(
        label, return_index=True, return_inverse=True, return_counts=True
    )
    rank = np.empty(len(size), np.int64)
    rank[np.lexsort((first_seen, -size))] = np.arange(len(size))
    return rank[inverse]


def _reaching(graph: sparse.csr_array, sources: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Mark the nodes that a path along the edges leads to from any of the sources."""
    steps = sparse.csr_array(graph).T.tocsr()
    reached = sources.copy()
    while True:
        grown = reached | (steps @ reached.astype(np.float64) > 0)
        if (grown == reached).all():
            return reached
        reached = grown
