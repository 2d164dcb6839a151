"""Comparisons: a log of pairwise comparisons under a selection, the only door to its evidence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ranking.covariates import Covariates, check_names
from ranking.selection import EVERYTHING, Selection
from ranking.store import log
from ranking.store.arenas import Arena, arena
from ranking.store.connection import Store
from ranking.store.covariates import read_covariates
from ranking.store.tasks import judge_names, read_task_games, read_task_scores, task_grouping
from ranking.store.where import where
from ranking.tally import Games, Tally

if TYPE_CHECKING:
    import pandas as pd

    from ranking.equilibria.task_log import TaskLog


@dataclass(frozen=True)
class Comparisons:
    """The comparisons of one arena that a selection lets pass; read only when asked for.

    Attributes
    ----------
    store : Store
        The database.
    arena : Arena
        The arena as it was when this object was made.
    selection : Selection
        Which of its comparisons.

    Examples
    --------
    >>> import ranking as rk
    >>> battles = rk.read("battles.csv")                                   # doctest: +SKIP
    >>> rk.BradleyTerry().rate(battles.where("language=en", "judge=ann"))  # doctest: +SKIP
    """

    store: Store
    arena: Arena
    selection: Selection = EVERYTHING

    @classmethod
    def of(cls, store: Store, name: str, selection: Selection = EVERYTHING) -> "Comparisons":
        """Return the comparisons of the arena of that name.

        Raises
        ------
        UnknownArenaError
            If the store has no such arena.
        """
        return cls(store, arena(store, name), selection)

    def where(self, *filters: str) -> "Comparisons":
        """Return the comparisons under other ``name=value`` filters (see `Selection.parse`)."""
        return self.select(Selection.parse(filters))

    def select(self, selection: Selection) -> "Comparisons":
        """Return the comparisons of this arena under another selection."""
        return replace(self, selection=selection)

    def tally(self) -> Tally:
        """Sum the selected comparisons by pair and outcome."""
        with self.store.reading() as connection:
            return log.read_tally(
                connection, self.arena, where(connection, self.arena, self.selection)
            )

    def games(self, *, ordered: bool = True) -> Games:
        """Read the selected comparisons row by row, in the order of their times.

        Where the order does not matter (`ordered` False) neither it nor the times are read.
        """
        with self.store.reading() as connection:
            condition = where(connection, self.arena, self.selection)
            return log.read_games(connection, self.arena, condition, ordered=ordered)

    def covariates(self, names: Sequence[str] = ("style",)) -> Covariates:
        """Read what covariates of these names need, row by row in the order of `games`.

        Parameters
        ----------
        names : sequence of str, default ("style",)
            As in `covariates.design`.

        Raises
        ------
        InputError
            If a name is unknown, or the arena lacks a feature that is asked for.
        """
        check_names(names)
        with self.store.reading() as connection:
            return read_covariates(
                connection, self.arena, where(connection, self.arena, self.selection), names
            )

    def tasks(self, by: str = "auto", *, depth: int = 1, scores: bool = False) -> "TaskLog":
        """Read the selected comparisons row by row, with the tasks they belong to.

        Parameters
        ----------
        by : str, default "auto"
            What a task is: "capability" (a node of the taxonomy), "capability:PATH" (a node below
            that one), "judge", "item", the name of an imported field (a value of it), or "none"
            (all comparisons are one task). "auto" takes capabilities where there are any, else
            items where there are 2 to 50, else none. A comparison with several capabilities
            belongs to several tasks.
        depth : int, default 1
            Level of the capability, counted below PATH. Without a PATH it is counted below what
            all comparisons share: facets of which each comparison has one, or a common root.
        scores : bool, default False
            Also read what either side scored.

        Raises
        ------
        InputError
            If there are more than 200 tasks, or none, or no scores where they are asked for.
        SelectionError
            If the arena has no such field or capability.
        """
        from ranking.equilibria.task_log import ScoreLog, TaskLog

        with self.store.reading() as connection:
            condition = where(connection, self.arena, self.selection)
            grouping = task_grouping(connection, self.arena, condition, by, depth)
            games, row, task = read_task_games(connection, self.arena, condition, grouping)
            judges, judge = judge_names(connection, self.arena, games.judge)
            scored = None
            if scores:
                found = read_task_scores(connection, self.arena, condition, grouping)
                scored = ScoreLog(**vars(found))
        games = replace(games, judge=judge)
        return TaskLog(games, grouping.tasks, row, task, grouping.by, judges, scored)

    def page(self, *, offset: int = 0, limit: int = 100, search: str = "") -> "pd.DataFrame":
        """Read some raw comparisons with the names to show; columns without values are left out."""
        with self.store.reading() as connection:
            condition = where(connection, self.arena, self.selection)
            rows = log.read_page(
                connection, self.arena, condition, offset=offset, limit=limit, search=search
            )
            shown = log.named_columns(connection, self.arena)
        return rows[_worth_showing(rows)].rename(columns=shown)

    def count(self, *, search: str = "") -> int:
        """Count the rows that `page` goes through."""
        with self.store.reading() as connection:
            condition = where(connection, self.arena, self.selection)
            return log.count_rows(connection, self.arena, condition, search=search)

    @cached_property
    def has_items(self) -> bool:
        """Whether any comparison of the arena says which item it was about."""
        with self.store.reading() as connection:
            return bool(
                connection.execute(f"SELECT count(item) > 0 FROM {self.arena.table}").fetchone()
                == (True,)
            )

    @cached_property
    def judges(self) -> int:
        """How many judges decided comparisons of the arena."""
        with self.store.reading() as connection:
            row = connection.execute(
                "SELECT count(*) FROM judges WHERE arena_id = ?", [self.arena.arena_id]
            ).fetchone()
        return int(row[0]) if row else 0


def _worth_showing(rows: "pd.DataFrame") -> Iterable[str]:
    def empty(name: str) -> bool:
        return bool(rows[name].isna().all())

    soft = bool((rows["outcome_name"] == "soft").any())
    plain = {
        "score": not soft,
        "votes": bool((rows["votes"] == 1).all()),
        "weight": bool((rows["weight"] == 1).all()),
    }
    return [name for name in rows.columns if not plain.get(name, False) and not empty(name)]
