"""The items behind a number, those first that speak most for it."""

from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import numpy as np

from ranking.capabilities.evidence import CapabilityEvidence, Unit, Values
from ranking.capabilities.findings import Question
from ranking.capabilities.observations import Observations
from ranking.capabilities.sentences import Words, shown_name
from ranking.errors import InputError
from ranking.examples.filters import ExampleFilter
from ranking.examples.log import ExampleLog, Order
from ranking.laplacian import Codes
from ranking.store.examples import read_texts
from ranking.wording import percent


@dataclass(frozen=True)
class ExampleRow:
    """One item of a list.

    Attributes
    ----------
    item : str
        Its name; of a comparison without an item, its import and line.
    text : str or None
    comparisons : int
        On the item, whatever the filters.
    beyond : float or None
        How far the competitor did better than is asked for, in the unit of the list; None without
        a competitor, or where nothing is known.
    results : dict of str to float
        Each competitor's mean result on the item: the score itself where the log has scores, else
        the share of wins against whom it met there, ties as halves.
    """

    item: str
    text: str | None
    comparisons: int
    beyond: float | None
    results: dict[str, float]


@dataclass(frozen=True, eq=False)
class ExampleList:
    """Some of the wanted items.

    Attributes
    ----------
    log : ExampleLog
    wanted : ExampleFilter
    order : {"for", "against", "item"}
    question : {"itself", "field", "bar"}
        What `beyond` and `order` are about.
    values : {"wins", "scores"}
        What that is answered from.
    unit : Unit
        Of `beyond`.
    weak : bool
        Whether what is known of the competitor points down, so that its worst results speak for it.
    sentence : str
        What is known of the competitor in the capability, or how it did.
    items, comparisons : int
        How many are wanted in all.
    of_items : int
        How many items the capability holds, whatever the other filters.
    offset : int
        Place of the first row among the items.
    rows : tuple of ExampleRow
    """

    log: ExampleLog
    wanted: ExampleFilter
    order: Order
    question: Question
    values: Values
    unit: Unit
    weak: bool
    sentence: str
    items: int
    comparisons: int
    of_items: int
    offset: int
    rows: tuple[ExampleRow, ...]


def list_examples(
    source: ExampleLog | CapabilityEvidence,
    wanted: ExampleFilter | None = None,
    *,
    order: Literal["auto", "for", "against", "item"] = "auto",
    question: Question = "itself",
    values: Values = "auto",
    offset: int = 0,
    limit: int = 25,
    **settings: Any,
) -> ExampleList:
    """List the items that a number about a capability or a competitor rests on.

    Parameters
    ----------
    source : ExampleLog or CapabilityEvidence
        The former is read once and looked through in many ways.
    wanted : ExampleFilter, optional
        Everything where it is not given.
    order : {"auto", "for", "against", "item"}, default "auto"
        As in `ExampleLog.items`; "auto" is "for" with a competitor, else "item".
    question, values, **settings
        Of the finding, as in `CapabilityEvidence.findings`.
    offset, limit : int
        Which of the items.

    Raises
    ------
    InputError
        If the order is unknown, or speaks for or against nobody.
    SelectionError
        If a competitor, judge or capability does not occur.
    """
    wanted = wanted or ExampleFilter()
    chosen = chosen_order(wanted, order)
    log = source if isinstance(source, ExampleLog) else ExampleLog.of(source)
    asked = {"question": question, "values": values, **settings}
    items = log.items(wanted, order=chosen, **asked)
    return page_of(log, wanted, items, order=chosen, offset=offset, limit=limit, **asked)


def chosen_order(wanted: ExampleFilter, order: str) -> Order:
    """Return which order is meant.

    Raises
    ------
    InputError
        If it is unknown, or speaks for or against nobody.
    """
    if order == "auto":
        return "item" if wanted.competitor is None else "for"
    if order not in get_args(Order):
        raise InputError(f"`order` must be auto, for, against or item; not {order!r}.")
    if order != "item" and wanted.competitor is None:
        raise InputError(f"Items speak {order} somebody: name a competitor too.")
    return cast(Order, order)


def page_of(
    log: ExampleLog,
    wanted: ExampleFilter,
    items: Codes,
    *,
    order: Order,
    offset: int,
    limit: int,
    question: Question = "itself",
    values: Values = "auto",
    **settings: Any,
) -> ExampleList:
    """Describe some of the items that `ExampleLog.items` found with the same arguments."""
    evidence = log.evidence
    keep = log.matching(wanted)
    within = log.members(wanted.capability) if wanted.capability else None
    return ExampleList(
        log=log,
        wanted=wanted,
        order=order,
        question=question,
        values=evidence.kind_of_values(question, values),
        unit=evidence.unit(question, values),
        weak=log.weak(wanted, question=question, values=values, **settings),
        sentence=conclusion(log, wanted, question=question, values=values, **settings),
        items=len(items),
        comparisons=round(float(log.rows.votes[keep].sum())),
        of_items=len(np.unique(log.rows.item)) if within is None else int(within.sum()),
        offset=offset,
        rows=_rows(log, wanted, items[offset : offset + limit], question, values),
    )


