"""The order of a report and its words."""

from collections.abc import Sequence

from ranking.capabilities.profile import CapabilityFinding, CompetitorFindings
from ranking.capabilities.sentences import shown_name
from ranking.methods import METHODS
from ranking.report import tables
from ranking.report.blocks import (
    NAME,
    Block,
    Bullets,
    Document,
    Heading,
    Paragraph,
    Sentence,
    Table,
    excerpt,
    plain,
)
from ranking.report.contents import MOST_TOLD, Report
from ranking.report.evidence_blocks import evidence as evidence_blocks
from ranking.report.method_notes import QUESTIONS, facts, paragraphs
from ranking.wording import plural

_MOST_LIKELY, _MOST_UNKNOWN, _MOST_ALIKE = 5, 6, 5
_PROPOSED = "The capabilities were proposed from the texts of the items; nobody has checked them."


def document(report: Report) -> Document:
    """Put a report into blocks."""
    evidence = report.found.evidence
    arena, selection = evidence.comparisons.arena, evidence.comparisons.selection
    items = f" on {evidence.log.items:,} items" if evidence.log.known_items else ""
    parts = [
        arena.name,
        "simulated" if arena.simulated else "",
        f"{report.ratings.comparisons:,.0f} comparisons of {len(report.ratings):,} "
        f"{plural(arena.noun)}{items}",
        f"only comparisons {selection.sentence}" if selection else "",
    ]
    blocks: list[Block] = [
        Paragraph(plain(report.place), "lead"),
        Paragraph(plain(report.found.sentence), "lead"),
        Paragraph(f"The question: {QUESTIONS[report.found.settings.question].lower()}", "note"),
    ]
    if evidence.source.kind == "proposed":
        blocks.append(Paragraph(_PROPOSED, "note"))
    blocks += [Paragraph(plain(note), "note") for note in evidence.notes]
    blocks += [*tables.ranking(report), *tables.profile(report)]
    blocks += [*_confirmed(report), *_likely(report.found), *_unknown(report.found)]
    blocks += [*tables.findings(report), *evidence_blocks(report), *_methods(report)]
    subtitle = plain(" · ".join(part for part in parts if part))
    return Document(excerpt(report.competitor, NAME), subtitle, tuple(blocks))


def _confirmed(report: Report) -> list[Block]:
    found = report.found
    blocks: list[Block] = []
    for direction, several in (("strength", "strengths"), ("weakness", "weaknesses")):
        confirmed = found.of("confirmed", direction=direction)
        if not confirmed:
            continue
        told = [one for one in report.told if one.direction == direction]
        blocks.append(Heading(f"Confirmed {several}"))
        if len(told) < len(confirmed) or len(told) > MOST_TOLD:
            blocks.append(Paragraph(_stand_for(told, len(confirmed), several)))
        blocks.append(Bullets(tuple(_sentence(one, report.numbers) for one in told[:MOST_TOLD])))
    if not blocks:
        return [
            Heading("Confirmed strengths and weaknesses"),
            Paragraph("No strength and no weakness is confirmed."),
        ]
    return blocks


def _stand_for(told: Sequence[CapabilityFinding], confirmed: int, several: str) -> str:
    """Say what the sentences that follow leave out."""
    first = f"{confirmed:,} capabilities are confirmed {several}"
    if len(told) < confirmed:
        one = len(told) == 1
        verb, them = ("one stands", "it") if one else (f"{len(told):,} stand", "them")
        first += f"; {verb} for all, as the others lie above or below {them}"
    if len(told) > MOST_TOLD:
        return f"{first}. These are the {MOST_TOLD} largest of them."
    return f"{first}."


def _sentence(one: CapabilityFinding, numbers: dict[str, tuple[int, ...]]) -> Sentence:
    name = shown_name(one.capability, one.name)
    return Sentence(
        plain(one.sentence).replace(plain(name), excerpt(name, NAME), 1),
        excerpt(name, NAME),
        numbers.get(one.capability, ()),
    )


def _likely(found: CompetitorFindings) -> list[Block]:
    blocks: list[Block] = []
    for direction, several in (("strength", "strengths"), ("weakness", "weaknesses")):
        likely = found.of("likely", direction=direction)
        if not likely:
            continue
        blocks.append(Heading(f"Likely {several}"))
        if len(likely) > _MOST_LIKELY:
            blocks.append(
                Paragraph(
                    f"{len(likely):,} capabilities are likely {several}, not confirmed; these are "
                    f"the {_MOST_LIKELY} with the largest estimates."
                )
            )
        blocks.append(Bullets(tuple(_sentence(one, {}) for one in likely[:_MOST_LIKELY])))
    return blocks


def _unknown(found: CompetitorFindings) -> list[Block]:
    unknown = sorted(found.of("not enough data"), key=lambda one: -one.items)
    alike = sorted(found.of("no clear difference"), key=lambda one: -one.items)
    blocks: list[Block] = []
    if unknown:
        blocks.append(Heading("What could not be told"))
        said = (
            f"On {len(unknown):,} of {len(found.findings):,} capabilities there is not enough data"
        )
        few = sum(one.items < found.settings.fewest for one in unknown)
        if few:
            them = (
                "it was"
                if len(unknown) == 1
                else "all of them were"
                if few == len(unknown)
                else f"{few:,} of them {'was' if few == 1 else 'were'}"
            )
            said += f"; {them} not tested, with fewer than {found.settings.fewest} items"
        blocks += [Paragraph(f"{said}."), *_settle(unknown)]
    if alike:
        blocks.append(Heading("No clear difference"))
        names = [excerpt(shown_name(one.capability, one.name), NAME) for one in alike]
        more = f" and {len(alike) - _MOST_ALIKE:,} more" if len(alike) > _MOST_ALIKE else ""
        count = "one capability" if len(alike) == 1 else f"{len(alike):,} capabilities"
        text = f"On {count} any difference is smaller than is of interest: "
        blocks.append(Paragraph(f"{text}{'; '.join(names[:_MOST_ALIKE])}{more}."))
    return blocks


def _settle(unknown: Sequence[CapabilityFinding]) -> list[Block]:
    """Say what would tell on the largest of the capabilities that could not be told."""
    hopeful = [one for one in unknown if one.needed > 1][:_MOST_UNKNOWN]
    if not hopeful:
        return []
    which = "them" if len(hopeful) == len(unknown) else f"the {len(hopeful):,} largest of them"
    said = "it" if len(unknown) == 1 else which
    sentences = tuple(_sentence(one, {}) for one in hopeful)
    return [Paragraph(f"What would settle {said}:"), Bullets(sentences)]


def _methods(report: Report) -> list[Block]:
    found, ratings = report.found, report.ratings
    evidence = found.evidence
    rated = (
        f"Ratings: {METHODS[ratings.method].title}, intervals by {ratings.interval}; "
        f"ranks: {ratings.rank_sets}. "
        f"{ratings.scale}. Both-bad "
        + ("counts as a tie." if report.both_bad == "tie" else "is left out.")
    )
    listed = facts(evidence, found, report.spreads, report.data_hash)
    return [
        Heading("How this was made"),
        Paragraph(plain(rated)),
        *(Paragraph(plain(text)) for text in paragraphs(evidence, found, report.spreads)),
        Table(
            ("Setting", "Value"),
            tuple((name, excerpt(value, 400)) for name, value in listed),
            (0.3, 0.7),
        ),
    ]
