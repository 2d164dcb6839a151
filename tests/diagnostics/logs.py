"""Logs with a known truth, for the tests of diagnostics."""

import numpy as np

from ranking.tally import Games, Tally
from tests.conftest import make_games


def drawn_tally(m=8, n=100, *, ties=0.0, seed=0, spread=0.7, circle=0.0) -> Tally:
    """Draw n comparisons of every pair from Davidson's model, with cyclic log-odds added."""
    rng = np.random.default_rng(seed)
    i, j = np.triu_indices(m, 1)
    strength = rng.normal(0, spread, m)
    d = strength[i] - strength[j] + circle * np.sin(2.1 * np.arange(len(i)))
    odds = np.stack([np.exp(d / 2), np.full(len(d), ties), np.exp(-d / 2)], axis=1)
    votes = rng.multinomial(n, odds / odds.sum(axis=1, keepdims=True)).ravel()
    kept = votes > 0
    cells = (np.repeat(i, 3), np.repeat(j, 3), np.tile([2, 1, 0], len(i)))
    names = tuple(f"m{at}" for at in range(m))
    return Tally.from_cells(names, *(column[kept] for column in cells), votes[kept])


def drawn_games(m=6, n=600, *, items=None, seed=0, spread=0.7) -> Games:
    """Draw n decided comparisons of random pairs from Bradley–Terry's model, items at random."""
    rng = np.random.default_rng(seed)
    strength = rng.normal(0, spread, m)
    first = rng.integers(m, size=n)
    second = (first + rng.integers(1, m, size=n)) % m
    won = rng.random(n) < 1 / (1 + np.exp(strength[second] - strength[first]))
    item = None if items is None else rng.integers(items, size=n)
    return make_games(first, second, won.astype(float), item=item)


def repeated(games: Games, times: int) -> Games:
    """Repeat every row, each under an item of its own."""
    rows = np.repeat(np.arange(len(games)), times)
    return make_games(games.first[rows], games.second[rows], games.score[rows], item=rows)


def disc_tally(m=12, n=100, *, reach=0.5, seed=0, spread=0.5):
    """Draw n decided comparisons of every pair; log-odds up to `reach` run round a circle.

    Returns the tally and the cyclic log-odds of the row against the column.
    """
    rng = np.random.default_rng(seed)
    angle = 2 * np.pi * rng.permutation(m) / m
    cyclic = reach * np.sin(angle - angle[:, None])
    strength = rng.normal(0, spread, m)
    i, j = np.triu_indices(m, 1)
    won = rng.binomial(n, 1 / (1 + np.exp(strength[j] - strength[i] - cyclic[i, j])))
    votes = np.stack([won, n - won], axis=1).ravel()
    kept = votes > 0
    cells = (np.repeat(i, 2), np.repeat(j, 2), np.tile([2, 0], len(i)))
    names = tuple(f"m{at}" for at in range(m))
    return Tally.from_cells(names, *(column[kept] for column in cells), votes[kept]), cyclic
