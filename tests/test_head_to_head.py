"""Two competitors head to head: records, expectation, evidence, and every awkward case in words."""

import json
import math
import warnings
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import ranking.cli.head_to_head  # noqa: F401  registers the command
from ranking.breakdown import Share, Shares
from ranking.cli.frame import podium
from ranking.comparisons import Comparisons
from ranking.errors import RankingWarning, SelectionError
from ranking.head_to_head import HeadToHead, e_value_text, head_to_head
from ranking.ingest import import_file, read
from ranking.methods import BradleyTerry, Elo
from ranking.planning import comparisons_needed
from ranking.selection import Selection
from ranking.store import Store
from ranking.store.breakdown import Sums
from ranking.wording import percent

DOCS = Path(__file__).parents[1] / "docs"


def log(*rows: tuple[str, str, str, int], **columns: list) -> Comparisons:
    """A log from (a, b, winner, how many) rows."""
    table = pd.DataFrame(rows, columns=["model_a", "model_b", "winner", "count"])
    return read(table.assign(**columns), count="count")


def quietly(comparisons: Comparisons, first: str, second: str, **settings) -> HeadToHead:
    """Compare under ratings whose warnings are expected."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RankingWarning)
        ratings = BradleyTerry(**settings).rate(comparisons)
    return head_to_head(comparisons, first, second, ratings=ratings)


RING = (
    ("bee", "cat", "model_a", 9), ("bee", "cat", "model_b", 5),
    ("cat", "ant", "model_a", 3), ("cat", "ant", "model_b", 8),
)  # fmt: skip


def test_evidence_of_a_worked_example() -> None:
    """15 wins and 5 losses: e-value 3.220601, Wilson's interval, the planner's number."""
    found = head_to_head(
        log(("ant", "bee", "model_a", 15), ("ant", "bee", "model_b", 5), *RING), "ant", "bee"
    )
    assert (found.wins, found.losses, found.comparisons) == (15, 5, 20)
    assert found.e_value == pytest.approx(3.220601, abs=1e-6)
    assert not found.level_reached
    assert (found.observed.estimate, found.observed.low) == pytest.approx(
        (0.75, 0.531299), abs=1e-6
    )
    assert (found.favoured, found.opposed, found.unit) == (15, 5, "comparison")
    assert found.comparisons_needed == pytest.approx(comparisons_needed(found.difference.estimate))
    assert found.conclusion.startswith(
        "ant beat bee in 75% of 20 comparisons (53 to 89%), within chance of the "
        f"{found.expected.estimate:.0%} that the ratings lead one to expect; "
    )
    assert "moderate (e-value 3.2); about " in found.conclusion
    assert found.conclusion.endswith(" more comparisons would bring a verdict.")


def test_the_other_side_sees_the_mirror_image() -> None:
    """Swapping the two swaps wins and losses, shares, differences and residuals."""
    rows = (("ant", "bee", "model_a", 7), ("ant", "bee", "tie", 2), ("bee", "ant", "model_a", 4))
    one, other = (
        head_to_head(log(*rows, *RING), *names) for names in (("ant", "bee"), ("bee", "ant"))
    )
    assert (one.wins, one.ties, one.losses) == (other.losses, other.ties, other.wins)
    for name in ("observed", "expected"):
        ours, theirs = getattr(one, name), getattr(other, name).mirrored
        assert (ours.low, ours.estimate, ours.high) == pytest.approx(
            (theirs.low, theirs.estimate, theirs.high)
        )
    assert one.difference.low == pytest.approx(-other.difference.high)
    assert one.residual == pytest.approx(-other.residual)
    assert one.e_value == pytest.approx(other.e_value)
    assert one.comparisons_needed == pytest.approx(other.comparisons_needed)
    assert one.conclusion == other.conclusion


def test_they_never_met() -> None:
    """What others say of them is said, and nothing is made up about their own record."""
    found = head_to_head(log(*RING), "ant", "bee")
    assert found.comparisons == 0
    assert found.breakdowns == ()
    assert math.isnan(found.observed.estimate)
    assert math.isnan(found.residual)
    assert found.e_value == 1
    assert found.difference.estimate > 0
    assert found.conclusion == (
        "ant and bee never met; their results against others lead one to expect ant to take "
        f"{found.expected.words(' of the score')}."
    )


def test_groups_that_never_met_cannot_be_compared() -> None:
    """No expectation, no difference, no number of comparisons: NaN, and a sentence."""
    apart = log(*RING, ("dog", "eel", "model_a", 3), ("dog", "eel", "model_b", 3))
    found = quietly(apart, "ant", "dog")
    assert math.isnan(found.difference.estimate)
    assert math.isnan(found.expected.estimate)
    assert math.isnan(found.comparisons_needed)
    assert (
        "never met, directly or through others, so that they cannot be compared."
        in found.conclusion
    )
    assert json.dumps(found.as_dict(), allow_nan=False)


def test_one_who_was_never_beaten() -> None:
    """The interval of the difference is open upwards, that of the observed share is not a point."""
    found = quietly(log(*RING, ("dog", "ant", "model_a", 6)), "dog", "ant")
    assert math.isinf(found.difference.high)
    assert found.expected.high == 1
    assert 0.5 < found.observed.low < found.observed.high == 1
    assert found.conclusion.startswith("dog won all 6 comparisons with ant: 100% (61 to 100%)")
    assert json.dumps(found.as_dict(), allow_nan=False)


def test_only_ties() -> None:
    """Nobody was preferred: the e-value is 1, the share one half with an interval."""
    found = head_to_head(log(("ant", "bee", "tie", 4), *RING), "ant", "bee")
    assert (found.e_value, found.favoured, found.opposed) == (1, 0, 0)
    assert found.observed.low < 0.5 < found.observed.high
    assert "share 4 comparisons evenly: 50% (26 to 74%)" in found.conclusion
    assert found.conclusion.endswith("none of them preferred one side.")
    nothing_decided = quietly(log(("ant", "bee", "tie", 4)), "ant", "bee")
    assert nothing_decided.comparisons_needed == math.inf
    assert nothing_decided.as_dict()["comparisons_needed"] is None


def test_both_bad_counts_or_not() -> None:
    """Counted, it pulls the share to one half; dropped, it stays in the record only."""
    rows = (("ant", "bee", "model_a", 8), ("ant", "bee", "tie (bothbad)", 4),
            ("ant", "bee", "model_b", 2))  # fmt: skip
    counted = quietly(log(*rows, *RING), "ant", "bee")
    dropped = quietly(log(*rows, *RING), "ant", "bee", both_bad="drop")
    assert counted.observed.estimate == pytest.approx(10 / 14)
    assert dropped.observed.estimate == pytest.approx(8 / 10)
    assert counted.both_bad == dropped.both_bad == 4
    assert "in 80% of 10 comparisons" in dropped.conclusion
    nothing = quietly(log(("ant", "bee", "tie (bothbad)", 4), *RING), "ant", "bee", both_bad="drop")
    assert nothing.conclusion == "All 4 comparisons of ant and bee found both bad; none counts."


def test_soft_outcomes_count_by_the_side_they_prefer() -> None:
    """Scores between a win and a loss enter the share as they are, the e-value by their sign."""
    scores = [0.9, 0.7, 0.6, 0.5, 0.2, 1.0, 0.8, 0.1]
    table = pd.DataFrame({"model_a": "ant", "model_b": "bee", "winner": scores})
    found = head_to_head(read(table, dialect="soft-first"), "ant", "bee")
    assert found.observed.estimate == pytest.approx(np.mean(scores))
    assert (found.favoured, found.opposed) == (5, 2)
    assert (found.wins, found.ties, found.soft) == (1, 1, 6)


def test_weights_move_the_share_and_not_the_record() -> None:
    """Shares weigh; records and the e-value count."""
    weighted = log(
        ("ant", "bee", "model_a", 3), ("ant", "bee", "model_b", 3), *RING,
        weight=[3.0, 1.0, *[1.0] * 4],
    )  # fmt: skip
    found = head_to_head(weighted, "ant", "bee")
    assert found.observed.estimate == pytest.approx(0.75)
    assert (found.wins, found.losses, found.favoured) == (3, 3, 3)


def test_votes_on_one_item_count_once_as_evidence() -> None:
    """Ten votes on each of four items are four pieces of evidence, not forty."""
    rng = np.random.default_rng(0)
    rows = 300
    side = rng.integers(0, 3, rows)
    other = pd.DataFrame(
        {
            "model_a": np.array(["bee", "cat", "cat"])[side],
            "model_b": np.array(["cat", "ant", "bee"])[side],
            "winner": np.array(["model_a", "model_b"])[rng.integers(0, 2, rows)],
            "prompt_id": [f"other-{at}" for at in range(rows)],
        }
    )
    own = pd.DataFrame(
        {"model_a": "ant", "model_b": "bee", "winner": ["model_a"] * 30 + ["model_b"] * 10,
         "prompt_id": np.repeat(["p1", "p2", "p3", "p4"], 10)}
    )  # fmt: skip
    comparisons = read(pd.concat([own, other]), item="prompt_id")
    found = quietly(comparisons, "ant", "bee", cluster="item")
    assert (found.favoured, found.opposed, found.unit) == (3, 1, "item")
    alone = quietly(comparisons, "ant", "bee", cluster="none")
    assert (alone.favoured, alone.opposed, alone.unit) == (30, 10, "comparison")
    assert alone.level_reached
    assert not found.level_reached
    assert found.observed.low < 0.15 < 0.59 < alone.observed.low


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("ant", "ant", "cannot be compared with itself"),
        ("ant", "bea", "no model 'bea'. Did you mean 'bee'"),
        ("zebra", "ant", r"no model 'zebra'\.$"),
    ],
)
def test_names_that_cannot_be_compared(first, second, words) -> None:
    """A sentence, with names that read alike where there are any."""
    with pytest.raises(SelectionError, match=words):
        head_to_head(log(*RING), first, second)


def test_one_without_comparisons_under_the_filter() -> None:
    """A name that the arena has and the selection lacks is told apart from an unknown one."""
    comparisons = log(*RING, language=["en", "en", "de", "de"])
    with pytest.raises(SelectionError, match="'ant' has no comparisons in this selection"):
        quietly(comparisons.select(Selection().where("language", "en")), "ant", "bee")


def test_shares_cluster_as_statsmodels_does() -> None:
    """The design effect is CR1's variance of a mean over the independent one."""
    statsmodels = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(1)
    cluster = rng.integers(0, 30, 400)
    y = (rng.random(400) < rng.beta(2, 1, 30)[cluster]).astype(float)
    plain = statsmodels.OLS(y, np.ones(400)).fit()
    robust = plain.get_robustcov_results("cluster", groups=cluster)
    effect = float(robust.bse[0] ** 2 / plain.bse[0] ** 2)
    score, weight = np.bincount(cluster, y), np.bincount(cluster)
    one = {
        "votes": 400, "weight": 400, "weight2": 400, "score": y.sum(),
        "weight2_score": y.sum(), "weight2_score2": (y * y).sum(), "clusters": 30,
        "cluster_weight2": (weight**2).sum(), "cluster_weight_score": (weight * score).sum(),
        "cluster_score2": (score**2).sum(),
    }  # fmt: skip
    names = [field.name for field in fields(Sums) if field.name not in ("value", "left_out")]
    sums = Sums(("all",), 0, **{name: np.array([float(one.get(name, 0))]) for name in names})
    found = Shares.of(sums, 0.95)
    few = (1.965927 / 2.045230) ** 2  # t quantiles with 399 and 29 degrees of freedom
    assert found.effective[0] == pytest.approx(400 / effect * few, rel=1e-5)
    # All the same: the clusters are taken as one comparison each, weighed by their sizes.
    same = replace(
        sums,
        score=sums.weight,
        weight2_score=sums.weight2,
        weight2_score2=sums.weight2,
        cluster_weight_score=sums.cluster_weight2,
        cluster_score2=sums.cluster_weight2,
    )
    assert Shares.of(same, 0.95).effective[0] == pytest.approx(400**2 / (weight**2).sum() * few)


