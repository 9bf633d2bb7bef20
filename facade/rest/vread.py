"""vread: a version of a resource, the current one or one before it.

https://hl7.org/fhir/R4/http.html#vread
"""

from __future__ import annotations

from facade.errors import Gone, NotFound
from facade.rest.age import age_headers, stored, warnings
from facade.rest.answer import Answer, Header
from facade.rest.pretty import rewrite
from facade.rest.request.call import Call
from facade.rest.request.caller import access_of
from facade.rest.request.conditional import not_modified, version_headers
from facade.rest.service import Service
from facade.rest.subset import parse_subset
from facade.store.resources import StoredResource, read_version


async def vread(service: Service, call: Call, type: str, id: str, version: str) -> Answer:
    """200 with the bytes of that version, 304, 404, or 410 if the resource was deleted in that version."""
    media, wanted = call.media(), parse_subset(call.items(), type)
    found, age = await read_stored_version(service, call, type, id, version)
    unchanged = not_modified(call, found.version, found.updated)
    if unchanged is not None:
        unchanged.headers += age
        return unchanged
    headers = (*version_headers(found.version, found.updated), *age)
    body = found.body if wanted is None else wanted.apply(found.body)
    return Answer(200, media.content_type, rewrite(body, media), headers)


async def read_stored_version(
    service: Service, call: Call, type: str, id: str, version: str
) -> tuple[StoredResource, tuple[Header, ...]]:
    """That version, and the headers that tell the age of what is stored. Raises NotFound and Gone."""
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
    found = await read_version(service.store, type, id, number, access_of(call))
    if found is None:
        raise NotFound(f"There is no such version of {type}/{id}.")
    if found.deleted:
        raise Gone(f"{type}/{id} was deleted in version {number}.")
    told = await stored(service, (type,))
    return found, () if told is None else (*age_headers(service, told), *warnings(told.troubles))
