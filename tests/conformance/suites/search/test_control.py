"""The suite over the control server, whole and as a sample, and over servers that lack what is optional."""

from __future__ import annotations

import httpx

from conformance.model import Status
from conformance.options import Options
from conformance.run import Report, run
from conformance.suites.search.judge import EXERCISED, NEGATIVE
from tests.conformance.controls import BASE, make_app


async def judge(**options: int) -> Report:
    made = Options(BASE, suites=("search",), rate=1e9, **options)
    return await run(made, transport=httpx.ASGITransport(make_app()))


async def test_nothing_is_found_in_it() -> None:
    report = await judge()
    assert [
        (one.requirement.id, one.subject, one.reason) for one in report.results if one.status is Status.FAIL
    ] == []
    passed = {one.requirement.id for one in report.results if one.status is Status.PASS}
    assert len(passed) > 70
    assert {one.id for one in report.untried()} <= {"search.token.of-type", "search.reference.identifier"}
    for name in (EXERCISED, NEGATIVE):
        tally = report.tallies[name]
        assert tally.seen > 0.7 * len(tally.items), (name, tally.why)
        assert all(tally.why[item] for item in tally.missing)


async def test_of_a_part_only_what_is_certain_is_told() -> None:
    """A few resources of each type, chosen by another seed."""
    report = await judge(sample=2, seed=5)
    assert [
        (one.requirement.id, one.subject, one.reason) for one in report.results if one.status is Status.FAIL
    ] == []


async def test_the_same_seed_asks_the_same() -> None:
    first, again = [await judge(sample=5, seed=1) for _ in range(2)]
    asked = [
        sorted((one.requirement.id, one.subject, one.status) for one in report.results)
        for report in (first, again)
    ]
    assert asked[0] == asked[1] and first.requests == again.requests
