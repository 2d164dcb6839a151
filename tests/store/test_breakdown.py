"""Sums by judge, capability, order and field, against pandas on the same rows."""

import numpy as np
import pandas as pd
import pytest

from ranking.comparisons import Comparisons
from ranking.errors import SelectionError
from ranking.ingest import read
from ranking.selection import Selection
from ranking.store.breakdown import Results, Sums, read_results
from ranking.store.where import where

HOSTILE = "'; DROP TABLE arenas; --"
NAMES = ["ant", "bee", "cat", HOSTILE]


def table(rows: int = 400, *, seed: int = 0) -> pd.DataFrame:
    """A log with every column that can group comparisons, and with gaps in them."""
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 4, rows)
    second = (first + rng.integers(1, 4, rows)) % 4
    paths = ["code/python/web", "code/sql", "math", "code/python;math/algebra", ""]

    def some(values: list[str]) -> np.ndarray:
        return np.array(values)[rng.integers(0, len(values), rows)]

    return pd.DataFrame(
        {
            "model_a": np.array(NAMES)[first],
            "model_b": np.array(NAMES)[second],
            "winner": some(["model_a", "model_b", "tie", "tie (bothbad)"]),
            "count": rng.integers(1, 4, rows),
            "weight": rng.choice([0.5, 1.0, 2.0], rows),
            "judge": some(["ann", "bob", HOSTILE, ""]),
            "prompt_id": some(["p1", "p2", "p3", "p4", "p5", ""]),
            "capability": some(paths),
            "shown": some(["a", "b", ""]),
            "language": some(["en", "de", HOSTILE, ""]),
            "session": [f"s{at}" for at in range(rows)],
        }
    )


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    return table()


@pytest.fixture(scope="module")
def comparisons(log) -> Comparisons:
    data = log.assign(shown=log["shown"].map({"a": "true", "b": "false", "": ""}))
    return read(data, order="shown", count="count", weight="weight", fields="language,session")


def results(comparisons: Comparisons, selection: Selection, **settings) -> Results:
    with comparisons.store.reading() as connection:
        condition = where(connection, comparisons.arena, selection)
        settings = {"cluster": None, "both_bad": "tie", **settings}
        return read_results(connection, comparisons.arena, condition, "ant", **settings)


def seen_by_ant(log: pd.DataFrame) -> pd.DataFrame:
    """The rows of "ant" from its side, by plain pandas."""
    own = log[(log["model_a"] == "ant") | (log["model_b"] == "ant")].copy()
    ahead = own["model_a"] == "ant"
    word = own["winner"]
    own["win"] = (word == "model_a") & ahead | (word == "model_b") & ~ahead
    own["loss"] = (word == "model_a") & ~ahead | (word == "model_b") & ahead
    own["y"] = np.select([own["win"], own["loss"]], [1.0, 0.0], 0.5)
    own["opponent"] = np.where(ahead, own["model_b"], own["model_a"])
    own["order"] = np.where((own["shown"] == "a") == ahead, "shown first", "shown second")
    own.loc[own["shown"] == "", "order"] = ""
    return own


def check(sums: Sums, own: pd.DataFrame, key: str, cluster: str | None = None) -> None:
    """Compare sums with those of a table whose column `key` holds the values."""
    own = own[own[key] != ""]
    assert set(sums.value) == set(own[key])
    for at, value in enumerate(sums.value):
        rows = own[own[key] == value]
        n, w, y = rows["count"], rows["weight"], rows["y"]
        expected = {
            "wins": n[rows["win"]].sum(),
            "ties": n[rows["winner"] == "tie"].sum(),
            "losses": n[rows["loss"]].sum(),
            "both_bad": n[rows["winner"] == "tie (bothbad)"].sum(),
            "votes": n.sum(),
            "weight": (n * w).sum(),
            "weight2": (n * w**2).sum(),
            "score": (n * w * y).sum(),
            "weight2_score": (n * w**2 * y).sum(),
            "weight2_score2": (n * w**2 * y**2).sum(),
        }
        if cluster:
            label = rows[cluster].where(rows[cluster] != "", rows.index.astype(str))
            parts = pd.DataFrame(
                {"w": n * w, "s": n * w * y, "lead": n * np.sign(y - 0.5), "g": label}
            )
            groups = parts.groupby("g").sum()
            expected |= {
                "clusters": len(groups),
                "cluster_weight2": (groups["w"] ** 2).sum(),
                "cluster_weight_score": (groups["w"] * groups["s"]).sum(),
                "cluster_score2": (groups["s"] ** 2).sum(),
                "favoured": (groups["lead"] > 0).sum(),
                "opposed": (groups["lead"] < 0).sum(),
            }
        for name, number in expected.items():
            assert getattr(sums, name)[at] == pytest.approx(number), (value, name)


