"""Nash averaging: ratings at the equilibrium of largest entropy of a zero-sum game."""

from collections.abc import Sequence

import numpy as np

from ranking.equilibria.clones import merge_competitors, merge_scores
from ranking.equilibria.dual import log_sum, minimise
from ranking.equilibria.payoffs import ScoreGame, ZeroSumGame
from ranking.equilibria.results import Bools, Equilibrium
from ranking.errors import ConvergenceError
from ranking.laplacian import Floats

_TOLERANCE = 1e-9  # largest gain by leaving the equilibrium, over the largest payoff
_COMPLEMENTARY = 1e-8  # the support is told from the rest by a gap that must exceed this,
_LEAST_GAP = 1e-9  # or this where it proves wide in units of the masses and losses themselves
_NEWTON_STEPS = 50
_NEGLIGIBLE = 1e-7
_GAP = 1e-10  # of the entropy, in nats


def nash_averaging(game: ZeroSumGame, *, declared: Sequence[Sequence[str]] = ()) -> Equilibrium:
    """Rate competitors against the maximum-entropy equilibrium mix of themselves.

    Among the mixes p with ``A p <= 0`` the one of largest entropy is unique; the rating is
    ``A p``. Clones share one competitor's part of the mix, so that repeating one changes nothing.

    Parameters
    ----------
    game : ZeroSumGame
    declared : sequence of sequences of str, default none
        Competitors to be treated as clones of each other.

    Raises
    ------
    ConvergenceError
        If the equilibrium is not found to 1e-9 of the largest margin.

    References
    ----------
    Balduzzi et al. 2018, arXiv:1806.02643.
    """
    merged, classes = merge_competitors(game, declared)
    mass = maximum_entropy_mix(merged.margin)
    rating = merged.margin @ mass
    return Equilibrium(
        method="Nash averaging",
        competitors=game.competitors,
        tasks=(),
        competitor_rating=classes.each(rating),
        task_rating=np.zeros(0),
        competitor_mass=classes.split(mass),
        task_mass=np.zeros(0),
        exploitability=float(max(rating.max(), 0.0)),
        competitor_clones=classes.groups,
    )


def nash_averaging_on_tasks(
    game: ScoreGame, *, declared: Sequence[Sequence[str]] = ()
) -> Equilibrium:
    """Rate competitors and tasks at the maximum-entropy equilibrium of the score game.

    Competitors look for a high score, tasks for a low one. ``skill = S q`` of a competitor
    is its score on the equilibrium mix q of tasks, ``difficulty = -S' p`` of a task the score that
    the mix p of competitors leaves on the table.

    Returns
    -------
    Equilibrium
        Here the ratings are skill and difficulty: they do not end at 0 but at the game's value
        and its negative.

    Raises
    ------
    ConvergenceError
        If the equilibrium is not found to 1e-9 of the largest score.
    """
    merged, competitors, tasks = merge_scores(game, declared)
    p, q = maximum_entropy_pair(merged.score)
    skill, taken = merged.score @ q, p @ merged.score
    contribution = merged.score * q / tasks.size
    return Equilibrium(
        method="Nash averaging on tasks",
        competitors=game.competitors,
        tasks=game.tasks,
        competitor_rating=competitors.each(skill),
        task_rating=tasks.each(-taken),
        competitor_mass=competitors.split(p),
        task_mass=tasks.split(q),
        exploitability=float(max(skill.max() - taken.min(), 0.0)),
        contribution=tasks.each(competitors.each(contribution), axis=1),
        competitor_clones=competitors.groups,
        task_clones=tasks.groups,
    )


def maximum_entropy_mix(margin: Floats) -> Floats:
    """Return the equilibrium of largest entropy of an antisymmetric game, shape (n,).

    A linear program finds a strictly complementary equilibrium, and so the support: in every
    skew-symmetric game some equilibrium gives each action either mass or a loss. On the support
    the rest is a smooth problem.
    """
    b = margin / (np.abs(margin).max(initial=0.0) or 1.0)
    support = _support(b)
    found = np.zeros(len(b))
    found[support] = _maximum_entropy(b[np.ix_(support, support)], b[np.ix_(~support, support)])
    _verify(float((b @ found).max()))
    return found


def _support(b: Floats) -> Bools:
    """Return which actions have mass in some equilibrium of an antisymmetric game, shape (n,).

    Masses and losses may be small though certain: of votes, some count for thousands and some for
    one. A gap that is small is measured again in units of the masses and losses that were found.
    """
    n = len(b)
    mass_unit, loss_unit = np.ones(n), np.abs(b).max(axis=1, initial=0.0)
    loss_unit[loss_unit == 0] = 1.0
    least = _LEAST_GAP
    while True:
        gains = b * mass_unit
        largest = np.abs(gains).max(axis=1, initial=0.0, keepdims=True)
        largest[largest == 0] = 1.0
        loss = -gains / loss_unit[:, None]
        # Maximise t subject to p + loss p >= t, gains p <= 0, sum p = 1, p in its units.
        below = np.block(
            [[-loss - np.eye(n), np.ones((n, 1))], [gains / largest, np.zeros((n, 1))]]
        )
        solution = _strictly_complementary(below, np.append(np.ones(n), 0.0)[None], least=least)
        mass, lost = solution[:n], loss @ solution[:n]
        support = np.asarray(mass > lost)
        if solution[-1] >= _COMPLEMENTARY:
            return support
        mass_unit = np.where(support, mass, mass_unit)
        loss_unit = np.where(support, loss_unit, lost * loss_unit)
        least = 0.1 / n  # in such units all masses and losses are about 1 / n


