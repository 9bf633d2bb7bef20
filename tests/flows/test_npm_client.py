"""A FHIR client from npm walks the demo over a real socket."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
import uvicorn

from facade.app import create_app
from facade.cli.sync import sync_now
from facade.flow.site import read_site
from facade.packs.demo.generate import generate
from facade.settings import Settings, load_settings
from tests.paths import REPO
from tests.servers import free_port

HERE = Path(__file__).parent / "npm"
MODULES = REPO / "build" / "npm"


@pytest.fixture(scope="module")
def modules() -> Path:
    """The client, installed once into build/npm."""
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("this test needs Node.js and npm: apt-get install nodejs npm")
    MODULES.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "walk.mjs"):
        shutil.copy(HERE / name, MODULES / name)
    subprocess.run(
        [npm, "install", "--silent", "--no-fund", "--no-audit"], cwd=MODULES, check=True, timeout=300
    )
    return MODULES


@contextmanager
def serving(settings: Settings) -> Iterator[None]:
    """uvicorn in a thread, until the block ends."""
    server = uvicorn.Server(
        uvicorn.Config(create_app(settings), host=settings.host, port=settings.port, log_level="error")
    )
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(20)


def test_an_npm_client_walks_the_demo(modules: Path, tmp_path: Path) -> None:
    generate(tmp_path / "kestrel.db", patients=30, seed=7, today=date(2026, 1, 5))
    config = tmp_path / "facade.yaml"
    config.write_text("sources: { kestrel: { kind: odbc, pack: demo, url: 'sqlite:///kestrel.db' } }\n")
    settings = load_settings(config, {}, {"port": str(free_port())})
    assert not sync_now(read_site(settings))
    with serving(settings):
        node = ["node", "walk.mjs", settings.base_url]
        done = subprocess.run(node, cwd=modules, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["fhirVersion"] == "4.0.1"
    assert len(seen["ids"]) == len(set(seen["ids"])) >= 30
    assert seen["modes"] == ["include", "match"]
    assert seen["refused"] == {"status": 400, "type": "OperationOutcome"}
