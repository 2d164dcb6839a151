"""The sequential loops of Elo, compiled by numba: imported only when Elo runs."""

# mypy: disable-error-code="no-untyped-def,misc"
import numpy as np
from numba import njit


@njit(cache=True)
def play(first, second, score, weight, batch_end, m, k, scale, initial):
    """Play the log once; returns the ratings, shape (m,)."""
    rating = np.full(m, initial)
    pending = np.zeros(m)
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
    return rating


@njit(cache=True)
def _poisson(key):
    """Turn a 64-bit key into a Poisson(1) count (splitmix64, then the inverse distribution)."""
    z = key * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    u = np.float64(z >> np.uint64(11)) / 9007199254740992.0
    count, probability = 0, 0.36787944117144233
    below = probability
    while u > below and count < 20:
        count += 1
        probability /= count
        below += probability
    return count


@njit(cache=True, fastmath=True)
def replay(first, second, score, weight, batch_end, label, m, k, scale, resamples, seed):
    """Replay the log with Poisson counts per label; returns shape (m, resamples), around zero."""
    rating = np.zeros((m, resamples))
    pending = np.zeros((m, resamples))
    rate = np.log(10.0) / scale
    start, n = 0, len(first)
    while start < n:
        end = batch_end[start]
        for row in range(start, end):
            a, b = first[row], second[row]
            key = (np.uint64(label[row]) + seed * np.uint64(0x632BE59BD9B4E019)) * np.uint64(
                resamples
            )
            stake, y = k * weight[row], score[row]
            for draw in range(resamples):
                count = _poisson(key + np.uint64(draw) + np.uint64(1))
                if count:
                    expected = 1.0 / (1.0 + np.exp((rating[b, draw] - rating[a, draw]) * rate))
                    change = stake * count * (y - expected)
                    pending[a, draw] += change
                    pending[b, draw] -= change
            if end == start + 1:
                rating[a] += pending[a]
                rating[b] += pending[b]
                pending[a] = 0.0
                pending[b] = 0.0
        if end > start + 1:
            for row in range(start, end):
                for side in (first[row], second[row]):
                    rating[side] += pending[side]
                    pending[side] = 0.0
        start = end
    return rating
