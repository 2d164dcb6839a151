"""``python -m benchmarks.equilibria``: how long ratings by equilibria take, and others with them.

Arenas are synthetic: competitors with a skill in each of four groups of tasks, exact win rates;
Nash averaging and alpha-Rank, which know no tasks, get random margins. Every piece of work runs in
a fresh process on one thread; only solving is timed.
"""

import argparse
import importlib
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version

from benchmarks.measure import ONE_THREAD
from benchmarks.table import Bar, markdown, replace_measured

_SEED = 3
_GROUPS = 4
_RESAMPLES = 200
_COMPARISONS = 20_000
_CATEGORIES = 10
_POLARIX_STEPS = 40_000
_DISTRIBUTIONS = ("podium", "numpy", "scipy", "polarix", "jax", "open_spiel", "cvxpy")
_ON_FIRST_USE = ("scipy.optimize", "scipy.sparse", "scipy.special", "scipy.stats")
_APART = 2e-3
"""Units of payoff within which a peer's ratings must agree, where it solves the same problem."""


@dataclass(frozen=True)
class Arena:
    """So many competitors on so many tasks."""

    competitors: int
    tasks: int

    def __str__(self) -> str:
        return f"{self.competitors} × {self.tasks}"

    @property
    def name(self) -> str:
        return f"{self.competitors}x{self.tasks}"


SMALL, MIDDLE, LARGE = Arena(8, 60), Arena(20, 500), Arena(100, 1000)
LEADERBOARD = Arena(20, _CATEGORIES)
_TINY = Arena(4, 2)
ARENAS = {arena.name: arena for arena in (SMALL, MIDDLE, LARGE, LEADERBOARD)}


@dataclass(frozen=True)
class Solved:
    """The ratings that came out, and the largest gain that is left to a player."""

    rating: list[float]
    exploitability: float = float("nan")


@dataclass(frozen=True)
class Measured:
    """What one piece of work took: seconds, MB of the whole process, and its result."""

    cpu: float
    wall: float
    peak: float
    rating: list[float]
    exploitability: float


@dataclass(frozen=True)
class Contestant:
    """One solver.

    Attributes
    ----------
    name : str
        As in the table.
    prepare : callable
        Imports, builds the game and returns the work.
    wanted : dict
        CPU seconds that it may take, by arena; arenas with None are measured without a bar.
    like : str, optional
        Whose ratings it must agree with.
    judged : bool, default True
        Whether it fails the benchmark to disagree.
    """

    name: str
    prepare: Callable[[Arena], Callable[[], Solved]]
    wanted: dict[Arena, float | None]
    like: str = ""
    judged: bool = True


def _win_rates(arena: Arena):
    from tests.equilibria.games import arena as drawn

    return drawn(arena.competitors, arena.tasks, groups=_GROUPS, seed=_SEED)[0]


def _game(arena: Arena):
    from tests.equilibria.games import won

    return won(_win_rates(arena))


def _margins(arena: Arena):
    """Return random margins: nobody is best, and about half of all are in the mix."""
    import numpy as np

    from ranking.equilibria import ZeroSumGame
    from tests.equilibria.games import named

    n = arena.competitors
    upper = np.triu(np.random.default_rng(_SEED).uniform(-1, 1, (n, n)), 1)
    return ZeroSumGame(named("m", n), upper - upper.T)


def _podium(solver: str) -> Callable[[Arena], Callable[[], Solved]]:
    def prepare(arena: Arena) -> Callable[[], Solved]:
        from ranking import equilibria

        solve = getattr(equilibria, solver)
        game = _margins(arena) if solver == "nash_averaging" else _game(arena)

        def work() -> Solved:
            found = solve(game)
            return Solved(found.competitor_rating.tolist(), found.exploitability)

        return work

    return prepare


def _alpha_rank(arena: Arena) -> Callable[[], Solved]:
    from ranking.equilibria import alpha_rank

    margin = _margins(arena).margin
    return lambda: Solved(alpha_rank(margin, intensity=1.0).mass.tolist())


def _intervals(method: str) -> Callable[[Arena], Callable[[], Solved]]:
    """Rate a log with intervals from 200 resamples."""

    def prepare(arena: Arena) -> Callable[[], Solved]:
        import ranking
        from ranking.methods.equilibria import POINTS_PER_MARGIN

        log = _task_log(arena)
        rating = getattr(ranking, method)(resamples=_RESAMPLES)
        replace(rating, resamples=20).rate(_task_log(_TINY))  # loads the compiled loops

        def work() -> Solved:
            found = rating.rate(log)
            left = found.equilibrium.exploitability / POINTS_PER_MARGIN
            return Solved(found.rating.tolist(), left)

        return work

    return prepare


