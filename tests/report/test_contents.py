"""What a report says: findings that stand for all, evidence, the hash of the data, the words."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from ranking.capabilities.evidence import CapabilityEvidence
from ranking.capabilities.profile import profile
from ranking.capabilities.representatives import representatives
from ranking.errors import SelectionError
from ranking.ingest import read
from ranking.report.blocks import Bullets, Evidence, Heading, Paragraph, Table, excerpt, plain
from ranking.report.contents import competitor_report
from ranking.report.document import document
from ranking.report.method_notes import data_hash
from tests.capabilities import wildchat
from tests.report.conftest import reported
from tests.report.logs import CODE, LAW, SCRIPT, comparisons, table


def words(report) -> str:
    """All text of a report but its tables."""
    parts = []
    for block in document(report).blocks:
        if isinstance(block, Heading | Paragraph):
            parts.append(block.text)
        if isinstance(block, Bullets):
            parts += [one.text for one in block.sentences]
    return "\n".join(parts)


def test_planted_strength_and_weakness_are_told_with_their_items(report) -> None:
    """Law is a confirmed strength, code a weakness; their items are won, and lost."""
    kinds = {one.capability: one.direction for one in report.told}
    assert kinds[LAW.partition("/")[0]] == "strength"
    assert kinds[CODE.partition("/")[0]] == "weakness"
    shares = {one.number: one.seen.meetings[0].share for one in report.exhibits}
    for one in report.told:
        won = 1.0 if one.direction == "strength" else 0.0
        assert [shares[at] for at in report.numbers[one.capability]] == [won] * 2


def test_one_sentence_stands_for_a_chain(report) -> None:
    """A node and its only child hold the same items: one is told, and the text says so."""
    assert len(report.told) < len(report.found.of("confirmed"))
    assert "one stands for all, as the others lie above or below it" in words(report)


def test_each_confirmed_finding_is_told_or_lies_above_or_below_one_that_is(datasets) -> None:
    """On the published tree: few sentences, and nothing confirmed that they do not stand for."""
    tree, won = wildchat.read(datasets)
    items = np.repeat(np.arange(len(won)), 2)
    log = read(
        pd.DataFrame(
            {
                "model_a": "x",
                "model_b": "y",
                "winner": np.where(won.ravel() == 1, "model_a", "model_b"),
                "item": [f"{at:05}" for at in items],
            }
        )
    )
    evidence = CapabilityEvidence.of(log, facets=()).with_taxonomy(tree)
    findings = evidence.findings()
    found = profile(evidence, findings, evidence.position("x"))
    told = representatives(findings, found)
    confirmed = found.of("confirmed")
    assert 0 < len(told) < len(confirmed) / 3
    sign = {tree.position(one.capability): np.sign(one.effect) for one in told}
    for one in confirmed:
        at = tree.position(one.capability)
        above, below = _line(tree, at), [k for k in sign if at in _line(tree, k)]
        assert below or any(sign.get(k) == np.sign(one.effect) for k in above)


def _line(tree, at: int) -> set[int]:
    """A node and all above it."""
    found = set()
    while at >= 0:
        found.add(at)
        at = int(tree.parent[at])
    return found


def test_the_hash_is_of_the_evidence_alone() -> None:
    """Another order of rows and swapped sides change nothing; one other verdict does."""
    rows = table(items=60)
    mixed = rows.sample(frac=1, random_state=1).reset_index(drop=True)
    sides = {"model_a": "model_b", "model_b": "model_a"}
    swapped = mixed.rename(columns=sides).assign(winner=mixed["winner"].map(sides))
    other = rows.assign(winner=np.where(np.arange(60) == 7, "tie", rows["winner"]))
    first, same, changed = (
        data_hash(CapabilityEvidence.of(read(one))) for one in (rows, swapped, other)
    )
    assert first == same != changed


def test_where_nothing_is_confirmed_the_largest_capabilities_are_drawn() -> None:
    """A log too small for findings says so, and still shows what was measured."""
    small = reported(items=30)
    assert not small.told and not small.exhibits
    said = words(small)
    assert "No strength and no weakness is confirmed." in said
    assert "there is not enough data" in said and "What would settle" in said
    drawn = [block for block in document(small).blocks if isinstance(block, Table)][1]
    assert drawn.caption.startswith("Nothing is confirmed; these are the largest")
    assert len(drawn.rows) == 3


def test_an_unknown_competitor_is_named() -> None:
    """Whoever is not in the selection cannot be reported on."""
    with pytest.raises(SelectionError, match="no model 'nobody'"):
        competitor_report(comparisons(items=30), "nobody")


def test_methods_name_every_setting(report) -> None:
    """q, n_min, delta, tau, the hash and the versions are in the table at the end."""
    last = document(report).blocks[-1]
    assert isinstance(last, Table)
    facts = dict(last.rows)
    assert facts["False discovery rate q"] == "0.05"
    assert facts["Smallest sample n_min"] == "20"
    assert facts["Smallest effect delta"] == "5 percentage points"
    assert facts["Data (SHA-256)"] == report.data_hash and len(report.data_hash) == 64
    assert "Podium" in facts["Made with"] and facts["Spread tau by depth"]
    assert SCRIPT in words(report)


def test_evidence_that_reads_alike_is_put_together(report) -> None:
    """Two equal results on an item are one line with their number."""
    one = report.exhibits[0]
    twice = dataclasses.replace(one.seen, meetings=one.seen.meetings * 2, comparisons=2)
    shown = dataclasses.replace(report, exhibits=(dataclasses.replace(one, seen=twice),))
    (block,) = (block for block in document(shown).blocks if isinstance(block, Evidence))
    assert len(block.exchanges) == 1
    assert block.exchanges[0].result.text.endswith("2 times.")


def test_excerpts_end_at_a_word_and_hide_nothing() -> None:
    """Long texts are cut between words; line breaks and direction overrides are taken out."""
    assert excerpt("one two  three", 9) == "one two …"
    assert excerpt("x" * 50, 10) == "x" * 10 + " …"
    assert plain("a\u202eb\r\nc\x00") == "ab c"
