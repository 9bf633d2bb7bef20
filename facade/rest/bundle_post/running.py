"""An entry on its way through the interaction that answers it, as any request is.

https://hl7.org/fhir/R4/http.html#transaction

An interaction that writes waits where it would commit, so that what several entries change can be done in one
transaction of the store; then it goes on to its answer.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator, MutableMapping
from typing import Any

from facade.errors import FacadeError
from facade.flow.local import Changes, Written
from facade.rest.answer import Answer
from facade.rest.bundle_post.entries import Entry
from facade.rest.errors import crash
from facade.rest.request.call import Call, Part
from facade.rest.service import Service
from facade.store.serialise import to_json

Work = Callable[[Changes], Written]
_INHERITED = (b"authorization", b"cookie", b"cache-control", b"x-request-id")
_ACCEPT = (b"accept", b"application/fhir+json")


class Running:
    """One entry being answered, in the task of the whole request. `work` is what it would change, once it
    waits for that to be done."""

    __slots__ = ("_answer", "_answering", "_outcome", "_service", "entry", "new_id", "work", "written")

    def __init__(self, entry: Entry, service: Service) -> None:
        self.entry = entry
        self.new_id = service.new_resource_id()
        self.work: Work | None = None
        self.written: Written | None = None
        self._service = service
        self._answering: Coroutine[Any, Any, Answer] | None = None
        self._answer: Answer | FacadeError | None = entry.error
        self._outcome: Written | BaseException | None = None

    async def start(self, outer: Call, resource: dict[str, Any] | None) -> None:
        """Go as far as possible without the other entries: to the answer, or to where it would commit."""
        assert outer.ask is not None
        self.work = self._outcome = self._answer = None
        part = Part(resource, self.new_id, self._commit)
        self._answering = outer.ask(self._service, entry_call(self.entry, outer, part))
        await self._go_on()

    async def _commit(self, work: Work) -> Written:
        assert self.work is None, "an entry commits once"
        self.work = work
        await _Waiting()
        if isinstance(self._outcome, BaseException):
            raise self._outcome
        assert self._outcome is not None
        return self._outcome

    def settle(self, outcome: Written | BaseException) -> None:
        """Tell what became of its change."""
        self._outcome = outcome
        self.written = None if isinstance(outcome, BaseException) else outcome

    @property
    def ended(self) -> bool:
        """Whether it has its answer, or why there is none."""
        return self._answer is not None

    async def answer(self) -> Answer | FacadeError:
        """The end of it. A failure of the server's own is an answer, too."""
        if self._answer is None:
            await self._go_on()
        assert self._answer is not None, "it waits for what was not settled"
        return self._answer

    async def _go_on(self) -> None:
        assert self._answering is not None
        try:
            self._answer = await _Steps(self._answering)
        except FacadeError as error:
            self._answer = error
        except Exception as error:
            self._answer = crash(error, self._service.new_id())

    def stop(self) -> None:
        """Leave it where it is; it may be started anew."""
        if self._answering is not None:
            self._answering.close()


class _Waiting:
    """Hands over to whoever drives the coroutine."""

    def __await__(self) -> Generator[Any, None, None]:
        yield self


class _Steps:
    """Drives a coroutine within the present task, until it ends (its result) or waits (None)."""

    __slots__ = ("_coroutine",)

    def __init__(self, coroutine: Coroutine[Any, Any, Answer]) -> None:
        self._coroutine = coroutine

    def __await__(self) -> Generator[Any, Any, Answer | None]:
        coroutine = self._coroutine
        step, value = coroutine.send, None
        while True:
            try:
                yielded = step(value)
            except StopIteration as end:
                answer: Answer = end.value
                return answer
            if yielded.__class__ is _Waiting:
                return None
            step, value = coroutine.send, None
            try:
                yield yielded  # of the event loop's: it will go on when that is done
            except BaseException as error:
                step, value = coroutine.throw, error


def entry_call(entry: Entry, outer: Call, part: Part | None) -> Call:
    """The request that an entry is, made by who made the outer one. What it answers is in JSON."""
    headers = [(name, outer.raw_header(name)) for name in _INHERITED if outer.has_header(name)]
    headers += [_ACCEPT, (b"prefer", _preference(outer)), *entry.headers]
    scope = {
        "method": entry.method,
        "path": f"/{entry.path}",
        "query_string": entry.query,
        "headers": headers,
    }

    async def receive() -> MutableMapping[str, Any]:
        body = entry.body
        if body is None:
            resource = entry.resource if part is None or part.resource is None else part.resource
            body = b"" if resource is None else to_json(resource)
        return {"type": "http.request", "body": body, "more_body": False}

    return Call(scope, receive, part=part)


def _preference(outer: Call) -> bytes:
    """A Bundle answers with what was written only if that is asked for."""
    said = outer.raw_header(b"prefer")
    if outer.prefer().returns is not None:
        return said
    return b", ".join([part for part in (said, b"return=minimal") if part])
