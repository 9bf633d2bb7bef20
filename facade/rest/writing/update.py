"""update: a resource as the client has it, under its id or where the one match of criteria is.

https://hl7.org/fhir/R4/http.html#update · https://hl7.org/fhir/R4/http.html#cond-update
"""

from __future__ import annotations

from typing import Any

from facade.errors import BadRequest
from facade.rest.answer import Answer
from facade.rest.binary import brings_content
from facade.rest.request.call import Call
from facade.rest.request.conditional import precondition_of
from facade.rest.service import Service
from facade.rest.writing.draft import answer_written, commit, find_criteria, new_id, read_draft, require_local


async def update(service: Service, call: Call, type: str, id: str) -> Answer:
    """200, or 201 if it is new or was deleted; 412 if If-Match does not hold; 400 for another id in the body.
    What says the same as before makes no new version."""
    require_local(service, type)
    media = call.media()
    precondition = precondition_of(call)

    def same(sent: Any) -> str:
        if sent != id and not (sent is None and brings_content(call, type)):
            raise BadRequest("The resource must have the id that is in the URL.", expression=f"{type}.id")
        return id

    draft = await read_draft(service, call, type, same)
    written = await commit(service, call, lambda changes: changes.update(draft, precondition))
    return answer_written(service, call, media, written)


async def update_match(service: Service, call: Call, type: str) -> Answer:
    """The same of the one match of the URL's criteria. Without a match it is created, under the id in the
    body if there is one: 409 if something else has it. 412 for several matches, 400 for one of another id."""
    require_local(service, type)
    media = call.media()
    precondition = precondition_of(call)
    criteria = await find_criteria(service, type, call.items())
    fresh = new_id(service, call)
    draft = await read_draft(service, call, type, lambda sent: fresh if sent is None else sent)
    written = await commit(
        service,
        call,
        lambda changes: changes.update_match(draft, criteria, precondition, given=draft.id != fresh),
    )
    return answer_written(service, call, media, written)
