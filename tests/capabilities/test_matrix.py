"""What the capability matrix says of itself: sentences, spread, what lies below, CSV."""

import csv
import io
import random
from dataclasses import replace

import numpy as np
import pytest

from ranking.capabilities.evidence import CapabilityEvidence
from ranking.capabilities.findings import Findings
from ranking.capabilities.matrix import CapabilityMatrix, as_csv, as_dict, capability_matrix
from ranking.capabilities.mix_ratings import node_ranks
from ranking.capabilities.sentences import shown_name
from ranking.comparisons import Comparisons
from ranking.errors import InputError
from ranking.ingest import import_staged, stage, suggest
from ranking.store import Store


def log(names=("ant", "bee"), law="law") -> str:
    """Ant is much better at law than at either kind of code."""
    draw = random.Random(0)
    lines = ["model_a,model_b,winner,prompt_id,capability"]
    for n in range(360):
        path = ("code/sql", "code/web", law)[n % 3]
        won = "model_a" if draw.random() < (0.95 if path == law else 0.4) else "model_b"
        lines.append(f'"{names[0]}",{names[1]},{won},p{n},"{path}"')
    return "\n".join([*lines, ""])


def read(folder, text: str) -> CapabilityEvidence:
    path = folder / "log.csv"
    path.write_text(text)
    store = Store(folder / "podium.duckdb")
    with stage(path, name="log.csv") as staged:
        mapping = suggest(staged).mapping
        import_staged(store, staged, mapping, arena="zoo", noun="model", simulated=False)
    return CapabilityEvidence.of(Comparisons.of(store, "zoo"))


@pytest.fixture(scope="module")
def evidence(tmp_path_factory) -> CapabilityEvidence:
    return read(tmp_path_factory.mktemp("zoo"), log())


@pytest.fixture(scope="module")
def matrix(evidence) -> CapabilityMatrix:
    return capability_matrix(evidence)


def test_the_conclusion_counts_and_names_the_largest(matrix) -> None:
    """Strengths and weaknesses are counted by sign; the largest is named with its difference."""
    confirmed = matrix.verdict == "confirmed"
    ups, downs = ((confirmed & (sign * matrix.effect > 0)).sum() for sign in (1, -1))
    said, rest = matrix.sentences
    assert (ups, downs) == (2, 2) and said.startswith("2 strengths and 2 weaknesses are confirmed")
    effect = matrix.effect[matrix.competitors.index("ant"), matrix.keys.index("law")]
    assert (
        "ant in law" in said or "ant in code" in said
    )  # what it gains in one it lacks in the other
    assert f"{abs(effect):.1f} percentage points, " in said and said.endswith(" as shrunk).")
    assert rest == "Below this level, 4 more are confirmed."  # all cells of this one are


def test_what_is_not_confirmed_is_counted_by_verdict(evidence) -> None:
    """The counts of the second sentence are those of the cells; a single kind is said of all."""
    some = capability_matrix(evidence, under="code", smallest_effect=20.0)
    counts = {word: int((some.verdict == word).sum()) for word in np.unique(some.verdict)}
    for word, said in (("not enough data", "need"), ("no clear difference", "show"),
                       ("likely", "likely")):  # fmt: skip
        assert (said in some.sentences[1]) == (counts.get(word, 0) > 0)
    even = capability_matrix(evidence, smallest_effect=90.0)
    assert set(even.verdict.ravel()) == {"no clear difference"}
    assert even.sentences == (
        "No strength or weakness is confirmed.",
        "All 4 cells show no difference of 90 percentage points or more.",
    )


def test_one_open_cell_is_not_all_of_them(matrix) -> None:
    """A single kind of open cells is said of all cells only where it is all of them."""
    verdict = matrix.verdict.copy()
    verdict[0, 0] = "not enough data"
    assert (
        replace(matrix, verdict=verdict)
        .sentences[1]
        .startswith("Of all 4 cells, 1 needs more data. ")
    )
    verdict[:] = "not enough data"
    assert replace(matrix, verdict=verdict).sentences[1] == "All 4 cells need more data."


