"""Excerpts of comparisons, against the same rows in pandas."""

import numpy as np
import pandas as pd
import pytest

from ranking.comparisons import Comparisons
from ranking.errors import SelectionError
from ranking.ingest import read
from ranking.selection import Selection
from ranking.store.excerpts import read_excerpts
from ranking.store.where import where

HOSTILE = "'; DROP TABLE arenas; --"
NAMES = np.array(["ant", "bee", HOSTILE])
SHARE = {"model_a": 1.0, "tie": 0.5, "model_b": 0.0, "tie (bothbad)": 0.5}


def table(rows: int = 120) -> pd.DataFrame:
    """Items with several comparisons each, in both directions, some of them without an item."""
    rng = np.random.default_rng(0)
    first = rng.integers(0, 3, rows)
    return pd.DataFrame(
        {
            "model_a": NAMES[first],
            "model_b": NAMES[(first + rng.integers(1, 3, rows)) % 3],
            "winner": rng.choice(list(SHARE), rows),
            "prompt_id": rng.choice(["p1", "p2", HOSTILE, ""], rows),
            "judge": rng.choice(["ann", "bob"], rows),
            "shown": rng.choice(["a", "b", ""], rows),
            "response_a": [f"first {at}" for at in range(rows)],
            "response_b": [f"second {at}" for at in range(rows)],
        }
    )


@pytest.fixture(scope="module")
def log() -> Comparisons:
    return read(table(), order="shown")


def excerpts(log: Comparisons, *arguments, **options):
    with log.store.reading() as connection:
        condition = where(connection, log.arena, log.selection)
        return read_excerpts(connection, log.arena, condition, *arguments, **options)


@pytest.mark.parametrize("worst", [False, True])
@pytest.mark.parametrize("who", ["ant", HOSTILE])
def test_results_are_those_of_the_rows(log, who, worst) -> None:
    """Share, opponent, order, judge and responses of every row, best or worst results first."""
    rows = table().assign(line=lambda frame: frame.index)
    rows = rows[(rows.prompt_id != "") & ((rows.model_a == who) | (rows.model_b == who))]
    found = excerpts(log, who, ["p1", "p2", HOSTILE], worst=worst, most=1000)
    for item, expected in rows.groupby("prompt_id"):
        own = expected.model_a == who
        share = expected.winner.map(SHARE).where(own, 1 - expected.winner.map(SHARE))
        order = expected.assign(share=share).sort_values(
            ["share", "line"], ascending=[worst, True], kind="stable"
        )
        seen = found[item]
        assert seen.comparisons == len(seen.meetings) == len(expected)
        for meeting, (_, row) in zip(seen.meetings, order.iterrows(), strict=True):
            first = row.model_a == who
            sides = (row.response_a, row.response_b)
            assert meeting.share == row.share and meeting.judge == row.judge
            assert meeting.opponent == (row.model_b if first else row.model_a)
            assert (meeting.response, meeting.opponent_response) == (
                sides if first else sides[::-1]
            )
            place = "" if not row.shown else "first" if (row.shown == "a") == first else "second"
            assert meeting.shown == place
            assert meeting.both_bad == (row.winner == "tie (bothbad)")


def test_only_so_many_are_read_and_all_are_counted(log) -> None:
    """`most` limits what is read of each item, and the whole number stays known."""
    whole = excerpts(log, "ant", ["p1"], most=1000)["p1"]
    few = excerpts(log, "ant", ["p1"], most=2)["p1"]
    assert few.meetings == whole.meetings[:2]
    assert few.comparisons == whole.comparisons > 2


def test_the_selection_and_both_bad_narrow_what_is_seen(log) -> None:
    """Comparisons that are left out are neither shown nor counted."""
    rows = table()
    own = ((rows.model_a == "ant") | (rows.model_b == "ant")) & (rows.prompt_id == "p1")
    by_ann = own & (rows.judge == "ann")
    narrowed = log.select(Selection.parse(["judge=ann"]))
    assert excerpts(narrowed, "ant", ["p1"])["p1"].comparisons == by_ann.sum()
    dropped = excerpts(log, "ant", ["p1"], both_bad="drop", most=1000)["p1"]
    assert dropped.comparisons == (own & (rows.winner != "tie (bothbad)")).sum()
    assert not any(meeting.both_bad for meeting in dropped.meetings)


def test_a_comparison_without_an_item_is_found_by_its_line(log) -> None:
    """Import and line name one row each."""
    from ranking.capabilities.evidence import CapabilityEvidence

    lines = CapabilityEvidence.of(log, facets=()).log.lines.tolist()
    rows = table()
    alone = rows[rows.prompt_id == ""]
    own = (alone.model_a == "bee") | (alone.model_b == "bee")
    found = excerpts(log, "bee", [], lines)
    assert len(found) == own.sum()
    assert all(one.comparisons == 1 for one in found.values())


def test_whoever_is_not_there_is_named(log) -> None:
    """An unknown competitor is an error; an unknown item is nothing."""
    with pytest.raises(SelectionError, match="no model 'nobody'"):
        excerpts(log, "nobody", ["p1"])
    assert excerpts(log, "ant", ["p9"]) == {}
