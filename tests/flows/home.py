"""A site's folder as its integration engineer has it: settings, commands run in it, and the server."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from facade.cli import main
from facade.flow.site import open_store
from facade.settings import load_settings
from facade.store import Store
from facade.store.store import utc_now
from tests.servers import free_port

FACADE = str(shutil.which("facade", path=Path(sys.executable).parent))
"""The command, as it is installed beside this Python."""

START_SECONDS = 60


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        """The lines of standard error, which say what is wrong and what to do."""
        return self.err.splitlines()


@dataclass
class Server:
    """A `facade` process that serves."""

    url: str
    process: subprocess.Popen[str]
    output: Path

    def stop(self) -> int:
        """SIGTERM, and the status it ends with; it must be gone soon."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def get(self, path: str, **headers: str) -> httpx.Response:
        """`Patient?family=x` below the base URL."""
        return httpx.get(f"{self.url}/{path}", headers=headers, timeout=30)

    def ids(self, search: str) -> set[str]:
        """The references of all matches of a search, by following next links."""
        return {f"{one['resourceType']}/{one['id']}" for one in self.matches(search)}

    def matches(self, search: str) -> list[dict[str, Any]]:
        """All matches of a search, by following next links."""
        found: list[dict[str, Any]] = []
        url: str | None = f"{self.url}/{search}"
        while url:
            response = httpx.get(url, timeout=30)
            assert response.status_code == 200, response.text
            bundle = response.json()
            entries = bundle.get("entry", [])
            found += [entry["resource"] for entry in entries if entry["search"]["mode"] == "match"]
            url = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), None)
        return found


class Home:
    """A folder with a facade.yaml."""

    def __init__(self, folder: Path, settings: str = "") -> None:
        self.folder = folder
        self.config = folder / "facade.yaml"
        if settings:
            self.config.write_text(settings, encoding="utf-8")

    def facade(self, command: str, *args: str) -> Done:
        """A command in this process; the working directory is not the site's."""
        out, err = io.StringIO(), io.StringIO()
        status: int | str | None = 0
        with redirect_stdout(out), redirect_stderr(err):
            try:
                main([command, "--config", str(self.config), *args])
            except SystemExit as end:
                status = end.code
        return Done(int(status or 0), out.getvalue(), err.getvalue())

    @contextmanager
    def serving(self, command: str = "serve", *args: str, **environ: str) -> Iterator[Server]:
        """`facade serve` (or another command that serves) in a process of its own, until the block ends."""
        port, output = free_port(), self.folder / "output"
        where = ["--config", str(self.config)] if command == "serve" else ["--data", str(self.folder)]
        with output.open("w") as told:
            process = subprocess.Popen(
                [FACADE, command, *where, "--port", str(port), *args],
                stdout=told,
                stderr=told,
                text=True,
                env={**os.environ, **environ},
            )
            try:
                server = Server(f"http://localhost:{port}/fhir", process, output)
                wait_until(lambda: _answers(port, server))
                yield server
            finally:
                process.kill()
                process.wait()

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The store, opened beside whoever else has it open."""
        store = open_store(load_settings(self.config), utc_now)
        try:
            yield store
        finally:
            store.close()

    def query(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Read the store's tables."""
        with self.store() as store:
            return store.query(sql, params)


def wait_until(holds: Any, seconds: float = START_SECONDS) -> None:
    """Until something holds, or fail."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "this does not come to hold"
        time.sleep(0.05)


def _answers(port: int, server: Server) -> bool:
    if server.process.poll() is not None:
        raise AssertionError(f"the server ended:\n{server.output.read_text()}")
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    except httpx.TransportError:
        return False
