"""capabilities: valid, derived from what is wired, and nothing in it that does not work."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from facade.rest.capabilities import capability_statement
from facade.rest.routes import INTERACTIONS, ROUTES
from facade.rest.service import WRITES
from facade.spec import definitions
from facade.spec.check import check
from facade.spec.xml import from_xml
from facade.store import Store
from facade.store.serialise import to_json
from tests.facade.rest import support
from tests.facade.rest.support import BASE, outcome

SERVED = ("Patient", "Observation", "Binary")
PROBES = {
    "token": "x",
    "string": "x",
    "date": "2020",
    "reference": "Patient/1",
    "number": "1",
    "quantity": "1||mg",
    "uri": "urn:x",
}


def statement() -> dict[str, Any]:
    started = datetime(2024, 1, 31, 12, tzinfo=UTC)
    return capability_statement(SERVED, INTERACTIONS, base_url=BASE, version="1.2", started=started)


def test_it_is_valid() -> None:
    assert check(statement()) == []


def test_the_head() -> None:
    whole = statement()
    (rest,) = whole.pop("rest")
    assert whole == {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2024-01-31T12:00:00Z",
        "kind": "instance",
        "software": {"name": "FHIR Facade", "version": "1.2"},
        "implementation": {"description": "A FHIR R4 server over a legacy system", "url": BASE},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "application/fhir+xml", "json", "xml"],
    }
    assert [resource["type"] for resource in rest["resource"]] == ["Binary", "Observation", "Patient"]
    observation, patient = rest["resource"][1:]
    reads = ["search-type", "history-type", "read", "history-instance", "vread"]
    assert [one["code"] for one in patient["interaction"]] == reads
    assert "Observation:subject" in observation["searchInclude"]
    assert "Observation:subject" in patient["searchRevInclude"]
    assert {
        "name": "birthdate",
        "definition": "http://hl7.org/fhir/SearchParameter/individual-birthdate",
        "type": "date",
        "documentation": "The patient's date of birth",
    } in patient["searchParam"]


async def test_everything_that_it_declares_is_answered(store: Store) -> None:
    declared = statement()["rest"][0]["resource"]
    async with support.client(ROUTES, support.service(store, SERVED)) as client:
        for resource in declared:
            url = f"/{resource['type']}"
            for parameter in resource["searchParam"]:
                official = definitions.search_parameters(resource["type"])
                kinds = [official[part.code].kind for part in official[parameter["name"]].components]
                value = "$".join(PROBES[kind] for kind in kinds or [parameter["type"]])
                response = await client.get(url, params={parameter["name"]: value})
                assert response.status_code == 200, response.text
            for kind in ("_include", "_revinclude"):
                for value in resource.get({"_include": "searchInclude"}.get(kind, "searchRevInclude"), ()):
                    response = await client.get(url, params={kind: value})
                    assert response.status_code == 200, response.text


async def test_metadata(store: Store) -> None:
    body = to_json(statement())
    async with support.client(ROUTES, support.service(store, SERVED, statement=body)) as client:
        response = await client.get("/metadata")
        assert (response.status_code, response.content) == (200, body)
        assert (await client.get("/metadata?mode=full&_format=json")).content == body
        known = response.headers["etag"]
        unchanged = await client.get("/metadata", headers={"if-none-match": known})
        assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", known)
        other = await client.get("/metadata", headers={"if-none-match": 'W/"0"'})
        assert (other.status_code, other.content) == (200, body)
        assert (await client.get("/metadata?_pretty=true")).text.startswith("{\n")
        terms = await client.get("/metadata?mode=terminology")
        assert (terms.json()["resourceType"], check(terms.json())) == ("TerminologyCapabilities", [])
        assert outcome(await client.get("/metadata?mode=all")) == (
            400,
            "invalid",
            "mode is one of full, normative, terminology.",
            ["http.mode"],
        )


async def test_metadata_in_xml(store: Store) -> None:
    body = statement()
    async with support.client(ROUTES, support.service(store, SERVED, statement=to_json(body))) as client:
        response = await client.get("/metadata?_format=xml")
        assert response.headers["content-type"] == "application/fhir+xml; charset=utf-8"
        assert from_xml(response.content) == body
        assert outcome(await client.get("/metadata?_format=html")) == (
            406,
            "not-supported",
            "Only application/fhir+json and application/fhir+xml are served, in FHIR 4.0.",
            ["http._format"],
        )


@pytest.mark.parametrize("served", [(), ("Patient",)])
def test_a_server_of_little_is_valid_too(served: tuple[str, ...]) -> None:
    started = datetime(2024, 1, 31, tzinfo=UTC)
    small = capability_statement(served, INTERACTIONS, base_url=BASE, version="1", started=started)
    assert check(small) == []


def test_what_clients_may_write_is_declared_of_local_types_alone() -> None:
    started = datetime(2024, 1, 31, 12, tzinfo=UTC)
    whole = capability_statement(
        SERVED, INTERACTIONS, local={"Patient"}, base_url=BASE, version="1", started=started
    )
    assert check(whole) == []
    binary, observation, patient = whole["rest"][0]["resource"]
    reads = [one["code"] for one in observation["interaction"]]
    assert not WRITES & set(reads)
    assert binary["interaction"] == observation["interaction"]
    assert {one["code"] for one in patient["interaction"]} - set(reads) == WRITES & set(INTERACTIONS)
    said = ("conditionalCreate", "conditionalUpdate", "conditionalDelete", "updateCreate")
    assert [patient[name] for name in said] == [True, True, "single", True]
    assert not observation.keys() & set(said)
    assert whole["rest"][0]["documentation"].startswith("Types without create are read-only.")
