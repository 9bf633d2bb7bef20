"""The application as it is served, over a filled store, with bare routes beside it, in its own process.

`/take?URL` asks the application for an answer; from then on `/bare` returns its body, byte for byte, and does
no more than that. A POST to `/bare` does what a script would for a batch: it parses the JSON and inserts the
bodies into a bare SQLite file, durably.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from facade.app import create_app
from facade.settings import load_settings

FHIR = "application/fhir+json"


def serve(folder: Path, url: str, port: int) -> None:
    """Serve a store until the process is ended; files that are needed go into the folder."""
    given = {
        "store": url,
        "base_url": f"http://localhost:{port}/fhir",
        "key_file": str(folder / "bench.db.key"),
        "local": "all",
    }
    app = create_app(load_settings(None, {}, given))
    kept = b""

    async def bare(request: Request) -> Response:
        return Response(kept, media_type=FHIR)

    async def take(request: Request) -> Response:
        nonlocal kept
        status, kept = await _ask(app, request.url.query)
        return Response(kept, status, media_type=FHIR)

    writing = sqlite3.connect(folder / f"bare-{port}.db", isolation_level=None)
    writing.execute("PRAGMA journal_mode=WAL")
    writing.execute("PRAGMA synchronous=FULL")
    writing.execute("CREATE TABLE body (json TEXT)")

    async def bare_batch(request: Request) -> Response:
        entries = json.loads(await request.body())["entry"]
        writing.execute("BEGIN IMMEDIATE")
        writing.executemany(
            "INSERT INTO body VALUES (?)", [(json.dumps(one["resource"]),) for one in entries]
        )
        writing.execute("COMMIT")
        return Response(b"{}", media_type=FHIR)

    app.router.routes[:0] = [
        Route("/bare", bare),
        Route("/bare", bare_batch, methods=["POST"]),
        Route("/take", take),
    ]
    uvicorn.run(app, port=port, http="httptools", log_level="warning", access_log=False)


async def _ask(app: ASGIApp, url: str) -> tuple[int, bytes]:
    """The status and body of one answer, without a socket."""
    status, bodies = 500, []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)
        bodies.append(message.get("body", b""))

    path, _, query = url.partition("?")
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": []}
    await app(scope, receive, send)
    return status, b"".join(bodies)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
