"""The session of PyPI `fhirclient`, the SMART client for Python, with its models; without a launch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from fhirclient.client import FHIRClient
from fhirclient.models.bundle import Bundle
from fhirclient.models.observation import Observation
from fhirclient.models.operationoutcome import OperationOutcome
from fhirclient.models.patient import Patient
from fhirclient.server import FHIRNotFoundException
from requests import HTTPError

from tests.flows.clients import script

CANNOT = ("patched", "posted")
"""It has neither PATCH nor a search by POST."""


def session(base_url: str, tag: str) -> dict[str, Any]:
    """What it saw."""
    server = FHIRClient({"app_id": "facade", "api_base": base_url}).server
    answers: list[Any] = []
    server.session.hooks["response"].append(lambda answer, *_, **__: answers.append(answer))
    seen: dict[str, Any] = {}

    @contextmanager
    def header(name: str, value: str) -> Iterator[None]:
        """The client has no way to send one but its session."""
        server.session.headers[name] = value
        try:
            yield
        finally:
            del server.session.headers[name]

    def refused(ask: Callable[[], object]) -> list[Any] | None:
        try:
            ask()
        except FHIRNotFoundException as error:
            answer = error.response
        except HTTPError as error:
            answer = error.response
        else:
            return None
        outcome = OperationOutcome(answer.json())
        return script.issue(answer.status_code, outcome.as_json())

    def write(resource: dict[str, Any]) -> Any:
        model = {"Patient": Patient, "Observation": Observation}[resource["resourceType"]]
        return model(model(resource).create(server))

    def given(found: Any) -> list[str]:
        return [one.name[0].given[0] for one in found.perform_resources_iter(server)]

    def first_page(found: Any) -> Any:
        return next(found.perform_iter(server))

    def modes(found: Any) -> list[str]:
        entries = first_page(found).entry
        return sorted(f"{entry.search.mode} {entry.resource.resource_type}" for entry in entries)

    server.prepare()
    seen["metadata"] = server.capabilityStatement.fhirVersion

    made = write(script.patient(tag, "Anna"))
    seen["created"] = [made.meta.versionId, answers[-1].status_code]
    seen["location"] = answers[-1].headers["location"] == f"{base_url}/Patient/{made.id}/_history/1"
    anna = Patient.read(made.id, server)
    seen["read"] = anna.name[0].given[0]

    with header("If-Match", 'W/"1"'):
        anna.active = True
        seen["updated"] = anna.update()["meta"]["versionId"]
        anna.active = False
        seen["stale"] = refused(anna.update)
    anna.deceasedBoolean, anna.active = False, True
    anna.update()

    beat = write(script.pulse(f"Patient/{made.id}"))
    for name in script.CREATED:
        write(script.patient(tag, name, gender="male"))

    born = {"$and": ["ge1980-02-01", "lt1980-03-01"]}
    seen["several"] = given(Patient.where({"family": tag, "gender": "female", "birthdate": born}))
    chained = Observation.where({"subject": {"$type": "Patient", "family": tag}})
    seen["chained"] = len(first_page(chained).entry)
    seen["has"] = given(
        Patient.where({"family": tag, "_has:Observation:subject:code": "http://loinc.org|8867-4"})
    )
    seen["included"] = modes(Observation.where({"_id": beat.id}).include("subject"))
    seen["revincluded"] = modes(Patient.where({"_id": made.id}).include("subject", Observation, reverse=True))
    seen["compartment"] = len(Bundle.read_from(f"Patient/{made.id}/Observation", server).entry)
    pages = Patient.where({"family": tag, "_count": "3", "_sort": "given"}).perform_iter(server)
    seen["pages"] = [[entry.resource.name[0].given[0] for entry in page.entry] for page in pages]

    history = Bundle.read_from(f"Patient/{made.id}/_history", server)
    seen["history"] = [entry.resource.meta.versionId for entry in history.entry]
    seen["vread"] = Patient.read_from(f"Patient/{made.id}/_history/1", server).active
    seen["resolved"] = Observation.read(beat.id, server).subject.resolved(Patient).name[0].given[0]

    with header("If-None-Exist", f"identifier=urn:{tag}|Anna"):
        seen["once"] = write(script.patient(tag, "Anna")).id == made.id
    with header("Prefer", "return=minimal"):
        seen["minimal"] = len(Patient(script.patient(tag, "Brief")).create(server) or "")
    seen["upserted"] = server.put_json(
        f"Patient?identifier=urn:{tag}|Anna", {**anna.as_json(), "active": False}
    ).json()["meta"]["versionId"]
    checked = OperationOutcome(server.post_json("Patient/$validate", script.patient(tag, "Anna")).json())
    seen["valid"] = any(issue.severity in ("error", "fatal") for issue in checked.issue)

    bundle = Bundle({"type": "transaction", "entry": script.transaction(tag)})
    answer = Bundle(server.post_json("", bundle.as_json()).json())
    seen["transaction"] = script.statuses(answer.as_json())
    together = {"$type": "Patient", "identifier": f"urn:{tag}|Together"}
    seen["joined"] = len(first_page(Observation.where({"subject": together})).entry)
    several = Bundle({"type": "batch", "entry": script.batch(made.id)})
    seen["batch"] = script.statuses(server.post_json("", several.as_json()).json())
    xml = server.request_data(f"Patient/{made.id}", headers={"Accept": "application/fhir+xml"})
    seen["xml"] = xml.startswith((b"<Patient", b"<?xml"))

    beat.delete(server)
    anna.delete()
    seen["deleted"] = refused(lambda: Patient.read(made.id, server))
    seen["absent"] = refused(lambda: Patient.read("nobody", server))
    seen["unknown"] = refused(lambda: first_page(Patient.where({"shoesize": "9"})))
    wrong = script.patient(tag, "Anna", birthDate="yesterday")
    seen["invalid"] = refused(lambda: server.post_json("Patient", wrong))
    return seen
