"""Every declared search parameter is accepted, and filters.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from collections.abc import Sequence

from conformance.errors import Failed, Skipped
from conformance.exchange import Exchange
from conformance.harvest import matches
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.statement import DeclaredParameter, dicts
from conformance.suites.capability.answers import (
    bundle_of,
    counted,
    permitted,
    status_and_words,
    used,
    used_names,
)
from conformance.suites.capability.holdings import Holdings
from conformance.suites.capability.sifting import Purse, book, book_named, grouped, sift
from conformance.suites.capability.values import RESULT_PARAMETERS, impossible, plausible

SEARCH = "https://hl7.org/fhir/R4/search.html"

ACCEPTED = Requirement(
    "capability.parameter.accepted",
    Level.SHALL,
    "A declared search parameter is accepted.",
    "https://hl7.org/fhir/R4/capabilitystatement-definitions.html#CapabilityStatement.rest.resource.searchParam",
)
SELF = Requirement(
    "capability.parameter.self",
    Level.SHALL,
    "The self link of a search names the declared parameters that it was made with.",
    f"{SEARCH}#conformance",
)
FILTERS = Requirement(
    "capability.parameter.filters",
    Level.SHALL,
    "A declared search parameter is not ignored: by a value that nothing has, not everything is found.",
    f"{SEARCH}#conformance",
)
REQUIREMENTS = (ACCEPTED, SELF, FILTERS)
TALLY = "declared search parameters"
COMBINATION = "http://hl7.org/fhir/StructureDefinition/capabilitystatement-search-parameter-combination"
_PAGE = 3
_COMMON_ON = 3  # types on which the parameters that all types have are tried for filtering


async def check_parameters(session: Session, held: Holdings) -> None:
    """All of all types; those filter that belong to types of which the server holds something."""
    for type, declared in session.statement.types.items():
        for name in declared.parameters:
            session.tally(TALLY).expect(f"{type}?{name}", "not tried")
    purse = Purse()
    await session.gather(_accepted(session, type, held, purse) for type in sorted(session.statement.types))
    common = {
        one["code"]
        for one in session.definitions.parameters.values()
        if set(one.get("base", ())) & {"Resource", "DomainResource"}
    }
    searched = [type for type in sorted(held.of) if session.statement.does(type, "search-type")]
    await session.gather(
        _filters(session, type, declared, len(held.of[type]))
        for place, type in enumerate(searched)
        for name, declared in sorted(session.statement.types[type].parameters.items())
        if name not in RESULT_PARAMETERS and (name not in common or place < _COMMON_ON)
    )
    if lacking := [type for type in session.statement.with_interaction("search-type") if type not in held.of]:
        async with session.check(FILTERS, counted(len(lacking), "type")):
            raise Skipped(
                f"there is nothing to filter: {held.why.get(min(lacking), 'the server holds none')}"
            )


async def _accepted(session: Session, type: str, held: Holdings, purse: Purse) -> None:
    values: dict[str, str] = {}
    for name, declared in sorted(session.statement.types[type].parameters.items()):
        why = ""
        value = plausible(session.definitions, type, declared, held.ids)
        if not session.statement.does(type, "search-type"):
            why = "search-type is not declared for its type"
        elif name in RESULT_PARAMETERS:
            why = "it is no parameter of a resource's elements"
        elif value is None:
            why = f"no value can be made up for its type ({declared.type or 'none given'})"
        else:
            values[name] = value
        if why:
            session.tally(TALLY).expect(f"{type}?{name}", why)

    async def ask(names: Sequence[str], log: list[Exchange]) -> None:
        await _ask(session, type, {name: values[name] for name in names}, held, log)

    trials = [trial for group in grouped(list(values)) for trial in await sift(group, ask, purse)]
    await book(session, ACCEPTED, (type, "?"), trials, TALLY)
    await book_named(session, SELF, type, trials, used_names)


async def _ask(
    session: Session, type: str, values: dict[str, str], held: Holdings, log: list[Exchange]
) -> None:
    """Search by these; where one alone is refused, once more with a patient: some servers insist on one."""
    answer = await session.client.send("GET", type, params=values | {"_count": "1"}, log=log)
    alone = len(values) == 1 and "patient" not in values
    if alone and answer.status in (400, 403, 422) and "patient" in session.statement.types[type].parameters:
        patient = {"patient": f"Patient/{held.ids.get('Patient', 'a')}"}
        again = await session.client.send("GET", type, params=values | patient | {"_count": "1"}, log=log)
        answer = again if again.status == 200 else answer
    if permitted(answer).status != 200:
        if len(values) == 1 and 400 <= answer.status < 500 and _in_combinations(session, type):
            raise Skipped(f"only combinations are declared, and alone it gives {status_and_words(answer)}")
        raise Failed(f"it is declared, and a search by it gives {status_and_words(answer)}")
    bundle_of(answer, "searchset")


def _in_combinations(session: Session, type: str) -> bool:
    """Whether the statement says which parameters go together: a server may then refuse one alone."""
    return any(
        extension.get("url") == COMBINATION
        for rest in dicts(session.statement.raw.get("rest"))
        for resource in dicts(rest.get("resource"))
        if resource.get("type") == type
        for extension in dicts(resource.get("extension"))
    )


async def _filters(session: Session, type: str, declared: DeclaredParameter, held: int) -> None:
    value = impossible(session.definitions, type, declared)
    async with session.check(FILTERS, f"{type}?{declared.name}") as check:
        if value is None:
            raise Skipped(f"no value can be made up for its type ({declared.type or 'none given'})")
        params = {declared.name: value, "_count": str(_PAGE)}
        answer = permitted(await check.get(type, params))
        if 400 <= answer.status < 500:
            return  # refused, and so not ignored
        bundle = bundle_of(answer, "searchset")
        found = len(matches(bundle))
        check.that(
            found < min(_PAGE, held),
            f"{declared.name}={value} finds {counted(found, 'resource')}, as if it were not there"
            + ("" if (declared.name, value) in used(bundle) else "; the self link does not name it"),
        )
