"""Proposing a taxonomy from the texts of items: clusters of clusters, named by their own terms."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from ranking.errors import InputError
from ranking.laplacian import Codes
from ranking.progress import Watch
from ranking.taxonomies.taxonomy import Taxonomy
from ranking.taxonomies.text_clusters import parted
from ranking.taxonomies.text_terms import TextTerms, text_terms
from ranking.taxonomies.topic_names import distinctive_terms


@dataclass(frozen=True)
class ProposalSettings:
    """How a taxonomy is proposed.

    Attributes
    ----------
    smallest : int, default 20
        Items that a node has at least: fewer are never tested for a strength or weakness.
    levels : int, default 4
        Most levels below the root.
    children : int, default 10
        Most children of a node.
    components : int, default 50
        Dimensions of the latent semantic analysis.
    seed : int, default 0
        Of the decomposition, of k-means and of the samples.
    """

    smallest: int = 20
    levels: int = 4
    children: int = 10
    components: int = 50
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (
            ("smallest", 2), ("levels", 1), ("children", 2), ("components", 2), ("seed", 0),
        ):  # fmt: skip
            value = getattr(self, name)
            if value < least:
                raise InputError(f"`{name}` must be at least {least}; not {value}.")


@dataclass(frozen=True, eq=False)
class Proposal:
    """A taxonomy proposed from texts.

    Attributes
    ----------
    taxonomy : Taxonomy
        Over the texts, in their order; a text is tagged with one leaf. Keys are paths of names.
    terms : tuple of tuple of str, length N
        The distinctive terms of each node, the most distinctive first; none of the root.
    unplaced : int
        Texts that are empty, or hold no term that another text holds: without a tag.
    settings : ProposalSettings
    """

    taxonomy: Taxonomy
    terms: tuple[tuple[str, ...], ...]
    unplaced: int
    settings: ProposalSettings

    @property
    def leaves(self) -> int:
        """How many nodes have no children."""
        return sum(not len(below) for below in self.taxonomy.children)


def propose(
    texts: Sequence[str],
    settings: ProposalSettings | None = None,
    *,
    watch: Watch | None = None,
) -> Proposal:
    """Propose a taxonomy of texts, without any language model.

    From the root down, the texts of a node are weighted by TF-IDF, reduced by latent semantic
    analysis to rows of length 1, and split by k-means. Of k = 2 to `children`, the one with the
    largest mean silhouette of cosine distances is taken; clusters below `smallest` join the
    nearest. A node stays whole where that parts its texts no better than chance (see
    `text_clusters.parted`), where it has fewer than twice `smallest`, and at the last level. It is
    named by the terms that part it most from its siblings. The same texts in any order, settings
    and version of scikit-learn give the same taxonomy.

    Parameters
    ----------
    texts : sequence of str
    settings : ProposalSettings, optional
    watch : Watch, optional
        Told how far the work is; it may stop it.

    Raises
    ------
    InputError
        If there are too few texts with terms for two nodes, or nothing parts them.
    CancelledError
        If the work was stopped.

    References
    ----------
    Deerwester et al. (1990), Indexing by latent semantic analysis; Rousseeuw (1987), Silhouettes,
    doi:10.1016/0377-0427(87)90125-7; Monroe, Colaresi and Quinn (2008), Fightin' words,
    doi:10.1093/pan/mpn018.
    """
    how, watch = settings or ProposalSettings(), watch or Watch()
    watch.tell(0.0, "reading the texts")
    order = np.array(sorted(range(len(texts)), key=texts.__getitem__), np.int64)
    found = text_terms([texts[at] for at in order.tolist()])
    held = np.flatnonzero(np.diff(found.counts.indptr)) if found else np.empty(0, np.int64)
    if found is None or len(held) < 2 * how.smallest:
        raise InputError(
            f"{len(held):,} texts share terms with others; a taxonomy of nodes of at least "
            f"{how.smallest:,} items takes {2 * how.smallest:,}. Import more texts, or allow "
            "smaller nodes."
        )
    growing = _Growing(found, how, watch.over(0.2, 1.0), len(held))
    with _one_thread():
        growing.split(held)
    if len(growing.keys) == 1:
        raise InputError(
            f"The {len(held):,} texts do not part into groups of at least {how.smallest:,} that "
            "differ; allow smaller nodes, or import a taxonomy."
        )
    return growing.proposal(order)


@dataclass
class _Growing:
    """The tree while it grows, depth first."""

    found: TextTerms
    how: ProposalSettings
    watch: Watch
    placed: int
    keys: list[str] = field(default_factory=lambda: [""])
    names: list[str] = field(default_factory=lambda: [""])
    parent: list[int] = field(default_factory=lambda: [-1])
    terms: list[tuple[str, ...]] = field(default_factory=lambda: [()])
    above: list[tuple[str, ...]] = field(default_factory=lambda: [()])
    tags: list[tuple[Codes, int]] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    done: int = 0

    def split(self, texts: Codes, at: int = 0, depth: int = 0) -> None:
        """Grow the nodes below a node that holds these texts."""
        self.watch.tell(self.done / self.placed, "grouping the texts")
        parts = self._parts(texts) if depth < self.how.levels else []
        if not parts:
            self.tags.append((texts, at))
            self.done += len(texts)
            return
        named = distinctive_terms(self.found, parts, apart_from=self.above[at])
        for part, terms in zip(parts, named, strict=True):
            self.split(part, self._add(at, terms), depth + 1)

    def _parts(self, texts: Codes) -> list[Codes]:
        how = self.how
        groups = parted(
            self.found.counts[texts], smallest=how.smallest, most=how.children,
            components=how.components, seed=how.seed,
        )  # fmt: skip
        return [texts[group] for group in groups]

    def _add(self, above: int, terms: tuple[str, ...]) -> int:
        """Add a node whose name no sibling has; levels of keys are parted by slashes."""
        name = ", ".join(terms).replace("/", " ") or "other"
        start = f"{self.keys[above]}/" if above else ""
        key, number = start + name, 1
        while key in self.taken:
            number += 1
            key = f"{start}{name} {number}"
        self.taken.add(key)
        self.keys.append(key)
        self.names.append(key.removeprefix(start))
        self.parent.append(above)
        self.terms.append(terms)
        self.above.append((*self.above[above], *terms))
        return len(self.keys) - 1

    def proposal(self, order: Codes) -> Proposal:
        """Return what has grown, over texts of which ``order[k]`` was the k-th."""
        taxonomy = Taxonomy(
            tuple(self.keys),
            tuple(self.names),
            np.array(self.parent, np.int64),
            len(order),
            order[np.concatenate([rows for rows, _ in self.tags])],
            np.repeat([at for _, at in self.tags], [len(rows) for rows, _ in self.tags]),
        )
        return Proposal(taxonomy, tuple(self.terms), len(order) - self.placed, self.how)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep linear algebra to one thread: sums then have one order, and the result is the same."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield
