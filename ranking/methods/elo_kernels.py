"""The sequential loops of Elo, compiled by numba: imported only when Elo runs."""

# mypy: disable-error-code="no-untyped-def,misc"
import numpy as np
from numba import njit


@njit("void(f8[::1], i4[::1], i4[::1], f8[::1], f8[::1], i8[::1], f8, f8)", cache=True)
def play(rating, first, second, score, weight, batch_end, k, scale):
    """Play a log once, changing the ratings, shape (m,), in place."""
    pending = np.zeros(len(rating))
    rate = np.log(10.0) / scale
    start, n = 0, len(first)
    while start < n:
        end = batch_end[start]
        if end == start + 1:
            a, b = first[start], second[start]
            expected = 1.0 / (1.0 + np.exp((rating[b] - rating[a]) * rate))
            change = k * weight[start] * (score[start] - expected)
            rating[a] += change
            rating[b] -= change
        else:
            for row in range(start, end):
                a, b = first[row], second[row]
                expected = 1.0 / (1.0 + np.exp((rating[b] - rating[a]) * rate))
                change = k * weight[row] * (score[row] - expected)
                pending[a] += change
                pending[b] -= change
            for row in range(start, end):
                for side in (first[row], second[row]):
                    rating[side] += pending[side]
                    pending[side] = 0.0
        start = end


@njit(cache=True)
def _draw_counts(key, counts):
    """Fill `counts` with Poisson(1) draws, four from each 64-bit hash (splitmix64) of the key."""
    for at in range(0, len(counts), 4):
        z = (key + np.uint64(at)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
        for part in range(4):
            u = (z >> np.uint64(16 * part)) & np.uint64(0xFFFF)
            # Cumulated Poisson(1) probabilities in units of 1/65536.
            counts[at + part] = (
                np.float64(u >= 24109)
                + np.float64(u >= 48219)
                + np.float64(u >= 60273)
                + np.float64(u >= 64291)
                + np.float64(u >= 65296)
                + np.float64(u >= 65497)
                + np.float64(u >= 65531)
            )


@njit(cache=True, fastmath=True)
def _changes(gap, stake, y, counts, change):
    """Set ``stake * counts * (y - logistic(gap))`` for a vector of draws.

    The logistic function is a Pade approximant of tanh, good to 1e-5: the compiler turns it into
    vector instructions, as it cannot do with exp.
    """
    for draw in range(len(gap)):
        h = min(max(0.5 * gap[draw], -4.9), 4.9)
        s = h * h
        above = h * (135135.0 + s * (17325.0 + s * (378.0 + s)))
        below = 135135.0 + s * (62370.0 + s * (3150.0 + s * 28.0))
        change[draw] = stake * counts[draw] * (y - 0.5 - 0.5 * above / below)


@njit(cache=True, fastmath=True)
def _gaps(of_first, of_second, rate, gap):
    for draw in range(len(gap)):
        gap[draw] = (of_first[draw] - of_second[draw]) * rate


@njit(cache=True, fastmath=True)
def _move(of_first, of_second, change):
    for draw in range(len(change)):
        of_first[draw] += change[draw]
    for draw in range(len(change)):
        of_second[draw] -= change[draw]


@njit(cache=True, fastmath=True)
def replay(rating, first, second, score, weight, batch_end, label, k, scale, seed):
    """Replay a log with Poisson(1) counts per label.

    Changes the ratings, shape (m, replays), in place; the number of replays is a multiple of 4.
    """
    width = rating.shape[1]
    pending = np.zeros(rating.shape)
    counts, gap, change = np.empty(width), np.empty(width), np.empty(width)
    rate = np.log(10.0) / scale
    start, n = 0, len(first)
    while start < n:
        end = batch_end[start]
        alone = end == start + 1
        for row in range(start, end):
            a, b = first[row], second[row]
            key = (np.uint64(label[row]) + seed * np.uint64(0x632BE59BD9B4E019)) * np.uint64(width)
            _draw_counts(key + np.uint64(1), counts)
            _gaps(rating[a], rating[b], rate, gap)
            _changes(gap, k * weight[row], score[row], counts, change)
            if alone:
                _move(rating[a], rating[b], change)
            else:
                _move(pending[a], pending[b], change)
        if not alone:
            for row in range(start, end):
                for side in (first[row], second[row]):
                    for draw in range(width):
                        rating[side, draw] += pending[side, draw]
                        pending[side, draw] = 0.0
        start = end
