"""What the page of examples is set to: which items, and which of them is open."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import raw_rows
from dashboard.appearance import STILL, palette
from dashboard.capability_data import Studied
from dashboard.charts.examples import counts_figure, shown_counts
from dashboard.examples_address import CHOICE, addressed, open_capability
from dashboard.wording import count, literal
from ranking.errors import SelectionError
from ranking.examples.counts import Count, ExampleCounts
from ranking.examples.filters import OUTCOMES, ExampleFilter
from ranking.examples.item import item_code
from ranking.wording import plural

if TYPE_CHECKING:
    from ranking.examples import ExampleLog
    from ranking.examples.log import Order
    from ranking.taxonomies.taxonomy import Taxonomy

ORDERS: "dict[str, Order]" = {"Speaks for it": "for", "Speaks against it": "against"}
"""What items are sorted by, where it is known for whom; else they come in the log's order."""
DISAGREEMENTS = {"Orders": "orders", "Judges": "judges"}
ALL = "All capabilities"
_LONGEST = 90  # letters of a capability among many


def pick_subject(studied: Studied, log: "ExampleLog") -> ExampleFilter:
    """Draw whose items are looked at, and of which capability."""
    taxonomy, noun = log.evidence.taxonomy, studied.arena.noun
    places = {key: at for at, key in enumerate(taxonomy.keys)}
    key = addressed("of", (studied.arena.arena_id, studied.source), lambda key: key in places)
    left, right = st.columns([3, 2])
    if len(taxonomy) > 1:
        with left:
            _pick_capability(taxonomy, key)
    names = [log.evidence.competitors[at] for at in (-log.evidence.overall).argsort(kind="stable")]
    asked = st.session_state.get("who") or st.query_params.get("who")
    if asked not in (None, *names):
        st.toast(literal(f"{asked} has no comparisons in this selection."), icon=":material/info:")
        st.session_state["who"] = None
    with right if len(taxonomy) > 1 else left:
        who = st.selectbox(
            noun.capitalize(), names, index=None, key="who", bind="query-params",
            placeholder=f"Any {noun}", on_change=_forget_sides,
        )  # fmt: skip
    return ExampleFilter(capability=key, competitor=who if who in names else None)


def held_item(studied: Studied, log: "ExampleLog") -> str:
    """Return the item that is open; empty where the list is shown."""

    def known(name: str) -> bool:
        try:
            item_code(log, name)
        except SelectionError:
            return False
        return True

    return addressed("item", studied.arena.arena_id, known)


def _forget_sides() -> None:
    """Clear what was chosen from the side of another competitor."""
    for key, default in (("against", []), ("result", []), ("baseline", None)):
        if key in st.session_state:
            st.session_state[key] = default
    raw_rows.first_sheet()


def _pick_capability(taxonomy: "Taxonomy", key: str) -> None:
    """Draw the choice of a capability by its name; the address holds its key."""
    shown = _capability_names(taxonomy)

    def choose() -> None:
        open_capability(st.session_state[CHOICE] or "")

    st.session_state[CHOICE] = key or None
    st.selectbox(
        "Capability", list(taxonomy.keys[1:]), index=None, key=CHOICE, on_change=choose,
        format_func=lambda each: shown.get(each, each), placeholder=ALL,
    )  # fmt: skip


def _capability_names(taxonomy: "Taxonomy") -> dict[str, str]:
    """Return what tells capabilities apart: the path where they are few, else the name."""
    if max(map(len, taxonomy.keys)) <= _LONGEST and all(
        key == name or key.endswith(f"/{name}")
        for key, name in zip(taxonomy.keys[1:], taxonomy.names[1:], strict=True)
    ):
        return dict(zip(taxonomy.keys[1:], taxonomy.keys[1:], strict=True))
    names: dict[str, str] = {}
    for key, name, size in zip(taxonomy.keys, taxonomy.names, taxonomy.sizes.tolist(), strict=True):
        short = name if len(name) <= _LONGEST else f"{name[:_LONGEST].rstrip()}…"
        names[key] = f"{short} ({count(size)})"
    return names


def held_order(who: str | None) -> "Order":
    """Return the order of items as it is set, whether it is drawn or not."""
    if who is None:
        return "item"
    return ORDERS.get((_set("first") or [""])[0], "for")


