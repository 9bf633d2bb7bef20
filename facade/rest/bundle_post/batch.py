"""batch: entries that have nothing to do with each other, each with an outcome of its own.

https://hl7.org/fhir/R4/http.html#brules

They are answered in their order. Writes that stand side by side are durable together, with one commit; what
refuses one leaves the others alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from itertools import groupby

from facade.errors import FacadeError, Unavailable
from facade.flow.local import Changes, Written, change
from facade.rest.answer import Answer
from facade.rest.bundle_post.entries import Entry
from facade.rest.bundle_post.running import Running
from facade.rest.request.call import Call
from facade.rest.request.caller import access_of
from facade.rest.service import Service

MOST = 500
"""Entries that are written in one transaction: others wait for it."""

LET_OTHERS = 10
"""Entries after which other requests have their turn."""

Answered = tuple[Running, Answer | FacadeError]


async def run_batch(service: Service, call: Call, entries: Sequence[Entry]) -> list[Answered]:
    """Each entry with its answer, or why there is none."""
    answered: list[Answered] = []
    for group in _groups(entries):
        running = [Running(entry, service) for entry in group]
        try:
            for at, one in enumerate(running):
                if one.entry.error is None:
                    await one.start(call, one.entry.resource)
                if at % LET_OTHERS == 0:
                    await asyncio.sleep(0)
            await _settle(service, call, [one for one in running if one.work is not None])
            answered += [(one, await one.answer()) for one in running]
        finally:
            for one in running:
                one.stop()
    return answered


def _groups(entries: Iterable[Entry]) -> Iterable[Sequence[Entry]]:
    for _, group in groupby(entries, lambda entry: entry.reads):
        found = list(group)
        for start in range(0, len(found), MOST):
            yield found[start : start + MOST]


async def _settle(service: Service, call: Call, waiting: Sequence[Running]) -> None:
    """Do what they wait for in one transaction. If the store cannot bear it, each is tried alone."""
    if not waiting:
        return

    def work(changes: Changes) -> list[Written | FacadeError]:
        return [_done(changes, one) for one in waiting]

    try:
        results = await change(service.store, access_of(call), work)
    except Exception as error:
        if isinstance(error, Unavailable) or len(waiting) == 1:
            for one in waiting:
                one.settle(error)
            return
        for one in waiting:
            await _settle(service, call, [one])
        return
    for one, result in zip(waiting, results, strict=True):
        one.settle(result)


def _done(changes: Changes, one: Running) -> Written | FacadeError:
    assert one.work is not None
    try:
        return one.work(changes)
    except FacadeError as error:
        return error
