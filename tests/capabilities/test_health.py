"""What the evidence in capabilities is worth: coverage, repeats, position, length."""

import csv
import json
import random

import numpy as np
import pytest
from scipy import stats

from ranking.capabilities.evidence import CapabilityEvidence
from ranking.capabilities.health import capability_health, repeat_correlation
from ranking.capabilities.health_report import as_dict, as_json, sentences, table
from ranking.capabilities.node_bias import length_bias
from ranking.errors import InputError
from ranking.ingest.reading import read
from ranking.store.item_verdicts import ItemVerdicts, read_item_verdicts
from ranking.store.where import where
from ranking.taxonomies.levels import level_below

HEADER = ["model_a", "model_b", "winner", "prompt", "text", "capability", "judge", "a_first",
          "words_a", "words_b", "line"]  # fmt: skip
ROLES = {"item": "prompt", "item_text": "text", "capability": "capability", "judge": "judge",
         "order": "a_first"}  # fmt: skip
EXACT = 1e-9
GOLDEN = 5e-3


@pytest.fixture
def zoo(tmp_path):
    """Import rows of a, b, winner, item, text, capability, judge, who was first, lengths."""

    def make(rows, *, features=("words_a,words_b",), **roles):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([HEADER, *((*row, at) for at, row in enumerate(rows))])
        return read(path, **(ROLES | roles))

    return make


def rows_of(items=60, seed=0, sway=0.2, length=0.0):
    """Two equal models, judged in both orders; whoever is first, or longer, wins more often."""
    draw = random.Random(seed)
    rows = []
    for item in range(items):
        for first in (True, False):
            long_a, long_b = draw.randint(50, 300), draw.randint(50, 300)
            p = 0.5 + (sway if first else -sway) + length * np.tanh((long_a - long_b) / 100)
            won = "model_a" if draw.random() < p else "model_b"
            path = ("code/sql", "code/web", "law")[item % 3]
            rows.append(("ant", "bee", won, f"p{item}", f"text {item}", path, "ann",
                         "yes" if first else "no", long_a, long_b))  # fmt: skip
    return rows


def verdicts_of(evidence):
    comparisons = evidence.comparisons
    with comparisons.store.reading() as connection:
        condition = where(connection, comparisons.arena, comparisons.selection)
        return read_item_verdicts(connection, comparisons.arena, condition)


def node(found, key):
    return found.evidence.taxonomy.position(key)


def test_coverage_counts_items_verdicts_and_what_they_are_worth(zoo) -> None:
    """Two verdicts of correlation rho on an item are worth 2 / (1 + rho)."""
    found = capability_health(zoo(rows_of(90)))
    at, rho = node(found, "code"), found.repeat_correlation
    np.testing.assert_array_equal(found.items[at], [60, 60])
    np.testing.assert_array_equal(found.verdicts[at], [120, 120])
    np.testing.assert_allclose(found.effective[at], 60 * 2 / (1 + rho), atol=EXACT)
    assert not found.thin[at].any() and found.parts[at] == 1


def test_the_same_verdict_twice_is_worth_one(zoo) -> None:
    """Rows given twice change neither items nor what the evidence is worth."""
    rows = [row for row in rows_of(60) if row[7] == "yes"]
    once = capability_health(zoo(rows))
    twice = capability_health(zoo([row for row in rows for _ in range(2)]))
    assert np.isnan(once.repeat_correlation) and twice.repeat_correlation == pytest.approx(1.0)
    np.testing.assert_array_equal(once.items, twice.items)
    np.testing.assert_allclose(once.effective, twice.effective, atol=EXACT)
    np.testing.assert_allclose(twice.verdicts, 2 * once.verdicts)
    np.testing.assert_allclose(once.position.effect, twice.position.effect, atol=1e-6)


def test_the_correlation_of_repeats_is_found() -> None:
    """Verdicts of a beta-binomial with correlation 0.3, of two to five a cell."""
    rng = np.random.default_rng(0)
    cells, rho = 40_000, 0.3
    chance = rng.beta(0.5 * (1 / rho - 1), 0.5 * (1 / rho - 1), cells)
    n = rng.integers(2, 6, cells).astype(float)
    won = rng.binomial(n.astype(int), chance).astype(float)
    nothing = np.zeros(cells, np.int64)
    found = ItemVerdicts(
        np.arange(cells), nothing, nothing + 1, n, n, won, won, np.zeros((2, cells)),
        np.zeros((2, cells)), np.full(cells, np.nan), "", nothing - 1,
    )  # fmt: skip
    assert repeat_correlation(found, np.zeros(2)) == pytest.approx(rho, abs=0.015)