@pytest.mark.parametrize(
    ("cluster", "column"), [(None, None), ("item", "prompt_id"), ("judge", "judge")]
)
def test_sums_are_those_of_pandas(comparisons, log, cluster, column) -> None:
    """Opponents, judges, order and fields; rows without an id are clusters of their own."""
    found = results(comparisons, Selection(involving="ant"), cluster=cluster)
    own = seen_by_ant(log)
    check(found.record, own, "opponent", column)
    breakdowns = dict(found.breakdowns)
    check(breakdowns["judge"], own, "judge", column)
    check(breakdowns["presentation order"], own, "order", column)
    check(breakdowns["language"], own, "language", column)


def test_capabilities_count_once_under_each_ancestor(comparisons, log) -> None:
    """Two levels from the top; a comparison with two paths below one node counts there once."""
    own = seen_by_ant(log)
    nodes = {
        "code": ["code/python/web", "code/sql", "code/python;math/algebra"],
        "code/python": ["code/python/web", "code/python;math/algebra"],
        "code/sql": ["code/sql"],
        "math": ["math", "code/python;math/algebra"],
        "math/algebra": ["code/python;math/algebra"],
    }
    sums = dict(results(comparisons, Selection(involving="ant")).breakdowns)["capability"]
    assert set(sums.value) == set(nodes)
    for value, wins in zip(sums.value, sums.wins, strict=True):
        rows = own[own["capability"].isin(nodes[value])]
        assert wins == rows["count"][rows["win"]].sum()


def test_a_dropped_both_bad_is_listed_and_does_not_count(comparisons, log) -> None:
    """Its comparisons stay in the record, with no weight."""
    found = results(comparisons, Selection(involving="ant"), both_bad="drop").record
    own = seen_by_ant(log)
    kept = own[own["winner"] != "tie (bothbad)"]
    assert found.both_bad.sum() == own["count"].sum() - kept["count"].sum()
    assert found.votes.sum() == kept["count"].sum()
    assert found.score.sum() == pytest.approx((kept["count"] * kept["weight"] * kept["y"]).sum())


def test_the_selection_applies(comparisons, log) -> None:
    """A pair under a filter is that pair's rows under the filter."""
    selection = Selection.parse(["competitor=ant", f"competitor={HOSTILE}", "judge=ann"])
    own = seen_by_ant(log)
    own = own[(own["opponent"] == HOSTILE) & (own["judge"] == "ann")]
    found = results(comparisons, selection)
    check(found.record, own, "opponent")
    assert "judge" not in dict(found.breakdowns)  # it has one value, which all comparisons have


def test_fields_that_name_rows_are_left_out(comparisons) -> None:
    """A field with more values than fit in a table does not group; judges are cut off."""
    assert "session" not in dict(results(comparisons, Selection(involving="ant")).breakdowns)
    few = dict(results(comparisons, Selection(involving="ant"), limit=2).breakdowns)
    assert "language" not in few
    assert (len(few["judge"].value), few["judge"].left_out) == (2, 1)
    comparisons_by_judge = few["judge"].comparisons
    assert comparisons_by_judge[0] >= comparisons_by_judge[1]


def test_nothing_is_left_behind(comparisons) -> None:
    """Reading twice works, and the database holds no table that was not there before."""
    results(comparisons, Selection(involving="ant"))
    with comparisons.store.reading() as connection:
        tables = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    assert ("own_rows",) not in tables


def test_one_competitor_on_either_side(comparisons, log) -> None:
    """`involving` lets pass what `page` then shows; a wrong name is answered with a close one."""
    found = comparisons.select(Selection.parse([f"involving={HOSTILE}"]))
    assert found.selection.sentence == f"with {HOSTILE} on either side"
    sides = found.page(limit=1000)[["model_a", "model_b"]]
    assert (sides == HOSTILE).any(axis=1).all()
    assert (
        len(sides)
        == found.count()
        == ((log["model_a"] == HOSTILE) | (log["model_b"] == HOSTILE)).sum()
    )
    with pytest.raises(SelectionError, match=r"no model 'antt'\. Did you mean 'ant'"):
        comparisons.where("involving=antt").count()
    with pytest.raises(SelectionError, match="only once"):
        comparisons.where("involving=ant", "involving=bee")
