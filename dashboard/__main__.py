"""Serve the dashboard: ``python -m dashboard [--db FILE] [--port N] [--address A] [--open]``."""

import argparse
import sys

from dashboard.server import ADDRESS, PORT, serve
from ranking.errors import RankingError


def main() -> int:
    """Read the options and serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m dashboard", description="Serve the dashboard.")
    parser.add_argument("--db", help="database file (default: PODIUM_DB, else the user's own)")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--address", default=ADDRESS)
    parser.add_argument("--open", action="store_true", help="open a browser")
    options = parser.parse_args()
    try:
        serve(options.db, options.port, options.address, options.open)
    except RankingError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
