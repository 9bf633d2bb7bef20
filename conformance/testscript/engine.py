"""Runs one script: setup, tests, teardown.

https://hl7.org/fhir/R4/testscript.html · https://hl7.org/fhir/R4/testing.html

An assert that does not hold ends its part; a setup that fails skips the tests; the teardown is always run.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from conformance.client import Unanswered
from conformance.exchange import Response
from conformance.statement import dicts
from conformance.testscript.assertion import Validate, judge
from conformance.testscript.operation import Planned, code_of, may_write, plan
from conformance.testscript.problems import Refuted, ScriptError, Untold
from conformance.testscript.reading import actions
from conformance.testscript.report import Action, Part, Result, part_of
from conformance.testscript.state import Message, State

Json = dict[str, Any]
Send = Callable[[Planned], Awaitable[Response]]


class Engine:
    """One run of one script. `url` gives the whole URL of a path, `is_here` tells the server's own."""

    def __init__(
        self,
        state: State,
        validate: Validate,
        url: Callable[[str], str],
        is_here: Callable[[str], bool],
        write: bool,
    ) -> None:
        self._state = state
        self._validate = validate
        self._url = url
        self._is_here = is_here
        self._write = write
        self._created: dict[str, str] = {}

    async def setup(self, send: Send) -> Part:
        """The fixtures with `autocreate`, then the setup's actions."""
        part = Part("setup")
        for one in self._fixtures("autocreate"):
            operation = {"type": {"code": "create"}, "sourceId": one}
            if not await self._act(part, "operation", operation, send):
                break
            answer = self._state.response
            if answer is None or answer.status not in (200, 201):
                _stop(part, Result.FAIL, f"the fixture {one} could not be created: {_told(answer)}")
                break
        return await self._run(part, self._state.script.get("setup"), send)

    async def test(self, test: Json, send: Send) -> Part:
        """One test."""
        return await self._run(part_of(test), test, send)

    async def teardown(self, send: Send) -> Part:
        """All its operations, each whatever came of those before; then the fixtures with `autodelete`."""
        part = Part("teardown")
        for kind, one in actions(self._state.script.get("teardown")):
            await self._act(part, kind, one, send)
        for fixture in self._fixtures("autodelete"):
            if fixture in self._created:
                operation = {"type": {"code": "delete"}, "params": self._created[fixture]}
                await self._act(part, "operation", operation, send)
        return part

    def _fixtures(self, flag: str) -> list[str]:
        return [
            str(one.get("id")) for one in dicts(self._state.script.get("fixture")) if one.get(flag) is True
        ]

    async def _run(self, part: Part, content: Any, send: Send) -> Part:
        for kind, one in actions(content):
            if part.stopped:
                part.actions.append(Action(kind, Result.SKIP, part.why))
            else:
                await self._act(part, kind, one, send)
        return part

    async def _act(self, part: Part, kind: str, one: Json, send: Send) -> bool:
        """One action; whether the part goes on. Raises ServerGone."""
        label = _label(one).rstrip(".")
        try:
            said = await self._operate(one, send) if kind == "operation" else self._judge(one)
        except (Refuted, Unanswered) as error:
            if kind == "assert" and one.get("warningOnly") is True:
                part.actions.append(Action(kind, Result.WARNING, f"{label}: {error}".lstrip(": ")))
                return True
            part.actions.append(Action(kind, Result.FAIL, f"{label}: {error}".lstrip(": ")))
            _stop(part, Result.FAIL, f"{label}: {error}".lstrip(": "))
        except Untold as error:
            part.actions.append(Action(kind, Result.SKIP, str(error)))
            if kind == "operation":
                _stop(part, Result.SKIP, str(error))
            else:  # what was asserted besides can still be judged
                part.result, part.why = Result.SKIP, str(error)
        except ScriptError as error:
            part.actions.append(Action(kind, Result.ERROR, str(error)))
            _stop(part, Result.ERROR, str(error))
        except (TypeError, ValueError, KeyError, AttributeError, LookupError) as error:
            text = f"the {kind} has a form that cannot be read ({type(error).__name__})"
            part.actions.append(Action(kind, Result.ERROR, text))
            _stop(part, Result.ERROR, text)
        else:
            part.actions.append(Action(kind, Result.PASS, said))
            return True
        return False

    def _judge(self, one: Json) -> str:
        judge(one, self._state, self._validate)
        return _label(one)

    async def _operate(self, one: Json, send: Send) -> str:
        """Send it, and remember what was asked and answered."""
        state = self._state
        if may_write(one) and not self._write:
            raise Untold("it writes, which has to be allowed with --write")
        planned = plan(one, state)
        url = self._url(planned.path)
        if planned.writes and not self._is_here(url):
            raise ScriptError(f"{url} is not the server that is judged, and is not written to")
        sent = {"accept": "application/fhir+json"} | planned.headers
        request = Message("the request", sent, planned.body, method=planned.method, url=url)
        state.request, state.response = request, None
        if "requestId" in one:
            state.messages[one["requestId"]] = request
        answer = await send(planned)
        response = Message("the answer", answer.headers, answer.body, answer.status)
        state.response = response
        if "responseId" in one:
            state.messages[one["responseId"]] = response
        self._remember(one, planned, response)
        return f"{planned.method} {planned.path}: {answer.status}"

    def _remember(self, one: Json, planned: Planned, response: Message) -> None:
        """The id that the server gave to a fixture."""
        source = one.get("sourceId")
        if source is None or response.status not in (200, 201):
            return
        if code_of(one).startswith("update"):
            self._created[source] = planned.path
        elif code_of(one) == "create":
            location = response.headers.get("location", "").partition("/_history")[0].rstrip("/").split("/")
            try:
                body = response.resource(self._state.elements) if response.body.strip() else {}
            except Refuted:
                body = {}
            if len(location) < 2 and body.get("id"):
                location = [str(body["resourceType"]), str(body["id"])]
            if len(location) >= 2:
                self._state.ids[source] = location[-1]
                self._created[source] = f"{location[-2]}/{location[-1]}"


def _label(one: Json) -> str:
    return str(one.get("description") or one.get("label") or "")


def _stop(part: Part, result: Result, why: str) -> None:
    part.result, part.why, part.stopped = result, why, True


def _told(answer: Message | None) -> str:
    return "no answer" if answer is None else f"status {answer.status}"


def new_state(
    script: Json, fixtures: Mapping[str, Json], elements: Any, evaluate: Any, told: Mapping[str, str]
) -> State:
    """With the static fixtures in it."""
    messages = {id: Message(f"the fixture {id}", fixture=one) for id, one in fixtures.items()}
    return State(script, elements, evaluate, told, messages)
