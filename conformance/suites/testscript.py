"""The tests of the TestScripts that are given (`--testscript`).

https://hl7.org/fhir/R4/testscript.html · https://hl7.org/fhir/R4/testreport.html

A script that cannot be run is the script's fault, and said so at the level SHOULD: no server fails for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from conformance.errors import Failed, NotDeclared, Skipped
from conformance.exchange import Response, write_json
from conformance.fhirpath import CannotEvaluate, Focus, bare, evaluate
from conformance.model import Level, Requirement
from conformance.session import Check, Session
from conformance.statement import dicts
from conformance.suites import Suite
from conformance.testscript.engine import Engine, Send, new_state
from conformance.testscript.library import Library, open_library
from conformance.testscript.needs import undeclared, unused
from conformance.testscript.operation import Planned
from conformance.testscript.problems import ScriptError, Untold
from conformance.testscript.reading import autocreated, examine, parts, writes
from conformance.testscript.report import Action, Part, Result, Run, part_of, test_report
from conformance.validation import errors, validate
from conformance.xml.elements import Elements

Json = dict[str, Any]
_PAGE = "https://hl7.org/fhir/R4/testscript.html"
_DETAIL = "https://hl7.org/fhir/R4/testscript-definitions.html#TestScript."

SCRIPT = Requirement(
    "testscript.script",
    Level.SHOULD,
    "A TestScript that is given can be run. What is wrong here is the script, not the server.",
    _PAGE,
)
SETUP = Requirement(
    "testscript.setup",
    Level.SHALL,
    "What a script asserts while it sets up holds.",
    f"{_DETAIL}setup",
)
TEST = Requirement("testscript.test", Level.SHALL, "What a script's test asserts holds.", f"{_DETAIL}test")

_NEEDS_WRITE = "it writes, which has to be allowed with --write"


async def run_testscripts(session: Session) -> None:
    """Script after script, in the order of the options and of their names."""
    if not session.options.testscripts:
        async with session.check(TEST):
            raise Skipped("no script was given (--testscript)")
    elements = Elements(session.definitions)
    for path in session.options.testscripts:
        library = open_library(path, elements)
        for name, why in sorted(library.trouble.items()):
            await _unusable(session, Run(name, {}, trouble=why, broken=True))
        for name, script in sorted(library.scripts.items()):
            await _Script(session, library, elements, name, script).run()
    if session.options.write and session.options.testscripts:
        session.harvest.forget()


async def _unusable(session: Session, run: Run) -> None:
    await _write_report(session, run)
    async with session.check(SCRIPT, run.file):
        raise Failed(f"the script cannot be run: {run.trouble}")


class _Script:
    """One script: its parts, each a check."""

    def __init__(
        self, session: Session, library: Library, elements: Elements, name: str, script: Json
    ) -> None:
        self._session = session
        self._library = library
        self._elements = elements
        self._name = name
        self._script = script
        self._run = Run(name, script)
        self._title = str(script.get("id") or script.get("name") or name)

    async def run(self) -> None:
        """Raises ServerGone, the report written as far as it came."""
        try:
            fixtures = examine(self._script, self._library, self._name)
            missing = undeclared(self._script, self._library, self._name, self._session.statement)
            idle = self._idle()
        except (ScriptError, TypeError, ValueError, KeyError, AttributeError) as error:
            self._run.trouble = (
                str(error) if isinstance(error, ScriptError) else "its form is not a TestScript's"
            )
            self._run.broken = True
            self._leave(Result.ERROR)
            return await _unusable(self._session, self._run)
        async with self._session.check(SCRIPT, self._title):
            pass
        if missing:
            return await self._whole(NotDeclared(f"the script requires {_list(missing)}, not declared"))
        if idle:
            return await self._whole(idle)
        state = new_state(
            self._script, fixtures, self._elements, _evaluate, self._session.options.testscript_variables
        )
        client = self._session.client
        engine = Engine(state, self._validate, client.url, client.is_here, self._session.options.write)
        try:
            await self._parts(engine)
        finally:
            await _write_report(self._session, self._run)

    def _idle(self) -> NotDeclared | Skipped | None:
        """Why nothing of the script can be run, if so: its setup is what cannot."""
        setup = self._script.get("setup")
        if missing := unused(setup, self._session.statement):
            return NotDeclared(f"the setup uses {_list(missing)}, not declared")
        if not self._session.options.write and (writes(setup) or autocreated(self._script)):
            return Skipped(f"the setup cannot be run: {_NEEDS_WRITE}")
        for _, part in parts(self._script):
            unused(part, self._session.statement)  # reads each, so that a malformed one is seen now
        return None

    async def _whole(self, why: NotDeclared | Skipped) -> None:
        self._run.trouble = str(why)
        self._leave(Result.SKIP)
        await _write_report(self._session, self._run)
        for test in dicts(self._script.get("test")):
            async with self._session.check(TEST, self._subject(test)):
                raise why

    def _leave(self, result: Result) -> None:
        """All tests are left out, for one reason."""
        for test in dicts(self._script.get("test")):
            self._skip(test, self._run.trouble, result)

    def _skip(self, test: Json, why: str, result: Result = Result.SKIP) -> None:
        part = part_of(test)
        part.result, part.why, part.stopped = result, why, True
        for one in dicts(test.get("action")) or [{}]:
            part.actions.append(Action("assert" if "assert" in one else "operation", result, why))
        self._run.tests.append(part)

    async def _parts(self, engine: Engine) -> None:
        stopped = await self._setup(engine)
        for test in dicts(self._script.get("test")):
            async with self._session.check(TEST, self._subject(test)) as check:
                await self._test(engine, test, check, stopped)
        self._run.teardown = await self._teardown(engine)

    async def _setup(self, engine: Engine) -> str:
        """Why the tests are skipped; empty if they are not."""
        if "setup" not in self._script and not autocreated(self._script):
            return ""
        part = Part("setup")
        async with self._session.check(SETUP, self._title) as check:
            part = self._run.setup = await engine.setup(_sender(check, self._session.client.url))
            _raise(part)
        return f"the setup did not come to its end: {part.why}" if part.stopped else ""

    async def _test(self, engine: Engine, test: Json, check: Check, stopped: str) -> None:
        why: Exception | None = Skipped(stopped) if stopped else None
        if why is None and (missing := unused(test, self._session.statement)):
            why = NotDeclared(f"the test uses {_list(missing)}, not declared")
        if why is None and writes(test) and not self._session.options.write:
            why = Skipped(_NEEDS_WRITE)
        if why is not None:
            self._skip(test, str(why))
            raise why
        part = await engine.test(test, _sender(check, self._session.client.url))
        self._run.tests.append(part)
        _raise(part)

    async def _teardown(self, engine: Engine) -> Part | None:
        if writes(self._script.get("teardown")) and not self._session.options.write:
            return None

        async def send(planned: Planned) -> Response:
            return await self._session.client.send(
                planned.method,
                planned.path,
                headers=planned.headers,
                body=planned.body,
                target=planned.target(self._session.client.url(planned.path)),
            )

        return await engine.teardown(send)

    def _subject(self, test: Json) -> str:
        return f"{self._title}: {test.get('id') or test.get('name') or 'test'}"

    def _validate(self, resource: Json, profile: str) -> Sequence[str]:
        found = validate(resource, self._session.definitions, profile)
        wrong = [str(one) for one in errors(found)]
        if not wrong and any(one.key == "profile" and one.severity == "unjudged" for one in found):
            raise Untold(f"there is no definition of {profile}: give its package with --ig")
        return wrong


def _sender(check: Check, url: Callable[[str], str]) -> Send:
    """Sends, and keeps the exchange with the check."""

    async def send(planned: Planned) -> Response:
        return await check.send(
            planned.method,
            planned.path,
            headers=planned.headers,
            body=planned.body,
            target=planned.target(url(planned.path)),
        )

    return send


def _raise(part: Part) -> None:
    """A part's end as the check's."""
    if part.result is Result.FAIL:
        raise Failed(part.why)
    if part.result is Result.SKIP:
        raise Skipped(part.why)
    if part.result is Result.ERROR:
        raise Skipped(f"the script is wrong: {part.why}")


def _evaluate(resource: Json, expression: str) -> list[Any]:
    value = bare(resource)
    try:
        return evaluate(expression, Focus(value, resource["resourceType"], value, value))
    except CannotEvaluate as error:
        raise ScriptError(f"the expression {expression!r} cannot be evaluated: {error}") from None


def _list(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


async def _write_report(session: Session, run: Run) -> None:
    """`DIR/TestReport-<file of the script>.json`."""
    folder = session.options.testscript_reports
    if folder is None:
        return
    stem = re.sub(r"[^A-Za-z0-9.-]+", "-", run.file.removesuffix(".json").removesuffix(".xml")).strip("-")
    report = test_report(run, session.client.base, datetime.now(UTC))
    trouble = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"TestReport-{stem}.json").write_bytes(write_json(report) + b"\n")
    except OSError as error:
        trouble = error.strerror
    if trouble:
        async with session.check(SCRIPT, run.file):
            raise Failed(f"--testscript-reports: {folder} cannot be written: {trouble}")


SUITE = Suite("testscript", "TestScripts", run_testscripts, (SCRIPT, SETUP, TEST))
