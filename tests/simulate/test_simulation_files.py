"""Files of simulations: the same bytes from the same seed, and plain errors."""

import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.errors import InputError
from ranking.ingest import read
from ranking.methods import BradleyTerry
from ranking.simulate import (
    SCENARIOS,
    Competitor,
    Facet,
    Judge,
    Truth,
    csv_bytes,
    find_scenario,
    simulate,
    write_simulation,
)

TREE = Facet("category", {"coding/python": 1.0, "writing": 1.0})


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_same_seed_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    """Log and truth are functions of scenario, size and seed; another seed gives another log."""
    read = []
    for file, seed in (("a.csv", 5), ("b.csv", 5), ("c.csv", 6)):
        truth = write_simulation(tmp_path / file, name, comparisons=300, seed=seed)
        read.append(((tmp_path / file).read_bytes(), truth.read_bytes()))
    assert read[0] == read[1]
    assert read[0][0] != read[2][0]


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_truth_stands_beside_the_log(name: str, tmp_path: Path) -> None:
    """The truth names every competitor of the log, and says that it is simulated."""
    log = tmp_path / "x.csv.gz"
    truth = write_simulation(log, name, comparisons=400, competitors=6)
    assert truth == tmp_path / "x.truth.json"
    table = pd.read_csv(log, keep_default_na=False)
    content = json.loads(truth.read_text())
    noun = SCENARIOS[name].noun
    named = {competitor["competitor"] for competitor in content["competitors"]}
    assert content["simulated"] is True
    assert len(table) == content["comparisons"] == 400
    assert len(named) == 6
    assert set(table[f"{noun}_a"]) | set(table[f"{noun}_b"]) <= named


def test_compressed_files_hold_no_time(tmp_path: Path) -> None:
    """The gzip header has neither a time nor a file name, and the content is the plain CSV."""
    packed, plain = tmp_path / "x.csv.gz", tmp_path / "y.csv"
    for path in (packed, plain):
        write_simulation(path, comparisons=50, seed=1)
    assert packed.read_bytes()[3:8] == b"\0" * 5
    assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("competitors", [2, 9, 40])
def test_any_number_of_competitors(name: str, competitors: int) -> None:
    """Casts are cut or extended to the number asked for, with mean strength 1000."""
    scenario = find_scenario(name)
    truth = scenario.simulate(comparisons=50, competitors=competitors).truth
    assert len(set(truth.names)) == competitors
    assert truth.overall().mean() == pytest.approx(1000, abs=0.01)


def test_the_log_without_extras_has_four_columns() -> None:
    """Only what a truth has becomes a column."""
    log = simulate(Truth.of({"x": 1000, "y": 1000}, noun="player"), comparisons=5)
    assert log.comparisons.columns.tolist() == ["player_a", "player_b", "winner", "time"]


def test_csv_is_utf_8_with_unix_line_ends() -> None:
    """Bytes of a CSV do not depend on the platform."""
    assert csv_bytes(pd.DataFrame({"a": ["é", ""], "b": [0.35, 1.0]})) == (
        "a,b\né,0.35\n,1.0\n".encode()
    )


@given(rows=st.integers(max_value=0))
def test_too_few_comparisons_are_refused(rows: int) -> None:
    """Zero and negative numbers of comparisons are an InputError that names the number."""
    with pytest.raises(InputError, match=f"number of comparisons .* not {rows}"):
        simulate(Truth.of({"a": 1000, "b": 1000}), comparisons=rows)
    with pytest.raises(InputError, match="number of comparisons"):
        find_scenario("language-models").simulate(comparisons=rows)


@given(seed=st.integers(max_value=-1))
def test_negative_seeds_are_refused(seed: int) -> None:
    """A negative seed is an InputError."""
    with pytest.raises(InputError, match="seed"):
        simulate(Truth.of({"a": 1000, "b": 1000}), comparisons=5, seed=seed)


@given(competitors=st.integers(max_value=1))
def test_too_few_competitors_are_refused(competitors: int) -> None:
    """An arena needs two competitors."""
    with pytest.raises(InputError, match="at least two competitors"):
        find_scenario("robot-policies").simulate(competitors=competitors)


