"""The loop of Glicko-2 over rating periods, compiled by numba: imported only when it runs."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call,misc"
import numpy as np
from numba import njit

_TOLERANCE = 1e-6
_SMALL = 1e-12


@njit("f8(f8, f8, f8, f8, f8)", cache=True)
def _new_volatility(volatility, deviation, variance, change, tau):
    """Return the volatility after a period (step 5 of Glickman's paper, the Illinois method)."""
    a = np.log(volatility**2)
    d2, phi2 = change * change, deviation * deviation

    def slope(x):
        e = np.exp(x)
        total = phi2 + variance + e
        return e * (d2 - total) / (2.0 * total * total) - (x - a) / (tau * tau)

    low = a
    if d2 > phi2 + variance:
        high = np.log(d2 - phi2 - variance)
    else:
        steps = 1
        while slope(a - steps * tau) < 0.0:
            steps += 1
        high = a - steps * tau
    at_low, at_high = slope(low), slope(high)
    while np.abs(high - low) > _TOLERANCE:
        between = low + (low - high) * at_low / (at_high - at_low)
        at_between = slope(between)
        if at_between * at_high <= 0.0:
            low, at_low = high, at_high
        else:
            at_low *= 0.5
        high, at_high = between, at_between
    return np.exp(low / 2.0)


@njit(
    "void(f8[::1], f8[::1], f8[::1], i8[::1], i4[::1], i4[::1], f8[::1], f8[::1], i8[::1], "
    "f8, f8, i8[::1], f8[:, ::1], f8[:, ::1])",
    cache=True,
)
def play(
    rating, deviation, volatility, current, first, second, score, weight, period, tau, most,
    marks, ratings, deviations,
):  # fmt: skip
    """Play a log, period by period, on Glicko-2's own scale (logits).

    Parameters
    ----------
    rating, deviation, volatility : float arrays of shape (m,)
        Where everybody begins; changed in place.
    current : int array of shape (m,)
        Period at whose end each deviation holds; -1 for newcomers. Changed in place.
    first, second, score, weight, period : arrays of shape (n,)
        The log, sorted by period.
    tau : float
        How much volatilities may change.
    most : float
        Largest deviation that idleness leads to.
    marks : int array of shape (k,)
        Ascending periods at whose ends to write down `ratings` and `deviations`, shape (k, m).
    """
    m, n = len(rating), len(first)
    precision, push = np.zeros(m), np.zeros(m)
    touched = np.empty(m, np.int64)
    start, mark = 0, 0
    while mark < len(marks):
        now = period[start] if start < n else marks[len(marks) - 1] + 1
        while mark < len(marks) and marks[mark] < now:
            for one in range(m):
                if current[one] >= 0:
                    idle = marks[mark] - current[one]
                    grown = np.sqrt(deviation[one] ** 2 + idle * volatility[one] ** 2)
                    ratings[mark, one] = rating[one]
                    deviations[mark, one] = min(grown, most)
            mark += 1
        if mark == len(marks):
            break
        end, count = start, 0
        while end < n and period[end] == now:
            for one in (first[end], second[end]):
                if precision[one] == 0.0 and push[one] == 0.0:
                    if current[one] >= 0 and now - 1 > current[one]:
                        idle = now - 1 - current[one]
                        grown = np.sqrt(deviation[one] ** 2 + idle * volatility[one] ** 2)
                        deviation[one] = min(grown, most)
                    current[one] = now
                    precision[one] = _SMALL
                    touched[count] = one
                    count += 1
            end += 1
        for row in range(start, end):
            a, b = first[row], second[row]
            for side in range(2):
                one, other = (a, b) if side == 0 else (b, a)
                y = score[row] if side == 0 else 1.0 - score[row]
                g = 1.0 / np.sqrt(1.0 + 3.0 * deviation[other] ** 2 / np.pi**2)
                expected = 1.0 / (1.0 + np.exp(-g * (rating[one] - rating[other])))
                precision[one] += weight[row] * g * g * expected * (1.0 - expected)
                push[one] += weight[row] * g * (y - expected)
        for at in range(count):
            one = touched[at]
            variance = 1.0 / precision[one]
            volatility[one] = _new_volatility(
                volatility[one], deviation[one], variance, variance * push[one], tau
            )
            prior = deviation[one] ** 2 + volatility[one] ** 2
            deviation[one] = 1.0 / np.sqrt(1.0 / prior + precision[one])
            rating[one] += deviation[one] ** 2 * push[one]
            precision[one], push[one] = 0.0, 0.0
        start = end