@pytest.mark.parametrize(("clusters", "size"), [(8, 20), (25, 8), (100, 3)])
def test_coverage_of_clustered_shares(clusters, size) -> None:
    """Where comparisons of an item agree, clusters keep the promise and independence does not."""
    rng = np.random.default_rng(11)
    runs, truth = 3000, 0.7
    chance = rng.beta(1.4, 0.6, (runs, clusters))  # mean .7, correlation within an item 1/3
    won = rng.binomial(size, chance).astype(float)
    n, wins = np.full(runs, float(clusters * size)), won.sum(axis=1)
    zero = np.zeros(runs)
    sums = Sums(
        value=("",) * runs, left_out=0, wins=wins, ties=zero, losses=n - wins, both_bad=zero,
        soft=zero, votes=n, weight=n, weight2=n, score=wins, weight2_score=wins,
        weight2_score2=wins, clusters=np.full(runs, float(clusters)),
        cluster_weight2=np.full(runs, float(clusters * size**2)),
        cluster_weight_score=size * wins, cluster_score2=(won**2).sum(axis=1),
        favoured=zero, opposed=zero,
    )  # fmt: skip

    def coverage(shares: Shares) -> float:
        return float(((shares.low <= truth) & (truth <= shares.high)).mean())

    assert 0.93 < coverage(Shares.of(sums, 0.95)) < 0.98
    alone = replace(sums, clusters=np.ones(runs))
    assert coverage(Shares.of(alone, 0.95)) < 0.91


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0%"), (1.0, "100%"), (0.625, "62%"), (0.996, "99.6%"), (0.004, "0.4%"),
        (0.99999, "100.0%"),
    ],
)  # fmt: skip
def test_percentages(share, words) -> None:
    """Whole percentages, with a decimal where 0 or 100 would be wrong."""
    assert percent(share) == words


