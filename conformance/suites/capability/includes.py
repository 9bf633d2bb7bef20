"""Every declared include and revinclude is accepted, and brings only what it can point to.

https://hl7.org/fhir/R4/search.html#include
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from conformance.errors import Failed
from conformance.exchange import Exchange
from conformance.harvest import included
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.suites.capability.answers import bundle_of, permitted, status_and_words, used
from conformance.suites.capability.holdings import Holdings
from conformance.suites.capability.sifting import Purse, book, grouped, sift

SEARCH = "https://hl7.org/fhir/R4/search.html"

INCLUDE = Requirement(
    "capability.include.accepted",
    Level.SHALL,
    "A declared _include is accepted, named in the self link, and brings resources that it can point to.",
    f"{SEARCH}#include",
)
REVINCLUDE = Requirement(
    "capability.revinclude.accepted",
    Level.SHALL,
    "A declared _revinclude is accepted, named in the self link, and brings resources of its source type.",
    f"{SEARCH}#revinclude",
)
REQUIREMENTS = (INCLUDE, REVINCLUDE)
TALLY = "declared includes"


async def check_includes(session: Session, held: Holdings) -> None:
    """Of all types that can be searched."""
    purse = Purse()
    for type, declared in session.statement.types.items():
        why = "" if "search-type" in declared.interactions else "search-type is not declared for its type"
        for name, values in (("_include", declared.includes), ("_revinclude", declared.revincludes)):
            for value in values:
                session.tally(TALLY).expect(f"{type}?{name}={value}", why)
    types = sorted(session.statement.with_interaction("search-type"))
    await session.gather(_accepted(session, type, "_include", purse) for type in types)
    await session.gather(_accepted(session, type, "_revinclude", purse) for type in types)


async def _accepted(session: Session, type: str, name: str, purse: Purse) -> None:
    declared = session.statement.types[type]
    requirement, values = INCLUDE, declared.includes
    if name == "_revinclude":
        requirement, values = REVINCLUDE, declared.revincludes

    async def ask(items: Sequence[str], log: list[Exchange]) -> None:
        params = [("_count", "1"), *((name, item) for item in items)]
        answer = await session.client.send("GET", type, params=params, log=log)
        if permitted(answer).status != 200:
            raise Failed(f"it is declared, and a search with it gives {status_and_words(answer)}")
        bundle = bundle_of(answer, "searchset")
        asked = {value for key, value in used(bundle) if key.partition(":")[0] == name}
        if ignored := sorted(set(items) - asked):
            raise Failed(f"the self link does not name {ignored[0]}, so it was not used")
        can = targets(session, items) if name == "_include" else sources(items)
        strange = {str(one.get("resourceType")) for one in included(bundle)} - can if can else set()
        if strange:
            raise Failed(f"it brings a {min(strange)}, which it cannot point to ({', '.join(sorted(can))})")

    for group in grouped(sorted(set(values))):
        trials = await sift(group, ask, purse)
        await book(session, requirement, (type, f"?{name}="), trials, TALLY)


def targets(session: Session, includes: Collection[str]) -> set[str]:
    """The types that these point to; empty if one of them may point to anything."""
    found: set[str] = set()
    for include in includes:
        source, _, rest = include.partition(":")
        name, _, target = rest.partition(":")
        definition = session.definitions.parameter(source, name)
        if target:
            found.add(target)
        elif definition is None or not definition.get("target"):
            return set()
        else:
            found |= set(definition["target"])
    return found & session.definitions.resource_types


def sources(includes: Collection[str]) -> set[str]:
    """The types that these come from; empty if one of them may come from anything."""
    found = {include.partition(":")[0] for include in includes}
    return set() if "*" in found else found
