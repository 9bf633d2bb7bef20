"""Start-up with a large store: from starting the process to its first answers, imports and all."""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.bench.report import Figure, at_most

SECONDS = 2.0


def bench_startup(connection: str, folder: str, runs: int = 3) -> Figure:
    """Seconds until `facade serve` has answered metadata and one read of the OpenEMR store in the folder."""
    from facade.store import Store

    store = Store.open(f"sqlite:///{(Path(folder) / 'store.db').as_posix()}")
    ((type, id),) = store.query("SELECT type, id FROM resource WHERE deleted=0 ORDER BY rid DESC LIMIT 1")
    ((count,),) = store.query("SELECT count(*) FROM resource")
    store.close()
    config = Path(folder) / "facade.yaml"
    config.write_text(
        "store: sqlite:///store.db\nkey_file: store.db.key\nhost: 127.0.0.1\nsources:\n  emr:\n"
        f'    kind: odbc\n    pack: openemr\n    every: 24h\n    connection: "{connection}"\n',
        encoding="utf-8",
    )
    seconds = statistics.median(_start(config, f"{type}/{id}") for _ in range(runs))
    return at_most(f"start-up with {count:,} resources", seconds, "s", SECONDS)


def _start(config: Path, known: str) -> float:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = "from facade.cli import main; main()"  # what the command `facade` runs
    command = [sys.executable, "-c", program, "serve", "--config", str(config), "--port", str(port)]
    started = time.perf_counter()
    with subprocess.Popen(command, cwd=config.parent, stdout=subprocess.DEVNULL) as server:
        try:
            for path in ("metadata", known):
                _answered(f"http://127.0.0.1:{port}/fhir/{path}", server)
            return time.perf_counter() - started
        finally:
            server.terminate()


def _answered(url: str, server: subprocess.Popen[bytes]) -> None:
    while True:
        if server.poll() is not None:
            raise RuntimeError("the server ended before it answered")
        try:
            with urllib.request.urlopen(url, timeout=30) as response:
                response.read()
            return
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.01)
