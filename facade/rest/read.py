"""read: the current version of a resource.

https://hl7.org/fhir/R4/http.html#read
"""

from __future__ import annotations

from facade.errors import FacadeError, Gone, NotFound, Unavailable
from facade.flow.live.demand import Told
from facade.rest.age import age_headers, calm_age, refresh_read, warnings
from facade.rest.answer import Answer, Header
from facade.rest.binary import content, wants_content
from facade.rest.pretty import rewrite
from facade.rest.request.call import Call
from facade.rest.request.caller import access_of
from facade.rest.request.conditional import not_modified, version_headers
from facade.rest.service import Service
from facade.rest.subset import parse_subset
from facade.store.resources import StoredResource, read_current


async def read(service: Service, call: Call, type: str, id: str) -> Answer:
    """200 with the stored bytes, 304, 404, or 410 for a deleted resource; 503 where nothing is known yet."""
    raw = type == "Binary" and wants_content(call)
    media = None if raw else call.media()
    wanted = parse_subset(call.items(), type) if call.query and not raw else None
    found, age = await read_stored(service, call, type, id)
    unchanged = not_modified(call, found.version, found.updated)
    if unchanged is not None:
        unchanged.headers += age
        return unchanged
    headers = (*version_headers(found.version, found.updated), *age)
    if media is None:
        return content(found.body, headers)
    body = found.body if wanted is None else wanted.apply(found.body)
    return Answer(200, media.content_type, rewrite(body, media), headers)


async def read_stored(
    service: Service, call: Call, type: str, id: str
) -> tuple[StoredResource, tuple[Header, ...]]:
    """The resource as fresh as the client wants it, and the headers that tell its age.

    Raises NotFound, Gone, and Unavailable where nothing is known yet.
    """
    age = calm_age(service, call, type)
    told = None
    if age is None:
        told = await refresh_read(service, call, type, id)
        age = (*age_headers(service, told), *warnings(told.troubles))
    found = await read_current(service.store, type, id, access_of(call))
    if found is None or found.deleted:
        raise _absent(type, id, found is not None, told, age)
    return found, age


def _absent(type: str, id: str, known: bool, told: Told | None, age: tuple[Header, ...]) -> FacadeError:
    """Why there is nothing to answer with: what may be there and was never read is not said to be missing."""
    if told is not None and told.asked is None and told.troubles and not known:
        return Unavailable(f"{type}/{id} is not known yet. {told.troubles[0].text}")
    error = Gone(f"{type}/{id} was deleted.") if known else NotFound(f"There is no {type}/{id}.")
    error.headers = age
    return error
