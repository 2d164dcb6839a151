"""Proposing a taxonomy for an arena from the texts of its items, and storing it as proposed."""

from dataclasses import dataclass

from ranking.progress import Watch
from ranking.store.arenas import find_arena
from ranking.store.connection import Store
from ranking.store.item_texts import ItemTexts, read_item_texts
from ranking.store.taxonomies import StoredTaxonomy, check_name
from ranking.taxonomies.proposal import Proposal, ProposalSettings, propose
from ranking.taxonomies.stored import store_taxonomy


@dataclass(frozen=True, eq=False)
class ProposedTaxonomy:
    """A proposed taxonomy as it was stored.

    Attributes
    ----------
    stored : StoredTaxonomy
    proposal : Proposal
    texts : ItemTexts
        What it was proposed from.
    """

    stored: StoredTaxonomy
    proposal: Proposal
    texts: ItemTexts

    @property
    def sentence(self) -> str:
        """What was proposed, in words."""
        nodes, unplaced = len(self.proposal.taxonomy) - 1, self.proposal.unplaced
        placed = len(self.texts.names) - unplaced
        rest = f"; {unplaced:,} share no word with others and have none" if unplaced else ""
        return (
            f"Proposed {nodes:,} capabilities for {placed:,} items, down to level "
            f"{int(self.proposal.taxonomy.depth.max())}{rest}."
        )


def propose_taxonomy(
    store: Store,
    arena: str,
    name: str = "proposed",
    *,
    text_field: str | None = None,
    settings: ProposalSettings | None = None,
    watch: Watch | None = None,
) -> ProposedTaxonomy:
    """Propose a taxonomy from the texts of an arena's items and store it, marked as proposed.

    Parameters
    ----------
    store : Store
    arena : str
    name : str, default "proposed"
        Of the stored taxonomy; unique in the arena.
    text_field : str, optional
        A field that holds the texts, where they were not imported as texts of items.
    settings : ProposalSettings, optional
    watch : Watch, optional
        Told how far the work is; it may stop it, and then nothing is stored.

    Raises
    ------
    InputError
        If the name cannot be used, or the items have no texts that part into groups.
    SelectionError
        If the arena has no such field.
    CancelledError
        If the work was stopped.
    """
    watch = watch or Watch()
    with store.reading() as connection:
        found = find_arena(connection, arena)
        check_name(connection, found, name)
        texts = read_item_texts(connection, found, text_field)
    proposal = propose(texts.texts, settings, watch=watch.over(0.0, 0.95))
    watch.tell(0.95, "storing the taxonomy")
    origin = f"proposed from the {texts.source}"
    stored = store_taxonomy(
        store, arena, name, proposal.taxonomy, texts.names, kind="proposed", origin=origin
    )
    return ProposedTaxonomy(stored, proposal, texts)
