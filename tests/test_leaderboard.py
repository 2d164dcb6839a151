"""Leaderboards in words and formats: contract, escaping, honest sentences."""

import csv
import io
import json
import re
import warnings
from dataclasses import replace

import numpy as np
import pytest

from ranking.conclusion import conclusion, tied_for_first
from ranking.errors import RankingWarning, SelectionError, SeparationWarning
from ranking.leaderboard import FORMATS, as_csv, as_dict, as_json, as_latex, as_markdown, as_text
from ranking.methods import BradleyTerry, Elo
from ranking.tally import Tally
from ranking.wording import number, plural
from tests.conftest import make_games

CONTRACT = {
    "competitor", "rank", "rank_low", "rank_high", "rating", "low", "high", "std_error", "games",
    "win_rate", "status", "component", "tier", "overlap_low", "overlap_high", "unadjusted",
    "p_best", "expected_rank",
}  # fmt: skip


def board(names=("strong", "middle", "weak"), votes=200):
    share = int(votes * 0.75)
    games = make_games(
        [0, 1, 1, 2, 0, 2],
        [1, 0, 2, 1, 2, 0],
        [1] * 6,
        votes=[share, votes - share, share, votes - share, int(votes * 0.9), votes // 10],
        names=names,
    )
    return BradleyTerry().rate(games)


def test_json_follows_the_contract() -> None:
    """Every promised field is there, whole numbers are whole, and the text is strict JSON."""
    found = json.loads(as_json(board()), parse_constant=pytest.fail)
    assert set(found) >= {
        "arena", "method", "settings", "selection", "comparisons", "log_loss", "warnings",
        "competitors",
    }  # fmt: skip
    assert [set(row) for row in found["competitors"]] == [CONTRACT] * 3
    assert found["competitors"][0]["competitor"] == "strong"
    assert found["tied_for_first"] == ["strong"]
    for name in ("rank", "rank_low", "rank_high", "games", "component"):
        assert isinstance(found["competitors"][0][name], int)
    assert isinstance(found["comparisons"], int)
    assert found["settings"]["level"] == 0.95
    assert found["settings"]["interval"].startswith("sandwich (HC0)")
    assert found["settings"]["estimator"] == "auto"


def test_json_has_null_where_the_evidence_is_open() -> None:
    """An unbeaten competitor's upper limit and standard error are null."""
    with pytest.warns(SeparationWarning):
        ratings = BradleyTerry().rate(make_games([0, 0, 1, 2], [1, 2, 2, 1], [1, 1, 1, 1]))
    first = as_dict(ratings)["competitors"][0]
    assert first["status"] == "unbeaten"
    assert first["high"] is None
    assert first["std_error"] is None
    assert first["low"] is not None


@pytest.mark.parametrize("style", sorted(FORMATS))
def test_every_format_names_every_competitor(style) -> None:
    """Each format holds all names, best first."""
    text = FORMATS[style](board())
    assert text.index("strong") < text.index("weak")


def test_csv_defuses_formulas_and_survives_odd_names() -> None:
    """A name that starts like a formula is quoted with an apostrophe; commas and quotes survive."""
    names = ('=HYPERLINK("http://x")', 'a,"b"', "@weak")
    rows = list(csv.DictReader(io.StringIO(as_csv(board(names)))))
    assert [row["competitor"] for row in rows] == ["'" + names[0], names[1], "'@weak"]


def test_markdown_and_latex_show_names_literally() -> None:
    """Markup in a name cannot break out of its cell."""
    names = ("a|b`*_<script>", "100%_$x&y", "weak")
    assert r"a\|b\`\*\_\<script\>" in as_markdown(board(names))
    assert r"100\%\_\$x\&y" in as_latex(board(names))


def test_text_aligns_and_shortens() -> None:
    """A limit cuts the table and says how many are left out."""
    text = as_text(board(), limit=2)
    assert "… and 1 more" in text
    assert "1000" not in text.splitlines()[0]


def test_conclusion_with_a_clear_leader() -> None:
    """With much evidence the leader leads alone, with the interval of the difference."""
    headline, detail = conclusion(board(votes=2000))
    assert headline.startswith("strong leads alone, ")
    assert headline.endswith(" points ahead of middle.")
    assert "±" in headline
    assert detail == "All 3 competitors can be told apart."


def test_conclusion_without_a_clear_leader() -> None:
    """With little evidence first place is shared, and that is the headline."""
    headline, _ = conclusion(board(votes=10))
    assert "share first place" in headline


def test_a_newcomer_is_not_declared_the_leader() -> None:
    """A few lucky games do not lead: the settled leader is named, the newcomer is mentioned."""
    rows = [(i, j, y) for i in range(8) for j in range(i + 1, 8) for y in (1,) * 300 + (0,) * 100]
    rows += [(8, 0, 1)] * 4 + [(0, 8, 1)]
    names = ("a", *"bcdefgh", "new")
    games = make_games(*zip(*rows, strict=True), names=names)
    ratings = BradleyTerry().rate(games)
    headline, detail = conclusion(ratings)
    assert ratings.competitors[ratings.order[0]] == "new"
    assert headline.startswith("a ")
    assert "new" not in headline
    assert "1 provisional competitor may still take first place" in detail


def test_the_first_two_are_separated_by_more_comparisons() -> None:
    """A shared first place says about how many more comparisons would settle it."""
    ratings = board(votes=10)
    assert tied_for_first(ratings) == ("strong", "middle")
    _, detail = conclusion(ratings)
    assert re.search(r"About \d+ more comparisons of strong with middle would separate", detail)
    assert tied_for_first(board(votes=2000)) == ("strong",)


def test_an_unbeaten_leader_has_no_invented_lead() -> None:
    """Forty wins and no loss: first beyond doubt, by a margin that nobody knows."""
    games = make_games([0, 0, 1, 2], [1, 2, 2, 1], [1, 1, 1, 1], votes=[20, 20, 30, 30])
    with pytest.warns(SeparationWarning):
        headline, detail = conclusion(BradleyTerry().rate(games))
    assert headline == "A was never beaten and leads alone."
    assert "first place" not in detail
    assert "separate" not in detail


def test_one_settled_competitor_among_newcomers_is_not_the_only_one_rated() -> None:
    """A star of newcomers round one baseline: only the baseline's rating is settled."""
    rows = [(0, j, y) for j in range(1, 9) for y in (1, 0) * 5]
    headline, _ = conclusion(BradleyTerry().rate(make_games(*zip(*rows, strict=True))))
    assert headline == "A is the only competitor with a settled rating."


def test_a_lead_is_claimed_only_over_the_whole_settled_field() -> None:
    """Whoever overlaps the leader shares first place, whatever newcomers stand above."""
    ratings = replace(
        board(),
        rating=np.array([1300.0, 1100, 1090]),
        low=np.array([1120.0, 1060, 1070]),
        high=np.array([1480.0, 1140, 1110]),
        rank_low=np.array([1.0, 1, 2]),
        rank_high=np.array([2.0, 3, 3]),
        status=("provisional", "ok", "ok"),
        better=None,
    )
    headline, detail = conclusion(ratings)
    assert headline == "middle and weak share first place."
    assert "1 provisional competitor may still take first place" in detail


def test_conclusion_without_intervals() -> None:
    """A method without intervals claims no order beyond its numbers."""
    games = make_games([0, 1], [1, 2], [1, 1], time=[0, 1])
    headline, detail = conclusion(Elo(resamples=0).rate(games))
    assert headline == "A has the highest rating."
    assert "no intervals" in detail


def test_an_unknown_anchor_is_an_error_in_words() -> None:
    """Anchoring to a name that is not rated says so."""
    with pytest.raises(SelectionError, match="no competitor 'nobody'"):
        board().anchored("nobody", 1000)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(1234.4, 0, "1,234"), (-0.2, 0, "0"), (-3.0, 1, "−3.0"), (float("nan"), 0, ""),
     (float("-inf"), 0, "−∞")],
)  # fmt: skip
def test_numbers_have_real_minus_signs(value, decimals, text) -> None:
    """Minus is U+2212, never on a rounded zero; NaN is empty."""
    assert number(value, decimals) == text


