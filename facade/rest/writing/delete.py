"""delete: a resource by its id, or the one match of criteria. Its versions stay.

https://hl7.org/fhir/R4/http.html#delete · https://hl7.org/fhir/R4/http.html#cdelete
"""

from __future__ import annotations

from facade.rest.answer import Answer
from facade.rest.request.call import Call
from facade.rest.request.conditional import precondition_of
from facade.rest.service import Service
from facade.rest.writing.draft import answer_written, commit, find_criteria, require_local


async def delete(service: Service, call: Call, type: str, id: str) -> Answer:
    """204, be it there or not, or 200 with an OperationOutcome where Prefer asks for one; 412 if If-Match
    does not hold. That others refer to it is no hindrance."""
    require_local(service, type)
    media = call.media()
    precondition = precondition_of(call)
    written = await commit(service, call, lambda changes: changes.remove(type, id, precondition))
    return answer_written(service, call, media, written)


async def delete_match(service: Service, call: Call, type: str) -> Answer:
    """The same of the one match of the URL's criteria, if there is one; 412 for several."""
    require_local(service, type)
    media = call.media()
    precondition = precondition_of(call)
    criteria = await find_criteria(service, type, call.items())
    written = await commit(service, call, lambda changes: changes.remove_match(criteria, precondition))
    return answer_written(service, call, media, written)
