"""The prefixes of dates, several values and several times the same parameter, as the guide's definitions ask.

https://hl7.org/fhir/R4/search.html#prefix · https://hl7.org/fhir/us/core/general-requirements.html
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from conformance.errors import Failed, Skipped
from conformance.session import Check, Session
from conformance.suites.us_core import requirements as asks
from conformance.suites.us_core.asking import search, values_of
from conformance.suites.us_core.guide import Combination, Wanted, expectation
from conformance.suites.us_core.holdings import Holdings
from conformance.suites.us_core.searching import choose, declared_type, find, smallest, subject_of

Json = dict[str, Any]
_APART = timedelta(days=2)  # so that no time zone matters


@dataclass(frozen=True, slots=True)
class Trial:
    """One parameter in the smallest search asked for that has it; `none` says why there are no resources."""

    session: Session
    wanted: Wanted
    search: Combination
    name: str
    resources: list[Json]
    none: str

    def choose(self) -> tuple[Json, str, list[tuple[str, str]]]:
        """A resource, and of its values that of the parameter and the others as params. Raises Skipped."""
        resource, chosen = choose(self.session, self.wanted, self.search, self.resources, self.none)
        others = [(each, value.forms[0]) for each, value in chosen.items() if each != self.name]
        return resource, chosen[self.name].forms[-1], others

    async def finds(self, check: Check, params: list[tuple[str, str]], resource: Json) -> None:
        """Raises Failed unless this search has the resource."""
        await find(self.session, check, self.wanted, params, resource)

    async def leaves_out(self, check: Check, params: list[tuple[str, str]], resource: Json) -> None:
        """Raises Failed if this search has the resource."""
        found = await search(check, self.wanted.type, params, until=resource["id"])
        if resource["id"] in found:
            asked = "&".join(f"{name}={value}" for name, value in params if name == self.name)
            raise Failed(f"{self.wanted.type}/{resource['id']} is found by {asked}, which it does not meet")


async def judge_prefixes(session: Session, holdings: Holdings, wanted: Wanted) -> None:
    """Of one type: what its parameters' definitions ask."""
    if not declared_type(session, wanted):
        return
    resources = await holdings.of(wanted.type)
    for name, one in smallest(session, wanted):
        trial = Trial(session, wanted, one, name, resources, holdings.why_none(wanted.type))
        definition = wanted.definitions.get(name, {})
        subject = subject_of(wanted, one)
        for prefix in ("gt", "lt", "ge", "le"):
            if (level := expectation(definition, "comparator", prefix)) is not None:
                async with session.check(asks.COMPARATOR.at(level), f"{subject} ({name}={prefix})") as check:
                    await _prefix(trial, check, prefix)
        if (level := expectation(definition, "multipleOr")) is not None:
            async with session.check(asks.MULTIPLE_OR.at(level), f"{subject} ({name})") as check:
                await _or(trial, check)
        level = expectation(definition, "multipleAnd")
        if level is not None and definition.get("type") == "date":
            async with session.check(asks.MULTIPLE_AND.at(level), f"{subject} ({name})") as check:
                await _and(trial, check)


async def _prefix(trial: Trial, check: Check, prefix: str) -> None:
    """A resource is found from before it (or after), and not from the other side of it."""
    resource, _, others = trial.choose()
    before, after = _around(trial.wanted, trial.name, resource)
    inside, outside = (before, after) if prefix in ("gt", "ge") else (after, before)
    if inside is None and outside is None:
        raise _unbounded(trial, resource)
    if inside is not None:
        await trial.finds(check, [*others, (trial.name, f"{prefix}{inside}")], resource)
    if outside is not None:
        await trial.leaves_out(check, [*others, (trial.name, f"{prefix}{outside}")], resource)


async def _and(trial: Trial, check: Check) -> None:
    """Two dates around the resource's own find it; two before it do not."""
    resource, _, others = trial.choose()
    before, after = _around(trial.wanted, trial.name, resource)
    if before is None or after is None:
        raise _unbounded(trial, resource)
    first = [*others, (trial.name, f"ge{before}")]
    await trial.finds(check, [*first, (trial.name, f"le{after}")], resource)
    await trial.leaves_out(check, [*first, (trial.name, f"le{before}")], resource)


def _unbounded(trial: Trial, resource: Json) -> Skipped:
    return Skipped(f"the {trial.name} of {trial.wanted.type}/{resource['id']} is open")


async def _or(trial: Trial, check: Check) -> None:
    """The resource is found by its own value beside another one, whichever comes first."""
    resource, mine, others = trial.choose()
    other = _another(trial, mine)
    if other is None:
        raise Skipped(f"all {trial.wanted.type} that were read have the same {trial.name}")
    for pair in (f"{mine},{other}", f"{other},{mine}"):
        await trial.finds(check, [*others, (trial.name, pair)], resource)


def _another(trial: Trial, mine: str) -> str | None:
    """A value that another resource has."""
    for resource in trial.resources:
        for each in values_of(trial.wanted, trial.name, resource):
            if each.forms[-1] != mine:
                return each.forms[-1]
    return None


def _around(wanted: Wanted, name: str, resource: Json) -> tuple[date | None, date | None]:
    """Days before and after all that a resource has for a parameter; None where it is open."""
    values = values_of(wanted, name, resource)
    firsts = [_day(value.dates[0], last=False) for value in values]
    lasts = [_day(value.dates[1], last=True) for value in values]
    try:
        before = min(one for one in firsts if one) - _APART if all(firsts) else None
        after = max(one for one in lasts if one) + _APART if all(lasts) else None
    except OverflowError:
        return None, None
    return before, after


def _day(text: str | None, *, last: bool) -> date | None:
    """The first or last day of what a date says; None for what is none."""
    if text is None:
        return None
    parts = [int(part) for part in text.split("-") if part.isdigit()]
    try:
        year, month = parts[0], parts[1] if len(parts) > 1 else (12 if last else 1)
        return date(year, month, parts[2] if len(parts) > 2 else (monthrange(year, month)[1] if last else 1))
    except (ValueError, IndexError):
        return None
