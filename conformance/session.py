"""What every suite works with: the client, what the server declares and holds, and the book of results."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable, Coroutine, Iterable, Mapping
from types import TracebackType
from typing import Any

from conformance.client import Client, Params
from conformance.errors import Failed, NotDeclared, ServerGone, Skipped
from conformance.exchange import Exchange, Response, write_json
from conformance.harvest import Harvest
from conformance.model import Requirement, Result, Status, Tally
from conformance.options import Options
from conformance.spec.definitions import definitions
from conformance.statement import Statement

FHIR_TYPE = {"content-type": "application/fhir+json"}


class Session:
    """One run. `told` is called with each result as it comes.

    `harvest` has the server's own resources; `definitions` are those of R4 and of the packages given.
    """

    def __init__(
        self,
        options: Options,
        client: Client,
        statement: Statement,
        told: Callable[[Result], None] = lambda result: None,
    ) -> None:
        self.options = options
        self.client = client
        self.statement = statement
        self.definitions = definitions(options.packages)
        self.harvest = Harvest(client, statement, options)
        self.results: list[Result] = []
        self.tallies: dict[str, Tally] = {}
        self._told = told

    def check(self, requirement: Requirement, subject: str = "") -> Check:
        """`async with session.check(REQUIREMENT, "Patient") as check:`; how the block ends is the result."""
        return Check(self, requirement, subject)

    def tally(self, name: str) -> Tally:
        """The denominator of this name."""
        return self.tallies.setdefault(name, Tally(name))

    def book(self, result: Result) -> None:
        """Write down a result; a check does so by itself."""
        self.results.append(result)
        self._told(result)

    async def gather(self, jobs: Iterable[Coroutine[Any, Any, None]]) -> None:
        """Run these side by side. The first that ends the run (ServerGone) ends the others."""
        async with asyncio.TaskGroup() as group:
            for job in jobs:
                group.create_task(job)


class Check:
    """One requirement, tried on one subject: passes unless something in its block is raised.

    Failed, Skipped and NotDeclared end the block, and no more than the block. Any other error is taken for an
    answer that no client could make sense of, and fails it.
    """

    def __init__(self, session: Session, requirement: Requirement, subject: str) -> None:
        self._session = session
        self._requirement = requirement
        self._subject = subject
        self._begun = 0.0
        self.exchanges: list[Exchange] = []

    async def __aenter__(self) -> Check:
        self._begun = time.monotonic()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        match error:
            case None:
                status, reason = Status.PASS, ""
            case Failed():
                status, reason = Status.FAIL, str(error)
            case Skipped():
                status, reason = Status.SKIPPED, str(error)
            case NotDeclared():
                status, reason = Status.NOT_DECLARED, str(error)
            case ServerGone():
                status, reason = Status.FAIL, str(error)
            case Exception():
                status, reason = Status.FAIL, f"no sense could be made of the answer: {place_of(error)}"
            case _:
                return False
        seconds = time.monotonic() - self._begun
        exchanges = tuple(self.exchanges)
        self._session.book(
            Result(self._requirement, self._subject, status, reason, exchanges, seconds),
        )
        return not isinstance(error, ServerGone)

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        target: str = "",
        anonymous: bool = False,
    ) -> Response:
        """An answer of any status; the exchange is kept with the result. Raises Unanswered (a Failed)."""
        return await self._session.client.send(
            method,
            path,
            params=params,
            headers=headers,
            body=body,
            target=target,
            log=self.exchanges,
            anonymous=anonymous,
        )

    async def get(self, path: str, params: Params | None = None, **headers: str) -> Response:
        """GET; `if_none_match="…"` is the header If-None-Match."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.send("GET", path, params=params, headers=named)

    async def put_in(self, method: str, path: str, resource: Any, **headers: str) -> Response:
        """POST or PUT of a resource as JSON."""
        named = FHIR_TYPE | {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.send(method, path, headers=named, body=write_json(resource))

    def that(self, holds: object, otherwise: str) -> None:
        """Fail with `otherwise`, which says what was seen, unless it holds."""
        if not holds:
            raise Failed(otherwise)

    def status(self, response: Response, *allowed: int) -> None:
        """Fail unless the status is one of these."""
        if response.status not in allowed:
            raise Failed(f"the status is {response.status}, not {' or '.join(map(str, allowed))}")


def place_of(error: BaseException) -> str:
    """An error of ours for the report: what and where, not the data in it."""
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    where = f" at {last.filename.rsplit('/', 1)[-1]}:{last.lineno}" if last else ""
    return f"{type(error).__name__}{where}"
