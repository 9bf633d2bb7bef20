"""create: a new resource under an id that the server gives; with If-None-Exist, unless there is one already.

https://hl7.org/fhir/R4/http.html#create · https://hl7.org/fhir/R4/http.html#ccreate
"""

from __future__ import annotations

from facade.rest.answer import Answer
from facade.rest.request.call import Call
from facade.rest.service import Service
from facade.rest.writing.draft import answer_written, commit, if_none_exist, new_id, read_draft, require_local


async def create(service: Service, call: Call, type: str) -> Answer:
    """201 with Location; of If-None-Exist with one match 200 and that, with several 412. 400 for what is no
    FHIR, 422 for what is not valid, with every fault; 405 where clients may not write."""
    require_local(service, type)
    media = call.media()
    criteria = await if_none_exist(service, call, type)
    draft = await read_draft(service, call, type, lambda _: new_id(service, call))
    written = await commit(service, call, lambda changes: changes.create(draft, criteria))
    return answer_written(service, call, media, written)
