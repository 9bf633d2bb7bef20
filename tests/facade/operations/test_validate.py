"""$validate over HTTP: what it is asked, and what it answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from facade.operations import validate
from facade.operations.routes import OPERATION_ROUTES
from facade.rest.routes import ROUTES
from facade.store import Store
from tests.facade.rest import support
from tests.facade.rest.support import outcome, put
from tests.facade.spec.samples import OBSERVATION, PATIENT

FHIR = {"content-type": "application/fhir+json"}
PROFILE = "http://example.org/StructureDefinition/named-patient"
NAMED = {
    "resourceType": "StructureDefinition",
    "id": "named",
    "url": PROFILE,
    "name": "NamedPatient",
    "status": "active",
    "kind": "resource",
    "abstract": False,
    "type": "Patient",
    "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
    "derivation": "constraint",
    "differential": {
        "element": [
            {"id": "Patient", "path": "Patient"},
            {"id": "Patient.name", "path": "Patient.name", "min": 1},
        ]
    },
}
BROKEN = {"resourceType": "Patient", "gender": "x", "contact": [{"gender": "male"}]}
GOOD = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "text": PATIENT["text"]}


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    """Clients may write Patients, and no Observations."""
    service = support.service(store, local=frozenset({"Patient"}))
    async with support.client((*ROUTES, *OPERATION_ROUTES), service) as client:
        yield client


async def post(client: httpx.AsyncClient, path: str, body: Any) -> httpx.Response:
    text = body if isinstance(body, bytes) else json.dumps(body, default=str).encode()
    return await client.post(path, content=text, headers=FHIR)


def issues(response: httpx.Response) -> list[tuple[str, str, str | None, str]]:
    assert response.status_code == 200, response.text
    body = response.json()
    assert body["resourceType"] == "OperationOutcome"
    return [
        (i["severity"], i["code"], (i.get("expression") or [None])[0], i["diagnostics"])
        for i in body["issue"]
    ]


def errors(response: httpx.Response) -> list[tuple[str, str | None]]:
    return [(code, place) for severity, code, place, _ in issues(response) if severity == "error"]


async def test_a_valid_resource(client: httpx.AsyncClient) -> None:
    response = await post(client, "/Observation/$validate", GOOD)
    assert issues(response) == [("information", "informational", None, "No issues were found.")]


async def test_every_fault_is_told_with_its_place_and_rule_and_without_the_value(
    client: httpx.AsyncClient,
) -> None:
    response = await post(client, "/Patient/$validate", BROKEN | {"gender": "a secret"})
    assert errors(response) == [("code-invalid", "Patient.gender"), ("invariant", "Patient.contact[0]")]
    assert "pat-1" in response.text
    assert "secret" not in response.text


async def test_parameters_hold_the_resource_the_mode_and_the_profiles(
    client: httpx.AsyncClient, store: Store
) -> None:
    put(store, NAMED)
    rows = [
        {"name": "resource", "resource": {"resourceType": "Patient", "active": True}},
        {"name": "mode", "valueCode": "create"},
        {"name": "profile", "valueUri": PROFILE},
    ]
    response = await post(client, "/Patient/$validate", {"resourceType": "Parameters", "parameter": rows})
    assert errors(response) == [("required", "Patient.name")]
    assert "NamedPatient" in response.text


@pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)
async def test_a_stored_profile_is_known_at_once_and_forgotten_when_it_changes(
    client: httpx.AsyncClient, store: Store
) -> None:
    path = f"/Patient/$validate?profile={PROFILE}"
    patient = {"resourceType": "Patient", "active": True}
    assert errors(await post(client, path, patient)) == [("not-found", "Patient")]
    put(store, NAMED)
    assert errors(await post(client, path, patient)) == [("required", "Patient.name")]
    loose = json.loads(json.dumps(NAMED))
    loose["differential"]["element"][1]["min"] = 0
    put(store, loose)
    assert errors(await post(client, path, patient)) == []


async def test_a_claimed_profile_that_is_not_here_is_a_warning(client: httpx.AsyncClient) -> None:
    claimed = GOOD | {"meta": {"profile": [PROFILE]}}
    ((severity, code, place, _),) = issues(await post(client, "/Observation/$validate", claimed))
    assert (severity, code, place) == ("warning", "not-found", "Observation.meta.profile[0]")


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_stored_resource(client: httpx.AsyncClient, store: Store, method: str) -> None:
    put(store, BROKEN | {"id": "1"}, NAMED)
    response = await client.request(method, f"/Patient/1/$validate?profile={PROFILE}")
    assert errors(response) == [
        ("code-invalid", "Patient.gender"),
        ("invariant", "Patient.contact[0]"),
        ("required", "Patient.name"),
    ]


async def test_xml_and_pretty(client: httpx.AsyncClient) -> None:
    body = '<Patient xmlns="http://hl7.org/fhir"><gender value="x"/></Patient>'
    headers = {"content-type": "application/fhir+xml", "accept": "application/fhir+xml"}
    response = await client.post("/Patient/$validate", content=body, headers=headers)
    assert response.status_code == 200
    assert '<code value="code-invalid"/>' in response.text


async def test_the_modes(client: httpx.AsyncClient, store: Store) -> None:
    put(store, {"resourceType": "Patient", "id": "1", "active": True})
    patient = {"resourceType": "Patient", "id": "1", "active": True}
    assert errors(await post(client, "/Patient/1/$validate?mode=update", patient)) == []
    other = await post(client, "/Patient/1/$validate?mode=update", patient | {"id": "2"})
    assert errors(other) == [("invalid", "Patient.id")]
    assert errors(await post(client, "/Patient/$validate?mode=update", patient)) == [("required", None)]
    assert errors(await post(client, "/Patient/1/$validate?mode=create", patient)) == [("invalid", None)]
    assert errors(await client.get("/Patient/1/$validate?mode=delete")) == []
    assert (await client.get("/Patient/9/$validate?mode=delete")).status_code == 404


@pytest.mark.parametrize("mode", ["create", "update"])
async def test_what_no_client_may_write(client: httpx.AsyncClient, mode: str) -> None:
    path = "/Observation/$validate" if mode == "create" else "/Observation/1/$validate"
    response = await post(client, f"{path}?mode={mode}", GOOD | {"id": "1"})
    ((severity, code, place, text),) = issues(response)
    assert (severity, code, place) == ("error", "not-supported", "Observation")
    assert "cannot be written here" in text


async def test_a_resource_of_another_type(client: httpx.AsyncClient) -> None:
    response = await post(client, "/Patient/$validate", GOOD)
    assert errors(response) == [("invalid", "Observation")]


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/Patient/$validate", b"", "There is no resource to validate: POST one."),
        ("/Patient/$validate?mode=x", PATIENT, "mode is one of create, update, delete, profile."),
        ("/Patient/$validate?mode=profile", PATIENT, "mode=profile needs a profile."),
        ("/Patient/$validate?x=1", PATIENT, "$validate has no such parameter; it has profile and mode."),
        (
            "/Patient/$validate",
            {"resourceType": "Parameters", "parameter": [{"name": "mode"}]},
            "The parameter mode holds one value.",
        ),
        (
            "/Patient/$validate",
            {"resourceType": "Parameters", "parameter": [{"name": "resource"}]},
            "The parameter resource holds one resource.",
        ),
    ],
)
async def test_what_makes_no_sense_is_refused(
    client: httpx.AsyncClient, path: str, body: Any, said: str
) -> None:
    status, _, text, _ = outcome(await post(client, path, body))
    assert (status, text) == (400, said)


@pytest.mark.parametrize("row", [None, [], {"name": ["mode"]}, {"name": {}}, {}])
async def test_parameters_that_are_no_call(client: httpx.AsyncClient, row: Any) -> None:
    """They are what is to be validated."""
    rows = [row, {"name": "resource", "resource": PATIENT}]
    response = await post(client, "/Patient/$validate", {"resourceType": "Parameters", "parameter": rows})
    assert ("invalid", "Parameters") in errors(response)


@pytest.mark.parametrize("body", [b"{", b'{"resourceType": "Nothing"}', b"[]", b'{"a": 1, "a": 2}'])
async def test_what_is_no_resource_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    assert (await post(client, "/Patient/$validate", body)).status_code == 400


async def test_others_are_served_meanwhile(client: httpx.AsyncClient, store: Store) -> None:
    put(store, {"resourceType": "Patient", "id": "1"})
    entries = [{"resource": OBSERVATION} for _ in range(300)]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    slow = asyncio.create_task(post(client, "/Patient/$validate", bundle))
    await asyncio.sleep(0)
    served = 0
    while not slow.done():
        assert (await client.get("/Patient/1")).status_code == 200
        served += 1
        await asyncio.sleep(0)
    assert served > 3
    assert ("invalid", "Bundle") in errors(await slow)


async def test_a_time_limit(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validate, "SECONDS", 0.01)
    entries = [{"resource": OBSERVATION} for _ in range(1000)]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    found = errors(await post(client, "/Patient/$validate", bundle))
    assert found == [("timeout", None), ("invalid", "Bundle")]
