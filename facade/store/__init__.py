"""What the facade keeps: raw records, resources with versions, the search index, cursors, quarantine."""

from facade.store.errors import CannotOpen, Conflict
from facade.store.store import Store
from facade.store.writer import Transaction

__all__ = ["CannotOpen", "Conflict", "Store", "Transaction"]
