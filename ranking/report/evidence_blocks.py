"""How the evidence of a report is put into words."""

from collections.abc import Iterable
from dataclasses import replace

from ranking.report.blocks import NAME, Block, Evidence, Exchange, Heading, Sentence, excerpt
from ranking.report.contents import Report
from ranking.report.exhibits import Exhibit
from ranking.store.excerpts import Meeting
from ranking.wording import percent

_TEXT, _RESPONSE = 320, 200  # characters that are shown


def evidence(report: Report) -> list[Block]:
    """Put the items that speak for what is told into words, by number."""
    if not report.exhibits:
        return []
    own = excerpt(report.competitor, NAME)
    return [Heading("Evidence"), *(_exhibit(one, own) for one in report.exhibits)]


def _exhibit(one: Exhibit, own: str) -> Evidence:
    title = excerpt(one.label, NAME)
    text = excerpt(one.seen.text, _TEXT)
    exchanges = [_exchange(meeting, own) for meeting in _merged(one.seen.meetings)]
    more = one.seen.comparisons - len(one.seen.meetings)
    if more:
        nouns = "comparison" if more == 1 else "comparisons"
        exchanges.append(Exchange(Sentence(f"{more:,} more {nouns} on this item.")))
    return Evidence(one.number, title, "" if text == title else text, tuple(exchanges))


def _merged(meetings: Iterable[Meeting]) -> list[Meeting]:
    """Put comparisons that read alike into one, with the votes of all."""
    votes: dict[Meeting, int] = {}
    for meeting in meetings:
        alike = replace(meeting, votes=0)
        votes[alike] = votes.get(alike, 0) + meeting.votes
    return [replace(meeting, votes=count) for meeting, count in votes.items()]


def _exchange(seen: Meeting, own: str) -> Exchange:
    opponent = excerpt(seen.opponent, NAME)
    parts = [f"{_result(seen)} {opponent}"]
    if seen.shown:
        parts.append(f"shown {seen.shown}")
    if seen.score is not None and seen.opponent_score is not None:
        parts.append(f"scored {seen.score:g} to {seen.opponent_score:g}")
    if seen.judge:
        parts.append(f"judged by {excerpt(seen.judge, NAME)}")
    if seen.votes > 1:
        parts.append(f"{seen.votes:,} times")
    texts = ((own, seen.response), (opponent, seen.opponent_response), ("Feedback", seen.feedback))
    said = tuple((who, excerpt(text, _RESPONSE)) for who, text in texts if text.strip())
    return Exchange(Sentence(f"{', '.join(parts)}.", opponent), said)


def _result(seen: Meeting) -> str:
    if seen.both_bad:
        return "Both bad, with"
    words = {1.0: "Won against", 0.0: "Lost to", 0.5: "Tied with"}
    return words.get(seen.share, f"Took {percent(seen.share)} of the score against")
