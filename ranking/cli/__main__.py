"""`python -m ranking.cli` is `podium`."""

from ranking.cli import main

main()
