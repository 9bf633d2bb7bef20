"""Every declared include and revinclude is accepted, and brings only what it can point to.

https://hl7.org/fhir/R4/search.html#include
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from conformance.errors import Failed
from conformance.exchange import Exchange
from conformance.harvest import included
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.statement import DeclaredType
from conformance.suites.capability.answers import bundle_of, permitted, status_and_words, used
from conformance.suites.capability.holdings import Holdings
from conformance.suites.capability.sifting import Purse, Trial, book, book_named, grouped, sift

SEARCH = "https://hl7.org/fhir/R4/search.html"

INCLUDE = Requirement(
    "capability.include.accepted",
    Level.SHALL,
    "A declared _include is accepted, and brings resources that it can point to.",
    f"{SEARCH}#include",
)
REVINCLUDE = Requirement(
    "capability.revinclude.accepted",
    Level.SHALL,
    "A declared _revinclude is accepted, and brings resources of its source type.",
    f"{SEARCH}#revinclude",
)
SELF = Requirement(
    "capability.include.self",
    Level.SHOULD,
    "The self link of a search names the declared includes that it was made with.",
    f"{SEARCH}#conformance",
)
REQUIREMENTS = (INCLUDE, REVINCLUDE, SELF)
TALLY = "declared includes"
ANYTHING = "*"


async def check_includes(session: Session, held: Holdings) -> None:
    """Of all types that can be searched, both kinds together: there may be thousands of them."""
    purse = Purse()
    for type, declared in session.statement.types.items():
        why = "" if "search-type" in declared.interactions else "search-type is not declared for its type"
        for item in _items(declared):
            session.tally(TALLY).expect(f"{type}?{item}", why)
    types = sorted(session.statement.with_interaction("search-type"))
    await session.gather(_accepted(session, session.statement.types[type], purse) for type in types)


def _items(declared: DeclaredType) -> list[str]:
    """As they are in a query: `_include=Patient:organization`."""
    found = [f"_include={value}" for value in sorted(set(declared.includes))]
    return found + [f"_revinclude={value}" for value in sorted(set(declared.revincludes))]


async def _accepted(session: Session, declared: DeclaredType, purse: Purse) -> None:
    async def ask(items: Sequence[str], log: list[Exchange]) -> None:
        params = [(name, value) for name, _, value in (item.partition("=") for item in items)]
        answer = await session.client.send("GET", declared.name, params=[("_count", "1"), *params], log=log)
        if permitted(answer).status != 200:
            raise Failed(f"it is declared, and a search with it gives {status_and_words(answer)}")
        bundle = bundle_of(answer, "searchset")
        can = targets(session, [value for name, value in params if name == "_include"])
        can |= sources([value for name, value in params if name == "_revinclude"])
        strange = {str(one.get("resourceType")) for one in included(bundle)} - can
        if strange and ANYTHING not in can:
            raise Failed(f"it brings a {min(strange)}, which it cannot point to ({', '.join(sorted(can))})")

    trials = [trial for group in grouped(_items(declared)) for trial in await sift(group, ask, purse)]
    for requirement, lead in ((INCLUDE, "_include="), (REVINCLUDE, "_revinclude=")):
        mine = [
            Trial(items, trial.error, trial.exchanges)
            for trial in trials
            if (items := [item for item in trial.items if item.startswith(lead)])
        ]
        await book(session, requirement, (declared.name, "?"), mine, TALLY)
    await book_named(session, SELF, declared.name, trials, _named)


def _named(bundle: dict[str, Any]) -> set[str]:
    return {f"{name.partition(':')[0]}={value}" for name, value in used(bundle)}


def targets(session: Session, includes: Collection[str]) -> set[str]:
    """The types that these point to; ANYTHING among them if that is not limited, or not known."""
    found: set[str] = set()
    for include in includes:
        source, _, rest = include.partition(":")
        name, _, target = rest.partition(":")
        definition = session.definitions.parameter(source, name)
        if target:
            found.add(target)
        else:
            found |= set((definition or {}).get("target") or (ANYTHING,))
    return {ANYTHING if one == "Resource" else one for one in found}


def sources(includes: Collection[str]) -> set[str]:
    """The types that these come from."""
    return {include.partition(":")[0] for include in includes}
