"""A user's own mix of capabilities, as weights of the items behind it."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ranking.errors import InputError
from ranking.laplacian import Floats
from ranking.taxonomies.taxonomy import Taxonomy


def item_weights(
    taxonomy: Taxonomy, shares: Mapping[str, float], *, comparisons: npt.ArrayLike | None = None
) -> Floats:
    """Return weights under which each chosen node has its share of the evidence.

    Each node spreads its share evenly over the comparisons on its items; an item of several nodes
    adds up what they give it. Rating the log with these weights, clustered by item, is the rating
    of the mix, and its interval allows for everything: noise, overlap, and nodes with few items.

    Parameters
    ----------
    taxonomy : Taxonomy
    shares : mapping of key to share
        None negative, some positive; on any scale.
    comparisons : array of shape (items,), optional
        How many each item has, by default one; items without any get no weight.

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
    held = np.ones(taxonomy.items) if comparisons is None else np.asarray(comparisons, np.float64)
    sizes = np.asarray(members @ held)
    if not sizes.all():
        raise InputError(
            f"The capability {keys[int(np.argmin(sizes))]!r} has no compared items, so that it "
            "cannot be part of a mix."
        )
    weight = np.asarray((values[values > 0] / sizes) @ members) * (held > 0)
    return np.asarray(weight / weight[weight > 0].mean())
