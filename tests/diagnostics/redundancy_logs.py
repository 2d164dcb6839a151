"""Logs with known skills, for the tests of the redundancy laboratory."""

import numpy as np

from ranking.equilibria.task_log import TaskLog
from ranking.tally import Games

SKILLS = ("coding", "mathematics", "writing", "law")


def skill_log(*, models=8, items=60, seed=3, rounds=1, judges=5, draw=None, spread=0.4) -> TaskLog:
    """Draw the log of models that are good at different things; tasks are the four skills.

    Every pair meets on every item. A model has one strength per skill (so that its advantage is
    logistic), and the skills have 24, 18, 12 and 6 of 60 items.

    Parameters
    ----------
    draw : int, optional
        Comparisons per pair and item, drawn at random; by default one whose score is the
        probability to win.
    """
    rng = np.random.default_rng(seed)
    strength = spread * (0.5 * rng.normal(size=models) + rng.normal(size=(len(SKILLS), models)))
    skill = np.repeat(np.arange(len(SKILLS)), (np.array([0.4, 0.3, 0.2, 0.1]) * items).astype(int))
    i, j = np.triu_indices(models, 1)
    item = np.repeat(np.arange(items), len(i))
    first, second = np.tile(i, items), np.tile(j, items)
    gap = strength[skill[item], first] - strength[skill[item], second]
    score = 1 / (1 + np.exp(-gap))
    if draw is not None:
        rows = np.repeat(np.arange(len(item)), draw)
        item, first, second = item[rows], first[rows], second[rows]
        score = (rng.random(len(rows)) < score[rows]).astype(float)
    n = len(item)
    outcome = np.select([score == 0, score == 0.5, score == 1], [0, 1, 2], 4)
    games = Games(
        tuple(f"model-{at}" for at in range(models)),
        first,
        second,
        outcome,
        score,
        np.ones(n),
        np.ones(n),
        item,
        rng.integers(judges, size=n),
        np.full(n, np.nan),
    )
    names = tuple(f"judge-{at}" for at in range(judges))
    return TaskLog(games, SKILLS, np.arange(n), skill[item], "capabilities", judges=names)
