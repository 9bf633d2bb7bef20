"""Servers that do nothing are found out, whatever they promise, and break nothing in the kit."""

from __future__ import annotations

import httpx
import pytest

from conformance.errors import CannotRun
from conformance.model import Level, Status
from conformance.options import Options
from conformance.run import run
from tests.conformance.controls import BASE
from tests.conformance.controls.stubs import ANSWERS, make_stub


@pytest.mark.parametrize("answer", ANSWERS)
async def test_without_a_statement_there_is_nothing_to_judge(answer: str) -> None:
    with pytest.raises(CannotRun, match=f"^{BASE}/metadata (answers|is no CapabilityStatement)") as error:
        await run(Options(BASE), transport=httpx.ASGITransport(make_stub(answer, promising=False)))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("answer", ANSWERS)
async def test_promises_do_not_help(answer: str) -> None:
    """No suite breaks off, and the checks that say so have names."""
    app = make_stub(answer, promising=True)
    report = await run(Options(BASE, write=True, rate=1e9), transport=httpx.ASGITransport(app))
    assert report.cut_short == ""
    assert report.exit_status == 1
    failed = {one.requirement.id for one in report.failures(Level.SHALL)}
    assert {"capability.history-type", "rest.create.status"} <= failed
    if ANSWERS[answer][0] == 200:
        assert "capability.undeclared.unknown-type" in failed
    for one in report.results:
        if one.requirement.suite not in ("capability", "rest"):  # which try what needs no resources
            assert one.status is not Status.PASS
