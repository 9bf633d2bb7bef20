"""transaction: all or nothing, in the spec's order, with every reference in place."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from facade.store import Store
from tests.facade.rest.bundle_post import bundles
from tests.facade.rest.bundle_post.bundles import entry, observation, patient, post, refused, statuses
from tests.facade.rest.support import BASE
from tests.paths import SHARED, needs_shared

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)
UUID = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"
OTHER = "urn:uuid:88f151c0-a954-468a-88bd-5ae15c08e059"
MRN = {"system": "http://h.example/mrn", "value": "7"}


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    async with bundles.client(store) as client:
        yield client


async def total(client: httpx.AsyncClient) -> int:
    count: int = (await client.get("/_history?_count=0")).json()["total"]
    return count


def name_of(response: httpx.Response, at: int) -> str:
    """`Patient/new-1` of an entry."""
    location: str = response.json()["entry"][at]["response"]["location"]
    return location.removeprefix(f"{BASE}/").partition("/_history")[0]


async def test_references_between_entries(client: httpx.AsyncClient) -> None:
    div = f'<div xmlns="http://www.w3.org/1999/xhtml"><a href="{UUID}">he</a> <img src="{OTHER}"/></div>'
    answer = await post(
        client,
        "transaction",
        entry(
            "POST",
            "Observation",
            observation(
                UUID,
                identifier=[{"system": "urn:ietf:rfc:3986", "value": UUID}],
                derivedFrom=[{"reference": OTHER}],
                text={"status": "generated", "div": div},
                extension=[{"url": "http://e.example", "valueUri": UUID}],
            ),
        ),
        entry("POST", "Patient", patient(active=True), fullUrl=UUID),
        entry("PUT", "DocumentReference/d", DOCUMENT, fullUrl=OTHER),
    )
    assert statuses(answer) == ["201", "201", "201"]
    name = name_of(answer, 1)
    stored = (await client.get(f"/{name_of(answer, 0)}")).json()
    assert stored["subject"]["reference"] == name
    assert stored["derivedFrom"] == [{"reference": "DocumentReference/d"}]
    assert stored["identifier"][0]["value"] == UUID
    assert stored["extension"][0]["valueUri"] == name
    assert f'href="{name}"' in stored["text"]["div"]
    assert 'src="DocumentReference/d"' in stored["text"]["div"]
    document = (await client.get("/DocumentReference/d")).json()
    assert document["content"][0]["attachment"]["url"] == name
    assert document["subject"]["reference"] == name
    entry_ = answer.json()["entry"][1]
    assert entry_ == {
        "response": {
            "status": "201 Created",
            "location": f"{BASE}/{name}/_history/1",
            "etag": 'W/"1"',
            "lastModified": "2024-01-31T12:00:00.000Z",
        }
    }


DOCUMENT: dict[str, Any] = {
    "resourceType": "DocumentReference",
    "id": "d",
    "status": "current",
    "subject": {"reference": UUID},
    "content": [{"attachment": {"url": UUID}}],
}


async def test_the_order_is_the_specs_and_reads_see_the_writes(client: httpx.AsyncClient) -> None:
    await client.put("/Patient/1", json=patient(id="1", active=False), headers=JSON)
    await client.put("/Patient/2", json=patient(id="2", identifier=[MRN]), headers=JSON)
    answer = await post(
        client,
        "transaction",
        entry("GET", "Patient/1"),
        entry("GET", "Patient?identifier=7&_summary=count"),
        entry("PUT", "Patient/1", patient(id="1", active=True)),
        entry("POST", "Patient", patient(identifier=[MRN]), ifNoneExist="identifier=7"),
        entry("DELETE", "Patient/2"),
        entry("GET", "Patient/1/_history"),
        entry("GET", "Patient/1/_history/1"),
        entry("HEAD", "Patient/1"),
    )
    assert statuses(answer) == ["200", "200", "200", "201", "204", "200", "200", "200"]
    entries = answer.json()["entry"]
    assert entries[0]["resource"]["active"] is True
    assert entries[1]["resource"]["total"] == 1
    assert len(entries[5]["resource"]["entry"]) == 2
    assert entries[6]["resource"]["active"] is False
    assert "resource" not in entries[7]
    assert (await client.get("/Patient/2")).status_code == 410


JSON = {"content-type": "application/fhir+json"}


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (entry("GET", "Patient/none"), (404, "not-found", ["Bundle.entry[1]"])),
        (entry("GET", "Patient?x=1"), (400, "not-supported", ["Bundle.entry[1].request.url"])),
        (entry("POST", "Patient", patient(gender="x")), (422, None, ["Bundle.entry[1].resource.gender"])),
        (entry("POST", "Patient"), (400, "invalid", ["Bundle.entry[1].resource"])),
        (entry("POST", "Patient", observation("Patient/1")), (400, "invalid", None)),
        (entry("POST", "/", patient()), (400, "invalid", ["Bundle.entry[1].request.url"])),
        (entry("GET", "http://other.example/Patient/1"), (400, "invalid", ["Bundle.entry[1].request.url"])),
        (entry("PUT", "Patient/1", patient(id="2")), (400, "invalid", ["Bundle.entry[1].resource.id"])),
        (
            entry("PUT", "Patient/1", patient(id="1"), ifMatch='W/"7"'),
            (412, "conflict", ["Bundle.entry[1].request.ifMatch"]),
        ),
        (
            entry("PUT", "Patient/1", patient(id="1"), ifNoneMatch="*"),
            (412, "conflict", ["Bundle.entry[1].request.ifNoneMatch"]),
        ),
        (entry("PUT", "Patient?active=true", patient(active=True)), (412, "conflict", ["Bundle.entry[1]"])),
        (entry("DELETE", "Patient?active=true"), (412, "conflict", ["Bundle.entry[1]"])),
        (entry("DELETE", "Patient"), (400, "invalid", ["Bundle.entry[1]"])),
        (
            entry("POST", "Observation", observation("Patient?identifier=9")),
            (412, "conflict", SUBJECT := ["Bundle.entry[1].resource.subject.reference"]),
        ),
        (entry("POST", "Observation", observation("Patient?active=true")), (412, "conflict", SUBJECT)),
        (entry("POST", "Observation", observation("Patient?nothing=1")), (400, "not-supported", SUBJECT)),
        (entry("DELETE", "Patient/3"), (400, "invalid", ["Bundle.entry[1].request.url"])),
        (entry("POST", "Patient", patient(), fullUrl=UUID), (400, "invalid", ["Bundle.entry[1].fullUrl"])),
        (
            entry("POST", "Medication", {"resourceType": "Medication"}),
            (404, "not-supported", ["Bundle.entry[1]"]),
        ),
        (entry("FETCH", "Patient"), (422, None, ["Bundle.entry[1].request.method"])),
        ({"resource": patient()}, (400, "structure", ["Bundle.entry[1].request"])),
        ({"resource": [], **entry("GET", "Patient")}, (400, "structure", ["Bundle.entry[1].resource"])),
        ({**entry("GET", "Patient"), "x": 1}, (400, "structure", ["Bundle.entry[1].x"])),
    ],
)
async def test_one_bad_entry_and_nothing_is_kept(
    client: httpx.AsyncClient, bad: dict[str, Any], told: tuple[int, str | None, list[str] | None]
) -> None:
    await client.put("/Patient/1", json=patient(id="1", active=True), headers=JSON)
    await client.put("/Patient/2", json=patient(id="2", active=True), headers=JSON)
    before = await total(client)
    answer = await post(
        client,
        "transaction",
        entry("PUT", "Patient/3", patient(id="3", active=True), fullUrl=UUID),
        bad,
        entry("POST", "Patient", patient()),
    )
    status, code, expression = refused(answer)
    assert status == told[0], answer.text
    assert told[1] in (None, code)
    assert told[2] is None or told[2][0] in (expression or [""])[0]
    assert await total(client) == before


async def test_criteria_decide_what_references_are_to(client: httpx.AsyncClient) -> None:
    """A conditional create that finds one, a conditional update, and conditional references, also to what the
    same transaction makes."""
    await client.put("/Patient/old", json=patient(id="old", identifier=[MRN]), headers=JSON)
    new = {"system": "http://h.example/mrn", "value": "8"}
    visit = {"resourceType": "Encounter", "status": "planned", "class": {"code": "AMB"}, "identifier": [new]}
    answer = await post(
        client,
        "transaction",
        entry("POST", "Patient", patient(identifier=[MRN]), fullUrl=UUID, ifNoneExist="identifier=7"),
        entry("PUT", "Patient?identifier=8", patient(identifier=[new]), fullUrl=OTHER),
        entry("POST", "Observation", observation(UUID, focus=[{"reference": OTHER}])),
        entry(
            "POST",
            "Observation",
            observation("Patient?identifier=7", focus=[{"reference": "Patient?identifier=8"}]),
        ),
        entry(
            "POST",
            "Observation",
            observation(OTHER, encounter={"reference": "Encounter?identifier=http://h.example/mrn|8"}),
        ),
        entry("POST", "Encounter", {**visit, "subject": {"reference": "Patient?identifier=8"}}),
    )
    assert statuses(answer) == ["200", "201", "201", "201", "201", "201"]
    made = name_of(answer, 1)
    for at in (2, 3):
        stored = (await client.get(f"/{name_of(answer, at)}")).json()
        assert stored["subject"]["reference"] == "Patient/old"
        assert stored["focus"] == [{"reference": made}]
        assert stored["meta"]["versionId"] == "1"
    stored = (await client.get(f"/{name_of(answer, 4)}")).json()
    assert stored["encounter"]["reference"] == name_of(answer, 5)
    assert (await client.get(f"/{name_of(answer, 5)}")).json()["subject"]["reference"] == made
    again = await post(
        client,
        "transaction",
        entry("PUT", "Patient?identifier=8", patient(identifier=[new], active=True), fullUrl=OTHER),
        entry("POST", "Observation", observation(OTHER)),
    )
    assert statuses(again) == ["200", "201"]
    assert (await client.get(f"/{name_of(again, 1)}")).json()["subject"]["reference"] == made


async def test_what_says_the_same_already(client: httpx.AsyncClient) -> None:
    """The rehearsal sees an unresolved reference, and so a change, where in the end there is none."""
    await client.put("/Patient/1", json=patient(id="1", identifier=[MRN]), headers=JSON)
    sent = observation("Patient/1", id="o")
    await client.put("/Observation/o", json=sent, headers=JSON)
    before = await total(client)
    answer = await post(
        client, "transaction", entry("PUT", "Observation/o", observation("Patient?identifier=7", id="o"))
    )
    assert statuses(answer) == ["200"]
    assert answer.json()["entry"][0]["response"]["etag"] == 'W/"1"'
    assert await total(client) == before


async def test_two_entries_about_one_resource(client: httpx.AsyncClient) -> None:
    await client.put("/Patient/1", json=patient(id="1", identifier=[MRN]), headers=JSON)
    for other in (
        entry("PUT", "Patient?identifier=7", patient(identifier=[MRN], active=False)),
        entry("DELETE", "Patient?identifier=7"),
    ):
        answer = await post(
            client,
            "transaction",
            entry("PUT", "Patient/1", patient(id="1", identifier=[MRN], active=True)),
            other,
        )
        assert refused(answer)[:2] == (400, "invalid")
        assert await total(client) == 1


async def test_versions(client: httpx.AsyncClient) -> None:
    """References of a version, and those that are to become such."""
    await client.put("/Patient/1", json=patient(id="1"), headers=JSON)
    await client.put("/Patient/2", json=patient(id="2"), headers=JSON)
    pin = [
        {"url": "http://hl7.org/fhir/StructureDefinition/resolve-as-version-specific", "valueBoolean": True}
    ]
    answer = await post(
        client,
        "transaction",
        entry("PUT", "Patient/1", patient(id="1", active=True), fullUrl="http://o.example/Patient/x"),
        entry("POST", "Patient", patient(), fullUrl=UUID),
        entry(
            "POST",
            "Observation",
            observation(
                "http://o.example/Patient/x/_history/9",
                focus=[
                    {"reference": UUID, "extension": pin},
                    {"reference": "Patient/2", "extension": pin, "display": "two"},
                    {"reference": "Patient/x"},
                ],
            ),
            fullUrl="http://o.example/Observation/y",
        ),
    )
    assert statuses(answer) == ["200", "201", "201"]
    stored = (await client.get(f"/{name_of(answer, 2)}")).json()
    assert stored["subject"]["reference"] == "Patient/1/_history/2"
    assert stored["focus"] == [
        {"reference": f"{name_of(answer, 1)}/_history/1"},
        {"reference": "Patient/2/_history/1", "display": "two"},
        {"reference": "Patient/1"},
    ]


async def test_prefer(client: httpx.AsyncClient) -> None:
    writes = [entry("POST", "Patient", patient(active=True)), entry("DELETE", "Patient/none")]
    whole = (await post(client, "transaction", *writes, Prefer="return=representation")).json()["entry"]
    assert whole[0]["resource"]["active"] is True
    told = (await post(client, "transaction", *writes, Prefer="return=OperationOutcome")).json()["entry"]
    assert told[0]["response"]["outcome"]["issue"][0]["severity"] == "information"
    assert told[1]["response"]["status"] == "200 OK"
    plain = (await post(client, "transaction", *writes)).json()["entry"]
    assert list(plain[0]) == ["response"]


async def test_patches(client: httpx.AsyncClient) -> None:
    await client.put("/Patient/1", json=patient(id="1", identifier=[MRN], active=True), headers=JSON)
    data = "W3sib3AiOiJyZXBsYWNlIiwicGF0aCI6Ii9hY3RpdmUiLCJ2YWx1ZSI6ZmFsc2V9XQ=="
    patching = {"resourceType": "Binary", "contentType": "application/json-patch+json", "data": data}
    answer = await post(client, "transaction", entry("PATCH", "Patient?identifier=7", patching))
    assert statuses(answer) == ["200"]
    assert (await client.get("/Patient/1")).json()["active"] is False
    part = [
        {"name": "type", "valueCode": "replace"},
        {"name": "path", "valueString": "Patient.active"},
        {"name": "value", "valueBoolean": True},
    ]
    parameters = {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": part}]}
    assert statuses(await post(client, "transaction", entry("PATCH", "Patient/1", parameters))) == ["200"]
    assert (await client.get("/Patient/1")).json()["active"] is True
    bad = {**patching, "data": "?"}
    assert refused(await post(client, "transaction", entry("PATCH", "Patient/1", bad)))[0] == 400


async def test_what_is_no_transaction(client: httpx.AsyncClient) -> None:
    for body, told in (
        (b"{}", 400),
        (b'{"resourceType":"Patient"}', 400),
        (b'{"resourceType":"Bundle","type":"collection"}', 400),
        (b'{"resourceType":"Bundle","type":"transaction","entry":{}}', 400),
        (b'{"resourceType":"Bundle","type":"transaction","entry":[1]}', 400),
        (b'{"resourceType":"Bundle","type":"transaction"}', 200),
    ):
        assert (await client.post("/", content=body, headers=JSON)).status_code == told, body
    assert (await client.post("/", content=b"{}")).status_code == 415


async def test_own_absolute_urls_and_forms(client: httpx.AsyncClient) -> None:
    answer = await post(
        client,
        "transaction",
        entry("PUT", f"{BASE}/Patient/1", patient(id="1", name=[{"family": "Müller"}])),
        entry("GET", f"{BASE}/Patient?family=Müller&_format=xml"),
        Accept="application/fhir+xml",
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/fhir+xml")
    assert answer.text.count("<family value") == 1
    assert '<status value="201 Created"/><location' in answer.text


@needs_shared
async def test_the_official_example(client: httpx.AsyncClient) -> None:
    """HL7's own transaction, but for its $lookup and what it presumes of the server."""
    import tarfile

    with tarfile.open(SHARED / "fhir" / "hl7.fhir.r4.examples-subset.tgz") as archive:
        member = archive.extractfile("R4/bundle-transaction.json")
        assert member is not None
        bundle = json.loads(member.read())
    await client.put("/Patient/123a", json=patient(id="123a"), headers=JSON)
    await client.put("/Patient/123a", json=patient(id="123a", active=False), headers=JSON)
    await client.put("/Patient/12334", json=patient(id="12334"), headers=JSON)
    whole = await client.post("/", json=bundle, headers=JSON)
    assert refused(whole) == (404, "not-supported", ["Bundle.entry[7]"])
    assert await total(client) == 3
    bundle["entry"] = [one for one in bundle["entry"] if "$" not in one["request"]["url"]]
    answer = await client.post("/", json=bundle, headers=JSON)
    assert statuses(answer) == ["201", "201", "201", "201", "200", "204", "204", "200", "200"]
    found = answer.json()["entry"][7]["resource"]
    assert (found["type"], found["total"]) == ("searchset", 5)