@given(name=st.text(max_size=20).filter(lambda name: name not in SCENARIOS))
def test_unknown_scenarios_are_refused(name: str) -> None:
    """The error names the scenarios that exist."""
    with pytest.raises(InputError, match="language-models, robot-policies"):
        write_simulation("never-written.csv", name)


def test_an_unwritable_place_is_one_sentence(tmp_path: Path) -> None:
    """A missing directory is an InputError, not a traceback of the operating system's."""
    with pytest.raises(InputError, match="cannot be written"):
        write_simulation(tmp_path / "missing" / "x.csv", comparisons=5)


PAIR = (Competitor("a"), Competitor("b"))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Truth((Competitor("a"),)), "at least two competitors"),
        (lambda: Truth((Competitor("a"), Competitor("a"))), "'a' occurs twice"),
        (lambda: Truth((Competitor("a"), Competitor(""))), "needs a name"),
        (lambda: Truth(PAIR, ties=-0.1), "ties must be at least 0"),
        (lambda: Truth(PAIR, items=-1), "items must be at least 0"),
        (lambda: Truth(PAIR, item_effect=10), "need items"),
        (lambda: Truth(PAIR, facets=(TREE,)), "need items"),
        (lambda: Truth(PAIR, length_effect=10), "needs lengths"),
        (lambda: Truth(PAIR, both_bad=np.nan), "both_bad must be a finite number"),
        (lambda: Truth(PAIR, weeks=0), "weeks must be above 0"),
        (lambda: Truth(PAIR, items=1, facets=(Facet("f", {}),)), "has no leaves"),
        (lambda: Truth(PAIR, items=1, facets=(Facet("f", {"x": 0}),)), "must be above 0"),
        (lambda: Truth((*PAIR, Competitor("c", np.inf))), "strength of the model 'c'"),
        (lambda: Truth((*PAIR, Competitor("c", share=0))), "share of the model 'c'"),
        (lambda: Truth((*PAIR, Competitor("c", joins=1))), r"\[0, 1\)"),
        (lambda: Truth((*PAIR, Competitor("c", verbosity=-1))), "verbosity of the model 'c'"),
        (lambda: Truth((*PAIR, Competitor("c", capabilities={"x": 1}))), "exactly one facet"),
        (lambda: Truth((*PAIR, Competitor("c", clone_of="z"))), "not an original"),
        (lambda: Truth((*PAIR, Competitor("c", 1010, clone_of="a"))), "is no clone"),
        (lambda: Truth(PAIR, judges=(Judge("j"), Judge("j"))), "'j' occurs twice"),
        (lambda: Truth(PAIR, judges=(Judge("j", share=-1),)), "share of the judge"),
        (lambda: Truth(PAIR, judges=(Judge("j", position_bias=np.nan),)), "position_bias"),
        (
            lambda: simulate(Truth((Competitor("a"), Competitor("b", joins=0.5))), comparisons=5),
            "from the start",
        ),
    ],
)
def test_impossible_truths_are_refused(make, message: str) -> None:
    """Each setting out of its range is an InputError that names it."""
    with pytest.raises(InputError, match=message):
        make()


def test_bradley_terry_intervals_cover_the_truth(tmp_path: Path) -> None:
    """Written, read and rated, a Bradley–Terry log gives back its strengths within intervals."""
    strengths = {f"m{i:02d}": 1000.0 + 20 * (i - 9.5) for i in range(20)}
    log = simulate(Truth.of(strengths), comparisons=20_000, seed=3)
    path = tmp_path / "log.csv"
    path.write_bytes(csv_bytes(log.comparisons))
    table = BradleyTerry().rate(read(path)).table().set_index("competitor")
    truth = pd.Series(strengths)
    table = table.loc[truth.index]
    covered = (table["low"] <= truth) & (truth <= table["high"])
    assert covered.sum() >= 16  # 19 expected; fewer than 16 in about one seed of 400
    assert np.corrcoef(table["rating"], truth)[0, 1] > 0.98