def _task_log(arena: Arena):
    """Return a log of 20,000 comparisons on items of the tasks."""
    import numpy as np

    from ranking.equilibria.task_log import TaskLog
    from ranking.tally import SCORE, Games
    from tests.equilibria.games import named

    rng = np.random.default_rng(_SEED)
    rate = _win_rates(arena)
    n = arena.competitors
    task = rng.integers(arena.tasks, size=_COMPARISONS)
    first = rng.integers(n, size=_COMPARISONS)
    second = (first + rng.integers(1, n, size=_COMPARISONS)) % n
    outcome = np.where(rng.random(_COMPARISONS) < rate[task, first, second], 2, 0)
    ones = np.ones(_COMPARISONS)
    games = Games(
        competitors=named("m", n), first=first, second=second, outcome=outcome,
        score=SCORE[outcome], votes=ones, weight=ones,
        item=task * 200 + rng.integers(200, size=_COMPARISONS),
        judge=np.full(_COMPARISONS, -1), time=np.full(_COMPARISONS, np.nan),
    )  # fmt: skip
    names = named("category ", arena.tasks)
    return TaskLog(games, names, np.arange(_COMPARISONS), task, "capabilities")


def _open_spiel_nash(arena: Arena) -> Callable[[], Solved]:
    import pyspiel
    from open_spiel.python.algorithms.nash_averaging import nash_averaging

    margin = _margins(arena).margin
    game = pyspiel.create_tensor_game([margin, -margin]).as_matrix_game()

    def work() -> Solved:
        _, rating = nash_averaging(game)
        return Solved(rating.ravel().tolist(), float(rating.max()))

    return work


def _open_spiel_alpha_rank(arena: Arena) -> Callable[[], Solved]:
    from open_spiel.python.egt import alpharank

    margin = _margins(arena).margin
    return lambda: Solved(alpharank.compute([margin], m=50, alpha=1.0)[2].tolist())


def _polarix(arena: Arena) -> Callable[[], Solved]:
    import numpy as np
    import polarix

    from tests.equilibria.games import named

    margin = _game(arena).margin
    players = (named("t", arena.tasks), *[named("m", arena.competitors)] * 2)
    game = polarix.Game(
        payoffs=np.stack([np.abs(margin), margin, -margin]),
        actions=tuple(map(np.array, players)), players=("task", "first", "second"),
    )  # fmt: skip

    def work() -> Solved:
        found = polarix.solve(
            game, polarix.lle, max_num_iterations=_POLARIX_STEPS, disable_progress_bar=True
        )
        return Solved(np.asarray(found.ratings[1]).tolist(), float(found.extra["exp"]))

    return work


CONTESTANTS = {
    "nash": Contestant(
        "Podium, Nash averaging", _podium("nash_averaging"), {SMALL: 0.5, MIDDLE: None, LARGE: None}
    ),
    "logit": Contestant(
        "Podium, logit equilibrium", _podium("logit_equilibrium"),
        {SMALL: 0.5, MIDDLE: 2, LARGE: 30},
    ),
    "cce": Contestant(
        "Podium, coarse correlated", _podium("coarse_correlated_equilibrium"),
        {SMALL: 0.5, MIDDLE: 2, LARGE: None},
    ),
    "deviation": Contestant(
        "Podium, deviation ratings", _podium("deviation_ratings"), {SMALL: 0.5, MIDDLE: 60}
    ),
    "alpha-rank": Contestant(
        "Podium, alpha-Rank", _alpha_rank, {SMALL: 0.5, MIDDLE: None, LARGE: None}
    ),
    **{
        f"resampled-{method}": Contestant(
            f"Podium, {method} with {_RESAMPLES} resamples of {_COMPARISONS:,} comparisons",
            _intervals(method), {LEADERBOARD: 30},
        )
        for method in ("NashAveraging", "LogitEquilibrium", "CoarseCorrelated", "DeviationRatings")
    },
    "open-spiel-nash": Contestant(
        "OpenSpiel, Nash averaging", _open_spiel_nash, {SMALL: None, MIDDLE: None, LARGE: None},
        like="nash",
    ),
    "open-spiel-alpha-rank": Contestant(
        "OpenSpiel, alpha-Rank", _open_spiel_alpha_rank,
        {SMALL: None, MIDDLE: None, LARGE: None}, like="alpha-rank",
    ),
    "polarix": Contestant(
        f"polarix, LLE, {_POLARIX_STEPS:,} steps", _polarix, {SMALL: None}, like="logit",
        judged=False,
    ),
}  # fmt: skip

