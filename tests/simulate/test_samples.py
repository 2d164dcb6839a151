"""The sample arenas: shipped as they are made, and full of what they promise."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ranking.comparisons import Comparisons
from ranking.errors import StoreError
from ranking.ingest import check, stage, suggest
from ranking.ingest.dialects import DIALECTS
from ranking.methods import BradleyTerry
from ranking.samples import (
    DIRECTORY,
    SAMPLES,
    load_samples,
    main,
    read_sample_file,
    sample_files,
    sample_path,
    write_samples,
)
from ranking.store import Store
from ranking.store.arenas import arenas

SIZE_LIMIT = 3_000_000
TOLERANCE = 2e-5
"""The published abilities have five decimals."""


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return sample_files()


@pytest.fixture(scope="module")
def models() -> pd.DataFrame:
    return pd.read_csv(DIRECTORY / "language-models.csv.gz", keep_default_na=False)


def test_shipped_files_are_the_ones_that_are_made(made: dict[str, bytes]) -> None:
    """Every shipped log and truth equals a fresh one, byte for byte, and nothing else is there."""
    for name, content in made.items():
        assert read_sample_file(DIRECTORY / name) == content, name
    assert {path.name for path in DIRECTORY.iterdir()} == {*made, "README.md"}


def test_the_samples_are_small() -> None:
    """All files together stay under three megabytes."""
    assert sum(path.stat().st_size for path in DIRECTORY.iterdir()) < SIZE_LIMIT


def test_making_the_samples_again_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Files that are right stay untouched; a changed, damaged or missing one is made again."""
    directory = tmp_path / "data"
    shutil.copytree(DIRECTORY, directory)
    assert write_samples(directory) == []
    (directory / "language-models.csv.gz").write_bytes(b"damaged")
    (directory / "journal-citations.csv").unlink()
    assert main([str(directory)]) == 0
    assert "language-models.csv.gz" in capsys.readouterr().out
    assert write_samples(directory) == []


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    """Without the data directory the error names the file and what to do."""
    with pytest.raises(StoreError, match=r"language-models\.csv\.gz, which is not there"):
        sample_path(SAMPLES[0], tmp_path)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_mappings_fit_the_files(sample) -> None:
    """Every column of a file plays one role, and simulated arenas say so in their first word."""
    table = pd.read_csv(sample_path(sample), nrows=5)
    assert set(sample.mapping.columns) == set(table.columns)
    assert sample.mapping.dialect in DIALECTS
    assert sample.description.startswith("Simulated: ") == sample.simulated


def test_the_notes_name_every_arena() -> None:
    """The README of the data has a section for each sample."""
    text = (DIRECTORY / "README.md").read_text(encoding="utf-8")
    for sample in SAMPLES:
        assert f"\n## {sample.name} (" in text


def test_language_models_hold_what_they_promise(models: pd.DataFrame) -> None:
    """Sizes, a newcomer with few games, leaves of the tree, judges and the span of time."""
    games = pd.concat([models["model_a"], models["model_b"]]).value_counts()
    assert len(models) == 60_000
    assert len(games) == 24
    assert 10 <= games["tessaly-4-preview"] < 30 < games.drop("tessaly-4-preview").min()
    assert models["capability"].nunique() == 22
    assert set(models["judge_family"]) == {"human", "aurelle", "quillon"}
    assert models["prompt_id"].nunique() > 1_400
    span = pd.to_datetime(models["time"])
    assert (span.max() - span.min()).days == 139


def test_planted_habits_show_in_the_raw_log(models: pd.DataFrame) -> None:
    """The two model judges lean to opposite sides, and each to its own family."""
    first = models["winner"].eq("model_a") - models["winner"].eq("model_b").astype(int)
    lean = first.groupby(models["judge_family"]).mean()
    assert lean["aurelle"] > lean["human"] > 0 > lean["quillon"]
    for family in ("aurelle", "quillon"):
        own = models["family_a"].eq(family) & models["family_b"].ne(family)
        rate = models["winner"].eq("model_a")[own].groupby(models["judge_family"]).mean()
        other = (
            models["winner"]
            .eq("model_b")[models["family_b"].eq(family) & models["family_a"].ne(family)]
            .groupby(models["judge_family"])
            .mean()
        )
        favour = rate + other
        assert favour[family] > favour["human"] + 0.05


