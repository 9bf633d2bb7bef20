"""transaction: all entries or none, in one transaction of the store.

https://hl7.org/fhir/R4/http.html#trules

Deletes come first, then creates, updates and patches, then reads, which see what those did. References
between entries need the ids that these get. Where criteria decide them, or a reference is conditional, the
changes are rehearsed: made, looked at, and undone. Then they are made with the references in place; if it
comes out otherwise, because somebody wrote meanwhile, they are undone and made again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from facade.errors import BadRequest, FacadeError, VersionConflict
from facade.flow.local import Changes, Written, change
from facade.rest.answer import Answer
from facade.rest.bundle_post.batch import LET_OTHERS, Answered
from facade.rest.bundle_post.conditions import Conditions
from facade.rest.bundle_post.entries import Entry
from facade.rest.bundle_post.errors import EntryFailed
from facade.rest.bundle_post.reads import read_inside, read_outside, refresh
from facade.rest.bundle_post.references import Linker, Target
from facade.rest.bundle_post.running import Running
from facade.rest.request.call import Call
from facade.rest.request.caller import access_of
from facade.rest.service import Service

ATTEMPTS = 4

Names = list[tuple[str, str, int]]
"""Type, id and version of what each entry leaves."""


class _Rehearsed(Exception):
    """Undoes what was written to see how it would come out."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a transaction comes to: what it wrote, and what its references are to."""

    names: Names
    targets: dict[str, Target]
    current: dict[str, int]

    def supports(self, other: _Outcome, *, versioned: bool) -> bool:
        """Whether references that were made for the other are right for this one."""
        if versioned:
            return self == other
        return [name[:2] for name in self.names] == [name[:2] for name in other.names] and {
            text: target.name for text, target in self.targets.items()
        } == {text: target.name for text, target in other.targets.items()}


class _Otherwise(Exception):
    """It came out otherwise than expected, and was undone."""

    def __init__(self, outcome: _Outcome) -> None:
        super().__init__()
        self.outcome = outcome


async def run_transaction(service: Service, call: Call, entries: Sequence[Entry]) -> list[Answered]:
    """Each entry with its answer, in their order. Raises EntryFailed; nothing is kept then."""
    _check(entries)
    await refresh(service, call, [entry for entry in entries if entry.reads])
    return await _Transaction(service, call, [Running(entry, service) for entry in entries]).run()


def _check(entries: Sequence[Entry]) -> None:
    """What can be told without the store. Raises EntryFailed."""
    names: set[str] = set()
    full_urls: set[str] = set()
    for entry in entries:
        if entry.error is not None:
            raise EntryFailed(entry.at, entry.error)
        if entry.names in names:
            _twice(entry)
        if entry.full_url in full_urls and not entry.reads:
            text = "The fullUrl is that of another entry, too."
            raise EntryFailed(entry.at, BadRequest(text, expression=f"Bundle.entry[{entry.at}].fullUrl"))
        names |= {entry.names} if entry.names else set()
        full_urls |= {entry.full_url} if entry.full_url else set()


def _twice(entry: Entry) -> NoReturn:
    text = "Another entry of this transaction is about the same resource."
    raise EntryFailed(entry.at, BadRequest(text, expression="http.url"))


