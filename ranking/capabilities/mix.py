"""A user's own mix of capabilities, as weights of the items behind it."""

from collections.abc import Mapping

import numpy as np

from ranking.capabilities.taxonomy import Bools, Taxonomy
from ranking.errors import InputError
from ranking.laplacian import Floats


def item_weights(
    taxonomy: Taxonomy, shares: Mapping[str, float], *, compared: Bools | None = None
) -> Floats:
    """Return weights under which each chosen node has its share of the evidence.

    Each node spreads its share evenly over its items; an item of several nodes adds up what they
    give it. Rating the log with these weights, clustered by item, is the rating of the mix, and its
    interval allows for everything: noise, overlap, and nodes with few items.

    Parameters
    ----------
    taxonomy : Taxonomy
    shares : mapping of key to share
        None negative, some positive; on any scale.
    compared : bool array of shape (items,), optional
        Which items have comparisons; the others get no weight.

    Returns
    -------
    float array of shape (items,)
        With mean 1 over the items of positive weight.

    Raises
    ------
    InputError
        If no share is positive, one is negative, or a chosen node has no items.
    """
    values = np.array(list(shares.values()), np.float64)
    if not (values >= 0).all() or not (values > 0).any() or not np.isfinite(values).all():
        raise InputError("The shares of a mix must be finite, none negative, and some positive.")
    keys = [key for key, share in shares.items() if share > 0]
    members = taxonomy.members[[taxonomy.position(key) for key in keys]]
    inside = np.ones(taxonomy.items) if compared is None else compared.astype(np.float64)
    sizes = np.asarray(members @ inside)
    if not sizes.all():
        raise InputError(
            f"The capability {keys[int(np.argmin(sizes))]!r} has no compared items, so that it "
            "cannot be part of a mix."
        )
    weight = np.asarray((values[values > 0] / sizes) @ members) * inside
    return np.asarray(weight / weight[weight > 0].mean())
