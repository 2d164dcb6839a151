"""Reports on one competitor: where it stands, what it is good and bad at, and how that is known."""

from ranking.report.contents import Report, competitor_report
from ranking.report.writing import FORMATS, check_format, findings_csv, write_report, written

__all__ = [
    "FORMATS",
    "Report",
    "check_format",
    "competitor_report",
    "findings_csv",
    "write_report",
    "written",
]
