"""$meta: the profiles, tags and security labels of a resource, or of one of its versions.

https://hl7.org/fhir/R4/resource-operation-meta.html
"""

from __future__ import annotations

from typing import Any

from facade.rest.answer import Answer
from facade.rest.call import Call
from facade.rest.pretty import write
from facade.rest.read import read_stored
from facade.rest.service import Service
from facade.rest.vread import read_stored_version
from facade.store.serialise import from_json


async def meta(service: Service, call: Call, type: str, id: str, version: str | None = None) -> Answer:
    """200 with Parameters whose `return` is the Meta; 404 or 410 as a read would answer."""
    media = call.media()
    if version is None:
        found, age = await read_stored(service, call, type, id)
    else:
        found, age = await read_stored_version(service, call, type, id, version)
    returned = parameters_of(from_json(found.body).get("meta", {}))
    return Answer(200, media.content_type, write(returned, media), age)


def parameters_of(meta: dict[str, Any]) -> dict[str, Any]:
    """A Meta as the Parameters that these operations answer with."""
    return {"resourceType": "Parameters", "parameter": [{"name": "return", "valueMeta": meta}]}
