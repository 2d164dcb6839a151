"""Rating methods: one module per family."""

from ranking.methods.bradley_terry import BradleyTerry
from ranking.methods.elo import Elo

METHODS: dict[str, type[BradleyTerry] | type[Elo]] = {
    method.name: method for method in (BradleyTerry, Elo)
}
"""Every rating method by the name that the CLI and the URL use."""

__all__ = ["METHODS", "BradleyTerry", "Elo"]
