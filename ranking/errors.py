"""The errors and warnings that Podium raises, under one base each."""


class RankingError(Exception):
    """Base of every error that Podium raises on purpose; its message is one plain sentence."""


class InputError(RankingError, ValueError):
    """A file, a mapping of its columns or a value in it cannot be used."""


class AmbiguousOutcomeError(InputError):
    """The outcome column reads well in more than one dialect, and nothing says which is meant."""


class SelectionError(RankingError, ValueError):
    """A selection names a competitor, judge, capability or field that the arena does not have."""


class StoreError(RankingError, RuntimeError):
    """The database cannot be opened, read or written."""


class StoreBusyError(StoreError):
    """Another process holds the database."""


class UnknownArenaError(StoreError, LookupError):
    """No arena has the given name."""


class CancelledError(RankingError, RuntimeError):
    """The user stopped a long piece of work; nothing of it was kept."""


class ConvergenceError(RankingError, RuntimeError):
    """An iterative fit did not reach its tolerance; no number is returned."""


class RankingWarning(UserWarning):
    """Base of the warnings about evidence that still allows an answer."""


class DisconnectedWarning(RankingWarning):
    """Groups of competitors never met, so that their ratings cannot be compared."""


class SeparationWarning(RankingWarning):
    """Some competitors never lost or never won, so that only a one-sided bound is known."""


class DegenerateWarning(RankingWarning):
    """The evidence does not vary, so that an interval rests on the model alone."""
