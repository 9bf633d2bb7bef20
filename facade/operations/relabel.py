"""What $meta-add and $meta-delete share: a resource written with other labels, as a patch would.

https://hl7.org/fhir/R4/resource.html#Meta
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from facade.operations.labels import Meta, given_meta, returned
from facade.rest.answer import Answer
from facade.rest.pretty import write
from facade.rest.request.body import parse_resource, read_as
from facade.rest.request.call import Call
from facade.rest.request.conditional import precondition_of, version_headers
from facade.rest.service import Service
from facade.rest.writing.draft import commit, require_local, setting_of
from facade.rest.writing.patch.interaction import Patching
from facade.store.serialise import from_json

MAX_BODY = 64 * 1024


async def relabel(
    service: Service,
    call: Call,
    type: str,
    id: str,
    combine: Callable[[Mapping[str, Any], Mapping[str, Any]], Meta],
) -> Answer:
    """The answer of an operation that makes of a resource's meta and the given one another. 404, 405, 410,
    412 and 422 as a patch answers them."""
    require_local(service, type)
    media = call.media()
    given = given_meta(await read_as(call, MAX_BODY, parse_resource))

    def labelled(resource: Mapping[str, Any]) -> dict[str, Any]:
        meta = combine(resource.get("meta", {}), given)
        return {**{name: value for name, value in resource.items() if name != "meta"}, "meta": meta}

    patching = Patching(labelled, setting_of(service), precondition_of(call))
    written = await commit(service, call, lambda changes: patching.by_id(changes, type, id))
    body = write(returned(from_json(written.body).get("meta", {})), media)
    return Answer(200, media.content_type, body, version_headers(written.version, written.updated))
