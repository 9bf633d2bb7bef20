"""read: the current version of a resource.

https://hl7.org/fhir/R4/http.html#read
"""

from __future__ import annotations

from facade.errors import Gone, NotFound
from facade.rest.answer import Answer
from facade.rest.binary import content, wants_content
from facade.rest.call import Call
from facade.rest.caller import access_of
from facade.rest.conditional import not_modified, version_headers
from facade.rest.pretty import rewrite
from facade.rest.service import Service
from facade.store.resources import read_current


async def read(service: Service, call: Call, type: str, id: str) -> Answer:
    """200 with the stored bytes, 304, 404, or 410 for a deleted resource."""
    raw = type == "Binary" and wants_content(call)
    media = None if raw else call.media()
    found = await read_current(service.store, type, id, access_of(call))
    if found is None:
        raise NotFound(f"There is no {type}/{id}.")
    if found.deleted:
        raise Gone(f"{type}/{id} was deleted.")
    unchanged = not_modified(call, found.version, found.updated)
    if unchanged is not None:
        return unchanged
    headers = version_headers(found.version, found.updated)
    if media is None:
        return content(found.body, headers)
    return Answer(200, media.content_type, rewrite(found.body, media), headers)
