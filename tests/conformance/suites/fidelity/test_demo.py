"""The facade over the demo EHR, with the source taken away and brought back."""

from __future__ import annotations

import asyncio
import shlex
import shutil
import sys
from pathlib import Path

from conformance.model import Status
from conformance.options import Options
from conformance.run import run
from facade.packs.demo.generate import main as generate
from tests.flows.home import Home
from tests.paths import REPO

FOLDER = REPO / "tests/conformance/suites/fidelity/demo"
SETTINGS = """
sources:
  kestrel: { pack: demo, url: 'sqlite:///kestrel.db', every: 1s, connect_attempts: 1, breaker_reset: 1s }
site: { timezone: America/New_York }
"""


def test_the_demo(tmp_path: Path) -> None:
    database = tmp_path / "kestrel.db"
    generate([str(database), "--patients", "20", "--seed", "1", "--today", "2026-03-02"])
    folder = tmp_path / "fidelity"
    shutil.copytree(FOLDER, folder)
    command = shlex.join([sys.executable, "outage.py"])
    with (folder / "fidelity.yaml").open("a") as options:
        for way in ("down", "up"):
            options.write(f"{way}: {command} {way} {shlex.quote(str(database))}\n")
    home = Home(tmp_path, SETTINGS)
    assert home.facade("sync").status == 0
    with home.serving() as server:
        report = asyncio.run(run(Options(server.url, suites=("fidelity",), fidelity=folder)))
    assert [
        (one.requirement.id, one.subject, one.reason)
        for one in report.results
        if one.status is not Status.PASS
    ] == []
    assert report.untried() == []
    assert report.tallies["golden resources served"].seen == 9
