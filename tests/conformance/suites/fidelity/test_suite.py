"""The suite against the control server, its mutants, and servers that hide an outage."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.exchange import parse_json, write_json
from conformance.model import Status
from conformance.options import Options
from conformance.run import run
from tests.conformance.controls import BASE, make_app
from tests.paths import REPO

GOLDEN = parse_json((REPO / "tests/conformance/controls/golden.json").read_bytes())
WARNING = '110 - "the source is away"'


def fill(folder: Path, *names: str, options: str = "ignore: [meta]") -> Path:
    """A folder of the control server's own resources."""
    (folder / "golden").mkdir()
    for one in GOLDEN:
        if f"{one['resourceType']}/{one['id']}" in names:
            (folder / "golden" / f"{one['resourceType']}-{one['id']}.json").write_bytes(write_json(one))
    (folder / "fidelity.yaml").write_text(options)
    return folder


async def ended(folder: Path, transport: httpx.AsyncBaseTransport) -> dict[str, set[Status]]:
    """How the checks ended, by requirement."""
    report = await run(Options(BASE, suites=("fidelity",), fidelity=folder), transport=transport)
    found = defaultdict(set)
    for one in report.results:
        found[one.requirement.id].add(one.status)
    return found


async def test_a_server_that_is_exact(tmp_path: Path) -> None:
    folder = fill(tmp_path, "Patient/a1", "Observation/w1", "RiskAssessment/r1")
    found = await ended(folder, httpx.ASGITransport(make_app()))
    assert {name for name, status in found.items() if status == {Status.PASS}} == {
        "fidelity.read", "fidelity.values", "fidelity.decimals", "fidelity.times", "fidelity.missing",
        "fidelity.surplus", "fidelity.search",
    }  # fmt: skip
    assert found["fidelity.outage.stale"] == {Status.SKIPPED}


async def test_a_zero_that_is_lost(tmp_path: Path) -> None:
    names = [
        f"{one['resourceType']}/{one['id']}" for one in GOLDEN if one["resourceType"] == "RiskAssessment"
    ]
    folder = fill(tmp_path, *names, "Observation/w1", "Observation/w2")
    found = await ended(folder, httpx.ASGITransport(make_app("decimal-zero-lost")))
    assert Status.FAIL in found["fidelity.decimals"]
    assert found["fidelity.values"] == {Status.PASS}


async def test_types_that_are_whole(tmp_path: Path) -> None:
    names = [f"{one['resourceType']}/{one['id']}" for one in GOLDEN if one["resourceType"] == "Condition"]
    folder = fill(tmp_path, *names, options="ignore: [meta]\nwhole: { Condition: PROBLEMS }\n")
    (folder / "rows").mkdir()
    rows = folder / "rows" / "PROBLEMS.csv"
    rows.write_text("NO\n" + "1\n" * len(names))
    assert (await ended(folder, httpx.ASGITransport(make_app())))["fidelity.whole"] == {Status.PASS}
    (folder / "golden" / f"Condition-{names[0].partition('/')[2]}.json").unlink()
    rows.write_text("NO\n" + "1\n" * (len(names) - 1))
    assert (await ended(folder, httpx.ASGITransport(make_app())))["fidelity.whole"] == {Status.FAIL}


async def test_a_record_that_is_not_served(tmp_path: Path) -> None:
    folder = fill(tmp_path)
    (folder / "golden" / "Patient-zz.json").write_text(json.dumps({"resourceType": "Patient", "id": "zz"}))
    found = await ended(folder, httpx.ASGITransport(make_app()))
    assert found["fidelity.read"] == found["fidelity.search"] == {Status.FAIL}
    assert found["fidelity.values"] == {Status.SKIPPED}


async def test_no_folder() -> None:
    report = await run(Options(BASE, suites=("fidelity",)), transport=httpx.ASGITransport(make_app()))
    ((status, reason),) = [(one.status, one.reason) for one in report.results]
    assert (status, reason) == (Status.SKIPPED, "no folder was given (--fidelity)")


class Front(httpx.ASGITransport):
    """The control server as a front of a source: `way` is how it behaves while the file `away` is there."""

    def __init__(self, way: str, away: Path) -> None:
        super().__init__(make_app())
        self._way, self._away = way, away
        self._was_away = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        if not self._away.exists() and not (self._way == "stays" and self._was_away):
            return answer
        self._was_away = True
        body: Any = parse_json(await answer.aread())
        status, headers = answer.status_code, dict(answer.headers)
        headers.pop("content-length", None)
        if self._way in ("warns", "stays", "empties", "forgets"):
            headers["warning"] = WARNING
        if self._way == "refuses":
            status, body = 503, {"resourceType": "OperationOutcome"}
        elif self._way == "ages":
            headers["age"] = "1000"
        elif self._way == "tells" and body["resourceType"] == "Bundle":
            outcome = {"resource": {"resourceType": "OperationOutcome"}, "search": {"mode": "outcome"}}
            body["entry"] = [*body.get("entry", []), outcome]
        elif self._way == "tells":
            headers["warning"] = WARNING
        elif self._way == "empties" and body["resourceType"] == "Bundle":
            body["entry"], body["total"] = [], 0
        elif self._way == "forgets" and request.method == "GET" and status == 200:
            status = 404
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(write_json(body)))


@pytest.mark.parametrize(
    ("way", "failing"),
    [
        ("warns", set()),
        ("ages", set()),
        ("tells", set()),
        ("refuses", set()),
        ("silent", {"stale", "unknown"}),
        ("empties", {"known"}),
        ("forgets", {"known", "stale"}),
        ("stays", {"well"}),
    ],
)
async def test_an_outage(tmp_path: Path, way: str, failing: set[str]) -> None:
    python = "python" if sys.platform == "win32" else sys.executable
    touch = f"{python} -c \"import pathlib; pathlib.Path('away').touch()\""
    unlink = f"{python} -c \"import pathlib; pathlib.Path('away').unlink()\""
    options = {"ignore": ["meta"], "down": touch, "up": unlink, "settle": 0}
    folder = fill(tmp_path, "Patient/a1", options=json.dumps(options))
    found = await ended(folder, Front(way, folder / "away"))
    outage = {
        name.removeprefix("fidelity.outage."): status for name, status in found.items() if "outage" in name
    }
    assert set(outage) == {"known", "stale", "unknown", "well"}
    assert {name for name, status in outage.items() if Status.FAIL in status} == failing
    assert not (folder / "away").exists()


async def test_commands_that_fail(tmp_path: Path) -> None:
    options = {"down": "no-such-command-here x", "up": f"{sys.executable} -c 'raise SystemExit(3)'"}
    folder = fill(tmp_path, "Patient/a1", options=json.dumps(options))
    found = await ended(folder, httpx.ASGITransport(make_app()))
    assert {status for name, one in found.items() if "outage" in name for status in one} == {Status.SKIPPED}