def test_position_bias_is_a_t_test_of_items(zoo) -> None:
    """Effect, interval and p-value agree with scipy on one number per item."""
    found = capability_health(zoo(rows_of(90)))
    verdicts = verdicts_of(found.evidence)
    # Judged in both orders, strengths cancel: the mean of "the first won" less one half.
    value = (verdicts.shown_score[0] + 1 - verdicts.shown_score[1]) / 2 - 0.5
    oracle = stats.ttest_1samp(value, 0.0)
    bias = found.position
    assert bias.effect[0] == pytest.approx(value.mean(), abs=EXACT)
    np.testing.assert_allclose(
        [bias.low[0], bias.high[0]], oracle.confidence_interval(0.95), atol=EXACT
    )
    assert bias.p[0] == pytest.approx(oracle.pvalue) and found.biased(bias)[0]
    code = node(found, "code")
    inside = found.evidence.taxonomy.members[[code]].toarray()[0] > 0
    assert bias.effect[code] == pytest.approx(value[inside[verdicts.item]].mean(), abs=EXACT)
    assert bias.items[code] == 60


def test_a_log_without_orders_says_nothing_of_position(zoo) -> None:
    """No number, no verdict, and a sentence that says so."""
    rows = [(*row[:7], "", *row[8:]) for row in rows_of()]
    found = capability_health(zoo(rows))
    assert np.isnan(found.position.effect).all() and not found.biased(found.position).any()
    assert "The log does not say who was shown first." in sentences(found, np.array([1, 2]))


def test_length_bias_is_a_regression_within_pairs_clustered_by_item() -> None:
    """Slope, interval and p-value agree with statsmodels: pair intercepts, errors by item."""
    import statsmodels.api as sm
    from scipy import sparse

    rng = np.random.default_rng(1)
    n = 300
    item, pair = rng.integers(0, 80, n), rng.integers(0, 4, n)
    _, keep = np.unique(item * 4 + pair, return_index=True)
    item, pair = item[keep], pair[keep]
    longer = rng.normal(0, 120, len(item))
    y = np.clip(
        0.5 + 0.1 * pair + 0.2 * np.tanh(longer / 120) + rng.normal(0, 0.3, len(item)), 0, 1
    )
    ones = np.ones(len(item))
    first, second = np.array([0, 0, 1, 1])[pair], np.array([1, 2, 2, 3])[pair]
    found = ItemVerdicts(
        item, first, second, ones, ones, y, y**2, np.zeros((2, len(item))),
        np.zeros((2, len(item))), longer, "words", np.full(80, -1),
    )  # fmt: skip
    members = sparse.csr_array(np.vstack([np.ones(80), np.arange(80) < 40]).astype(float))
    bias, deviation = length_bias(found, members)
    assert deviation == pytest.approx(np.sqrt((longer**2).mean()))
    for at, inside in ((0, item >= 0), (1, item < 40)):
        x = np.tanh(longer[inside] / deviation)
        design = np.column_stack([x, *(pair[inside] == k for k in range(4))]).astype(float)
        fitted = sm.OLS(y[inside], design).fit(
            cov_type="cluster", cov_kwds={"groups": item[inside]}, use_t=True
        )
        step = np.tanh(1.0)
        assert bias.effect[at] == pytest.approx(step * fitted.params[0], abs=EXACT)
        np.testing.assert_allclose(
            [bias.low[at], bias.high[at]], step * fitted.conf_int()[0], atol=EXACT
        )
        assert bias.p[at] == pytest.approx(fitted.pvalues[0], rel=1e-6)


def test_longer_responses_that_win_are_noticed_and_others_are_not(zoo) -> None:
    """A planted length effect is beyond chance; without one nothing is."""
    swayed = capability_health(zoo(rows_of(300, sway=0.0, length=0.3)))
    assert swayed.length_by == "words" and swayed.length_deviation > 50
    assert swayed.biased(swayed.length)[0] and swayed.length.effect[0] > 0.1
    plain = capability_health(zoo(rows_of(300, sway=0.0)))
    assert not plain.biased(plain.length).any()


