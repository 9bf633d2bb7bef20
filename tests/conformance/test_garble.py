"""Whatever shape an answer has, no suite breaks off."""

from __future__ import annotations

import httpx
import pytest

from conformance.options import Options
from conformance.run import run
from tests.conformance.controls import BASE, make_app
from tests.conformance.controls.garble import garbled


@pytest.mark.parametrize(("seed", "often"), [(1, 0.1), (2, 0.3), (3, 0.6)])
async def test_what_is_garbled_ends_no_suite(seed: int, often: float) -> None:
    app = garbled(make_app(types=("Patient", "Observation", "Organization")), seed, often)
    report = await run(Options(BASE, write=True, rate=1e9), transport=httpx.ASGITransport(app))
    assert (report.cut_short, report.exit_status) == ("", 1)
    assert len(report.results) > 500
