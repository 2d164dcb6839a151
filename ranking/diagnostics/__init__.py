"""Checks of the evidence and of the fit."""
