"""The commands that rate, with every setting: names on the command line, results in words."""

import json

import pytest

from tests.test_cli import imported, podium

__all__ = ["imported", "podium"]

TIED = "\n".join(
    ["model_a,model_b,winner,prompt,voter"]
    + [
        f"{a},{b},{('model_a', 'model_b', 'tie', 'model_a', 'both_bad')[n % 5]},p{n % 20},v{n % 12}"
        for n in range(300)
        for a, b in [("ant", "bee"), ("bee", "cat"), ("cat", "ant")]
    ]
)


@pytest.fixture
def large(podium, tmp_path):
    (tmp_path / "tied.csv").write_text(TIED)
    roles = ["--map", "item=prompt", "--map", "judge=voter"]
    code, _, err = podium("import", "tied.csv", "--arena", "large", *roles)
    assert code == 0, err
    return podium


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "two-way sandwich, clustered by item (20) and judge (12)"),
        (("--cluster", "item"), "jackknife sandwich (CR3), clustered by item (20 clusters)"),
        (("--cluster", "judge", "--interval", "cr1"), "sandwich (CR1), clustered by judge (12"),
        (("--interval", "hessian"), "model-based (Hessian)"),
        (("--interval", "gamma"), "gamma bootstrap"),
        (("--ties", "davidson"), "nu: "),
        (("--ties", "rao-kupper"), "kappa: "),
        (("--ties", "outside-option"), "outside option: "),
        (("--pairing", "uniform", "--level", "0.9"), "90% intervals"),
        (("--prior", "firth"), "two-way"),
    ],
)
def test_every_setting_is_named_in_the_result(large, options, words) -> None:
    """The leaderboard says which interval and which model it used."""
    code, out, err = large("leaderboard", "large", *options)
    assert (code, err) == (0, "")
    assert words in out


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--method", "elo", "--ties", "davidson"), "--ties is no setting of elo"),
        (("--k", "8"), "--k is no setting of bradley-terry; it belongs to elo"),
        (("--cluster", "both", "--interval", "cr3"), "CR3 knows one kind of cluster"),
        (("--method", "elo", "--style"), "Covariates belong to Bradley-Terry"),
    ],
)
def test_settings_that_do_not_fit_are_refused(large, options, sentence) -> None:
    """One sentence, exit code 1, no leaderboard."""
    code, out, err = large("leaderboard", "large", *options)
    assert (code, out) == (1, "")
    assert sentence in err


def test_differences_of_all_pairs(large) -> None:
    """As a table that counts them, as JSON records, as CSV."""
    code, out, _ = large("differences", "large")
    assert code == 0
    assert "of 3 pairs can be told apart (holm" in out
    rows = json.loads(large("differences", "large", "--adjust", "by", "--format", "json")[1])
    assert {row["first"] for row in rows} <= {"ant", "bee", "cat"}
    assert all(row["adjusted_p"] >= row["p_value"] for row in rows)
    assert large("differences", "large", "--format", "csv")[1].startswith("first,second,estimate")


def test_no_differences_are_a_table_without_rows(podium, tmp_path) -> None:
    """A log in which one side won everything: CSV with its header alone, not a crash."""
    (tmp_path / "won.csv").write_text("model_a,model_b,winner\n" + "ant,bee,model_a\n" * 4)
    assert podium("import", "won.csv", "--arena", "won")[0] == 0
    code, out, err = podium("differences", "won", "--format", "csv")
    assert (code, err) == (0, "")
    assert out.startswith("first,second,estimate,") and out.count("\n") == 1
