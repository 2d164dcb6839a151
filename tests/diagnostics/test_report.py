"""The report of a fit, its command and its documented JSON."""

import json
import re
import sys
from pathlib import Path

import pytest

import ranking.cli.fit
from ranking.cli import main
from ranking.diagnostics.report import fit_report, surprising_pairs
from ranking.ingest import read

DOCUMENT = Path(__file__).parents[2] / "docs" / "json-fit.md"


def battles(rounds=12):
    """Four animals; the bee loses to the ant far less than to the rest, and some are ties."""
    lines = ["model_a,model_b,winner,prompt"]
    for at in range(rounds):
        lines += [
            f"ant,bee,{'model_a' if at % 2 else 'model_b'},p{at}",
            f"ant,cat,{'model_a' if at % 4 else 'model_b'},p{at}",
            f"bee,cat,{'model_a' if at % 3 else 'tie'},p{at}",
            f"cat,dog,{'model_b' if at % 5 else 'model_a'},p{at}",
            f"dog,ant,{'model_a' if at % 3 == 0 else 'model_b'},p{at}",
        ]
    return "\n".join([*lines, ""])


@pytest.fixture
def podium(tmp_path, monkeypatch, capsys):
    """Run one command on the arena "zoo"; returns exit code, stdout, stderr."""
    monkeypatch.setenv("PODIUM_DB", str(tmp_path / "podium.duckdb"))
    (tmp_path / "battles.csv").write_text(battles())

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["podium", *arguments])
        with pytest.raises(SystemExit) as exit_:
            main()
        out, err = capsys.readouterr()
        return int(exit_.value.code or 0), out, err

    assert run("import", str(tmp_path / "battles.csv"), "--arena", "zoo")[0] == 0
    return run


def keys_of(value) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(keys_of(v) for k, v in value.items() if k != "selection"))
    return set().union(*(keys_of(v) for v in value)) if isinstance(value, list) else set()


def test_the_summary_is_in_sentences(podium) -> None:
    """Fit, prediction, cycles and fragility, each with its sentence; tables after them."""
    code, out, _ = podium("fit", "zoo")
    assert code == 0
    assert out.startswith("zoo · 60 comparisons · 4 models\n")
    for heading in ("Fit: ", "Prediction: ", "Cycles: ", "Fragility: "):
        (line,) = (line for line in out.splitlines() if line.startswith(heading))
        assert line.endswith(".")
    for model in ("half", "davidson", "rao-kupper"):
        assert re.search(rf"^{model} ", out, re.MULTILINE)
    assert "nan" not in out


def test_the_json_is_documented(podium) -> None:
    """Every key stands in docs/json-fit.md, and every number is finite."""
    code, out, _ = podium("fit", "zoo", "--format", "json", "--ties", "davidson", "--elo")
    assert code == 0
    found = json.loads(out, parse_constant=lambda text: pytest.fail(text))
    documented = DOCUMENT.read_text(encoding="utf-8")
    assert [key for key in sorted(keys_of(found)) if f"`{key}`" not in documented] == []
    assert found["fit"]["ties"] == "davidson"
    assert found["validation"]["over"] == "items"
    methods = [method["method"] for method in found["validation"]["methods"]]
    assert methods == ["bradley-terry", "davidson", "rao-kupper", "elo"]


def test_a_selection_narrows_the_report(podium) -> None:
    """Two competitors: nothing left to test, and still a report."""
    code, out, _ = podium("fit", "zoo", "--where", "competitor=ant", "--where", "competitor=bee")
    assert code == 0
    assert "nothing is left to test" in out
    assert "no closed circle" in out


def test_errors_are_one_sentence(podium) -> None:
    """A model that needs what the log has not; more folds than comparisons."""
    code, _, err = podium("fit", "zoo", "--ties", "outside-option")
    assert (code, err.count("\n")) == (1, 1)
    assert "both-bad" in err
    code, _, err = podium("fit", "zoo", "--folds", "1000")
    assert (code, err.count("\n")) == (1, 1)
    assert "fewer comparisons than the 1000 folds" in err


def test_surprising_pairs_are_seen_from_who_did_better(tmp_path) -> None:
    """The listed competitor scored more than expected, and residuals fall in size."""
    rows = battles(400).replace("bee,cat,model_a", "bee,cat,model_b", 150)
    (tmp_path / "battles.csv").write_text(rows)
    pairs = surprising_pairs(fit_report(read(tmp_path / "battles.csv")).fit)
    assert pairs
    assert all(pair["observed"] > pair["expected"] for pair in pairs)
    residuals = [pair["residual"] for pair in pairs]
    assert residuals == sorted(residuals, reverse=True)
    assert ranking.cli.fit.fit.name == "fit"
