"""How a check of the suite ends: what accuses a server, and what must not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from conformance.model import Status
from conformance.suites.search.judge import EXERCISED, NEGATIVE, Judge
from conformance.suites.search.query import Query, one
from conformance.suites.search.scope import read_scope
from conformance.suites.search.shape import Shapes
from tests.conformance.suites.search.served import ended, outcome, reply, searchset, session

Json = dict[str, Any]
ASH: Json = {"resourceType": "Patient", "id": "ash", "gender": "female", "name": [{"family": "Ash"}]}
ELM: Json = {"resourceType": "Patient", "id": "elm", "gender": "male", "name": [{"family": "Elm"}]}
BARE: Json = {"resourceType": "Patient", "id": "bare"}
ALL = [ASH, ELM, BARE]
FAMILY = one("string.start", "Patient", "family", "ash")
EXACT = one("string.exact", "Patient", "family:exact", "Ash")


async def judged(answer: Callable[[httpx.Request], httpx.Response | None], *queries: Query) -> dict[str, str]:
    """`answer` is asked only about searches with parameters, and reads."""
    made = session(ALL, {"Patient": ["family", "gender", "_id"]}, lambda r: answer(r) if _asks(r) else None)
    scope = await read_scope(made)
    shapes = Shapes(made)
    judge = Judge(scope, shapes)
    for query in queries:
        await judge.try_(query)
    await shapes.book("Patient")
    return ended(made.results)


def _asks(request: httpx.Request) -> bool:
    names = set(request.url.params)
    return bool(names - {"_count"}) or request.url.path.count("/") > 2


def finds(*resources: Json, **more: Any) -> Callable[[httpx.Request], httpx.Response | None]:
    return lambda request: searchset(request, resources, **more) if request.url.params else None


@pytest.mark.parametrize(
    ("query", "answer", "end"),
    [
        (FAMILY, finds(ASH), "pass: "),
        (FAMILY, finds(), "fail: Patient?family=ash misses ash"),
        (FAMILY, finds(*ALL), "fail: Patient?family=ash wrongly finds elm, bare"),
        (FAMILY, finds(ELM), "fail: Patient?family=ash misses ash and wrongly finds elm"),
        (FAMILY, lambda _: outcome(400, "no"), "fail: the server refuses Patient?family=ash: status 400: no"),
        (FAMILY, lambda _: outcome(503), "fail: the status is 503, and not 200: nothing is said"),
        (FAMILY, lambda _: reply([]), "fail: the answer (200) is JSON, but not a FHIR resource: '[]'"),
        (EXACT, lambda _: outcome(400), "not declared: the server refuses the modifier :exact: status 400"),
        (EXACT, lambda _: outcome(503), "skipped: the status is 503, and not 200: nothing is said"),
        (EXACT, lambda _: outcome(500), "fail: the status is 500, not 200"),
        (
            EXACT,
            finds(*ALL, link=[{"relation": "self", "url": "http://here/fhir/Patient"}]),
            "fail: Patient?family:exact=Ash wrongly finds elm, bare (family:exact is not in the self link)",
        ),
        (
            one("or", "Patient", "family", "oak", optional="x"),
            finds(),
            "skipped: nothing certain is known about",
        ),
    ],
)
async def test_how_a_check_ends(
    query: Query, answer: Callable[[httpx.Request], httpx.Response | None], end: str
) -> None:
    results = await judged(answer, query)
    assert results[f"search.{query.requirement}"].startswith(end)


async def test_what_has_changed_meanwhile_accuses_nobody() -> None:
    changed = ASH | {"name": [{"family": "Oak"}]}

    def answer(request: httpx.Request) -> httpx.Response | None:
        return searchset(request, []) if request.url.params else reply(changed)

    gone = await judged(lambda r: searchset(r, []) if r.url.params else outcome(410), FAMILY)
    assert (await judged(answer, FAMILY))["search.string.start"].startswith("skipped: ")
    assert gone["search.string.start"] == (
        "skipped: the resources that were missing have changed since they were read"
    )
    new = {"resourceType": "Patient", "id": "new", "name": [{"family": "Ashby"}]}
    assert (await judged(finds(ASH, new, ELM | {"name": [{"family": "Ash"}]}), FAMILY)) == {
        "search.string.start": "pass: ",
        "search.bundle": "pass: ",
        "search.entry.type": "pass: ",
        "search.page.once": "pass: ",
        "search.total": "pass: ",
    }


async def test_a_busy_server_is_not_asked_again() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return outcome(503, "later")

    results = await judged(answer, EXACT, EXACT)
    assert len(asked) == 1
    assert results["search.string.exact"] == "skipped: the server was too busy for the modifier :exact before"


async def test_chains_that_the_self_link_leaves_out_are_not_declared() -> None:
    chain = one("chain", "Patient", "organization.name", "Ward", optional="chained parameters")
    plain = finds(*ALL, link=[{"relation": "self", "url": "http://here/fhir/Patient"}])
    assert (await judged(plain, chain))["search.chain"].startswith("not declared: ")


@pytest.mark.parametrize(
    ("answer", "requirement", "reason"),
    [
        (finds(ASH, ASH), "page.once", "Patient/ash is there more than once"),
        (finds(ASH, total=3), "total", "the total is 3, and there are 1 matches"),
        (finds(ASH, type="collection"), "bundle", "the Bundle is of type collection"),
        (finds(ASH, entry={}), "bundle", "its entries are not a list of objects"),
        (
            finds(ASH, {"resourceType": "Group", "id": "g"}),
            "entry.type",
            "a search of Patient has Group/g as a match",
        ),
    ],
)
async def test_the_form_of_every_answer(
    answer: Callable[[httpx.Request], httpx.Response | None], requirement: str, reason: str
) -> None:
    assert (await judged(answer, FAMILY))[f"search.{requirement}"] == f"fail: {reason}"


async def test_much_is_asked_about_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """By their ids; a server that refuses these is asked without them."""
    monkeypatch.setattr("conformance.suites.search.judge.SELECTIVE", 0)
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params.get("_id", ""))
        return searchset(request, [ASH])

    def without_ids(request: httpx.Request) -> httpx.Response:
        return outcome(400) if "_id" in request.url.params else searchset(request, [ASH])

    assert (await judged(answer, FAMILY))["search.string.start"] == "pass: "
    assert asked == ["ash,bare,elm"]
    assert (await judged(without_ids, FAMILY))["search.string.start"] == "pass: "


async def test_what_counts_as_exercised() -> None:
    made = session(ALL, {"Patient": ["family", "gender"]}, finds(ASH))
    scope = await read_scope(made)
    scope.pools["Patient"].resources = ALL
    await Judge(scope, Shapes(made)).try_(FAMILY)
    assert [one.status for one in made.results] == [Status.PASS]
    assert made.tally(EXERCISED).items == {"Patient?family": True}
    assert made.tally(NEGATIVE).items == {"Patient?family": True}