def test_narrow_shares_show_a_decimal() -> None:
    """An interval never reads as a point."""
    assert Share(0.951, 0.947, 0.955).words() == "95.1% (94.7 to 95.5%)"
    assert Share(0.6, math.nan, math.nan).words(" of it") == "60% of it"
    assert Share(math.nan, math.nan, math.nan).words() == ""


@pytest.mark.parametrize(("e", "words"), [(0.01, "below 0.1"), (2.13, "2.1"), (1310.4, "1,310"),
                                          (1e90, "above a million")])  # fmt: skip
def test_e_values_in_words(e, words) -> None:
    """An astronomic number is no more convincing than a million."""
    assert e_value_text(e) == words


def test_every_field_is_documented() -> None:
    """docs/json-head-to-head.md names each."""
    text = (DOCS / "json-head-to-head.md").read_text(encoding="utf-8")
    for field in fields(HeadToHead):
        assert f"`{field.name}`" in text


@pytest.fixture
def database(tmp_path) -> str:
    """A database with one arena."""
    rows = ["model_a,model_b,winner,language"]
    rows += ["ant,bee,model_a,en"] * 6 + ["ant,bee,model_b,de"] * 4 + ["bee,cat,tie,en"] * 3
    rows += ["cat,ant,model_a,de"] * 2
    (tmp_path / "battles.csv").write_text("\n".join(rows))
    path = tmp_path / "podium.duckdb"
    import_file(Store(path), tmp_path / "battles.csv", arena="zoo")
    return str(path)