class _Transaction:
    """One transaction, until it is done."""

    def __init__(self, service: Service, call: Call, running: Sequence[Running]) -> None:
        self.service = service
        self.call = call
        self.running = running
        self.writes = sorted((one for one in running if not one.entry.reads), key=lambda one: one.entry.order)
        self.reads = [one for one in running if one.entry.reads]
        self.conditions = Conditions(service)

    async def run(self) -> list[Answered]:
        linker = Linker(_targets(self.writes))
        linked = self._linked(linker)
        expected: _Outcome | None = None
        if linker.unknown or linker.wanted or linker.pinned:
            await self.conditions.read(linker.wanted)
            expected = await self._rehearse(linked, linker)
        for _ in range(ATTEMPTS):
            if expected is not None:
                targets = {**linker.targets, **_targets(self.writes, expected.names)}
                linker = Linker(targets, expected.targets, expected.current, linker.wanted, linker.pinned)
                linked = self._linked(linker)
            try:
                return await self._attempt(linked, expected, linker)
            except _Otherwise as otherwise:
                expected = otherwise.outcome
            finally:
                self._stop()
        raise VersionConflict("Others write what this transaction is about: nothing was done. Try again.")

    async def _attempt(
        self, linked: dict[int, dict[str, Any]], expected: _Outcome | None, linker: Linker
    ) -> list[Answered]:
        waiting = await self._begin(linked)
        if not waiting:
            return await self._finish(await read_outside(self.service, self.call, self.reads))
        return await self._finish(await self._commit(waiting, expected, linker))

    def _linked(self, linker: Linker) -> dict[int, dict[str, Any]]:
        """The resources that are written, with the references that are known."""
        return {
            one.entry.at: linker.link(one.entry.at, one.entry.resource, one.entry.full_url)
            for one in self.writes
            if one.entry.resource is not None
        }

    async def _begin(self, linked: dict[int, dict[str, Any]]) -> list[Running]:
        """Those that now wait to be done. Raises EntryFailed for the first that cannot be."""
        for at, one in enumerate(self.writes):
            await one.start(self.call, linked.get(one.entry.at))
            if at % LET_OTHERS == 0:
                await asyncio.sleep(0)
        for one in self.running:
            if one.ended:
                await _answer_of(one)
        return [one for one in self.writes if one.work is not None]

    async def _rehearse(self, linked: dict[int, dict[str, Any]], linker: Linker) -> _Outcome:
        found: list[_Outcome] = []

        def work(changes: Changes) -> None:
            written = _write(changes, waiting)
            found.append(self._look(changes, written, linker))
            raise _Rehearsed

        try:
            waiting = await self._begin(linked)
            await change(self.service.store, access_of(self.call), work)
        except _Rehearsed:
            pass
        finally:
            self._stop()
        return found[0]

    async def _commit(
        self, waiting: Sequence[Running], expected: _Outcome | None, linker: Linker
    ) -> dict[int, Answer]:
        def work(changes: Changes) -> tuple[list[Written], dict[int, Answer]]:
            written = _write(changes, waiting)
            if expected is not None:
                outcome = self._look(changes, written, linker)
                if not outcome.supports(expected, versioned=linker.versioned):
                    raise _Otherwise(outcome)
            return written, read_inside(self.service, self.call, self.reads) if self.reads else {}

        results, answers = await change(self.service.store, access_of(self.call), work)
        for one, result in zip(waiting, results, strict=True):
            one.settle(result)
        return answers

    def _look(self, changes: Changes, written: Sequence[Written], linker: Linker) -> _Outcome:
        """What the changes have come to."""
        names = [(one.type, one.id, one.version) for one in written]
        targets = self.conditions.resolve(changes)
        current = {}
        for name, at in linker.pinned.items():
            found = changes.current(*name.split("/"))
            if found is None or found.deleted:
                text = "The reference is to be version specific, and there is no such resource."
                raise EntryFailed(at, BadRequest(text))
            current[name] = found.version
        return _Outcome(names, targets, current)

    async def _finish(self, answers: dict[int, Answer]) -> list[Answered]:
        answered: list[Answered] = []
        for one in self.running:
            at = one.entry.at
            answered.append((one, answers[at] if at in answers else await _answer_of(one)))
        return answered

    def _stop(self) -> None:
        for one in self.writes:
            one.stop()


def _targets(writes: Sequence[Running], names: Names | None = None) -> dict[str, Target | None]:
    """What the fullUrls stand for; None while criteria are to decide it."""
    found: dict[str, Target | None] = {}
    waiting = [one for one in writes if one.work is not None]
    known = {} if names is None else {id(one): name for one, name in zip(waiting, names, strict=True)}
    for one in writes:
        entry = one.entry
        if entry.full_url is None or entry.method == "DELETE":
            continue
        if id(one) in known:
            type, logical_id, version = known[id(one)]
            found[entry.full_url] = Target(f"{type}/{logical_id}", version)
        elif entry.names:
            found[entry.full_url] = Target(entry.names)
        elif entry.creates and not entry.conditional:
            found[entry.full_url] = Target(f"{entry.path}/{one.new_id}", 1)
        elif entry.conditional:
            found[entry.full_url] = None
    return found


def _write(changes: Changes, waiting: Sequence[Running]) -> list[Written]:
    """Do it all. Raises EntryFailed for the first that is refused, or is about what another is about."""
    written: list[Written] = []
    names: set[tuple[str, str]] = set()
    for one in waiting:
        assert one.work is not None
        try:
            result = one.work(changes)
        except FacadeError as error:
            raise EntryFailed(one.entry.at, error) from None
        if result.outcome not in ("found", "absent"):
            if (result.type, result.id) in names:
                _twice(one.entry)
            names.add((result.type, result.id))
        written.append(result)
    changes.flush()
    return written


async def _answer_of(one: Running) -> Answer:
    """Raises EntryFailed if it is a failure."""
    answer = await one.answer()
    if isinstance(answer, FacadeError):
        raise EntryFailed(one.entry.at, answer)
    if answer.status >= 500:
        raise RuntimeError("an entry failed, and the log tells why")
    return answer
