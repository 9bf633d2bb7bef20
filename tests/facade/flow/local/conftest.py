"""A real store of each dialect."""

from __future__ import annotations

from tests.facade.stores import postgres_url, store

__all__ = ["postgres_url", "store"]
