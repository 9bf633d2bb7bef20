"""What is declared is matched with its definition: parameters, includes, profiles, operations.

https://hl7.org/fhir/R4/capabilitystatement-definitions.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

from conformance.errors import Failed, NotDeclared, Skipped
from conformance.model import Level, Requirement
from conformance.session import Check, Session
from conformance.statement import DeclaredParameter, DeclaredType
from conformance.suites.capability.answers import counted
from conformance.suites.capability.values import RESULT_PARAMETERS

_RESOURCE = "https://hl7.org/fhir/R4/capabilitystatement-definitions.html#CapabilityStatement.rest.resource."

DEFINITION = Requirement(
    "capability.parameter.definition",
    Level.SHALL,
    "A declared search parameter names the definition it has in R4 or a guide, which is one for its type.",
    f"{_RESOURCE}searchParam.definition",
)
TYPE = Requirement(
    "capability.parameter.type",
    Level.SHALL,
    "A declared search parameter has the type of its definition.",
    f"{_RESOURCE}searchParam.type",
)
INCLUDES = Requirement(
    "capability.include.reference",
    Level.SHALL,
    "Each declared include and revinclude names a search parameter of type reference.",
    "https://hl7.org/fhir/R4/search.html#include",
)
PROFILES = Requirement(
    "capability.profile",
    Level.SHALL,
    "Each declared profile is one of the type that it is declared for.",
    f"{_RESOURCE}profile",
)
OPERATIONS = Requirement(
    "capability.operation.definition",
    Level.SHALL,
    "Each declared operation has a definition, which is one for its type.",
    f"{_RESOURCE}operation.definition",
)
OPERATION_NAME = Requirement(
    "capability.operation.name",
    Level.SHOULD,
    "Each declared operation has the name of its definition, without the $.",
    f"{_RESOURCE}operation.name",
)
REQUIREMENTS = (DEFINITION, TYPE, INCLUDES, PROFILES, OPERATIONS, OPERATION_NAME)
_HL7 = "http://hl7.org/fhir/SearchParameter/"
_SHOWN = 8
Item = TypeVar("Item")


async def check_matched(session: Session) -> None:
    """One result for each type and requirement; what no definition was found of is skipped, and said."""
    for type, declared in sorted(session.statement.types.items()):
        if declared.parameters:
            await _all(session, DEFINITION, type, [*declared.parameters.values()], _definition)
            await _all(session, TYPE, type, [*declared.parameters.values()], _type)
        if includes := [*declared.includes, *declared.revincludes]:
            await _all(session, INCLUDES, type, includes, _include)
        if declared.profiles:
            await _all(session, PROFILES, type, [*declared.profiles], _profile)
    if not any(one.profiles for one in session.statement.types.values()):
        async with session.check(PROFILES):
            raise NotDeclared("no profile is declared")
    await _operations(session)


async def _all(
    session: Session,
    requirement: Requirement,
    type: str,
    items: list[Item],
    judge: Callable[[Session, DeclaredType, Item], str | None],
) -> None:
    """`judge` says what is wrong with an item, nothing (`""`) if it is right, None if that cannot be told."""
    said = [judge(session, session.statement.types[type], item) for item in items]
    async with session.check(requirement, type):
        wrong = [one for one in said if one]
        if wrong:
            more = f" … and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
            raise Failed("; ".join(wrong[:_SHOWN]) + more)
        if said.count(None) == len(said):
            raise Skipped("their definitions are neither R4's nor in a guide that was given (--ig)")


def _definition(session: Session, declared: DeclaredType, one: DeclaredParameter) -> str | None:
    official = session.definitions.parameter(declared.name, one.name)
    if one.name in RESULT_PARAMETERS:
        return None
    if not one.definition:
        return f"{one.name} is defined by the specification, and names no definition" if official else None
    url = one.definition.partition("|")[0]
    found = session.definitions.parameters.get(url)
    if found is None:
        return f"R4 has no definition {url} ({one.name})" if url.startswith(_HL7) else None
    bases = found.get("base", ())
    if not {declared.name, "Resource", "DomainResource"} & set(bases):
        return f"{url} ({one.name}) is for {', '.join(bases)}"
    if found.get("code") != one.name:
        return f"{url} defines {found.get('code')}, not {one.name}"
    return ""


def _type(session: Session, declared: DeclaredType, one: DeclaredParameter) -> str | None:
    found = session.definitions.parameters.get(one.definition.partition("|")[0])
    if found is None and not one.definition:
        found = session.definitions.parameter(declared.name, one.name)
    if found is None:
        return None
    if found["type"] == one.type:
        return ""
    return f"{one.name} is declared as {one.type or 'nothing'}, and defined as {found['type']}"


def _include(session: Session, _: DeclaredType, value: str) -> str | None:
    source, rest = (*value.split(":", 1), "")[:2]
    name = rest.partition(":")[0]
    if value == "*" or name == "*":
        return ""
    if not rest:
        return f"{value} is not of the form Type:parameter"
    official = session.definitions.parameter(source, name)
    others = session.statement.types.get(source)
    own = others.parameters.get(name) if others else None
    if own is None and official is None:
        return f"{value} names no search parameter that is declared or defined"
    type = own.type if own is not None else official["type"] if official else ""
    return "" if type == "reference" else f"{value} names a parameter of type {type or 'unknown'}"


def _profile(session: Session, declared: DeclaredType, url: str) -> str | None:
    found = session.definitions.structures.get(url.partition("|")[0])
    if found is None:
        return None
    if found.get("type") in (declared.name, "Resource", "DomainResource"):
        return ""
    return f"{url} is a profile of {found.get('type')}"


async def _operations(session: Session) -> None:
    """Each definition once; those of the server's own are asked of it."""
    declared: Counter[tuple[str, str, str]] = Counter()
    for name, url in session.statement.operations:
        declared[name, url, ""] += 1
    for type, one in session.statement.types.items():
        for name, url in one.operations:
            declared[name, url, type] += 1
    if not declared:
        for requirement in (OPERATIONS, OPERATION_NAME):
            async with session.check(requirement):
                raise NotDeclared("no operation is declared")
    by_definition: dict[tuple[str, str], list[str]] = {}
    for name, url, type in sorted(declared):
        by_definition.setdefault((name, url), []).append(type)
    for (name, url), types in by_definition.items():
        subject = f"${name}" + (f" ({counted(len(types), 'type')})" if any(types) else "")
        async with session.check(OPERATIONS, subject) as check:
            check.that(url, "no definition is given")
            found = session.definitions.operations.get(url.partition("|")[0]) or await _fetched(
                session, check, url
            )
            if found is None:
                raise Skipped(
                    f"{url} is neither R4's, nor the server's, nor in a guide that was given (--ig)"
                )
            bases = set(found.get("resource") or ())
            strange = [type for type in types if type and not {type, "Resource", "DomainResource"} & bases]
            check.that(not (bases and strange), f"{url} is not for {', '.join(strange[:_SHOWN])}")
            async with session.check(OPERATION_NAME, subject) as named:
                code = found.get("code")
                named.that(code == name, f"it is declared as {name}, and {url} defines {code}")


async def _fetched(session: Session, check: Check, url: str) -> dict[str, Any] | None:
    """The definition, if its URL is one of this server's. Raises Failed if there is none there."""
    whole = session.client.url(url) if url.startswith("OperationDefinition/") else url
    if not session.client.is_here(whole):
        return None
    answer = await check.get(whole)
    check.that(answer.status == 200, f"its definition, {url}, gives status {answer.status}")
    return answer.resource("OperationDefinition")
