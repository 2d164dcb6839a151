"""The command line as its users meet it: output, exit codes, one sentence per error."""

import csv
import io
import json
import subprocess
import sys

import pytest

from ranking.cli import main

BATTLES = """model_a,model_b,winner,language,judge
ant,bee,model_a,en,ann
ant,bee,model_a,de,bob
bee,ant,model_a,en,ann
bee,cat,model_a,en,bob
cat,bee,model_a,de,ann
cat,ant,tie,en,bob
ant,ant,model_a,en,ann
ant,cat,banana,en,ann
"""


@pytest.fixture
def podium(tmp_path, monkeypatch, capsys):
    """Run one command; returns exit code, stdout, stderr."""
    monkeypatch.setenv("PODIUM_DB", str(tmp_path / "podium.duckdb"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "battles.csv").write_text(BATTLES)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["podium", *arguments])
        with pytest.raises(SystemExit) as exit_:
            main()
        out, err = capsys.readouterr()
        return int(exit_.value.code or 0), out, err

    return run


@pytest.fixture
def imported(podium):
    assert podium("import", "battles.csv", "--arena", "zoo")[0] == 0
    return podium


def test_import_says_what_came_in_and_what_did_not(podium) -> None:
    """Accepted rows, rejected rows by reason, and where to see them."""
    code, out, _ = podium("import", "battles.csv", "--arena", "zoo")
    assert code == 0
    assert "Imported 6 rows of battles.csv into 'zoo' (import 1)." in out
    assert "2 rows rejected" in out
    assert "podium rejects 1" in out


def test_the_same_file_again_changes_nothing(imported) -> None:
    """Identity is the content."""
    code, out, _ = imported("import", "battles.csv", "--arena", "zoo")
    assert code == 0
    assert "already imported" in out


def test_a_dry_run_changes_nothing(podium) -> None:
    """It shows the mapping and the counts, and leaves no arena behind."""
    code, out, _ = podium("import", "battles.csv", "--arena", "zoo", "--dry-run")
    assert code == 0
    assert "outcome: winner" in out
    assert "6 rows" in out
    assert "No arenas yet" in podium("arenas")[1]


def test_arenas_and_imports_are_listed(imported) -> None:
    """As a table and as JSON."""
    assert "zoo" in imported("arenas")[1]
    (listed,) = json.loads(imported("imports", "--format", "json")[1])
    assert (listed["arena"], listed["accepted"], listed["rejected"]) == ("zoo", 6, 2)


def test_rejects_are_a_csv_with_exact_lines(imported) -> None:
    """Line, column, value, reason of each rejected row."""
    rows = list(csv.DictReader(io.StringIO(imported("rejects", "1")[1])))
    assert [row["line"] for row in rows] == ["8", "9"]
    assert rows[1]["column"] == "winner"
    assert rows[1]["value"] == "banana"


def test_undo_takes_an_import_back(imported) -> None:
    """After undo the arena is empty, and the same file can come in again."""
    code, out, _ = imported("undo", "1", "--yes")
    assert code == 0
    assert "Took back battles.csv" in out
    assert imported("imports")[1].startswith("Nothing has been imported yet.")
    assert "Imported 6 rows" in imported("import", "battles.csv", "--arena", "zoo")[1]


