"""Podium beside its closest peers: CPU, memory and agreement, measured in one run."""
