"""What is true of every answer: its form, its entries, its total. Looked at in passing, told once a type.

https://hl7.org/fhir/R4/bundle.html#searchset
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from conformance.errors import Failed, Skipped
from conformance.exchange import Exchange
from conformance.harvest import matches
from conformance.session import Check, Session
from conformance.suites.search.ask import Answer
from conformance.suites.search.requirements import REQUIREMENTS

Json = dict[str, Any]


@dataclass(slots=True)
class Shapes:
    """`seen` counts the answers looked at by type and requirement; `wrong` has the first fault of each."""

    session: Session
    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    wrong: dict[tuple[str, str], tuple[str, tuple[Exchange, ...]]] = field(default_factory=dict)

    def look(self, type: str, answer: Answer, check: Check) -> None:
        """Note what is wrong with an answer to a search of this type."""
        for requirement, rule in RULES.items():
            told = rule(type, answer)
            if told is None:
                continue
            self.seen[type, requirement] = self.seen.get((type, requirement), 0) + 1
            if told and (type, requirement) not in self.wrong:
                self.wrong[type, requirement] = told, tuple(check.exchanges)

    async def book(self, type: str) -> None:
        """A check for each requirement."""
        for requirement in RULES:
            async with self.session.check(REQUIREMENTS[requirement], type) as check:
                if (type, requirement) in self.wrong:
                    told, exchanges = self.wrong[type, requirement]
                    check.exchanges.extend(exchanges)
                    raise Failed(told)
                if not self.seen.get((type, requirement)):
                    raise Skipped("no answer to look at")


def _bundle(type: str, answer: Answer) -> str:
    for bundle in answer.bundles:
        if bundle.get("type") != "searchset":
            return f"the Bundle is of type {bundle.get('type')}"
        entries = bundle.get("entry", [])
        if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
            return "its entries are not a list of objects"
    return ""


def _type(type: str, answer: Answer) -> str:
    found = next((one for one in answer.matches if one.get("resourceType") != type), None)
    if found is None:
        return ""
    return f"a search of {type} has {found.get('resourceType')}/{found.get('id')} as a match"


def _once(type: str, answer: Answer) -> str | None:
    """Within a page: if it is on two, something may have been added meanwhile; see `page.union`."""
    for bundle in answer.bundles:
        ids = [f"{one.get('resourceType')}/{one.get('id')}" for one in matches(bundle)]
        if len(set(ids)) < len(ids):
            twice = next(id for at, id in enumerate(ids) if id in ids[:at])
            return f"{twice} is there more than once"
    return ""


def _total(type: str, answer: Answer) -> str | None:
    if answer.total is None or not answer.complete:
        return None
    if any(bundle.get("total") != answer.total for bundle in answer.bundles):
        return None
    found = len({str(one.get("id")) for one in answer.matches})
    return "" if answer.total == found else f"the total is {answer.total}, and there are {found} matches"


RULES: dict[str, Callable[[str, Answer], str | None]] = {
    "bundle": _bundle,
    "entry.type": _type,
    "page.once": _once,
    "total": _total,
}
"""What is wrong, by requirement: empty for nothing, None where there is nothing to look at."""
