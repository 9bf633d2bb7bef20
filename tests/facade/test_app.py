"""facade.app: settings in, a FHIR server out, over the demo's own legacy database."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Thread

import httpx
import pytest
import uvicorn
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import OperationOutcome, ResourceNotFound
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from connectors.errors import BadConfiguration
from facade.app import create_app
from facade.packs import PackNotFound
from facade.packs.demo.generate import generate
from facade.settings import Settings, SettingsError, load_settings
from facade.spec import definitions
from facade.spec.check import check
from facade.store.serialise import from_json
from tests.facade.own_parameters import definition

PATIENTS = 12
SETTINGS = """\
base_url: http://facade.test/fhir
sources:
  kestrel: {{ kind: {kind}, pack: {pack}, url: "sqlite:///kestrel.db" }}
site: {{ timezone: America/New_York }}
"""


@pytest.fixture(scope="module")
def kestrel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("demo") / "kestrel.db", PATIENTS, 7, date(2026, 1, 5))


def settings(folder: Path, kestrel: Path, kind: str = "odbc", pack: str = "demo") -> Settings:
    config = folder / "facade.yaml"
    text = SETTINGS.format(kind=kind, pack=pack)
    config.write_text(text.replace("kestrel.db", kestrel.as_posix()), "utf-8")
    return load_settings(config, {})


@asynccontextmanager
async def running(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://facade.test") as client,
    ):
        yield client


async def settled(client: httpx.AsyncClient) -> None:
    """Wait until the first reads of all streams have come to their end."""
    last, same = -1, 0
    for _ in range(400):
        found = await client.get("/fhir?_summary=count")
        patients = (await client.get("/fhir/Patient?_count=0")).json()["total"]
        total = found.json()["total"]
        same = same + 1 if total == last and patients == PATIENTS and total else 0
        last = total
        if same == 10:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the demo was not read in time")


async def test_the_demo_is_read_and_served(tmp_path: Path, kestrel: Path) -> None:
    async with running(create_app(settings(tmp_path, kestrel))) as client:
        await settled(client)
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        assert "http://facade.test/fhir/metadata" in (await client.get("/")).text
        statement = (await client.get("/fhir/metadata")).json()
        assert check(statement) == []
        for resource in statement["rest"][0]["resource"]:
            bundle = from_json((await client.get(f"/fhir/{resource['type']}?_count=1000")).content)
            assert check(bundle) == [], resource["type"]
            entries = bundle.get("entry", [])
            assert bundle["total"] == sum(entry["search"]["mode"] == "match" for entry in entries)
        born = (await client.get("/fhir/Patient")).json()["entry"][0]["resource"]
        found = (await client.get(f"/fhir/Patient?birthdate={born['birthDate']}")).json()
        assert born["id"] in [entry["resource"]["id"] for entry in found["entry"]]


async def test_what_no_source_makes_may_live_here(tmp_path: Path, kestrel: Path) -> None:
    """Written, found and included beside what the source makes, which cannot be written."""
    site = replace(settings(tmp_path, kestrel), local=("all",))
    async with running(create_app(site, new_resource_id=lambda: "first")) as client:
        await settled(client)
        (entry,) = (await client.get("/fhir/Patient?_count=1&_total=none")).json()["entry"]
        patient = entry["resource"]
        task = {
            "resourceType": "Task",
            "status": "requested",
            "intent": "order",
            "for": {"reference": f"Patient/{patient['id']}"},
        }
        made = await client.post("/fhir/Task", json=task)
        assert (made.status_code, made.headers["location"]) == (
            201,
            "http://facade.test/fhir/Task/first/_history/1",
        )
        read = await client.get("/fhir/Task/first", headers={"cache-control": "no-cache"})
        assert (read.content, read.headers["age"]) == (made.content, "0")
        assert (await client.get("/fhir/Task/first")).headers["age"] == "0"
        found = await client.get(f"/fhir/Task?patient={patient['id']}&_include=Task:patient")
        shown = [one["resource"]["resourceType"] for one in found.json()["entry"]]
        assert (shown, "age" in found.headers) == (["Task", "Patient"], True)
        back = await client.get(f"/fhir/Patient?_id={patient['id']}&_revinclude=Task:patient")
        assert len(back.json()["entry"]) == 2
        refused = await client.put(f"/fhir/Patient/{patient['id']}", json=patient)
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
        assert "the source kestrel" in refused.json()["issue"][0]["diagnostics"]
        assert "Task" in (await client.get("/")).text
        statement = (await client.get("/fhir/metadata")).json()
        assert check(statement) == []
        writable = {
            one["type"]: {"code": "create"} in one["interaction"] for one in statement["rest"][0]["resource"]
        }
        assert (writable["Task"], writable["Patient"], "Parameters" in writable) == (True, False, False)
        assert writable.keys() == definitions.resource_types() - {"Parameters"}


async def test_a_source_is_searched_by_a_parameter_of_the_sites_own(tmp_path: Path, kestrel: Path) -> None:
    """Of a type that the source makes; it is declared, and outlives the process."""
    site = replace(settings(tmp_path, kestrel), local=("SearchParameter",))
    town = definition(code="town", type="string", expression="Patient.address.city")
    for turn in range(2):
        app = create_app(site, new_resource_id=lambda: "town", fresh=turn == 0)
        async with running(app) as client:
            if turn == 0:
                await settled(client)
                assert (await client.post("/fhir/SearchParameter", json=town)).status_code == 201
                assert (await client.get("/fhir/Patient?town=x")).status_code == 400
                indexed = await client.post("/fhir/Patient/$reindex")
                assert indexed.status_code == 200, indexed.text
            bundle = (await client.get("/fhir/Patient")).json()
            city = bundle["entry"][0]["resource"]["address"][0]["city"]
            found = (await client.get("/fhir/Patient", params={"town:exact": city})).json()["entry"]
            wanted = [
                one["resource"]["id"]
                for one in bundle["entry"]
                if one["resource"].get("address", [{}])[0].get("city") == city
            ]
            assert sorted(one["resource"]["id"] for one in found) == sorted(wanted)
            statement = (await client.get("/fhir/metadata")).json()
            assert check(statement) == []
            patient = next(one for one in statement["rest"][0]["resource"] if one["type"] == "Patient")
            declared = {one["name"]: one["definition"] for one in patient["searchParam"]}
            assert declared["town"] == town["url"]


async def test_what_is_outside_fhir_is_no_fhir(tmp_path: Path, kestrel: Path) -> None:
    app = create_app(settings(tmp_path, kestrel), fresh=False)
    async with running(app) as client:
        assert (await client.get("/fhirx")).text == "Not Found"
        for url in ("/fhir", "/fhir/"):
            response = await client.get(url)
            assert (response.status_code, response.json()["type"]) == (200, "searchset")


async def test_prometheus_is_told_unless_the_settings_say_no(tmp_path: Path, kestrel: Path) -> None:
    site = settings(tmp_path, kestrel)
    async with running(create_app(site)) as client:
        await settled(client)
        told = await client.get("/metrics")
        assert told.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        names = {family.name for family in text_string_to_metric_families(told.text)}
        assert {"facade_source_state", "facade_stream_lag_seconds", "facade_sync_records_read"} <= names
        assert "metrics" in (await client.get("/")).text
    async with running(create_app(replace(site, metrics=False), fresh=False)) as client:
        assert (await client.get("/metrics")).status_code == 404


def test_what_is_wrong_is_raised_before_anything_is_served(tmp_path: Path, kestrel: Path) -> None:
    with pytest.raises(SettingsError, match="`Patient` is made by the source kestrel, which owns it"):
        create_app(replace(settings(tmp_path, kestrel), local=("Patient",)))
    with pytest.raises(PackNotFound):
        create_app(settings(tmp_path, kestrel, pack="dmo"))
    with pytest.raises(BadConfiguration):
        create_app(settings(tmp_path, kestrel, kind="obdc"))


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    """A real uvicorn on a free port, in a thread."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, http="httptools", log_level="warning", access_log=False)
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/fhir"
        finally:
            server.should_exit = True
            thread.join()


def test_a_real_client_over_a_real_socket(tmp_path: Path, kestrel: Path) -> None:
    with served(create_app(settings(tmp_path, kestrel))) as url:
        http = httpx.Client(base_url=url)
        for _ in range(200):
            try:
                if http.get("/Patient?_count=0").json()["total"] == PATIENTS:
                    break
            except httpx.ConnectError:
                pass
            time.sleep(0.05)
        client = SyncFHIRClient(url, extra_headers={"Accept": "application/fhir+json"})
        patients = client.resources("Patient").sort("_id").limit(5).fetch()
        assert len(patients) == 5
        first = client.reference("Patient", patients[0].id).to_resource()
        assert dict(first) == dict(patients[0])
        lenient = SyncFHIRClient(url, extra_headers={"Prefer": "handling=lenient"})  # it adds _totalMethod
        assert lenient.resources("Patient").search(_id=first.id).count() == 1
        with pytest.raises(ResourceNotFound):
            client.reference("Patient", "nobody").to_resource()
        with pytest.raises(OperationOutcome, match="did you mean `family`"):
            client.resources("Patient").search(famly="x").fetch()
        http.close()
