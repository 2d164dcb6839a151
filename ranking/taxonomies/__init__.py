"""Taxonomies of capabilities: read, stored beside a log, edited without touching it, proposed."""