def test_the_command_prints_a_conclusion_and_tables(database) -> None:
    """First the sentence, then the facts, then the breakdowns."""
    command = ["head-to-head", "zoo", "ant", "bee", "--db", database]
    result = CliRunner().invoke(podium, command, catch_exceptions=False)
    lines = result.output.splitlines()
    assert lines[0].startswith("ant beat bee in 60% of 10 comparisons (31 to 83%)")
    assert "record            6 won, 4 lost" in lines
    assert "en            6    6     0     0  100% (61 to 100%)" in lines


def test_the_command_prints_json(database) -> None:
    """The JSON contract, under filters and another level."""
    command = ["head-to-head", "zoo", "ant", "bee", "--db", database, "--format", "json"]
    result = CliRunner().invoke(podium, [*command, "--level", "0.8"], catch_exceptions=False)
    found = json.loads(result.output)
    assert (found["wins"], found["level"], found["noun"]) == (6, 0.8, "model")
    assert [part["value"] for part in found["breakdowns"][0]["slices"]] == ["en", "de"]


def test_points_of_another_scale_need_no_more_comparisons() -> None:
    """Elo at 800 points per factor 10, K doubled, is the same Elo: the planner's number stays."""
    games = log(("ant", "bee", "model_a", 7), ("ant", "bee", "model_b", 5), *RING)
    with pytest.warns(RankingWarning, match="depends on the order"):
        boards = [Elo(k=4 * f, scale=400 * f).rate(games) for f in (1, 2)]
    one, other = (head_to_head(games, "ant", "bee", ratings=board) for board in boards)
    assert other.difference.estimate == pytest.approx(2 * one.difference.estimate)
    assert other.comparisons_needed == pytest.approx(one.comparisons_needed)
