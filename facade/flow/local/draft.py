"""From a resource that a client sent to what will be written: checked, serialised once, indexed. No I/O.

https://hl7.org/fhir/R4/http.html#create · https://hl7.org/fhir/R4/validation.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from facade.errors import InvalidResource, NotFhir
from facade.flow.draft import Draft
from facade.search import Setting, extract, patient_of
from facade.search.definition import read_definition
from facade.spec.check import check
from facade.store.serialise import OWN_META, freeze


def draft_resource(resource: dict[str, Any], setting: Setting, id: str) -> Draft:
    """The draft of a resource under this id. `setting` must be that of searches, without a time.

    What a client says of its id, version and time is the server's to say. Raises NotFhir if there is
    something that R4 has no place for (code `structure`), else InvalidResource if the resource is not valid.
    """
    resource = {**resource, "id": id}
    meta = resource.get("meta")
    if meta.__class__ is dict and not OWN_META.isdisjoint(meta):
        resource["meta"] = {name: value for name, value in meta.items() if name.lstrip("_") not in OWN_META}
        if not resource["meta"]:
            del resource["meta"]
    issues = check(resource)
    if issues:
        unreadable = any(issue.code == "structure" for issue in issues)
        refusal = NotFhir if unreadable else InvalidResource
        raise refusal([(issue.expression, issue.code, issue.diagnostics) for issue in issues])
    if resource["resourceType"] == "SearchParameter":
        read_definition(resource)
    try:
        content = freeze(resource)
        index = extract(resource, setting)
        index.settle()
    except (TypeError, RecursionError):
        text = "the resource is nested too deeply, or holds a text or number that JSON cannot bear"
        raise NotFhir([(resource["resourceType"], "structure", text)]) from None
    return Draft(None, resource["resourceType"], id, content, index, patient_of(resource, index))


def named(draft: Draft, id: str) -> Draft:
    """The same resource under another id."""
    if id == draft.id:
        return draft
    patient = id if draft.type == "Patient" else draft.patient
    return replace(draft, id=id, content=draft.content.named(draft.type, id), patient=patient)
