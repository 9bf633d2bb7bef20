"""Who asks, and what they may see: the one place where a request becomes an access filter."""

from __future__ import annotations

from facade.rest.request.call import Call
from facade.store.access import EVERYTHING, Access


def access_of(call: Call) -> Access:
    """The caller's reach. Everything, until the server knows its callers."""
    return EVERYTHING
