"""What is measured: each contestant as its own documentation would have a user write it.

A contestant is a function that imports what it needs and returns the work to be timed, from opening
the file to the last number. The work returns ratings by name, in Elo points up to a shift.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from benchmarks.coded import games
from benchmarks.logs import ARENA, COLUMNS, Log

Points = dict[str, float]
Work = Callable[[Log], Points]

_POINTS = 400 / math.log(10)


@dataclass(frozen=True)
class Contestant:
    """One way from a log to ratings.

    Attributes
    ----------
    name : str
        As in the table.
    method : str
        "Bradley–Terry" or "Elo": ratings of one method must agree.
    reads : str
        What it starts from.
    interval : bool
        Whether it gives an interval too.
    prepare : callable
        Imports, and returns the work.
    tolerance : float
        How far its ratings may be from Podium's, in Elo points. arena-rank and scikit-learn climb
        by gradients and stop early.
    """

    name: str
    method: Literal["Bradley–Terry", "Elo"]
    reads: Literal["Parquet", "store"]
    interval: bool
    prepare: Callable[[], Work]
    tolerance: float = 0.001

    def __str__(self) -> str:
        interval = "with intervals" if self.interval else "estimate"
        return f"{self.name} {self.method}, {interval}, from {self.reads}"


def _podium(method: str, reads: str, *, cluster: str = "auto") -> Work:
    import ranking

    rating = (
        ranking.BradleyTerry(cluster=cluster)
        if method == "Bradley–Terry"
        else ranking.Elo(resamples=0)
    )
    rating.rate(games(Log(10_000, 5)))  # loads the compiled loops

    def work(log: Log) -> Points:
        if reads == "Parquet":
            comparisons = ranking.read(log.parquet)
        else:
            comparisons = ranking.Comparisons.of(ranking.Store(log.database), ARENA)
        ratings = rating.rate(comparisons)
        return dict(zip(ratings.competitors, ratings.rating.tolist(), strict=True))

    return work


def _evalica(method: str, *, index: bool = False) -> Work:
    import evalica
    import pandas as pd

    winners = {
        "model_a": evalica.Winner.X,
        "model_b": evalica.Winner.Y,
        "tie": evalica.Winner.Draw,
    }

    def work(log: Log) -> Points:
        frame = pd.read_parquet(log.parquet, columns=COLUMNS)
        names = None
        if index:
            names = pd.Index(pd.unique(pd.concat([frame["model_a"], frame["model_b"]])))
        fit = evalica.bradley_terry if method == "Bradley–Terry" else evalica.elo
        scores = fit(
            frame["model_a"], frame["model_b"], frame["winner"].map(winners), index=names
        ).scores
        if method == "Elo":
            return scores.to_dict()
        return {name: _POINTS * math.log(score) for name, score in scores.items()}

    return work


def _choix() -> Work:
    import choix
    import numpy as np
    import pandas as pd

    def work(log: Log) -> Points:
        names, wins = _wins(pd, np, log)
        theta = choix.ilsr_pairwise_dense(wins)
        return dict(zip(names, (_POINTS * theta).tolist(), strict=True))

    return work


def _notebook() -> Work:
    import numpy as np
    import pandas as pd
    from sklearn.linear_model import LogisticRegression

    def work(log: Log) -> Points:
        """Fit a logistic regression without penalty to two weighted rows per ordered pair."""
        names, wins = _wins(pd, np, log)
        winner, loser = np.nonzero(wins)
        pairs = np.arange(len(winner))
        design = np.zeros((2 * len(pairs), len(names)))
        design[pairs, winner], design[pairs, loser] = 1, -1
        design[len(pairs) :] = -design[: len(pairs)]
        won = np.repeat([1, 0], len(pairs))
        weight = np.tile(wins[winner, loser], 2)
        model = LogisticRegression(fit_intercept=False, C=np.inf, tol=1e-6)
        model.fit(design, won, sample_weight=weight)
        return dict(zip(names, (_POINTS * model.coef_[0]).tolist(), strict=True))

    return work


def _wins(pd, np, log: Log):
    """Pivot a log into the matrix of wins, a tie being half a win for each."""
    frame = pd.read_parquet(log.parquet, columns=COLUMNS)
    counts = frame.groupby(COLUMNS, sort=False).size().unstack(fill_value=0)
    names = np.union1d(*(counts.index.get_level_values(side) for side in COLUMNS[:2]))

    def matrix(values):
        return values.unstack(fill_value=0).reindex(index=names, columns=names, fill_value=0)

    half = matrix(counts["tie"]).to_numpy() / 2
    wins = matrix(counts["model_a"]).to_numpy() + matrix(counts["model_b"]).to_numpy().T
    return names.tolist(), wins + half + half.T


def _arena_rank() -> Work:
    import pandas as pd
    from arena_rank.models.bradley_terry import BradleyTerry
    from arena_rank.utils.data_utils import PairDataset

    def work(log: Log) -> Points:
        frame = pd.read_parquet(log.parquet, columns=COLUMNS)
        dataset = PairDataset.from_pandas(frame)
        model = BradleyTerry(n_competitors=len(dataset.competitors))
        result = model.compute_ratings_and_cis(dataset, significance_level=0.05)
        _ = [float(limit) for limit in result["rating_lower"]]
        return dict(zip(dataset.competitors, map(float, result["ratings"]), strict=True))

    return work


CONTESTANTS: dict[str, Contestant] = {
    "podium": Contestant(
        "Podium", "Bradley–Terry", "Parquet", True, lambda: _podium("Bradley–Terry", "Parquet")
    ),
    "podium-store": Contestant(
        "Podium", "Bradley–Terry", "store", True, lambda: _podium("Bradley–Terry", "store")
    ),
    "podium-hc0": Contestant(
        "Podium (HC0)", "Bradley–Terry", "Parquet", True,
        lambda: _podium("Bradley–Terry", "Parquet", cluster="none"),
    ),
    "podium-store-hc0": Contestant(
        "Podium (HC0)", "Bradley–Terry", "store", True,
        lambda: _podium("Bradley–Terry", "store", cluster="none"),
    ),
    "arena-rank": Contestant("arena-rank", "Bradley–Terry", "Parquet", True, _arena_rank, 0.5),
    "evalica": Contestant(
        "evalica", "Bradley–Terry", "Parquet", False, lambda: _evalica("Bradley–Terry")
    ),
    "evalica-indexed": Contestant(
        "evalica (index given)", "Bradley–Terry", "Parquet", False,
        lambda: _evalica("Bradley–Terry", index=True),
    ),
    "choix": Contestant("choix", "Bradley–Terry", "Parquet", False, _choix),
    "notebook": Contestant("scikit-learn", "Bradley–Terry", "Parquet", False, _notebook, 0.5),
    "podium-elo": Contestant("Podium", "Elo", "Parquet", False, lambda: _podium("Elo", "Parquet")),
    "podium-elo-store": Contestant(
        "Podium", "Elo", "store", False, lambda: _podium("Elo", "store")
    ),
    "evalica-elo": Contestant("evalica", "Elo", "Parquet", False, lambda: _evalica("Elo")),
    "evalica-elo-indexed": Contestant(
        "evalica (index given)", "Elo", "Parquet", False, lambda: _evalica("Elo", index=True)
    ),
}  # fmt: skip

REFERENCE = {"Bradley–Terry": "podium", "Elo": "podium-elo"}


def _import_by_podium() -> Work:
    from ranking import Store
    from ranking.ingest import import_file

    def work(log: Log) -> Points:
        import_file(Store(log.scratch), log.csv, arena=ARENA)
        return {}

    return work


def _import_by_duckdb() -> Work:
    import duckdb

    def work(log: Log) -> Points:
        with duckdb.connect(str(log.scratch)) as connection:
            connection.execute("CREATE TABLE log AS SELECT * FROM read_csv(?)", [str(log.csv)])
        return {}

    return work


IMPORTERS: dict[str, Callable[[], Work]] = {
    "import": _import_by_podium,
    "import-duckdb": _import_by_duckdb,
}
