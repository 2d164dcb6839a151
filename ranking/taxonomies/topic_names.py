"""Naming a group of texts by the terms that part it most from its siblings."""

from collections.abc import Collection, Sequence

import numpy as np

from ranking.laplacian import Codes, Floats
from ranking.taxonomies.text_terms import TextTerms

TERMS = 3
"""How many terms name a group, at most."""
_WIDESPREAD = 0.05  # share of a group's texts that hold a term that names it
_FIXED = 0.5  # share of a word's texts in which it stands beside the same other word
_LOOKED_AT = 60  # terms, the most distinctive first


def distinctive_terms(
    found: TextTerms, groups: Sequence[Codes], *, apart_from: Collection[str] = ()
) -> list[tuple[str, ...]]:
    """Return the terms that name each group of texts, the most distinctive first.

    With ``c`` of ``n`` texts of a group holding a term, and ``c'`` of ``n'`` of its siblings, terms
    are ranked by the log odds ratio of the two in standard errors, each count plus one half; a
    group in which no term stands out is named by its most frequent. Where a word mostly stands
    beside the same other one, both together are named.

    Parameters
    ----------
    found : TextTerms
    groups : sequence of int arrays
        Texts of each group; no text is in two.
    apart_from : collection of str
        Terms that say nothing new: those of the nodes above.
    """
    size = np.array([len(group) for group in groups], np.float64)[:, None]
    count = np.array([np.asarray(found.held[group].sum(axis=0)).ravel() for group in groups], float)
    score = _log_odds(count, size, count.sum(axis=0) - count, size.sum() - size)
    used = {word for term in apart_from for word in _words(term)}
    return [
        _chosen(found.terms, score[at], count[at], float(size[at, 0]), used)
        for at in range(len(groups))
    ]


def _log_odds(count: Floats, size: Floats, others: Floats, other_size: Floats) -> Floats:
    """Return log odds ratios in standard errors, shape (groups, V)."""
    a, b = count + 0.5, size - count + 0.5
    c, d = others + 0.5, other_size - others + 0.5
    return np.asarray((np.log(a / b) - np.log(c / d)) / np.sqrt(1 / a + 1 / b + 1 / c + 1 / d))


def _chosen(
    terms: Sequence[str], score: Floats, count: Floats, size: float, used: set[str]
) -> tuple[str, ...]:
    telling = np.where(count >= max(_WIDESPREAD * size, 2.0), score, -np.inf)
    if not (telling > 0).any():  # what is left over when its siblings are taken away
        telling = np.where(count >= 2, count, -np.inf)
    order = np.argsort(-telling, kind="stable")[:_LOOKED_AT].tolist()
    ranked = [at for at in order if telling[at] > 0]
    names: list[str] = []
    taken = set(used)
    for at in ranked:
        if len(names) == TERMS:
            break
        if _words(terms[at]) & taken:
            continue
        longer = [
            other
            for other in ranked
            if _words(terms[at]) < _words(terms[other])
            and count[other] >= _FIXED * count[at]
            and not _words(terms[other]) & taken
        ]
        name = terms[longer[0]] if longer else terms[at]
        names.append(name)
        taken |= _words(name)
    return tuple(names)


def _words(term: str) -> set[str]:
    return set(term.split())
