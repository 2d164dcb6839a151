"""Arenas with a known truth; `ranking.simulate` is the public module."""
