"""`_explain=true`: for administrators alone, and what it tells of every kind of search is what happens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC
from typing import Any

import httpx
import pytest

from facade.flow.live.asking import Origin
from facade.flow.live.freshness import Freshness
from facade.flow.live.refresh import Refresher
from facade.rest.routes import ROUTES
from facade.spec.check import check
from facade.store import Store
from facade.store.serialise import from_json
from tests.facade.flow.live.diary import Practice, diary
from tests.facade.rest import support
from tests.facade.rest.support import BASE, outcome, put

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)

TOKEN = "correct horse"
ADMIN = {"authorization": f"Bearer {TOKEN}"}
SERVED = ("Encounter", "Observation", "Patient", "Practitioner")


def resources() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"resourceType": "Patient", "id": "1", "name": [{"family": "Berg"}]},
        {"resourceType": "Patient", "id": "2", "name": [{"family": "Tal"}]},
        {"resourceType": "Practitioner", "id": "d"},
    ]
    found += [
        {
            "resourceType": "Observation",
            "id": f"o{at}",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "a" if at % 2 else "b"}]},
            "subject": {"reference": f"Patient/{1 + at // 8}"},
            "performer": [{"reference": "Practitioner/d"}],
            "effectiveDateTime": f"2024-01-{at + 1:02}",
            "valueQuantity": {"value": at, "system": "http://unitsofmeasure.org", "code": "kg"},
        }
        for at in range(10)
    ]
    return found


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    put(store, *resources())
    service = support.service(store, SERVED, admin_token=TOKEN)
    async with support.client(ROUTES, service) as client:
        yield client


def read(part: Mapping[str, Any]) -> Any:
    """A part as plain Python: its value, or its parts by name, several of one name as a list."""
    if "part" not in part:
        return next(value for key, value in part.items() if key.startswith("value"))
    found: dict[str, Any] = {}
    for one in part["part"]:
        found.setdefault(one["name"], []).append(read(one))
    return found


async def explained(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    response = await client.get(url, headers=ADMIN)
    assert response.status_code == 200, response.text
    body = from_json(response.content)
    assert check(body) == []
    told: dict[str, Any] = read({"part": body["parameter"]})
    return told


def clauses(told: Mapping[str, Any], at: int = 0) -> list[tuple[str, str, int | None]]:
    """Words, role and rows of each clause."""
    found = told["type"][at].get("clause", ())
    return [(one["parameter"][0], one["role"][0], one.get("rows", [None])[0]) for one in found]


AT_HAND = "page at hand"


def statements(told: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Those that both stores are asked."""
    found = [(one["purpose"][0], one["rows"][0]) for one in told["statement"]]
    return [one for one in found if one[0] != AT_HAND]


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": "Bearer wrong"}, {"authorization": f"Basic {TOKEN}"}]
)
async def test_only_who_has_the_token_may_ask(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    refused = await client.get("/Patient?_explain=true", headers=headers)
    assert outcome(refused) == (
        403,
        "forbidden",
        "_explain is for administrators: send the setting admin_token as Authorization: Bearer.",
        ["http._explain"],
    )
    assert (await client.get("/Patient?_explain=false", headers=headers)).json()["type"] == "searchset"


async def test_without_the_setting_nobody_may(store: Store) -> None:
    async with support.client(ROUTES, support.service(store, SERVED)) as client:
        refused = await client.get("/Patient?_explain=true", headers={"authorization": "Bearer "})
    assert outcome(refused) == (
        403,
        "forbidden",
        "_explain is for administrators: it wants the setting admin_token, which this server has not.",
        ["http._explain"],
    )


async def test_criteria(client: httpx.AsyncClient) -> None:
    url = "/Observation?code=a&date=ge2024-01-03&subject=Patient/1&_count=2&_explain=true"
    told = await explained(client, url)
    assert told["url"] == [f"{BASE}/Observation?code=a&date=ge2024-01-03&subject=Patient/1&_count=2"]
    assert sorted(clauses(told)) == [
        ("code=a", "tested", 5),
        ("date=ge2024-01-03", "tested", 8),
        ("subject=Patient/1", "leads", 8),
    ]
    assert statements(told) == [("page", 3), ("total", 3)]
    first = told["type"][0]["clause"][0]
    assert first["step"] == ["leads: its rows are read from the index of references, parameter subject"]
    assert first["values"][0].endswith('"Patient/1"]')
    assert first["sql"][0].startswith("SELECT i.rid AS rid FROM index_reference i")
    assert float(first["milliseconds"][0]) >= 0


async def test_a_page_that_may_be_at_hand(client: httpx.AsyncClient, store: Store) -> None:
    """On SQLite a search that an index answers tells rids first; one along the resources does not."""
    told = await explained(client, "/Observation?code=a&_count=2&_explain=true")
    first = told["statement"][0]
    if store.dialect == "sqlite":
        assert (first["purpose"], first["rows"]) == ([AT_HAND], [3])
        assert first["sql"][0].startswith("SELECT group_concat(o.rid)")
        assert told["statement"][1]["purpose"] == ["page"]
        told = await explained(client, "/Observation?_count=2&_explain=true")
    assert told["statement"][0]["purpose"] == ["page"]


@pytest.mark.parametrize(
    ("query", "words", "place", "rows"),
    [
        (
            "Observation?subject:Patient.family=Berg",
            "subject:Patient.family=Berg",
            "index of references, parameter subject, and there in the Patient: index of texts, "
            "parameter family",
            8,
        ),
        (
            "Patient?_has:Observation:subject:code=a",
            "_has:Observation:subject:code=a",
            "index of references, parameter Observation:subject, from what is found in the index of codes, "
            "parameter code",
            2,
        ),
        (
            "Observation?code-value-quantity=a$gt5",
            "code-value-quantity=a$gt5",
            "indexes of the parts of code-value-quantity (code, value-quantity), an element at a time",
            2,
        ),
        (
            "Observation?_filter=code eq b or date lt 2024-01-03",
            "_filter=code eq b or date lt 2024-01-03",
            "any of: index of codes, parameter code; index of dates, parameter date",
            6,
        ),
    ],
)
async def test_what_is_more_than_a_parameter(
    client: httpx.AsyncClient, query: str, words: str, place: str, rows: int
) -> None:
    told = await explained(client, f"/{query}&_explain=true")
    assert clauses(told) == [(words, "leads", rows)]
    assert told["type"][0]["clause"][0]["step"][0] == f"leads: its rows are read from the {place}"
    assert statements(told)[1] == ("total", rows)


async def test_the_resource_itself_is_tested(client: httpx.AsyncClient) -> None:
    told = await explained(client, "/Patient?_id=1&_lastUpdated=ge2020&_explain=true")
    assert clauses(told) == [
        ("_id=1", "on the resource", None),
        ("_lastUpdated=ge2020", "on the resource", None),
    ]
    assert told["type"][0]["order"][0].startswith("every resource of the type")


async def test_what_is_included(client: httpx.AsyncClient) -> None:
    told = await explained(
        client,
        "/Observation?code=a&_include=Observation:performer&_revinclude=Encounter:patient&_explain=true",
    )
    assert statements(told) == [("page", 5), ("total", 5), ("include", 1), ("include", 0)]


async def test_in_a_compartment(client: httpx.AsyncClient) -> None:
    told = await explained(client, "/Patient/2/Observation?code=a&_explain=true")
    assert sorted(clauses(told)) == [
        ("code=a", "tested", 5),
        ("in the compartment of Patient/2", "leads", 2),
    ]
    told = await explained(client, "/Patient/2/*?_explain=true")
    assert [one["name"][0] for one in told["type"]] == ["Encounter", "Observation", "Patient"]
    assert [clauses(told, at)[0][2] for at in range(3)] == [0, 2, 1]
    assert statements(told)[0] == ("page", 3)


async def test_over_the_whole_server(client: httpx.AsyncClient) -> None:
    told = await explained(client, "/?_type=Patient,Observation&_lastUpdated=ge2020&_explain=true")
    assert [one["name"][0] for one in told["type"]] == ["Patient", "Observation"]
    assert statements(told)[0] == ("page", 12)


async def test_by_post(client: httpx.AsyncClient) -> None:
    form = {"code": "a", "_explain": "true"}
    response = await client.post("/Observation/_search", data=form, headers=ADMIN)
    told = read({"part": response.json()["parameter"]})
    assert clauses(told) == [("code=a", "leads", 5)]
    assert outcome(await client.post("/Observation/_search", data=form))[0] == 403
    wrong = await client.get("/Observation?_explain=yes", headers=ADMIN)
    assert outcome(wrong) == (400, "invalid", "_explain is true or false.", ["http._explain"])


async def test_what_a_source_is_asked(store: Store) -> None:
    pack = diary()
    fresh = Freshness.of({"desk": pack}, frozenset(), strict=False)
    refresher = Refresher(store, {}, fresh)
    refresher._origins = {"desk": Origin(None, pack)}  # type: ignore[arg-type]  # and no one is asked
    service = support.service(
        store, ("Appointment", "Slot"), admin_token=TOKEN, refresher=refresher, zone=UTC
    )
    headers = {"cache-control": "max-stale", **ADMIN}
    async with support.client(ROUTES, service) as client:
        response = await client.get(
            "/Appointment?patient=1&status=booked&patient.family=Berg&_explain=true", headers=headers
        )
    assert response.status_code == 200, response.text
    told = read({"part": response.json()["parameter"]})
    (stream,) = told["type"][0]["stream"]
    assert (stream["source"], stream["stream"], stream["mode"]) == (["desk"], ["booking"], ["live"])
    assert stream["pushed"] == ["patient=1"]
    assert stream["asked"] == ["person = 1"]
    assert "rows" not in stream, "it was not asked"
    kept = {one["parameter"][0]: one["reason"][0] for one in stream["kept"]}
    assert kept["patient.family=Berg"] == "only the store can follow what leads beyond one parameter"
    assert "status=booked" in kept
    assert "milliseconds" in told["refresh"][0]


async def test_how_many_rows_a_source_gave(store: Store) -> None:
    """Of a slice, of a whole stream that was read, and of none where it was spared."""
    practice = Practice(store)
    for no, person in enumerate("112111"):
        practice.desk.book(no, person)
    practice.desk.tables["person"]["1"] = {"no": "1", "name": "Doe"}
    service = support.service(
        store, ("Appointment", "Patient"), admin_token=TOKEN, refresher=practice.refresher, zone=UTC
    )
    async with support.client(ROUTES, service) as client:
        for query, demand, rows in (
            ("Appointment?patient=1&status=booked", {}, [5]),
            ("Appointment?patient=3", {}, [0]),
            ("Patient?name=doe", {"cache-control": "no-cache"}, [1]),
            ("Appointment?patient=1", {"cache-control": "max-stale"}, None),
        ):
            response = await client.get(f"/{query}&_explain=true", headers={**ADMIN, **demand})
            told = read({"part": response.json()["parameter"]})
            assert told["type"][0]["stream"][0].get("rows") == rows, query