def test_planted_strengths_show_in_the_raw_log(models: pd.DataFrame) -> None:
    """Specialists win more where they are strong than elsewhere."""
    for model, node, sign in (
        ("lumenfold-coder-2", "coding", 1),
        ("lumenfold-coder-2", "writing", -1),
        ("brambly-poet-1", "writing/creative", 1),
        ("brambly-poet-1", "mathematics", -1),
    ):
        score = pd.concat(
            [
                models["winner"].eq("model_a")[models["model_a"].eq(model)],
                models["winner"].eq("model_b")[models["model_b"].eq(model)],
            ]
        )
        inside = models["capability"][score.index].str.startswith(node)
        assert sign * (score[inside].mean() - score[~inside].mean()) > 0.08


def test_robot_sessions_agree_with_their_progress() -> None:
    """2,400 sessions of 9 policies; the preferred side never made less progress."""
    log = pd.read_csv(DIRECTORY / "robot-policies.csv")
    assert len(log) == 2_400
    assert len(set(log["policy_a"]) | set(log["policy_b"])) == 9
    lead = log["progress_a"] - log["progress_b"]
    assert (lead[log["preference"] == "A"] >= 0).all()
    assert (lead[log["preference"] == "B"] <= 0).all()


def test_citations_are_the_published_table() -> None:
    """The counts are those of Stigler's table, each pair of journals in both directions."""
    log = pd.read_csv(DIRECTORY / "journal-citations.csv")
    table = log.pivot(index="journal_a", columns="journal_b", values="count")
    assert table.loc["Biometrika", "Communications in Statistics"] == 730
    assert table.loc["Communications in Statistics", "Biometrika"] == 33
    assert table.loc["JRSS-B", "JASA"] == 325
    assert (log["winner"] == log["journal_a"]).all()
    assert log["count"].sum() == 3_727


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("samples") / "podium.duckdb")
    load_samples(store)
    return store


def test_loading_makes_the_arenas(loaded: Store) -> None:
    """Each sample becomes an arena with its noun, its size and whether it is simulated."""
    found = {a.name: (a.noun, a.simulated, a.competitors, a.comparisons) for a in arenas(loaded)}
    assert found == {
        "language-models": ("model", True, 24, 60_000),
        "robot-policies": ("policy", True, 9, 2_400),
        "journal-citations": ("journal", False, 4, 3_727),
    }


def test_loading_twice_changes_nothing(loaded: Store) -> None:
    """Samples that are there already keep their version, and progress runs from 0 to 1."""
    before, told = arenas(loaded), []
    load_samples(loaded, progress=lambda fraction, _: told.append(fraction))
    assert arenas(loaded) == before
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_no_row_of_a_sample_is_rejected(sample) -> None:
    """Ingest accepts every row of every sample."""
    with stage(sample_path(sample)) as staged:
        checked = check(staged, sample.mapping)
    assert (checked.accepted, checked.rejected) == (staged.rows, 0)


@pytest.mark.parametrize("sample", SAMPLES[:2], ids=lambda sample: sample.name)
def test_simulated_logs_need_no_mapping(sample) -> None:
    """What `podium simulate` writes is recognised by ingest: sides, outcomes, items, judges."""
    with stage(sample_path(sample)) as staged:
        suggested = suggest(staged).mapping
    for role in (
        "first",
        "second",
        "outcome",
        "dialect",
        "item",
        "item_text",
        "judge",
        "time",
        "features",
    ):
        assert getattr(suggested, role) == getattr(sample.mapping, role)


def test_citations_give_the_published_abilities(loaded: Store) -> None:
    """Bradley–Terry on the citations is the R package BradleyTerry2's, relative to Biometrika."""
    ratings = BradleyTerry().rate(Comparisons.of(loaded, "journal-citations"))
    points = ratings.table().set_index("competitor")["rating"]
    ability = (points - points["Biometrika"]) * np.log(10) / 400
    published = {"Communications in Statistics": -2.94907, "JASA": -0.47957, "JRSS-B": 0.26895}
    for journal, value in published.items():
        assert ability[journal] == pytest.approx(value, abs=TOLERANCE)
