"""What is known of the change between two versions in one capability, and in what words."""

import math
from dataclasses import dataclass
from typing import Literal, cast, get_args

import numpy as np
import numpy.typing as npt

from ranking.capabilities.findings import Findings, Verdict
from ranking.capabilities.hierarchy import step_up
from ranking.laplacian import Floats
from ranking.versions.paired import VersionComparison

Test = Literal["mcnemar", "paired-t"]


@dataclass(frozen=True)
class VersionSettings:
    """How two versions are compared.

    Attributes
    ----------
    basis : {"scores", "direct", "opponents"}
        As in `VersionPairs`.
    test : {"mcnemar", "paired-t"}
        McNemar's exact test where an item can only pass or fail, the paired t test where results
        are graded.
    passing : float
        An item passes with a result above this.
    q : float
        False discovery rate.
    smallest_effect : float
        delta, the smallest change of interest, on the scale of the results.
    fewest : int
        Shared items that a capability needs to be tested.
    level : float
        Of the intervals.
    """

    basis: Literal["scores", "direct", "opponents"]
    test: Test
    passing: float
    q: float
    smallest_effect: float
    fewest: int
    level: float

    @property
    def words(self) -> tuple[str, str]:
        """What items are called that changed for the better, and for the worse."""
        return ("won", "lost") if self.basis == "direct" else ("fixed", "regressed")


@dataclass(frozen=True)
class VersionFinding:
    """What is known of the change in one capability.

    Attributes
    ----------
    capability, name : str
        Key of the node, and what is shown; both empty for what is over all items.
    items, only_before, only_after : int
        Shared items, and items that one of the two alone has a result on.
    before, after : float
        Mean results on the shared items, in the unit; NaN where there are none.
    difference, low, high : float
        After less before and its interval, in the unit; NaN with fewer than five items.
    estimate, own_weight : float
        The difference drawn towards the parent's by its noise, and how much of it is the
        capability's own data.
    fixed, regressed, right, wrong : int
        Items that passed after but not before, before but not after, both times, never.
    churn : float
        Share of items that were fixed or regressed.
    p, q : float
        Of the test; and adjusted over all capabilities with enough items (Benjamini–Hochberg). The
        p-value over all items is not adjusted.
    mcnemar_p, mcnemar_q : float
        Of what was fixed and what regressed, whatever the test.
    false_sign_rate : float
        Chance that the estimate has the wrong sign.
    verdict : str
        "confirmed", "likely", "no clear difference" or "not enough data".
    direction : {"better", "worse", ""}
        Of what is confirmed or likely.
    needed : float
        About how many more items would confirm or refute a change; 0 where the verdict stands, NaN
        where that is unknown.
    """

    capability: str
    name: str
    items: int
    only_before: int
    only_after: int
    before: float
    after: float
    difference: float
    low: float
    high: float
    estimate: float
    own_weight: float
    fixed: int
    regressed: int
    right: int
    wrong: int
    churn: float
    p: float
    q: float
    mcnemar_p: float
    mcnemar_q: float
    false_sign_rate: float
    verdict: Verdict
    direction: str
    needed: float

    @property
    def toward(self) -> float:
        """The number whose sign says whether it is for the better; 0 where that is unknown."""
        value = self.difference if self.verdict == "confirmed" else self.estimate
        return 0.0 if math.isnan(value) else value


def version_findings(
    compared: VersionComparison, tested: Findings, how: VersionSettings, size: float
) -> tuple[VersionFinding, ...]:
    """Join counts and tests of every node that holds items of either version, the root first.

    Parameters
    ----------
    compared : VersionComparison
    tested : Findings
        Of the paired differences against 0.
    how : VersionSettings
    size : float
        Units to one unit of the results.
    """
    mcnemar_q = _adjusted(compared.p, compared.items, how)
    p, q = compared.p, mcnemar_q
    if how.test == "paired-t":
        p, q = tested.p[:, 0], _adjusted(tested.p[:, 0], compared.items, how)
    verdict = _verdicts(tested, q, how)
    settled = np.isin(verdict, ("confirmed", "no clear difference"))
    needed = np.where(settled, 0.0, tested.needed[:, 0])
    needed[~settled & (needed == 0)] = np.nan
    held = compared.items + compared.only_before + compared.only_after
    return tuple(
        _finding(
            at, compared, tested, str(verdict[at]),
            (p[at], q[at], mcnemar_q[at], needed[at]), size,
        )
        for at in np.flatnonzero(held).tolist()
    )  # fmt: skip


def _adjusted(p: Floats, items: Floats, how: VersionSettings) -> Floats:
    """Adjust over the capabilities; what is asked over all items is a question of its own."""
    q = np.full(len(p), np.nan)
    tested = items >= how.fewest
    q[0] = p[0] if tested[0] else np.nan
    tested[0] = False
    q[tested] = step_up(p[tested])
    return q


def _verdicts(tested: Findings, q: Floats, how: VersionSettings) -> npt.NDArray[np.str_]:
    effect, estimate = tested.effect[:, 0], tested.estimate[:, 0]
    with np.errstate(invalid="ignore"):
        confirmed = (q <= how.q) & (np.abs(effect) >= how.smallest_effect)
        likely = (tested.false_sign_rate[:, 0] <= 0.05) & (np.abs(estimate) >= how.smallest_effect)
    alike = tested.verdict[:, 0] == "no clear difference"
    return np.select(
        [confirmed, likely, alike], get_args(Verdict)[:3], default=get_args(Verdict)[3]
    )


def _finding(
    at: int,
    compared: VersionComparison,
    tested: Findings,
    verdict: str,
    test: tuple[float, float, float, float],
    size: float,
) -> VersionFinding:
    items, p = int(compared.items[at]), float(compared.p[at])
    effect, estimate = float(tested.effect[at, 0]), float(tested.estimate[at, 0])
    tested_here = items >= tested.settings.fewest
    direction = ""
    if verdict in ("confirmed", "likely"):
        direction = "better" if (effect if verdict == "confirmed" else estimate) > 0 else "worse"
    return VersionFinding(
        capability=tested.taxonomy.keys[at] if at else "",
        name=tested.taxonomy.names[at] if at else "",
        items=items,
        only_before=int(compared.only_before[at]),
        only_after=int(compared.only_after[at]),
        before=size * float(compared.before[at]),
        after=size * float(compared.after[at]),
        difference=size * effect,
        low=size * float(tested.low[at, 0]),
        high=size * float(tested.high[at, 0]),
        estimate=size * estimate,
        own_weight=float(tested.own_weight[at, 0]),
        fixed=int(compared.fixed[at]),
        regressed=int(compared.regressed[at]),
        right=int(compared.right[at]),
        wrong=int(compared.wrong[at]),
        churn=float(compared.churn[at]),
        p=float(test[0]) if tested_here else math.nan,
        q=float(test[1]),
        mcnemar_p=p if tested_here else math.nan,
        mcnemar_q=float(test[2]),
        false_sign_rate=float(tested.false_sign_rate[at, 0]),
        verdict=cast(Verdict, verdict),
        direction=direction,
        needed=float(test[3]),
    )
