"""$meta-delete: take profiles, tags and security labels away from a resource.

https://hl7.org/fhir/R4/resource-operation-meta-delete.html
"""

from __future__ import annotations

from facade.operations.labels import delete_labels
from facade.operations.relabel import relabel
from facade.rest.answer import Answer
from facade.rest.request.call import Call
from facade.rest.service import Service


async def meta_delete(service: Service, call: Call, type: str, id: str) -> Answer:
    """200 with the Meta as it is then, in a new version of the resource if it changed; that the resource has
    not had them is no failure."""
    return await relabel(service, call, type, id, delete_labels)
