"""The source is taken away and brought back: answers meanwhile are what is known, and are said to be stale.

https://www.rfc-editor.org/rfc/rfc9111#section-4.2.4 · https://www.rfc-editor.org/rfc/rfc7234#section-5.5
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from functools import partial

from conformance.errors import Failed, Skipped
from conformance.exchange import Response
from conformance.harvest import matches, mode
from conformance.model import Level, Requirement
from conformance.session import Check, Session
from conformance.statement import dicts
from conformance.suites.fidelity.difference import differences
from conformance.suites.fidelity.folder import Folder
from conformance.suites.fidelity.values import equal, resource_of

_STALE = "https://www.rfc-editor.org/rfc/rfc9111#section-4.2.4"
_PAUSE = 0.5  # seconds between two looks
_LONGEST = 120  # seconds that a command may take

KNOWN = Requirement(
    "fidelity.outage.known",
    Level.SHALL,
    "With the source down, an answer is what is known, or an error: never an empty success.",
    "https://hl7.org/fhir/R4/http.html#Status-Codes",
)
STALE = Requirement(
    "fidelity.outage.stale",
    Level.SHALL,
    "With the source down, an answer says that it is stale: by its Age, a Warning or an outcome.",
    _STALE,
)
UNKNOWN = Requirement(
    "fidelity.outage.unknown",
    Level.SHALL,
    "With the source down, what is not known is not said to be absent.",
    "https://www.rfc-editor.org/rfc/rfc9110#section-15.6.4",
)
WELL = Requirement(
    "fidelity.outage.well",
    Level.SHALL,
    "When the source is back, answers are whole and fresh again.",
    _STALE,
)
REQUIREMENTS = (KNOWN, STALE, UNKNOWN, WELL)
_FRESH = "no-cache"  # asked for, so that the server has to find out that the source is away


async def check_outage(session: Session, folder: Folder) -> None:
    """Down, the checks, up, and a last one. The source is brought back whatever happens between."""
    if not folder.down:
        for requirement in REQUIREMENTS:
            async with session.check(requirement):
                raise Skipped("fidelity.yaml has no commands down and up")
        return
    names = sorted({name.partition("/")[0]: name for name in sorted(folder.golden, reverse=True)}.values())
    trouble = await _command(folder, folder.down)
    since = time.monotonic()
    try:
        await session.gather(_down(session, folder, name, since, trouble) for name in names)
    finally:
        trouble = await _command(folder, folder.up) or trouble
    await session.gather(_up(session, folder, name, trouble) for name in names)


async def _up(session: Session, folder: Folder, name: str, trouble: str) -> None:
    async with session.check(WELL, name) as check:
        _usable(trouble)
        await _within(folder.settle, partial(_well, check, folder, name))


async def _down(session: Session, folder: Folder, name: str, since: float, trouble: str) -> None:
    type = name.partition("/")[0]
    searched = session.statement.does(type, "search-type")
    async with session.check(STALE, name) as check:
        _usable(trouble)
        await _within(folder.settle, partial(_stale, check, name, since))
    if searched:
        async with session.check(STALE, f"{type}?_id") as check:
            _usable(trouble)
            path = f"{type}?_id={name.partition('/')[2]}"
            await _within(folder.settle, partial(_stale, check, path, since))
    async with session.check(KNOWN, name) as check:
        _usable(trouble)
        await _known(check, folder, name, searched)
    async with session.check(UNKNOWN, type) as check:
        _usable(trouble)
        await _unknown(check, type, searched, since)


async def _stale(check: Check, path: str, since: float) -> None:
    answer = await check.get(path, cache_control=_FRESH)
    if answer.status < 500:
        check.status(answer, 200)
        if not told_stale(answer, since):
            raise Failed(f"nothing says that it is stale: {_age(answer)}, no Warning, no outcome")


async def _known(check: Check, folder: Folder, name: str, searched: bool) -> None:
    """An error of the server is honest; a 404 or another content is not."""
    answer = await check.get(name, cache_control=_FRESH)
    if answer.status < 500:
        equal(differences(folder.golden[name], resource_of(check, answer, name), folder.ignore))
    if searched:
        type, _, id = name.partition("/")
        answer = await check.get(type, {"_id": id}, cache_control=_FRESH)
        if answer.status < 500:
            check.status(answer, 200)
            found = matches(answer.resource("Bundle"))
            check.that(len(found) == 1, f"the search finds {len(found)} resources of what is known, not 1")
            equal(differences(folder.golden[name], found[0], folder.ignore))


async def _unknown(check: Check, type: str, searched: bool, since: float) -> None:
    id = "fidelity-nobody-knows"
    for path in (f"{type}/{id}", *([f"{type}?_id={id}"] if searched else [])):
        answer = await check.get(path, cache_control=_FRESH)
        if answer.status >= 500 or told_stale(answer, since):
            continue
        if answer.status == 200:
            raise Failed(f"{path} finds nothing, as if that were sure")
        raise Failed(f"{path} has status {answer.status}, as if that were sure")


async def _well(check: Check, folder: Folder, name: str) -> None:
    answer = await check.get(name, cache_control=_FRESH)
    equal(differences(folder.golden[name], resource_of(check, answer, name), folder.ignore))
    if _warned(answer) or _outcome(answer):
        raise Failed("the answer still says that it is stale")


def told_stale(answer: Response, since: float) -> bool:
    """By a Warning, an outcome among the matches, or an Age that reaches back to when the source went."""
    age = answer.header("age")
    old = age.isdigit() and int(age) >= int(time.monotonic() - since) and int(age) > 0
    return old or _warned(answer) or _outcome(answer)


def _warned(answer: Response) -> bool:
    codes = {one.strip()[:3] for one in answer.header("warning").split(",")}
    return bool(codes & {"110", "111", "112", "199", "299"})


def _outcome(answer: Response) -> bool:
    """An entry of a Bundle that is an outcome."""
    try:
        found = answer.resource("Bundle")
    except Failed:
        return False
    return any(mode(entry) == "outcome" for entry in dicts(found.get("entry")))


def _age(answer: Response) -> str:
    return f"Age is {answer.header('age')}" if answer.header("age") else "no Age"


async def _within(seconds: float, look: Callable[[], Awaitable[None]]) -> None:
    """Until it holds, or the last Failed."""
    until = time.monotonic() + seconds
    while True:
        try:
            return await look()
        except Failed:
            if time.monotonic() >= until:
                raise
        await asyncio.sleep(_PAUSE)


async def _command(folder: Folder, words: tuple[str, ...]) -> str:
    """Run in the folder; what went wrong, empty if nothing did."""
    try:
        process = await asyncio.create_subprocess_exec(
            *words,
            cwd=folder.path,
            env=dict(os.environ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        return f"{words[0]}: {error.strerror}"
    try:
        _, said = await asyncio.wait_for(process.communicate(), _LONGEST)
    except TimeoutError:
        process.kill()
        return f"{words[0]} did not end within {_LONGEST} seconds"
    if process.returncode:
        last = said.decode(errors="replace").strip().splitlines()[-1:]
        return f"{words[0]} ended with {process.returncode}: {''.join(last)}"
    return ""


def _usable(trouble: str) -> None:
    if trouble:
        raise Skipped(f"the source was not taken down and up: {trouble}")