def pick_order(noun: str, who: str | None) -> "Order":
    """Draw the order of items and a search in them."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if who is not None:
            st.segmented_control(
                "First what", list(ORDERS), default="Speaks for it", required=True, key="first",
                bind="query-params", label_visibility="collapsed", on_change=raw_rows.first_sheet,
                help=f"What the results say of this {literal(noun)}, in the sentence above.",
            )  # fmt: skip
        st.text_input(
            "Search items", type="search", key="find", bind="query-params", width=260,
            on_change=raw_rows.first_sheet, placeholder="Search items",
            label_visibility="collapsed",
        )  # fmt: skip
    return held_order(who)


def narrowed(subject: ExampleFilter, log: "ExampleLog") -> ExampleFilter:
    """Return the subject with all filters as they are set, whether they are drawn yet or not."""
    names, judges = log.evidence.competitors, log.rows.judges
    whose = OUTCOMES if subject.competitor else tuple(o for o in OUTCOMES if o not in _OWN)
    others = [name for name in names if name != subject.competitor]
    baseline = _set("baseline")
    disagree = DISAGREEMENTS.get((_set("disagree") or [""])[0])
    return ExampleFilter(
        capability=subject.capability,
        competitor=subject.competitor,
        against=tuple(sorted(name for name in _set("against") if name in others)),
        judges=tuple(sorted(name for name in _set("judged") if name in judges)),
        outcomes=tuple(word for word in whose if word in _set("result")),
        worse_than=baseline[0] if subject.competitor and baseline and baseline[0] in others
        else None,
        disagreement=disagree,  # type: ignore[arg-type]
        search=st.session_state.get("find") or st.query_params.get("find", ""),
    )  # fmt: skip


_OWN = ("won", "lost")


def _set(key: str) -> list[str]:
    """Return what a widget is set to, which the address may hold before it is drawn."""
    if key not in st.session_state:
        return list(st.query_params.get_all(key))
    held = st.session_state[key]
    return [] if held is None else [held] if isinstance(held, str) else list(held)


def pick_filters(
    studied: Studied,
    log: "ExampleLog",
    wanted: ExampleFilter,
    counts: ExampleCounts,
    *,
    charts: bool = True,
) -> None:
    """Draw what narrows the items; with charts, each with the comparisons it would leave."""
    noun = studied.arena.noun
    others = [name for name in log.evidence.competitors if name != wanted.competitor]
    if wanted.competitor is not None:
        st.selectbox(
            "Worse than", others, index=None, key="baseline", bind="query-params",
            on_change=raw_rows.first_sheet, placeholder="Any result",
            help=f"Only items on which it does worse than this {literal(noun)}: by their scores "
            "where the log has any, else in their comparisons on the item.",
        )  # fmt: skip
    told = [
        title for title, by in DISAGREEMENTS.items()
        if by == wanted.disagreement or log.disagreement(by).any()  # type: ignore[arg-type]
    ]  # fmt: skip
    if told:
        st.pills(
            "Disagreement between", told, key="disagree", bind="query-params",
            on_change=raw_rows.first_sheet,
            help="Only items on which the two orders of a pair, or its judges, do not prefer the "
            "same side.",
        )  # fmt: skip
    opponents = "Opponent" if wanted.competitor else plural(noun).capitalize()
    told = [held.value for held in counts.outcomes]
    for title, key, options, found, chosen in (
        ("Verdict", "result", told, counts.outcomes, wanted.outcomes),
        (opponents, "against", others, counts.opponents, wanted.against),
        ("Judge", "judged", log.rows.judges, counts.judges, wanted.judges),
    ):
        if len(options) > 1 or chosen:
            with st.container(gap="xsmall"):
                _facet(title, key, options, found if charts else (), chosen)
    if charts:
        with st.container(gap="xsmall"):
            _drill(counts.capabilities, wanted.capability)


def _facet(
    title: str, key: str, options: Sequence[str], counts: Sequence[Count], chosen: Sequence[str]
) -> None:
    """Draw one filter: a choice of several values, and how many comparisons each would leave."""
    st.multiselect(
        literal(title), options, key=key, bind="query-params", on_change=raw_rows.first_sheet,
        placeholder=f"All {len(options):,}",
    )  # fmt: skip

    def toggle(value: str) -> None:
        held = _set(key)
        st.session_state[key] = (
            [each for each in held if each != value] if value in held else [*held, value]
        )
        raw_rows.first_sheet()

    if counts:
        _chart(title, f"{key}-counts", shown_counts(counts, chosen), chosen, toggle)


def _drill(counts: Sequence[Count], chosen: str) -> None:
    """Draw the capabilities below the chosen one, to go on with a click."""
    if not counts:
        return
    st.markdown(":small[Capabilities]")
    leaf = any(held.value == chosen for held in counts)
    met = [held for held in counts if held.comparisons or held.value == chosen]
    parts = shown_counts(met, [chosen])
    _chart("Capabilities", "of-counts", parts, [chosen] if leaf else [], open_capability)
    if len(parts) < len(met):
        st.caption(f"The {len(parts)} largest of {count(len(met))}.")


def _chart(
    title: str,
    key: str,
    counts: Sequence[Count],
    chosen: Sequence[str],
    act: Callable[[str], None],
) -> None:
    # Another key for each choice: the browser forgets the click, and the next one counts.
    key = f"{key}-{hash((tuple(chosen), tuple(counts)))}"

    def click(key: str) -> None:
        points = st.session_state[key].selection.points
        if points and points[0].get("customdata"):
            held = points[0]["customdata"]
            act(held if isinstance(held, str) else held[0])

    st.plotly_chart(
        counts_figure(counts, chosen, noun="comparisons", palette=palette()), key=key,
        config=STILL, on_select=partial(click, key), selection_mode="points",
        alt=f"{title}: comparisons of each value",
    )  # fmt: skip