def test_plurals() -> None:
    """The nouns of arenas in the plural."""
    assert [plural(n) for n in ("model", "policy", "boss", "monkey", "match")] == [
        "models", "policies", "bosses", "monkeys", "matches",
    ]  # fmt: skip


def test_the_headline_is_about_the_largest_group() -> None:
    """An unbeaten competitor of a small group that never met the others leads none of them."""
    tally = Tally.from_cells(
        ("a", "b", "c", "x", "z"), [0, 0, 1, 1, 0, 0, 3], [1, 1, 2, 2, 2, 2, 4],
        [2, 0, 2, 0, 2, 0, 2], votes=[6, 4, 6, 4, 6, 4, 200],
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RankingWarning)
        ratings = BradleyTerry().rate(tally)
    headline, _ = conclusion(ratings)
    assert ratings.status[3] == "unbeaten"
    assert not headline.startswith("x ")


def test_names_cannot_command_a_terminal() -> None:
    """Escape sequences and line breaks in names do not reach a terminal."""
    text = as_text(board(names=("\x1b[31mred", "two\nlines", "plain")))
    assert "\x1b" not in text
    assert "two lines" in text


def test_an_extreme_level_is_written_out() -> None:
    """99.99999 % is not written as 100 %."""
    tally = Tally.from_cells(("a", "b"), [0, 0], [1, 1], [2, 0], votes=[60, 40])
    assert "99.99999% intervals" in as_text(BradleyTerry(level=0.9999999).rate(tally))
