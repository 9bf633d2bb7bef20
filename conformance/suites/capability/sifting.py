"""Tries many declared things in few requests: together as long as that works, halved where it does not.

A server may declare ten thousand includes; one request can ask for a hundred. Only what fails by itself is
said to fail.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance.client import Unanswered
from conformance.errors import Failed, Skipped
from conformance.exchange import Exchange
from conformance.harvest import link
from conformance.model import Requirement
from conformance.session import Session

Ask = Callable[[Sequence[str], list[Exchange]], Awaitable[None]]
"""Try these items in one request, kept in the list; raises Failed or Skipped."""


_SHOWN = 8


@dataclass(slots=True)
class Purse:
    """Requests that may yet be spent on finding out which of a group it is that fails."""

    left: int = 200


@dataclass(slots=True)
class Trial:
    """Items that passed together, or that failed (one alone, unless the purse was empty)."""

    items: Sequence[str]
    error: Failed | Skipped | None = None
    exchanges: list[Exchange] = field(default_factory=list)


async def sift(items: Sequence[str], ask: Ask, purse: Purse) -> list[Trial]:
    """The items, each in one trial."""
    trial = Trial(items)
    try:
        await ask(items, trial.exchanges)
    except Unanswered as error:
        trial.error = error
    except (Failed, Skipped) as error:
        trial.error = error
    if trial.error is None or len(items) == 1:
        return [trial]
    if isinstance(trial.error, Skipped):  # no permission, and so for none of them
        return [trial]
    if purse.left < 2:
        told = f"refused together with others, and not tried alone for want of requests: {trial.error}"
        trial.error = Skipped(told)
        return [trial]
    purse.left -= 2
    middle = len(items) // 2
    return await sift(items[:middle], ask, purse) + await sift(items[middle:], ask, purse)


def grouped(items: Sequence[str], longest: int = 5000, most: int = 120) -> list[list[str]]:
    """The items in groups that fit into the query of a URL of about this many characters."""
    groups: list[list[str]] = []
    size = 0
    for item in items:
        if not groups or size + len(item) + 15 > longest or len(groups[-1]) >= most:
            groups.append([])
            size = 0
        groups[-1].append(item)
        size += len(item) + 15
    return groups


async def book(
    session: Session, requirement: Requirement, subject: tuple[str, str], trials: Sequence[Trial], tally: str
) -> None:
    """One result for all that passed, one for each that did not. `subject` is a type and what joins it with
    an item: by `("Patient", "?")` the item `name` is `Patient?name`, in the tally as in the results."""
    counts = session.tally(tally)
    type, lead = subject[0], "".join(subject)
    if found := [item for trial in trials if trial.error is None for item in trial.items]:
        async with session.check(requirement, f"{type} ({len(found)})") as check:
            check.exchanges += [one for trial in trials if trial.error is None for one in trial.exchanges]
        for item in found:
            counts.saw(f"{lead}{item}")
    for trial in trials:
        if trial.error is None:
            continue
        for item in trial.items:
            counts.expect(f"{lead}{item}", str(trial.error))
        alone = len(trial.items) == 1
        named = f"{lead}{trial.items[0]}" if alone else f"{type} ({len(trial.items)})"
        async with session.check(requirement, named) as check:
            check.exchanges += trial.exchanges
            raise trial.error


async def book_named(
    session: Session,
    requirement: Requirement,
    type: str,
    trials: Sequence[Trial],
    named: Callable[[dict[str, Any]], set[str]],
) -> None:
    """One result for a type: whether the self links name all that passed; `named` are those of a Bundle."""
    passed = [trial for trial in trials if trial.error is None]
    if not passed:
        return
    async with session.check(requirement, type) as check:
        missing: list[str] = []
        for trial in passed:
            check.exchanges += trial.exchanges[-1:]
            last = trial.exchanges[-1].response
            bundle = last.json() if last else {}
            check.that(link(bundle, "self"), "there is no self link")
            missing += sorted(set(trial.items) - named(bundle))
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        check.that(not missing, f"the self link does not name {', '.join(missing[:_SHOWN])}{more}")