def test_undo_asks_first(imported, monkeypatch) -> None:
    """Without an answer nothing happens."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    code, _, err = imported("undo", "1")
    assert code == 1
    assert "nothing was changed" in err
    assert "battles.csv" in imported("imports")[1]


@pytest.mark.parametrize("method", ["bradley-terry", "elo"])
def test_leaderboard_as_json(imported, method) -> None:
    """The contract holds for each method."""
    code, out, _ = imported("leaderboard", "zoo", "--method", method, "--format", "json")
    found = json.loads(out)
    assert code == 0
    assert found["arena"] == "zoo"
    assert found["method"] == method
    assert found["comparisons"] == 6
    assert {row["competitor"] for row in found["competitors"]} == {"ant", "bee", "cat"}


@pytest.mark.parametrize("style", ["table", "csv", "markdown", "latex"])
def test_leaderboard_in_every_format(imported, style) -> None:
    """Each format names the leader."""
    code, out, _ = imported("leaderboard", "zoo", "--format", style)
    assert code == 0
    assert "ant" in out


def test_selection_and_anchor(imported) -> None:
    """Filters narrow the log; the anchor has exactly its points."""
    out = imported(
        "leaderboard", "zoo", "--where", "language=en", "--where", "judge=ann",
        "--anchor", "bee=1500", "--format", "json",
    )[1]  # fmt: skip
    found = json.loads(out)
    assert found["comparisons"] == 2
    assert found["selection"] == {"judges": ["ann"], "fields": {"language": ["en"]}}
    assert {r["competitor"]: r["rating"] for r in found["competitors"]}["bee"] == 1500


def test_elo_of_a_single_row(imported) -> None:
    """The smallest selection there is."""
    code, out, _ = imported(
        "leaderboard", "zoo", "--method", "elo", "--where", "judge=bob", "--where", "language=de",
        "--format", "json",
    )  # fmt: skip
    assert code == 0
    assert json.loads(out)["comparisons"] == 1


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_an_export_can_be_imported_again(imported, ending) -> None:
    """What is written gives the same leaderboard when it is read."""
    code, out, _ = imported("export", "zoo", f"zoo.{ending}")
    assert code == 0
    assert "Wrote 6 rows" in out
    assert imported("import", f"zoo.{ending}", "--arena", "copy")[0] == 0
    boards = [
        json.loads(imported("leaderboard", name, "--format", "json")[1])["competitors"]
        for name in ("zoo", "copy")
    ]
    assert boards[0] == boards[1]


def test_simulate_writes_a_log_and_its_truth(podium, tmp_path) -> None:
    """The file can be imported as it is."""
    assert podium("simulate", "sim.csv", "--comparisons", "300", "--seed", "1")[0] == 0
    assert len(list(tmp_path.glob("sim*"))) == 2
    code, out, _ = podium("import", "sim.csv", "--arena", "sim")
    assert code == 0
    assert "Imported 300 rows" in out


def test_a_simulated_arena_says_so(podium) -> None:
    """In the list of arenas, in the table and in the JSON of its leaderboard."""
    podium("simulate", "sim.csv", "--comparisons", "300", "--arena", "sim")
    assert "simulated" in podium("arenas")[1]
    assert podium("leaderboard", "sim")[1].startswith("sim (simulated)")
    assert json.loads(podium("leaderboard", "sim", "--format", "json")[1])["simulated"] is True


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["leaderboard", "moon"], "no arena 'moon'"),
        (["undo", "7", "--yes"], "no import 7"),
        (["rejects", "7"], "no import 7"),
        (["import", "missing.csv", "--arena", "x"], "missing.csv"),
        (["leaderboard", "zoo", "--where", "colour=red"], "no field 'colour'"),
        (["leaderboard", "zoo", "--where", "colour"], "field=value"),
        (["leaderboard", "zoo", "--anchor", "ant"], "NAME=POINTS"),
        (["leaderboard", "zoo", "--anchor", "nobody=1"], "nobody"),
        (["leaderboard", "zoo", "--where", "judge=carl"], "no judge 'carl'"),
        (["leaderboard", "zoo", "--where", "since=2030-01-01"], "no comparisons"),
        (["import", "battles.csv", "--arena", "x", "--map", "first=nope"], "no column 'nope'"),
        (["import", "battles.csv", "--arena", "x", "--dialect", "klingon"], "klingon"),
        (["export", "zoo", "/proc/zoo.csv"], "cannot be written"),
    ],
)
def test_a_users_error_is_one_sentence_and_exit_code_1(imported, arguments, sentence) -> None:
    """Nothing on stdout, one line on stderr, no traceback."""
    code, out, err = imported(*arguments)
    assert code == 1
    assert out == ""
    assert sentence in err
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "arguments",
    [["leaderboard"], ["leaderboard", "zoo", "--method", "coin"], ["export", "zoo", "zoo.xyz"],
     ["fly"], ["leaderboard", "zoo", "--level", "1.5"]],
)  # fmt: skip
def test_wrong_usage_is_exit_code_2(imported, arguments) -> None:
    """Wrong words are usage errors."""
    assert imported(*arguments)[0] == 2


def test_two_readings_of_an_outcome_are_refused(podium, tmp_path) -> None:
    """0 and 1 may stand for either side: the sentence names --dialect and both readings."""
    (tmp_path / "bits.csv").write_text("x,y,result\nant,bee,1\nbee,ant,0\nant,bee,1\n")
    roles = ["--map", "first=x", "--map", "second=y", "--map", "outcome=result"]
    code, _, err = podium("import", "bits.csv", "--arena", "bits", *roles)
    assert code == 1
    assert "--dialect first-is-1" in err
    assert "--dialect first-is-0" in err
    for dialect, leader in (("first-is-1", "ant"), ("first-is-0", "bee")):
        assert (
            podium("import", "bits.csv", "--arena", dialect, *roles, "--dialect", dialect)[0] == 0
        )
        out = podium("leaderboard", dialect, "--format", "json")[1]
        assert json.loads(out)["competitors"][0]["competitor"] == leader


def test_ctrl_c_while_the_database_works_changes_nothing(podium, monkeypatch) -> None:
    """DuckDB turns Ctrl-C into a RuntimeError; the user reads one sentence, the file is free."""

    def interrupted(*_, **__):
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr("ranking.ingest.writing.ImportWriter.run", interrupted)
    code, _, err = podium("import", "battles.csv", "--arena", "zoo")
    assert (code, err) == (1, "podium: Stopped; nothing was changed.\n")
    assert "No arenas yet" in podium("arenas")[1]


def test_a_closed_pipe_is_quiet(imported, tmp_path) -> None:
    """`podium ... | head -1` ends without a word of complaint."""
    run = subprocess.run(
        f"{sys.executable} -m ranking.cli leaderboard zoo | head -1",
        shell=True, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run.stderr == ""
    assert run.stdout.startswith("zoo")
