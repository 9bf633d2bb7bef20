"""$meta-add: give a resource profiles, tags and security labels that it lacks.

https://hl7.org/fhir/R4/resource-operation-meta-add.html
"""

from __future__ import annotations

from facade.operations.labels import add_labels
from facade.operations.relabel import relabel
from facade.rest.answer import Answer
from facade.rest.request.call import Call
from facade.rest.service import Service


async def meta_add(service: Service, call: Call, type: str, id: str) -> Answer:
    """200 with the Meta as it is then, in a new version of the resource if it changed."""
    return await relabel(service, call, type, id, add_labels)
