"""Covariances, bounds and ranks: how sure a rating is."""
