"""$reindex: make anew what resources are found by, as they are stored; then the site's own parameters work.

https://hl7.org/fhir/R4/operations.html · https://hl7.org/fhir/R4/searchparameter.html

Not one of R4's own. POST begins it in the background, for all types or one, or does it at once for one
resource; GET tells how far it is. Others are served meanwhile.
"""

from __future__ import annotations

from typing import Any

from facade.errors import FacadeError
from facade.flow.reindex import all_types, reindex_resources
from facade.flow.reindexing import State
from facade.rest.answer import Answer
from facade.rest.pretty import write
from facade.rest.read import read_stored
from facade.rest.request.call import Call
from facade.rest.service import Service
from facade.store.serialise import instant

PATIENCE = 5.0
"""Seconds that a client is kept waiting for one that may end so soon."""


async def reindex(service: Service, call: Call, type: str | None = None, id: str | None = None) -> Answer:
    """Parameters that tell how it stands: 200 where it has ended, 202 while it goes on; 409 if another one
    is under way, 500 if it failed so soon."""
    media = call.media()
    reindexing = service.reindexing
    if call.method == "POST" and type is not None and id is not None:
        resource, _ = await read_stored(service, call, type, id)
        found = await reindex_resources(service.store, (resource.rid,))
        done = [
            _named("status", "complete"),
            _count("total", 1),
            _count("mended", found.differences + found.due),
        ]
        return Answer(200, media.content_type, write(_parameters(done), media))
    if call.method == "POST":
        types = await all_types(service.store) if type is None else [type]
        state: State | None = await reindexing.start(types, PATIENCE)
        if state is not None and state.status == "failed":
            raise FacadeError(f"The reindexing failed: {state.error}.")
    else:
        state = await reindexing.state()
    status = 202 if call.method == "POST" and state is not None and state.status == "running" else 200
    return Answer(status, media.content_type, write(_parameters(_told(state)), media))


def _told(state: State | None) -> list[dict[str, Any]]:
    if state is None:
        return [_named("status", "never")]
    rows = [_named("status", state.status)]
    if len(state.types) == 1:
        rows.append(_named("type", state.types[0]))
    rows += [_count("total", state.total), _count("done", state.done), _count("mended", state.mended)]
    rows.append({"name": "started", "valueInstant": instant(state.started)})
    if state.ended is not None:
        rows.append({"name": "ended", "valueInstant": instant(state.ended)})
    if state.error is not None:
        rows.append({"name": "message", "valueString": state.error})
    return rows


def _parameters(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": rows}


def _named(name: str, code: str) -> dict[str, Any]:
    return {"name": name, "valueCode": code}


def _count(name: str, number: int) -> dict[str, Any]:
    """`total` resources to look at, of which so many are `done`, and index rows that were `mended`."""
    return {"name": name, "valueInteger": number}
