"""The reads of a transaction: answered when everything is written, and not yet committed.

https://hl7.org/fhir/R4/http.html#trules
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache

from facade.errors import FacadeError
from facade.rest.answer import Answer
from facade.rest.bundle_post.entries import Entry
from facade.rest.bundle_post.errors import EntryFailed
from facade.rest.bundle_post.running import Running, entry_call
from facade.rest.request.call import Call
from facade.rest.service import Service


async def refresh(service: Service, outer: Call, entries: Sequence[Entry]) -> None:
    """Ask the sources of what will be read now, as they cannot be asked within a transaction."""
    assert outer.ask is not None
    if service.refresher is None:
        return
    for entry in entries:
        if entry.parts[0] in service.owners:
            with suppress(FacadeError):
                await outer.ask(service, entry_call(entry, outer, None))


async def read_outside(service: Service, outer: Call, reads: Sequence[Running]) -> dict[int, Answer]:
    """The answers, where nothing is written. Raises EntryFailed for the first that fails."""
    assert outer.ask is not None
    answers: dict[int, Answer] = {}
    for one in reads:
        entry = one.entry
        try:
            answers[entry.at] = await outer.ask(service, entry_call(entry, outer, None))
        except FacadeError as error:
            raise EntryFailed(entry.at, error) from None
    return answers


def read_inside(service: Service, outer: Call, reads: Sequence[Running]) -> dict[int, Answer]:
    """The same in the store's transaction, from its thread: what it has written is read."""
    return asyncio.run(read_outside(_alone(service), outer, reads))


@lru_cache(4)
def _alone(service: Service) -> Service:
    """The same without sources, which belong to another event loop. One for each, as plans are kept by it."""
    return replace(service, refresher=None)
