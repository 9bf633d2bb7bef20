"""A site defines search parameters, and what is stored is searched by them once it is indexed anew."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from facade.operations.routes import DECLARED, OPERATION_ROUTES
from facade.rest.capabilities import capability_statement
from facade.rest.routes import INTERACTIONS, ROUTES
from facade.store import Store
from facade.store.serialise import to_json
from tests.facade.own_parameters import EYES, definition, patient
from tests.facade.rest import support, writes
from tests.facade.rest.writes import send

BOTH = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)
LOCAL = frozenset({"Patient", "SearchParameter", "Person"})


def _service(store: Store) -> Any:
    def restate(custom: Any) -> bytes:
        """As facade.app does."""
        declared = capability_statement(
            LOCAL, INTERACTIONS, DECLARED, base_url="", version="", started=store.clock(), custom=custom
        )
        return to_json(declared)

    service = writes.service(store, local=LOCAL, served=LOCAL, restate=restate, statement=restate(()))
    service.reindexing.settle = 0
    return service


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    service = _service(store)
    async with support.client((*ROUTES, *OPERATION_ROUTES), service) as client:
        yield client
    await service.aclose()


async def found(client: httpx.AsyncClient, query: str) -> list[str]:
    answer = await client.get(query)
    assert answer.status_code == 200, answer.text
    return [entry["resource"]["id"] for entry in answer.json().get("entry", ())]


async def refused(client: httpx.AsyncClient, query: str, status: int = 400) -> str:
    answer = await client.get(query)
    assert answer.status_code == status, answer.text
    diagnostics: str = answer.json()["issue"][0]["diagnostics"]
    return diagnostics


async def reindexed(client: httpx.AsyncClient, path: str = "Patient/$reindex") -> dict[str, Any]:
    answer = await client.post(path)
    assert answer.status_code == 200, answer.text
    rows: dict[str, Any] = {}
    for row in answer.json()["parameter"]:
        (rows[row["name"]],) = [value for name, value in row.items() if name != "name"]
    return rows


@BOTH
async def test_a_defined_parameter_works_once_it_is_indexed(client: httpx.AsyncClient) -> None:
    await send(client, "PUT", "Patient/a", patient("blue", id="a"))
    await send(client, "PUT", "Patient/b", patient("brown", id="b"))
    assert "is not known for" in await refused(client, "Patient?eyes=blue")
    made = await send(client, "POST", "SearchParameter", definition())
    assert made.status_code == 201
    assert "Patient/$reindex" in await refused(client, "Patient?eyes=blue")
    await send(client, "PUT", "Patient/c", patient("blue", id="c"))
    told = await reindexed(client)
    assert (told["status"], told["total"], told["done"], told["mended"]) == ("complete", 3, 3, 2)
    assert await found(client, "Patient?eyes=blue") == ["a", "c"]
    assert await found(client, "Patient?eyes:not=blue") == ["b"]
    assert await found(client, "Patient?_sort=-eyes&eyes:missing=false") == ["b", "a", "c"]
    await send(client, "PUT", "Patient/a", patient("green", id="a"))
    assert await found(client, "Patient?eyes=blue") == ["c"]


@BOTH
async def test_it_is_refused_wherever_it_is_named_until_then(client: httpx.AsyncClient) -> None:
    await send(client, "PUT", "Patient/a", patient("blue", id="a"))
    sibling = definition(
        url="http://example.org/SearchParameter/next",
        code="next",
        type="reference",
        target=["Patient"],
        expression="Patient.link.other",
    )
    await send(client, "POST", "SearchParameter", definition())
    await send(client, "POST", "SearchParameter", sibling)
    for query in (
        "Patient?_sort=eyes",
        "Patient?next.gender=male",
        "Patient?_has:Patient:next:gender=male",
        "Patient?_include=Patient:next",
        "Patient?link.eyes=blue",
        "Patient?_filter=eyes eq blue",
    ):
        assert "$reindex" in await refused(client, query)
    lenient = await client.get("Patient?eyes=blue", headers={"prefer": "handling=lenient"})
    assert lenient.status_code == 400
    await send(
        client,
        "PUT",
        "Patient/b",
        {**patient("red", id="b"), "link": [{"other": {"reference": "Patient/a"}, "type": "seealso"}]},
    )
    await reindexed(client)
    assert await found(client, "Patient?next.eyes=blue") == ["b"]
    assert await found(client, "Patient?_has:Patient:next:eyes=red") == ["a"]
    assert await found(client, "Patient?_id=b&_include=Patient:next") == ["b", "a"]
    assert await found(client, "Patient?_filter=eyes eq blue") == ["a"]


async def test_the_statement_follows(client: httpx.AsyncClient) -> None:
    async def declared() -> list[str]:
        statement = (await client.get("metadata")).json()
        rows = next(one for one in statement["rest"][0]["resource"] if one["type"] == "Patient")
        return [one["definition"] for one in rows["searchParam"] if one["name"] == "eyes"]

    assert await declared() == []
    made = await send(client, "POST", "SearchParameter", definition())
    assert await declared() == []
    await reindexed(client)
    assert await declared() == [definition()["url"]]
    await client.delete("SearchParameter/" + made.json()["id"])
    assert await declared() == []


@BOTH
async def test_another_expression_must_be_indexed_again_and_another_text_need_not(
    client: httpx.AsyncClient,
) -> None:
    await send(client, "PUT", "Patient/a", patient("blue", id="a", language="de"))
    made = await send(client, "POST", "SearchParameter", definition())
    await reindexed(client)
    path = "SearchParameter/" + made.json()["id"]
    await send(client, "PUT", path, definition(id=made.json()["id"], description="Colour"))
    assert await found(client, "Patient?eyes=blue") == ["a"]
    await send(client, "PUT", path, definition(id=made.json()["id"], expression="Patient.language"))
    assert "$reindex" in await refused(client, "Patient?eyes=de")
    await reindexed(client)
    assert await found(client, "Patient?eyes=de") == ["a"]
    assert await found(client, "Patient?eyes=blue") == []


@BOTH
async def test_what_is_retired_or_deleted_is_unknown_again(client: httpx.AsyncClient, store: Store) -> None:
    await send(client, "PUT", "Patient/a", patient("blue", id="a"))
    made = await send(client, "POST", "SearchParameter", definition())
    await reindexed(client)
    (before,) = store.parameters
    path = "SearchParameter/" + made.json()["id"]
    await send(client, "PUT", path, definition(id=made.json()["id"], status="retired"))
    assert "is not known for" in await refused(client, "Patient?eyes=blue")
    await send(client, "PUT", path, definition(id=made.json()["id"]))
    assert "$reindex" in await refused(client, "Patient?eyes=blue")
    assert (await reindexed(client))["mended"] == 0  # its number is the same, and the rows were still there
    assert store.parameters == (before,)
    await client.delete(path)
    assert "is not known for" in await refused(client, "Patient?eyes=blue")
    assert (await reindexed(client))["mended"] == 1


@BOTH
async def test_a_code_has_one_definition(client: httpx.AsyncClient) -> None:
    first = await send(client, "POST", "SearchParameter", definition())
    again = await send(client, "POST", "SearchParameter", definition(url="http://example.org/other"))
    assert again.status_code == 422
    assert again.json()["issue"][0]["expression"] == ["SearchParameter.code"]
    assert "Another SearchParameter defines `eyes`" in again.text
    await client.delete("SearchParameter/" + first.json()["id"])
    assert (await send(client, "POST", "SearchParameter", definition())).status_code == 201


async def test_what_cannot_work_is_not_stored(client: httpx.AsyncClient) -> None:
    bad = await send(client, "POST", "SearchParameter", definition(expression="Patient.name.first()"))
    assert bad.status_code == 422
    assert "`Patient.name.first()`" in bad.text
    assert await found(client, "SearchParameter") == []


@BOTH
async def test_a_type_has_fifty_and_numbers_are_given_anew(client: httpx.AsyncClient, store: Store) -> None:
    ids = []
    for number in range(50):
        sent = definition(code=f"eyes{number}", url=f"http://example.org/{number}")
        ids.append((await send(client, "POST", "SearchParameter", sent)).json()["id"])
    more = await send(client, "POST", "SearchParameter", definition())
    assert more.status_code == 422
    assert "Patient has 50 search parameters" in more.text
    numbers = {one.number for one in store.parameters}
    await client.delete(f"SearchParameter/{ids[7]}")
    await client.delete(f"SearchParameter/{ids[3]}")
    assert (await send(client, "POST", "SearchParameter", definition())).status_code == 201
    own = next(one for one in store.parameters if one.code == "eyes")
    assert own.number in numbers
    assert own.number == sorted(numbers)[7]  # that which was retired first


async def test_numbers_outlive_the_process(tmp_path: Any) -> None:
    for _ in range(2):
        store = support.open_store(tmp_path)
        service = _service(store)
        async with support.client((*ROUTES, *OPERATION_ROUTES), service) as client:
            if not store.parameters:
                await send(client, "PUT", "Patient/a", patient("blue", id="a"))
                await send(client, "POST", "SearchParameter", definition(code="b"))
                await send(client, "POST", "SearchParameter", definition(code="a"))
                await reindexed(client)
                before = store.parameters
            assert [(one.code, one.number % 200) for one in store.parameters] == [("b", 150), ("a", 151)]
            assert await found(client, "Patient?a=blue&b=blue") == ["a"]
        await service.aclose()
        store.close()
    assert before == store.parameters


async def test_another_process_notices(store: Store, postgres_url: Callable[[], str]) -> None:
    url = postgres_url()
    mine, other = Store.open(url, clock=store.clock), Store.open(url, clock=store.clock)
    async with support.client((*ROUTES, *OPERATION_ROUTES), _service(mine)) as client:
        await send(client, "POST", "SearchParameter", definition())
    assert [one.code for one in mine.parameters] == ["eyes"]
    assert other.parameters == ()
    await other.notice_parameters()
    assert other.parameters == mine.parameters
    mine.close()
    other.close()


@BOTH
async def test_one_resource_and_the_state(client: httpx.AsyncClient, store: Store) -> None:
    never = await client.get("$reindex")
    assert never.json()["parameter"] == [{"name": "status", "valueCode": "never"}]
    await send(client, "PUT", "Patient/a", patient("blue", id="a"))
    store.write_sync(lambda transaction: transaction.execute("DELETE FROM index_token"))
    told = await reindexed(client, "Patient/a/$reindex")
    assert told["mended"] > 0
    assert (await reindexed(client, "Patient/a/$reindex"))["mended"] == 0
    assert (await client.post("Patient/x/$reindex")).status_code == 404
    assert (await reindexed(client, "$reindex"))["total"] == 1
    state = await client.get("Patient/$reindex")
    assert {"name": "status", "valueCode": "complete"} in state.json()["parameter"]


@BOTH
async def test_one_at_a_time_and_an_interrupted_one_is_told(client: httpx.AsyncClient, store: Store) -> None:
    await reindexed(client)
    async with store.exclusive("reindex") as mine:
        assert mine
        assert (await client.post("$reindex")).status_code == 409
    running = "UPDATE store_fact SET value=replace(value, '\"complete\"', '\"running\"') WHERE name='reindex'"
    store.write_sync(lambda transaction: transaction.execute(running))
    state = await client.get("$reindex")
    assert {"name": "status", "valueCode": "interrupted"} in state.json()["parameter"]


@BOTH
async def test_words_are_found_by_it_too(client: httpx.AsyncClient) -> None:
    """The index of words is made on demand, and knew nothing of the parameter when it was."""
    sky = {"url": EYES, "valueCodeableConcept": {"coding": [{"code": "b", "display": "Sky blue"}]}}
    await send(client, "PUT", "Patient/a", patient(None, id="a", extension=[sky]))
    assert await found(client, "Patient?language:text=english") == []
    await send(client, "POST", "SearchParameter", definition())
    await reindexed(client)
    assert await found(client, "Patient?eyes:text=sky") == ["a"]


async def test_a_failure_is_told(client: httpx.AsyncClient, store: Store) -> None:
    await send(client, "PUT", "Patient/a", patient("blue", id="a"))
    store.write_sync(lambda transaction: transaction.execute("DROP TABLE index_position"))
    answer = await client.post("Patient/$reindex")
    assert answer.status_code == 500
    assert answer.json()["issue"][0]["diagnostics"] == "The reindexing failed: unforeseen OperationalError."
    state = (await client.get("$reindex")).json()["parameter"]
    assert {"name": "status", "valueCode": "failed"} in state
