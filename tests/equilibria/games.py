"""Toy games with known answers, and arenas with a known structure."""

import numpy as np

from ranking.equilibria import EvaluationGame, ScoreGame, ZeroSumGame
from ranking.equilibria.continuation import Field

PUBLISHED = 1e-5  # the reference values carry five digits
EXACT = 1e-9

ROCK_PAPER_SCISSORS = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], float)
WEIGHTED = np.array([[0, -1, 2], [1, 0, -3], [-2, 3, 0]], float)
CYCLE = np.array([[0, 1, -1], [-1, 0, 1], [1, -1, 0]], float)
LADDER = np.array([[0, 1, 2], [-1, 0, 1], [-2, -1, 0]], float)
CHICKEN = np.array([[0, -1], [1, -12]], float)  # swerve, straight
STAG_HUNT = np.array([[4, 0], [3, 3]], float)

# Skewed and even competitors on three tasks: rows skew_a, skew_b, skew_c, weak, strong.
SKEWED = np.array([[6, 4, 3], [3, 5, 2], [1, 3, 7], [3, 4, 3], [5, 4, 5]], float)
# Three competitors on four tasks, traced by gambit's logit solver.
TRACED = np.array(
    [[-0.802, -1.324, -0.248, 0.42], [1.136, 0.11, -0.553, -0.785], [0.749, 1.635, 0.273, -1.233]]
)
# One task turns in a circle, the other is a ladder.
CYCLE_AND_LADDER = np.array(
    [
        [[0.5, 0.1, 0.9], [0.9, 0.5, 0.1], [0.1, 0.9, 0.5]],
        [[0.5, 0.6, 0.6], [0.4, 0.5, 0.6], [0.4, 0.4, 0.5]],
    ]
)


def named(prefix, count):
    return tuple(f"{prefix}{at}" for at in range(count))


def zero_sum(margin):
    margin = np.asarray(margin, float)
    return ZeroSumGame(named("m", len(margin)), margin)


def agents_on_tasks(score):
    return ScoreGame(named("m", len(score)), named("t", len(score[0])), np.asarray(score, float))


def scored(score, normalise="range"):
    score = np.asarray(score, float)
    n, t = score.shape
    return EvaluationGame.from_scores(named("m", n), named("t", t), score, normalise=normalise)


def won(win_rate):
    t, n, _ = win_rate.shape
    return EvaluationGame.from_win_rates(named("m", n), named("t", t), win_rate)


def repeated(game, *, tasks=(), competitors=()):
    """Append exact clones of the tasks and competitors at the given positions."""
    task = [*range(len(game.tasks)), *tasks]
    competitor = [*range(len(game.competitors)), *competitors]
    margin = game.margin[task][:, competitor][:, :, competitor]
    return EvaluationGame(named("t", len(task)), named("m", len(competitor)), margin)


def reordered(game, *, tasks, competitors):
    margin = game.margin[tasks][:, competitors][:, :, competitors]
    return EvaluationGame(
        tuple(game.tasks[at] for at in tasks),
        tuple(game.competitors[at] for at in competitors),
        margin,
    )


def random_game(rng, *, competitors=5, tasks=6, integer=False):
    n, t = rng.integers(2, competitors + 1), rng.integers(1, tasks + 1)
    margin = rng.integers(-2, 3, (t, n, n)) if integer else rng.normal(size=(t, n, n))
    margin = np.triu(np.asarray(margin, float), 1)
    return EvaluationGame(named("t", t), named("m", n), margin - margin.transpose(0, 2, 1))


def arena(competitors=8, tasks=60, *, groups=4, seed=3):
    """Win rates of competitors with a skill per group of tasks, and the group of each task."""
    rng = np.random.default_rng(seed)
    skill = 0.9 * rng.normal(size=(competitors, groups)) + 0.6 * rng.normal(size=(competitors, 1))
    group = rng.integers(groups, size=tasks)
    demand = 1.5 * np.eye(groups)[group] + 0.25 * rng.random((tasks, groups))
    level = demand @ skill.T
    return 1 / (1 + np.exp(level[:, None, :] - level[:, :, None])), group


def symmetric(payoff):
    """Utilities of a symmetric game of two, as the logit path wants them."""
    n = len(payoff)

    def utility(x, m):
        return Field(x, payoff @ m, np.zeros((0, n)), np.zeros((n, 0)), payoff)

    return utility
