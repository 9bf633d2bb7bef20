"""Searches on a large store, beside bare routes that return the same bytes."""