def test_groups_that_never_met_are_counted(zoo) -> None:
    """Ant meets bee and cat meets dog in law; in code all are connected."""
    rows = []
    for item in range(40):
        path = "law" if item % 2 else "code"
        pairs = [("ant", "bee"), ("cat", "dog")] + ([("bee", "cat")] if path == "code" else [])
        rows += [(a, b, "model_a" if (item // 2) % 2 else "model_b", f"p{item}", "", path, "ann",
                  "", 1, 2) for a, b in pairs]  # fmt: skip
    found = capability_health(zoo(rows))
    assert found.parts[[node(found, "law"), node(found, "code"), 0]].tolist() == [2, 1, 1]
    assert "fall into groups that never met there" in " ".join(sentences(found, np.array([1, 2])))


def test_repeated_texts_are_counted_beyond_the_first(zoo) -> None:
    """Three items with one text are two too many; blank texts are not compared."""
    rows = [(*row[:4], "same" if row[3] in ("p0", "p3", "p1") else row[4], *row[5:])
            for row in rows_of(12)]  # fmt: skip
    found = capability_health(zoo(rows))
    at = [node(found, key) for key in ("code/sql", "code/web", "code")]
    assert found.repeated_items[[0, *at]].tolist() == [2, 1, 0, 2]


def test_swapping_the_sides_of_rows_changes_nothing(zoo) -> None:
    """A and B exchanged, with the order, the winner and the lengths: the same health."""
    other = {"model_a": "model_b", "model_b": "model_a"}
    shown = {"yes": "no", "no": "yes"}
    rows = rows_of(45, length=0.1)
    swapped = [
        (row[1], row[0], other[row[2]], *row[3:7], shown[row[7]], row[9], row[8])
        if at % 3 == 0
        else row
        for at, row in enumerate(rows)
    ]
    one, two = (capability_health(zoo(each)) for each in (rows, swapped))
    for name in ("items", "verdicts", "effective", "consistency", "parts"):
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), atol=EXACT)
    for name in ("effect", "low", "high", "q"):
        for which in ("position", "length"):
            np.testing.assert_allclose(
                getattr(getattr(one, which), name), getattr(getattr(two, which), name), atol=1e-6
            )


def test_the_report_is_sentences_a_table_and_json(zoo) -> None:
    """One row a capability; JSON without NaN, with what is known of each competitor."""
    found = capability_health(zoo(rows_of(45)))
    nodes = level_below(found.evidence.taxonomy)
    header, rows = table(found, nodes)
    assert [row[0] for row in rows] == ["code", "law"] and len(header) == len(rows[0])
    said = " ".join(sentences(found, nodes))
    assert said.startswith("In 1 of 2 capabilities ant and bee have fewer than 20 items")
    values = json.loads(as_json(found))
    assert values == as_dict(found)
    law = values["capabilities"][1]
    assert (law["capability"], law["items"], law["groups"]) == ("law", 15, 1)
    assert law["position"]["q"] is None and law["position"]["effect"] is not None
    assert [one["competitor"] for one in law["competitors"]] == ["ant", "bee"]
    assert as_dict(found, under="code")["capabilities"][0]["capability"] == "code/sql"


def test_an_impossible_level_is_refused(zoo) -> None:
    """A confidence level lies between 0 and 1."""
    with pytest.raises(InputError, match="`level` must lie between"):
        capability_health(zoo(rows_of(6)), level=1.0)


@pytest.fixture(scope="module")
def wildchat(datasets, tmp_path_factory):
    """The published verdicts on 2,000 of the prompts in both orders, the first of A both times."""
    path = tmp_path_factory.mktemp("wildchat") / "log.csv"
    folder = datasets / "wildchat_capabilities"
    with (folder / "items.csv").open(encoding="utf-8") as file, path.open("w") as out:
        out.write("model_a,model_b,winner,prompt,capability,a_first\n")
        for row in csv.DictReader(file):
            leaf = row["leaf_node_id"]
            for order, sides in ((1, "ant,bee"), (2, "bee,ant")):
                ant = row[f"verdict_order{order}"] == "1"
                won = "model_a" if ant == (order == 1) else "model_b"
                out.write(f"{sides},{won},{row['item_id']},{leaf},yes\n")
    return CapabilityEvidence.of(read(path, item="prompt", capability="capability",
                                      order="a_first"))  # fmt: skip


def test_the_published_log_has_the_published_correlation_and_bias(wildchat) -> None:
    """Both orders: correlation 0.45, agreement 73%, won first 47.15% against 37.04%."""
    found = capability_health(wildchat)
    assert found.repeat_correlation == pytest.approx(0.45, abs=GOLDEN)
    assert found.consistency[0] == pytest.approx(0.73, abs=GOLDEN)
    assert found.position.effect[0] == pytest.approx((0.4715 - 0.3704) / 2, abs=1e-4)
    assert found.effective[0, 0] == pytest.approx(20_000 / 1.45, rel=GOLDEN)
