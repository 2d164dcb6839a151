"""Discs: the circles that what no strengths explain is made of, told from noise.

The residual of HodgeRank is a skew matrix. Its real spectral (Schur) decomposition is a sum of
discs, planes in which each competitor is a point and does better against those further round.
Noise makes discs too: only those larger than chance makes under Bradley–Terry are returned.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from ranking.diagnostics.fit_bootstrap import draw_scores
from ranking.diagnostics.intransitivity import hodge, log_odds, strengths_without_error
from ranking.laplacian import Codes, Floats, divergence, inverse
from ranking.tally import Pairs

ALPHA = 0.05
"""Level at which a disc counts as more than chance."""
_BUDGET = 400_000_000  # replicates times m^3; fewer replicates where there are more competitors
_FEWEST = 39
_SAME = 9  # digits to which two distances from the centre are equal
_NO_NOISE = 1e-12  # of logs that hold nothing but ties
_HIDDEN = 8.0  # squared spread of a disc that chance can just hide, times m over the noise


@dataclass(frozen=True, eq=False)
class Disc:
    """One circle of competitors.

    In the plane of the disc i gains ``x_i y_j - y_i x_j`` of log-odds from j, the area between
    the two: who lies less than half a turn further counter-clockwise is beaten more often than
    strengths allow, most so at a quarter turn; who lies at the centre takes no part.

    Attributes
    ----------
    strength : float
        lambda: the squared log-odds of the disc add up to ``2 lambda^2``. Between m competitors
        spread evenly round a circle they reach ``2 lambda / m``.
    share : float
        Of the sum of squares of the matrix that was decomposed.
    coordinates : float array of shape (m, 2)
        x and y; the competitor furthest from the centre lies on the positive x axis.
    p_value : float
        Chance of a disc as strong without cycles; NaN where the matrix is taken as it is.
    """

    strength: float
    share: float
    coordinates: Floats
    p_value: float = float("nan")

    @property
    def matrix(self) -> Floats:
        """Log-odds that the row gains from the column in this disc, shape (m, m)."""
        x, y = self.coordinates.T
        return np.asarray(np.outer(x, y) - np.outer(y, x))

    @property
    def largest(self) -> float:
        """Largest log-odds that one gains from another in this disc."""
        return float(self.matrix.max())


@dataclass(frozen=True, eq=False)
class CyclicPart:
    """The cyclic part of the log-odds of pairs, each shrunk by its noise.

    Attributes
    ----------
    log_odds : float array of shape (m, m)
        Of the row against the column: as seen, shrunk by their noise towards the strengths that
        were given, which is also what stands where two never met. Skew.
    residual : float array of shape (m, m)
        Log-odds of the row against the column beyond strengths, times
        ``spread^2 / (spread^2 + noise variance)``; skew, and 0 for pairs that never met.
    spread : float
        Standard deviation of the cyclic log-odds of a pair, noise taken out.
    noise : float
        Strength of a disc that chance alone makes in one log of twenty.
    discs : tuple of Disc
        Those beyond chance, strongest first.
    """

    log_odds: Floats
    residual: Floats
    spread: float
    noise: float
    discs: tuple[Disc, ...]


def skew_discs(skew: Floats, *, limit: int | None = None) -> tuple[Disc, ...]:
    """Decompose a skew matrix into discs, strongest first: the matrix is the sum of theirs.

    Parameters
    ----------
    skew : array of shape (m, m)
        Antisymmetric.
    limit : int, optional
        How many to return at most; by default all of positive strength.

    References
    ----------
    Balduzzi et al. 2018, "Re-evaluating evaluation", arXiv:1806.02643.
    """
    total = float((skew**2).sum())
    if not total:
        return ()
    value, vector = np.linalg.eigh(1j * skew)
    order = np.argsort(-value, kind="stable")[: len(skew) // 2]
    floor = 1e-12 * np.sqrt(total)
    return tuple(
        Disc(
            strength=float(value[at]),
            share=min(float(2 * value[at] ** 2 / total), 1.0),
            coordinates=_turned(np.sqrt(value[at]) * vector[:, at]),
        )
        for at in order[:limit].tolist()
        if value[at] > floor
    )


def cyclic_part(
    pairs: Pairs,
    fitted: Floats,
    *,
    ridge: float = 0.0,
    scale: float = 1.0,
    limit: int = 3,
    replicates: int = 199,
    seed: int = 0,
) -> CyclicPart:
    """Find what strengths leave of the log-odds of pairs, and the discs in it beyond chance.

    Chance is what logs show that are drawn from the fitted Bradley–Terry model, with as many
    comparisons of each pair. Every disc is held against the strongest that chance makes.

    Parameters
    ----------
    pairs : Pairs
        A connected log.
    fitted : array of shape (m,)
        Bradley–Terry strengths in logits, finite.
    ridge : float, default 0
        With which they were fitted.
    scale : float, default 1
        Variance of scores over that of independent decided comparisons: `GoodnessOfFit.scale`.
    limit : int, default 3
        How many discs to return at most.
    replicates : int, default 199
        Logs drawn; fewer, at least 39, where there are more than 126 competitors.
    seed : int, default 0
    """
    m, first, second = pairs.m, pairs.first, pairs.second
    n = pairs.weight**2 / pairs.weight2
    true = strengths_without_error(m, first, second, n, fitted, ridge=ridge)
    p = expit(true[first] - true[second])
    # Precisions as the model expects them: those of the results themselves lean towards chance.
    precision = log_odds(n * p, n)[1]
    flow = log_odds(pairs.score * pairs.weight / pairs.weight2, n)[0]
    rest = hodge(m, first, second, flow, precision)[1]

    count = min(replicates, max(_FEWEST, _BUDGET // m**3))
    rng = np.random.default_rng(seed)
    inflated = np.sqrt(max(scale, 1.0))
    whole = np.maximum(np.rint(n), 1)[:, None]
    drawn = log_odds(draw_scores(rng, n, p, min(scale, 1.0), count), whole)[0]
    centre = fitted[first] - fitted[second]
    noise = inflated * rests(m, first, second, drawn - centre[:, None], precision)

    made = float((precision @ noise**2).mean())
    per_cycle = max(made / max(len(first) - m + 1, 1), _NO_NOISE)
    variance = per_cycle / precision
    spread2 = _spread(m, first, second, rest, precision, made)
    least = _HIDDEN * float(1 / (1 / variance).mean()) / m
    shrunk = max(spread2, least) / (max(spread2, least) + variance)
    chance = np.array(
        [largest_strength(skew_matrix(m, first, second, shrunk * one)) for one in noise.T]
    )
    found = []
    for disc in skew_discs(skew_matrix(m, first, second, shrunk * rest), limit=limit):
        p_value = float((1 + (chance >= disc.strength * (1 - 1e-9)).sum()) / (1 + count))
        if p_value < ALPHA:
            found.append(Disc(disc.strength, disc.share, disc.coordinates, p_value))
    own = spread2 / (spread2 + variance)
    beyond = skew_matrix(m, first, second, own * (flow - centre))
    return CyclicPart(
        log_odds=fitted[:, None] - fitted + beyond,
        residual=skew_matrix(m, first, second, own * rest),
        spread=float(np.sqrt(spread2)),
        noise=float(np.quantile(chance, 1 - ALPHA)),
        discs=tuple(found),
    )


def rests(
    m: int, first: Codes, second: Codes, flows: Floats, precision: Floats, *, ridge: float = 0.0
) -> Floats:
    """Return what strengths leave of many flows, (pairs, replicates); see `hodge`.

    A graph in several parts needs a ridge.
    """
    right = [divergence(m, first, second, precision * flow) for flow in flows.T]
    strengths = inverse(m, first, second, precision, ridge=ridge) @ np.array(right).T
    return np.asarray(flows - (strengths[first] - strengths[second]))


def skew_matrix(m: int, first: Codes, second: Codes, flow: Floats) -> Floats:
    """Return the matrix of what flows from the row to the column, shape (m, m)."""
    matrix = np.zeros((m, m))
    matrix[first, second], matrix[second, first] = flow, -flow
    return matrix


def largest_strength(skew: Floats) -> float:
    """Return the strength of the strongest disc of a skew matrix."""
    return float(np.sqrt(max(np.linalg.eigvalsh(skew @ skew.T)[-1], 0.0)))


def _turned(point: np.ndarray) -> Floats:
    """Return coordinates of complex numbers, turned until the one furthest out is real."""
    furthest = point[np.argmax(np.abs(point).round(_SAME))]
    # Imaginary parts first: so that the matrix is x y' - y x' and not its transpose.
    turned = point * np.conj(furthest) / abs(furthest) * np.sqrt(2)
    return np.column_stack([turned.real, -turned.imag])


def _spread(
    m: int, first: Codes, second: Codes, rest: Floats, precision: Floats, chance: float
) -> float:
    """Return the variance of cyclic log-odds by the method of moments (DerSimonian–Laird)."""
    bread = inverse(m, first, second, precision)
    leverage = precision * (bread[first, first] + bread[second, second] - 2 * bread[first, second])
    free = float(precision @ (1 - leverage))
    excess = float(precision @ rest**2) - chance
    return max(excess, 0.0) / free if free > 1e-9 * precision.sum() else 0.0
