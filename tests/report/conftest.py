"""One report that several test modules read."""

import warnings

import pytest

from ranking.errors import RankingWarning
from ranking.report import competitor_report
from ranking.report.contents import Report
from tests.report.logs import SCRIPT, comparisons


def reported(who: str = SCRIPT, **options: int) -> Report:
    """Report on a competitor of the small log."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RankingWarning)
        return competitor_report(comparisons(**options), who)


@pytest.fixture(scope="package")
def report() -> Report:
    """The report on the competitor with a planted strength and weakness."""
    return reported()
