"""What a log holds beside its tally: duplicates, items and judges, covariates."""

from pathlib import Path

from ranking import Comparisons, Selection, read
from ranking.store.clusters import ClusterCounts, read_clusters
from ranking.store.duplicates import Duplicates, read_duplicates
from ranking.store.facets import covariates_held, feature_names
from ranking.store.where import where


def log(folder: Path, header: str, *lines: str) -> Comparisons:
    path = folder / "log.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    return read(path)


def duplicates(comparisons: Comparisons) -> Duplicates:
    with comparisons.store.reading() as connection:
        condition = where(connection, comparisons.arena, comparisons.selection)
        return read_duplicates(connection, comparisons.arena, condition)


def clusters(comparisons: Comparisons) -> ClusterCounts:
    with comparisons.store.reading() as connection:
        condition = where(connection, comparisons.arena, comparisons.selection)
        return read_clusters(connection, comparisons.arena, condition)


JUDGED = "model_a,model_b,winner,prompt_id,judge,language"


def test_rows_beyond_the_first_are_duplicates(tmp_path) -> None:
    """Three equal rows are two duplicates; a row that differs in one field is none."""
    same = "a,b,model_a,p1,ann,en"
    found = duplicates(log(tmp_path, JUDGED, same, same, same, "a,b,model_a,p1,ann,de"))
    assert found == Duplicates(2, telling=True)


def test_duplicates_follow_the_selection(tmp_path) -> None:
    """Only selected rows are compared."""
    lines = ["a,b,model_a,p1,ann,en"] * 2 + ["a,b,model_b,p1,bob,en"] * 3
    comparisons = log(tmp_path, JUDGED, *lines)
    assert duplicates(comparisons).rows == 3
    assert duplicates(comparisons.select(Selection(judges=("ann",)))).rows == 1


def test_the_sides_of_a_row_are_not_exchanged(tmp_path) -> None:
    """The same verdict written the other way round is another row."""
    found = duplicates(log(tmp_path, JUDGED, "a,b,model_a,p1,ann,en", "b,a,model_b,p1,ann,en"))
    assert found.rows == 0


def test_bare_rows_have_to_repeat(tmp_path) -> None:
    """Without an item, a time or a field, equal rows are no sign of anything."""
    found = duplicates(log(tmp_path, "model_a,model_b,winner", *["a,b,model_a"] * 5))
    assert found == Duplicates(0, telling=False)


def test_long_texts_tell_rows_apart(tmp_path) -> None:
    """Rows that differ in a response only are no duplicates."""
    header = "model_a,model_b,winner,prompt_id,judge,response_a,response_b"
    found = duplicates(
        log(tmp_path, header, "a,b,model_a,p,j,yes,no", "a,b,model_a,p,j,yes,never",
            "a,b,model_a,p,j,yes,no")
    )  # fmt: skip
    assert found.rows == 1


def test_items_and_judges_are_counted(tmp_path) -> None:
    """The busiest judge is named with what he decided; votes of aggregated rows count."""
    header = "model_a,model_b,winner,prompt_id,judge,count"
    lines = ["a,b,model_a,p1,ann,5", "a,b,model_b,p2,bob,2", "a,b,model_b,p1,bob,1"]
    assert clusters(log(tmp_path, header, *lines)) == ClusterCounts(2, 2, 8.0, 5.0, "ann")


def test_a_log_without_judges_has_none(tmp_path) -> None:
    """Nothing is made up where the log is silent."""
    found = clusters(log(tmp_path, "model_a,model_b,winner", "a,b,model_a"))
    assert found == ClusterCounts(0, 0, 0.0, 0.0, "")


def test_hostile_names_of_judges_are_read_as_they_are(tmp_path) -> None:
    """A judge's name reaches the answer, never the query."""
    name = "x'); DROP TABLE judges; --"
    found = clusters(log(tmp_path, "model_a,model_b,winner,judge", f"a,b,model_a,{name}"))
    assert found.largest_judge == name


def test_covariates_are_those_that_vary(tmp_path) -> None:
    """Features, responses and both orders are what can be held equal."""
    header = "model_a,model_b,winner,words_a,words_b,response_a,response_b"
    comparisons = log(tmp_path, header, "a,b,model_a,3,4,yes,no", "b,a,model_b,5,2,no,yes")
    with comparisons.store.reading() as connection:
        assert feature_names(connection, comparisons.arena) == ("words",)
        assert covariates_held(connection, comparisons.arena) == ("style", "length")
    bare = log(tmp_path, "model_a,model_b,winner", "a,b,model_a")
    with bare.store.reading() as connection:
        assert covariates_held(connection, bare.arena) == ()