def maximum_entropy_pair(score: Floats) -> tuple[Floats, Floats]:
    """Return the equilibrium of largest entropy of ``p' S q``: p (n,) maximises, q (T,) minimises.

    Equilibria of a zero-sum game are interchangeable, so that each side's entropy is maximised
    alone.
    """
    n, t = score.shape
    shift = float(score.mean())
    s = score - shift
    s = s / (np.abs(s).max(initial=0.0) or 1.0)
    # Unknown p, q, v, gap: S q <= v <= S' p; p + v - S q >= gap; q + S' p - v >= gap.
    value, gap = np.zeros((2, n + t + 2))
    value[n + t], gap[n + t + 1] = 1.0, 1.0
    by_p = np.hstack([np.zeros((n, n)), s, np.zeros((n, 2))]) - value  # S q - v <= 0
    by_q = value - np.hstack([s.T, np.zeros((t, t + 2))])  # v - S' p <= 0
    at = np.eye(n + t, n + t + 2)
    below = np.vstack([by_p, by_q, by_p - at[:n] + gap, by_q - at[n:] + gap])
    sums = np.zeros((2, n + t + 2))
    sums[0, :n], sums[1, n : n + t] = 1.0, 1.0
    solution = _strictly_complementary(below, sums)
    p, q = solution[:n], solution[n : n + t]
    v = float(p @ s @ q)
    used, asked = p > v - s @ q, q > p @ s - v
    p, q = np.zeros(n), np.zeros(t)
    p[used] = _maximum_entropy((v - s[np.ix_(used, asked)]).T, (v - s[np.ix_(used, ~asked)]).T)
    q[asked] = _maximum_entropy(s[np.ix_(used, asked)] - v, s[np.ix_(~used, asked)] - v)
    _verify(float((s @ q).max() - (p @ s).min()))
    return p, q


def _strictly_complementary(
    below: Floats, sums: Floats, *, least: float = _COMPLEMENTARY
) -> Floats:
    """Maximise the last unknown, t, subject to ``below x <= 0`` and ``sums x = 1``.

    All unknowns but the last ones that no row of `sums` names are at least 0.
    """
    from scipy.optimize import linprog

    free = np.all(sums == 0, axis=0)
    cost = np.zeros(below.shape[1])
    cost[-1] = -1.0
    result = linprog(
        cost,
        A_ub=below,
        b_ub=np.zeros(len(below)),
        A_eq=sums,
        b_eq=np.ones(len(sums)),
        bounds=[(None, None) if each else (0, None) for each in free.tolist()],
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if not result.success or result.x[-1] < least:
        raise ConvergenceError(
            "The support of the equilibrium cannot be told from the rest: some margins are "
            "equal to within rounding but not equal. Round the win rates, or merge near clones."
        )
    return np.asarray(result.x, np.float64)


def _maximum_entropy(equal: Floats, below: Floats) -> Floats:
    """Return the p of largest entropy with ``equal p = 0``, ``below p <= 0``, ``sum p = 1``.

    The dual is smooth: ``p = softmax(-(M' l))`` with M the rows of both, l free on the first and
    at least 0 on the second.
    """
    rows = np.vstack([equal, below])
    free = len(equal)

    def dual(multiplier: Floats) -> tuple[float, Floats]:
        value, p = log_sum(-(multiplier @ rows))
        return value, -(rows @ p)

    start = minimise(dual, free=free, bounded=len(below)).multiplier
    for least in (_NEGLIGIBLE, 0.0):  # a multiplier that is only noise must not bind its row
        multiplier = start.copy()
        active = (np.arange(len(rows)) < free) | (multiplier > least)
        mix, multiplier[active] = _polish(rows[active], multiplier[active])
        multiplier[free:] = np.maximum(multiplier[free:], 0)
        # No mix has an entropy above the dual: the rest, if any, is what is still to be gained.
        gap = dual(multiplier)[0] + float(mix[mix > 0] @ np.log(mix[mix > 0]))
        if gap <= _GAP and (below @ mix).max(initial=0.0) <= _TOLERANCE:
            return mix
    raise ConvergenceError(
        "The equilibrium of largest entropy was not found: another may have an entropy "
        f"{gap:.2g} higher (at most {_GAP:g} is accepted)."
    )


def _polish(rows: Floats, multiplier: Floats) -> tuple[Floats, Floats]:
    """Bring ``rows p`` to zero by Newton steps; return p and the multipliers it belongs to."""
    best, found = np.inf, (np.zeros(rows.shape[1]), multiplier)
    for _ in range(_NEWTON_STEPS):
        p = log_sum(-(multiplier @ rows))[1]
        residual = rows @ p
        worst = float(np.abs(residual).max(initial=0.0))
        if worst >= best:
            break
        best, found = worst, (p, multiplier)
        centred = rows - residual[:, None]
        curvature = (centred * p) @ centred.T
        multiplier = multiplier + np.linalg.lstsq(curvature, residual, rcond=1e-12)[0]
    return found


def _verify(gain: float) -> None:
    if not gain <= _TOLERANCE:
        raise ConvergenceError(
            "The equilibrium of largest entropy was not found: a player could still gain "
            f"{gain:.2g} of the largest payoff (at most {_TOLERANCE:g} is accepted)."
        )
