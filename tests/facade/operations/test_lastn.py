"""$lastn over the search engine: groups, ties, filters, and what it demands."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from facade.spec.check import check
from facade.store import Store
from facade.store.serialise import to_json
from tests.facade.rest.support import outcome, put

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)

LOINC = "http://loinc.org"
URL = "/Observation/$lastn?patient=Patient/1&category=vital-signs"


def observation(id: str, when: str | None, *codes: str, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "category": [{"coding": [{"code": "vital-signs"}]}],
        "code": {"coding": [{"system": LOINC, "code": code} for code in codes]}
        if codes
        else {"text": "Mood"},
        "subject": {"reference": "Patient/1"},
        **more,
    }
    return found if when is None else {**found, "effectiveDateTime": when}


def stock(store: Store) -> None:
    put(
        store,
        observation("w1", "2024-01-01", "weight"),
        observation("w2", "2024-01-02", "weight"),
        observation("w3", "2024-01-03", "weight", "mass"),
        observation("m1", "2024-01-04", "mass"),
        observation("t1", "2024-01-05T10:00:00Z", "temperature"),
        observation("t2", "2024-01-05T10:00:00Z", "temperature"),
        observation("x1", "2024-01-06"),
        observation("x2", "2024-01-07", code={"text": "mood"}),
        observation("x3", None),
        observation("o1", "2024-02-01", "weight", subject={"reference": "Patient/2"}),
        observation("l1", "2024-02-01", "weight", category=[{"coding": [{"code": "laboratory"}]}]),
    )


def ids(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    bundle = response.json()
    assert bundle["total"] == len(bundle.get("entry", ()))
    return [entry["resource"]["id"] for entry in bundle.get("entry", ())]


async def test_the_last_of_each_group(client: httpx.AsyncClient, store: Store) -> None:
    stock(store)
    assert ids(await client.get(URL)) == ["x2", "x1", "t2", "t1", "m1"]
    assert ids(await client.get(f"{URL}&max=2")) == ["x2", "x1", "t2", "t1", "m1", "w3", "x3"]
    assert ids(await client.get(f"{URL}&max=9")) == ["x2", "x1", "t2", "t1", "m1", "w3", "w2", "w1", "x3"]
    assert ids(await client.get("/Observation/$lastn?subject=Patient/1&code=weight")) == ["l1"]
    assert ids(await client.get(f"{URL}&date=lt2024-01-03")) == ["w2"]
    assert ids(await client.get(f"{URL}&code=weight&date=lt2024-01-03")) == ["w2"]
    assert ids(await client.get(f"{URL}&code=nothing")) == []


async def test_each_subject_has_its_own_groups(client: httpx.AsyncClient, store: Store) -> None:
    stock(store)
    both = "/Observation/$lastn?subject=Patient/1,Patient/2&category=vital-signs&code=weight"
    assert ids(await client.get(both)) == ["o1", "w3"]


async def test_the_bundle(client: httpx.AsyncClient, store: Store) -> None:
    stock(store)
    response = await client.get(f"{URL}&code=temperature&_elements=status")
    bundle = response.json()
    assert check(bundle) == []
    assert bundle["link"] == [
        {
            "relation": "self",
            "url": "http://facade.test/fhir/Observation/$lastn?patient=Patient/1&category=vital-signs"
            "&code=temperature&_elements=status",
        }
    ]
    first = bundle["entry"][0]
    assert first["fullUrl"] == "http://facade.test/fhir/Observation/t2"
    assert first["search"] == {"mode": "match"}
    assert "effectiveDateTime" not in first["resource"]
    assert first["resource"]["meta"]["tag"][0]["code"] == "SUBSETTED"


async def test_by_post(client: httpx.AsyncClient, store: Store) -> None:
    stock(store)
    form = await client.post("/Observation/$lastn", data={"patient": "1", "code": "mass", "max": "2"})
    assert ids(form) == ["m1", "w3"]
    rows = [
        {"name": "max", "valuePositiveInt": 2},
        {"name": "patient", "valueString": "1"},
        {"name": "code", "valueCode": "mass"},
    ]
    body = to_json({"resourceType": "Parameters", "parameter": rows})
    headers = {"content-type": "application/fhir+json"}
    assert ids(await client.post("/Observation/$lastn", content=body, headers=headers)) == ["m1", "w3"]
    wrong = to_json({"resourceType": "Parameters", "parameter": [{"name": "code", "valueCoding": {}}]})
    refused = await client.post("/Observation/$lastn", content=wrong, headers=headers)
    text = "The parameters of this operation are simple values."
    assert outcome(refused) == (400, "invalid", text, ["Parameters.parameter[0]"])


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "/Observation/$lastn?code=x",
            (400, "invalid", "$lastn needs a subject: the parameter patient or subject.", ["http.patient"]),
        ),
        (
            "/Observation/$lastn?patient=1",
            (400, "invalid", "$lastn needs the parameter category or code.", ["http.category"]),
        ),
        (
            "/Observation/$lastn?patient:missing=true&code=x",
            (400, "invalid", "$lastn needs a subject: the parameter patient or subject.", ["http.patient"]),
        ),
        (f"{URL}&max=0", (400, "invalid", "max is one whole number, 1 or more.", ["max"])),
        (f"{URL}&max=1&max=2", (400, "invalid", "max is one whole number, 1 or more.", ["max"])),
        (f"{URL}&_sort=date", (400, "not-supported", "_sort is not supported with $lastn.", ["http._sort"])),
        (
            "/Patient/$lastn?patient=1&code=x",
            (404, "not-supported", "$lastn is not supported for Patient.", None),
        ),
    ],
)
async def test_what_is_refused(client: httpx.AsyncClient, store: Store, url: str, expected: Any) -> None:
    assert outcome(await client.get(url)) == expected
