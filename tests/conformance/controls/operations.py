"""The operations that the control server has: `$validate`, and `$everything` of a patient.

https://hl7.org/fhir/R4/operations.html
"""

from __future__ import annotations

from tests.conformance.controls.call import Call, Reply
from tests.conformance.controls.parameters import PARAMETERS, TYPES
from tests.conformance.controls.problem import Problem, outcome
from tests.conformance.controls.store import Store
from tests.conformance.controls.validity import check_resource

VALIDATE = "http://hl7.org/fhir/OperationDefinition/Resource-validate"
EVERYTHING = "http://hl7.org/fhir/OperationDefinition/Patient-everything"


def validate(call: Call, type: str) -> Reply:
    """`$validate` of a type; the resource is the body, or the parameter `resource` in it."""
    resource = call.body
    if isinstance(resource, dict) and resource.get("resourceType") == "Parameters":
        given = [one for one in resource.get("parameter", ()) if one.get("name") == "resource"]
        resource = given[0].get("resource") if given else None
    if not isinstance(resource, dict) or "resourceType" not in resource:
        raise Problem(400, "required", "There is no resource to validate.")
    if resource["resourceType"] != type:
        return Reply(200, outcome("invalid", f"This is a {resource['resourceType']}, not a {type}."))
    wrong = check_resource(resource)
    said = ("structure", wrong, "error") if wrong else ("informational", "All is well.", "information")
    return Reply(200, outcome(*said))


def everything(store: Store, base: str, id: str) -> Reply:
    """The patient, and what refers to it as its patient."""
    patient = store.resource("Patient", id)
    if patient is None:
        raise Problem(404, "not-found", f"There is no Patient/{id}.")
    found = [patient]
    for type in TYPES:
        if parameter := PARAMETERS[type].get("patient"):
            found += [
                one
                for one in store.all(type)
                if any(ref.get("reference") == f"Patient/{id}" for ref in parameter.values(one))
            ]
    entries = [
        {"fullUrl": f"{base}/{one['resourceType']}/{one['id']}", "resource": one, "search": {"mode": "match"}}
        for one in found
    ]
    link = [{"relation": "self", "url": f"{base}/Patient/{id}/$everything"}]
    bundle = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(found),
        "link": link,
        "entry": entries,
    }
    return Reply(200, bundle)