def conclusion(
    log: ExampleLog,
    wanted: ExampleFilter,
    *,
    question: Question = "itself",
    values: Values = "auto",
    **settings: Any,
) -> str:
    """Say what is known of the competitor in the capability; of less, how it did, or how many."""
    evidence, name = log.evidence, wanted.competitor
    if name is None:
        return _how_many(log, wanted)
    asked = {"question": question, "values": values, **settings}
    one = log.finding(wanted, **asked)
    if one is None:
        return _how_well(log, wanted, name)
    scored = evidence.kind_of_values(question, values) == "scores"
    how = evidence.findings(**asked).settings
    noun = "items" if evidence.log.known_items else "comparisons"
    return Words(name, how, evidence.unit(question, values), noun, scored).sentence(one)


def _where(log: ExampleLog, wanted: ExampleFilter) -> str:
    taxonomy = log.evidence.taxonomy
    if not wanted.capability:
        return ""
    at = taxonomy.position(wanted.capability)
    return f" in {shown_name(taxonomy.keys[at], taxonomy.names[at])}"


def _how_many(log: ExampleLog, wanted: ExampleFilter) -> str:
    inside = log.rows.votes
    if wanted.capability:
        inside = inside[log.members(wanted.capability)[log.rows.item]]
    votes = round(float(inside.sum()))
    count = "is 1 comparison" if votes == 1 else f"are {votes:,} comparisons"
    place = _where(log, wanted) or f" in {log.evidence.comparisons.arena.name}"
    return f"There {count}{place}."


def _how_well(log: ExampleLog, wanted: ExampleFilter, name: str) -> str:
    evidence, where = log.evidence, _where(log, wanted)
    observed = results(evidence)
    value = log.values_of(observed, name)
    if wanted.capability:
        value = value[log.members(wanted.capability)]
    value = value[np.isfinite(value)]
    if not len(value):
        return f"{name} has no result{where}."
    mean, noun = float(value.mean()), "items" if evidence.log.known_items else "comparisons"
    over = f"over 1 {noun[:-1]}" if len(value) == 1 else f"over {len(value):,} {noun}"
    if evidence.has_scores and not 0 <= observed.value.min() <= observed.value.max() <= 1:
        return f"{name} scores {mean:.4g} on average{where}, {over}."
    what = "scores" if evidence.has_scores else "takes"
    rest = "on average" if evidence.has_scores else "of the score against whom it met"
    return f"{name} {what} {percent(mean)} {rest}{where}, {over}."


def results(evidence: CapabilityEvidence) -> Observations:
    """Return each competitor's mean result on each item: its score, or else its share of wins."""
    if evidence.has_scores:
        return evidence.scores
    return evidence.observations("bar", "wins")


def _rows(
    log: ExampleLog, wanted: ExampleFilter, items: Codes, question: Question, values: Values
) -> tuple[ExampleRow, ...]:
    evidence = log.evidence
    names = [evidence.log.label(item) for item in items.tolist()]
    comparisons = evidence.comparisons
    with comparisons.store.reading() as connection:
        texts = read_texts(connection, comparisons.arena, names)
    votes = np.bincount(log.rows.item, log.rows.votes, evidence.log.items)[items]
    beyond: list[float] = [np.nan] * len(items)
    if wanted.competitor is not None:
        size = evidence.unit(question, values).size
        observed = evidence.observations(question, values)
        beyond = (size * log.values_of(observed, wanted.competitor)[items]).tolist()
    found = results(evidence)
    return tuple(
        ExampleRow(
            item=name,
            text=texts.get(name) if item < evidence.log.known_items else None,
            comparisons=round(float(count)),
            beyond=None if np.isnan(value) else value,
            results=on_item(evidence, found, item),
        )
        for name, item, count, value in zip(names, items.tolist(), votes, beyond, strict=True)
    )


def on_item(evidence: CapabilityEvidence, observed: Observations, item: int) -> dict[str, float]:
    """Return what each competitor has on one item; observations are sorted by item."""
    start, stop = np.searchsorted(observed.item, [item, item + 1])
    return {
        evidence.competitors[k]: float(value)
        for k, value in zip(
            observed.competitor[start:stop].tolist(), observed.value[start:stop], strict=True
        )
    }
