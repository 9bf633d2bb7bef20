"""A real store of each dialect."""

from __future__ import annotations

from tests.facade.stores import store

__all__ = ["store"]
