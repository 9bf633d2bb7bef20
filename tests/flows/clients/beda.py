"""The session of PyPI `fhirpy`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import MultipleResourcesFound, OperationOutcome, ResourceNotFound

from tests.flows.clients import script

CANNOT = ("created", "location", "posted")
"""It shows neither status nor headers, and has no search by POST."""


def session(base_url: str, tag: str) -> dict[str, Any]:
    """What it saw."""
    client = SyncFHIRClient(base_url)
    first = SyncFHIRClient(base_url, extra_headers={"If-Match": 'W/"1"'})
    seen: dict[str, Any] = {}

    def refused(ask: Callable[[], object]) -> list[Any] | None:
        """The client tells no status but by its error's class."""
        import json

        try:
            ask()
        except MultipleResourcesFound as error:
            return script.issue(412, json.loads(str(error)))
        except ResourceNotFound as error:
            outcome = json.loads(str(error))
            return script.issue(410 if outcome["issue"][0]["code"] == "deleted" else 404, outcome)
        except OperationOutcome as error:
            outcome = error.resource
            return script.issue(422 if outcome["issue"][0]["code"] == "value" else 400, outcome)
        return None

    def write(resource: dict[str, Any]) -> Any:
        return client.resource(**_typed(resource)).create()

    def given(found: Any) -> list[str]:
        return [one.name[0].given[0] for one in found]

    def modes(bundle: Any) -> list[str]:
        return sorted(f"{entry.search.mode} {entry.resource.resourceType}" for entry in bundle.entry)

    patients, observations = client.resources("Patient"), client.resources("Observation")
    seen["metadata"] = client.execute("metadata", "get").fhirVersion

    made = write(script.patient(tag, "Anna"))
    reference = client.reference("Patient", made.id)
    seen["read"] = reference.to_resource().name[0].given[0]

    body = {**made.serialize(), "active": True}
    seen["updated"] = first.resource(**_typed(body)).update().meta.versionId
    stale = first.resource(**_typed({**body, "active": False}))
    seen["stale"] = refused(stale.update)
    json_patch = {"Content-Type": "application/json-patch+json"}
    patching = SyncFHIRClient(base_url, extra_headers=json_patch)
    patched = patching.execute(f"Patient/{made.id}", "patch", data=script.ADD_PHONE)
    seen["patched"] = [patched.meta.versionId, patched.telecom[0].value, patched.active]
    seen["merged"] = refused(lambda: client.patch(reference.reference, active=False))

    beat = write(script.pulse(f"Patient/{made.id}"))
    for name in script.CREATED:
        write(script.patient(tag, name, gender="male"))

    born = {"birthdate__ge": "1980-02-01", "birthdate__lt": "1980-03-01"}
    seen["several"] = given(patients.search(family=tag, gender="female", **born).fetch())
    seen["chained"] = len(observations.search(subject__Patient__family=tag).fetch())
    has = patients.search(family=tag).has("Observation", "subject", code="http://loinc.org|8867-4")
    seen["has"] = given(has.fetch())
    seen["included"] = modes(observations.search(_id=beat.id).include("Observation", "subject").fetch_raw())
    seen["revincluded"] = modes(patients.search(_id=made.id).revinclude("Observation", "subject").fetch_raw())
    seen["compartment"] = len(client.execute(f"Patient/{made.id}/Observation", "get").entry)
    ordered = patients.search(family=tag).sort("given")
    names = given(ordered.limit(3).fetch_all())
    seen["pages"] = [names[at : at + 3] for at in range(0, len(names), 3)]
    seen["count"] = ordered.search(_total="accurate").fetch_raw().total

    history = client.execute(f"Patient/{made.id}/_history", "get")
    seen["history"] = [entry.resource.meta.versionId for entry in history.entry]
    seen["vread"] = client.execute(f"Patient/{made.id}/_history/1", "get").get("active")
    seen["resolved"] = beat.subject.to_resource().name[0].given[0]

    anna = patients.search(identifier=f"urn:{tag}|Anna")
    found, is_new = anna.get_or_create(client.resource(**_typed(script.patient(tag, "Anna"))))
    seen["once"] = found.id == made.id and not is_new
    upserted, _ = anna.update(client.resource(**_typed({**patched, "active": False})))
    seen["upserted"] = upserted.meta.versionId
    brief = SyncFHIRClient(base_url, extra_headers={"Prefer": "return=minimal"})
    seen["minimal"] = len(brief.execute("Patient", data=script.patient(tag, "Brief")) or "")
    seen["valid"] = not client.resource(**_typed(script.patient(tag, "Anna"))).is_valid()
    reference.to_resource().refresh()

    bundle = client.resource("Bundle", type="transaction", entry=script.transaction(tag))
    seen["transaction"] = script.statuses(bundle.save())
    seen["joined"] = len(observations.search(**{"subject:Patient.identifier": f"urn:{tag}|Together"}).fetch())
    seen["batch"] = script.statuses(
        client.resource("Bundle", type="batch", entry=script.batch(made.id)).save()
    )

    client.reference("Observation", beat.id).delete()
    made.delete()
    seen["deleted"] = refused(reference.to_resource)
    seen["absent"] = refused(lambda: client.get("Patient", "nobody"))
    seen["unknown"] = refused(lambda: patients.search(shoesize=9).fetch())
    wrong = script.patient(tag, "Anna", birthDate="yesterday")
    seen["invalid"] = refused(lambda: write(wrong))
    return seen


def _typed(resource: dict[str, Any]) -> dict[str, Any]:
    """Named as `client.resource` has it."""
    return {"resource_type": resource["resourceType"], **resource}