Results = dict[tuple[str, Arena], Measured]


def main() -> int:
    """Measure, print the table and the bars; 1 if a peer disagrees, or a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.equilibria", description=__doc__)
    parser.add_argument("--arena", choices=ARENAS, help="one size only")
    parser.add_argument("--only", nargs="+", choices=CONTESTANTS, help="these contestants only")
    parser.add_argument("--write", action="store_true", help="rewrite the table in README.md")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a bar is missed")
    parser.add_argument(
        "--measure", nargs=2, metavar=("CONTESTANT", "ARENA"), help=argparse.SUPPRESS
    )
    told = parser.parse_args()
    if told.measure:
        task, name = told.measure
        print(json.dumps(vars(_measured(CONTESTANTS[task], ARENAS[name]))))
        return 0
    found: Results = {}
    for task, contestant in CONTESTANTS.items():
        if told.only and task not in told.only:
            continue
        for arena in contestant.wanted:
            if told.arena in (None, arena.name):
                found[task, arena] = _told(task, arena)
    text, judged, wrong = table(found), bars(found), disagreements(found)
    print(text, *judged, *wrong, sep="\n")
    if told.write:
        lines = "\n".join(f"- {bar}" for bar in judged)
        heading = f"### Ratings by equilibria\n\nMeasured with {_versions()}."
        replace_measured("equilibria", f"{heading}\n\n{text}\n\n{lines}")
    missed = told.check and not all(bar.met for bar in judged)
    return 1 if wrong or missed else 0


def bars(found: Results) -> list[Bar]:
    """Return the bars on CPU seconds."""
    return [
        Bar(f"CPU of {CONTESTANTS[task].name}, at {arena}", one.cpu, wanted, False, " s")
        for (task, arena), one in found.items()
        if (wanted := CONTESTANTS[task].wanted[arena]) is not None
    ]


def disagreements(found: Results) -> list[str]:
    """Say which peers give other ratings to the same game."""
    return [
        f"FAIL  {CONTESTANTS[task].name} differs by {apart:.2g} at {arena}."
        for (task, arena) in found
        if CONTESTANTS[task].judged and not (apart := _apart(found, task, arena)) <= _APART
    ]


def table(found: Results) -> str:
    """Return all measurements as Markdown."""
    rows = [
        [
            f"{CONTESTANTS[task].name}, {arena}", f"{one.cpu:.3g}",
            f"{CONTESTANTS[task].wanted[arena] or ''}", f"{one.peak:.0f}",
            _number(one.exploitability), _number(_apart(found, task, arena)),
        ]
        for (task, arena), one in found.items()
    ]  # fmt: skip
    header = ["", "CPU s", "at most", "peak MB", "left to gain", "apart from Podium"]
    return markdown(header, rows)


def _apart(found: Results, task: str, arena: Arena) -> float:
    """Return the largest difference to the ratings of the contestant that is to agree, else 0."""
    like = CONTESTANTS[task].like
    if not like or (like, arena) not in found:
        return 0.0
    mine, other = found[like, arena].rating, found[task, arena].rating
    return max(abs(one - two) for one, two in zip(mine, other, strict=True))


def _number(value: float) -> str:
    return f"{value:.1g}" if value == value and value else ""


def _told(task: str, arena: Arena) -> Measured:
    times = 3 if arena == SMALL and task != "polarix" else 1
    runs = [_run(task, arena) for _ in range(times)]
    median = sorted(runs, key=lambda run: run.cpu)[times // 2]
    said = f"{CONTESTANTS[task].name}, {arena}: {median.cpu:.2f} s CPU, {median.peak:.0f} MB"
    print(said, file=sys.stderr, flush=True)
    return median


def _run(task: str, arena: Arena) -> Measured:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.equilibria", "--measure", task, arena.name],
        env={**os.environ, **ONE_THREAD}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{task} failed at {arena}: {done.stderr.strip()[-2000:]}")
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def _measured(contestant: Contestant, arena: Arena) -> Measured:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    for module in _ON_FIRST_USE:
        importlib.import_module(module)
    work = contestant.prepare(arena)
    cpu, wall = time.process_time(), time.perf_counter()
    found = work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    unit = 1e6 if sys.platform == "darwin" else 1e3
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return Measured(cpu, wall, peak, found.rating, found.exploitability)


def _versions() -> str:
    found = []
    for name in _DISTRIBUTIONS:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


if __name__ == "__main__":
    sys.exit(main())
