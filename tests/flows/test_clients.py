"""Real clients, as apps use them, pass their sessions at a running server."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from facade.packs.demo.generate import generate
from tests.flows.clients import beda, smart
from tests.flows.clients.script import expected
from tests.flows.home import Home, Server
from tests.paths import REPO

HERE = Path(__file__).parent / "npm"
MODULES = REPO / "build" / "npm"
INSTALL = ("--silent", "--no-fund", "--no-audit", "--ignore-scripts", "--legacy-peer-deps")
"""Without the peers and optional packages that only a browser or a telephone needs."""


@pytest.fixture(scope="module")
def modules() -> Path:
    """The clients, installed once into build/npm."""
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("this test needs Node.js and npm: apt-get install nodejs npm")
    MODULES.mkdir(parents=True, exist_ok=True)
    for path in HERE.iterdir():
        shutil.copy(path, MODULES / path.name)
    install = [npm, "install", *INSTALL, "--omit=optional", "--omit=peer"]
    subprocess.run(install, cwd=MODULES, check=True, timeout=300)
    return MODULES


def node(modules: Path, script: str, *args: str) -> Any:
    """What a script tells as JSON."""
    run = ["node", script, *args]
    done = subprocess.run(run, cwd=modules, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`facade serve` of a site without sources, where clients write every type."""
    with Home(tmp_path_factory.mktemp("local"), "local: all\n").serving() as server:
        yield server


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`facade serve` over the demo, of thirty patients, beside Communications that are kept here."""
    folder = tmp_path_factory.mktemp("demo")
    generate(folder / "kestrel.db", patients=30, seed=7, today=date(2026, 1, 5))
    sources = "sources: { kestrel: { kind: odbc, pack: demo, url: 'sqlite:///kestrel.db' } }\n"
    home = Home(folder, f"{sources}local: [Communication]\n")
    assert home.facade("sync").status == 0
    with home.serving() as server:
        yield server


def quiet(server: Server) -> None:
    """The server has said nothing but where it is."""
    assert len(server.output.read_text().splitlines()) <= 1, server.output.read_text()


@pytest.mark.parametrize(
    ("client", "wanted"),
    [
        ("kit", expected(back=["One", "Six", "Three"])),
        ("smart", expected(release=4, flat=7, xml=["undefined", "application/fhir+xml; charset=utf-8"])),
        (
            "medplum",
            expected(one="Two", binary=["text/plain", "Grüße"], everything=["Patient", "Observation"]),
        ),
    ],
)
def test_a_client_from_npm(modules: Path, local: Server, client: str, wanted: dict[str, Any]) -> None:
    assert node(modules, f"{client}.mjs", local.url, f"Npm-{client}") == wanted
    quiet(local)


@pytest.mark.parametrize(
    ("session", "wanted"),
    [
        (smart.session, expected(without=smart.CANNOT, xml=True)),
        (beda.session, expected(without=beda.CANNOT, merged=[400, "structure", "resourceType"], count=7)),
    ],
    ids=["fhirclient", "fhirpy"],
)
def test_a_client_from_pypi(
    local: Server, session: Callable[[str, str], dict[str, Any]], wanted: dict[str, Any]
) -> None:
    assert session(local.url, f"PyPI-{session.__module__.rpartition('.')[2]}") == wanted
    quiet(local)


def test_clients_from_npm_walk_the_demo(modules: Path, demo: Server) -> None:
    seen = node(modules, "walk.mjs", demo.url, "Npm")
    assert set(seen) == {"kit", "smart", "medplum"}
    for told in seen.values():
        assert told["fhirVersion"] == "4.0.1"
        assert len(told["ids"]) == len(set(told["ids"])) >= 30
        assert told["modes"] == ["include", "match"]
        assert (told["refused"]["code"], told["refused"]["expression"]) == (
            "not-supported",
            ["http.shoesize"],
        )
        assert told["unwritten"]["diagnostics"].startswith(
            "Patient cannot be written here: it belongs to the source kestrel"
        )
    quiet(demo)