def test_what_lies_below_is_counted_once(evidence, matrix) -> None:
    """Confirmed findings below a node are those of its descendants, over all competitors."""
    found: Findings = evidence.findings()
    taxonomy = evidence.taxonomy
    for at, key in enumerate(matrix.keys):
        below = [n for n, name in enumerate(taxonomy.keys) if name.startswith(f"{key}/")]
        assert matrix.confirmed_below[at] == (found.verdict[below] == "confirmed").sum()
    assert matrix.confirmed_below[matrix.keys.index("code")] > 0
    assert matrix.confirmed_below[matrix.keys.index("law")] == 0


def test_a_level_without_findings_points_to_those_below(tmp_path) -> None:
    """Where opposite children cancel in their parent, the conclusion says where to look."""
    draw = random.Random(4)
    lines = ["model_a,model_b,winner,prompt_id,capability"]
    for n in range(800):
        path, chance = (("code/sql", 0.8), ("code/web", 0.2), ("law", 0.5), ("art", 0.5))[n % 4]
        won = "model_a" if draw.random() < chance else "model_b"
        lines.append(f"ant,bee,{won},p{n},{path}")
    matrix = capability_matrix(read(tmp_path, "\n".join([*lines, ""])))
    assert not (matrix.verdict == "confirmed").any()
    assert matrix.sentences[0] == (
        "No strength or weakness is confirmed at this level; 4 are below it."
    )


def test_the_spread_is_the_root_mean_square_of_what_is_known(matrix) -> None:
    """Unknown strengths count neither above nor below the line."""
    expected = np.sqrt(np.nanmean(matrix.strength**2, axis=0))
    assert matrix.spread == pytest.approx(expected)


def test_every_cell_is_a_line_of_csv(matrix) -> None:
    """The CSV and the JSON hold the same numbers, cell by cell."""
    rows = list(csv.DictReader(io.StringIO(as_csv(matrix))))
    assert len(rows) == matrix.verdict.size
    cells = {
        (cell["competitor"], each["capability"]): cell
        for each in as_dict(matrix)["capabilities"]
        for cell in each["cells"]
    }
    for row in rows:
        cell = cells[row["competitor"], row["capability"]]
        for name in ("strength", "estimate", "false_sign_rate", "q", "needed", "items"):
            assert float(row[name]) == pytest.approx(cell[name])
        assert row["verdict"] == cell["verdict"]


def test_ranks_join_the_other_numbers_of_a_cell(evidence, matrix) -> None:
    """Rank sets come beside the rest, whatever the order of the evidence."""
    ranks = node_ranks(evidence, [evidence.taxonomy.position(key) for key in matrix.keys])
    rows = list(csv.DictReader(io.StringIO(as_csv(matrix, ranks))))
    law = {row["competitor"]: row for row in rows if row["capability"] == "law"}
    assert [law[name]["rank_low"] for name in ("ant", "bee")] == ["1.0", "2.0"]
    cells = as_dict(matrix, ranks)["capabilities"][matrix.keys.index("law")]["cells"]
    assert {cell["competitor"]: cell["rank_high"] for cell in cells} == {"ant": 1, "bee": 2}
    assert "rank" not in as_dict(matrix)["capabilities"][0]["cells"][0]
    with pytest.raises(InputError, match="same capabilities"):
        as_dict(matrix, node_ranks(evidence, [0]))


def test_names_in_csv_are_no_formulas(tmp_path) -> None:
    """What a spreadsheet would run is kept from it; unknown numbers are empty."""
    matrix = capability_matrix(read(tmp_path, log(("=cmd()", "bee"), "@law")))
    text = as_csv(matrix)
    names = {row["competitor"] for row in csv.DictReader(io.StringIO(text))}
    assert names == {"'=cmd()", "bee"}
    assert "'@law" in text and "nan" not in text.lower() and "inf" not in text.lower()


def test_capabilities_put_together_by_hand_go_by_their_name() -> None:
    """Paths are shown whole, what is keyed by an id or was put together by its name alone."""
    assert shown_name("coding/sql", "sql") == "coding/sql"
    assert shown_name("17", "Writing queries.") == "Writing queries"
    assert shown_name("custom/My own", "My own") == "My own"
