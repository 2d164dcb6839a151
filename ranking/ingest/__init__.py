"""Ingest: from a file of comparisons or scores to an arena, and why the rest was rejected."""

from ranking.ingest.checking import Check, check
from ranking.ingest.committing import import_staged
from ranking.ingest.dialects import DIALECTS, Dialect
from ranking.ingest.loading import stage
from ranking.ingest.mapping import OF_SCORES, REQUIRED, ROLES, Form, Mapping
from ranking.ingest.pairing import Pairing
from ranking.ingest.reading import import_file, read, remembered_mapping
from ranking.ingest.staged import StagedFile
from ranking.ingest.suggestion import Suggestion, suggest
from ranking.ingest.writing import ImportReport

__all__ = [
    "DIALECTS",
    "OF_SCORES",
    "REQUIRED",
    "ROLES",
    "Check",
    "Dialect",
    "Form",
    "ImportReport",
    "Mapping",
    "Pairing",
    "StagedFile",
    "Suggestion",
    "check",
    "import_file",
    "import_staged",
    "read",
    "remembered_mapping",
    "stage",
    "suggest",
]
