"""What is not declared is refused, or said to be ignored: never answered as if it had been done.

https://hl7.org/fhir/R4/search.html#errors · https://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

from random import Random

from conformance.errors import Failed, Skipped
from conformance.exchange import Response
from conformance.harvest import matches
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.statement import DeclaredParameter
from conformance.suites.capability.answers import (
    bundle_of,
    is_outcome,
    permitted,
    status_and_words,
    used,
    used_names,
)
from conformance.suites.capability.holdings import Holdings
from conformance.suites.capability.values import RESULT_PARAMETERS, impossible

_SEARCH = "https://hl7.org/fhir/R4/search.html"
_HTTP = "https://hl7.org/fhir/R4/http.html"
_REST = "https://hl7.org/fhir/R4/capabilitystatement-definitions.html#CapabilityStatement.rest.resource"

UNKNOWN_TYPE = Requirement(
    "capability.undeclared.unknown-type",
    Level.SHALL,
    "A type that does not exist is refused, never answered with an empty searchset.",
    f"{_HTTP}#Status-Codes",
)
UNKNOWN_TYPE_404 = Requirement(
    "capability.undeclared.unknown-type-404",
    Level.SHOULD,
    "A type that does not exist is refused with 404 and an OperationOutcome.",
    f"{_HTTP}#Status-Codes",
)
TYPE = Requirement(
    "capability.undeclared.type",
    Level.SHOULD,
    "A type of R4 that is not declared is refused.",
    f"{_REST}.type",
)
INTERACTION = Requirement(
    "capability.undeclared.interaction",
    Level.SHOULD,
    "An interaction that is not declared is refused.",
    f"{_REST}.interaction",
)
STRICT = Requirement(
    "capability.undeclared.parameter-strict",
    Level.SHOULD,
    "With Prefer: handling=strict a search by an unknown parameter is refused.",
    f"{_SEARCH}#errors",
)
LENIENT = Requirement(
    "capability.undeclared.parameter-lenient",
    Level.SHOULD,
    "With Prefer: handling=lenient an unknown parameter is ignored.",
    f"{_SEARCH}#errors",
)
PRETENDED = Requirement(
    "capability.undeclared.parameter-self",
    Level.SHALL,
    "The self link does not name a parameter that was not used.",
    f"{_SEARCH}#conformance",
)
MODIFIER = Requirement(
    "capability.undeclared.modifier",
    Level.SHALL,
    "A search with a modifier that does not exist is refused.",
    f"{_SEARCH}#modifiers",
)
MODIFIER_400 = Requirement(
    "capability.undeclared.modifier-400",
    Level.SHOULD,
    "A search with a modifier that does not exist is refused with 400 and an OperationOutcome.",
    f"{_SEARCH}#modifiers",
)
INCLUDE = Requirement(
    "capability.undeclared.include",
    Level.SHOULD,
    "An _include of what does not exist is refused, or left out of the self link.",
    f"{_SEARCH}#conformance",
)
OPERATION = Requirement(
    "capability.undeclared.operation",
    Level.SHALL,
    "An operation that does not exist is refused.",
    "https://hl7.org/fhir/R4/operations.html#executing",
)
REQUIREMENTS = (
    *(UNKNOWN_TYPE, UNKNOWN_TYPE_404, TYPE, INTERACTION, STRICT, LENIENT, PRETENDED),
    *(MODIFIER, MODIFIER_400, INCLUDE, OPERATION),
)
_NO_TYPE = "Zzznosuchtype"
_NO_NAME = "zzz-no-such-parameter"
_TYPES = 5  # tried of each kind


async def check_undeclared(session: Session, held: Holdings) -> None:
    """Probes that change nothing: reads and searches."""
    random = Random(session.options.seed)  # noqa: S311 - it chooses, it keeps no secret
    await _types(session, random)
    await _interactions(session, held, random)
    searched = [type for type in sorted(held.of) if session.statement.does(type, "search-type")]
    chosen = sorted(random.sample(searched, min(_TYPES, len(searched))))
    await _parameters(session, chosen)
    await _official(session, held, searched, random)
    for type in chosen or [""]:
        await _modifier(session, type)
        await _include(session, type)
    await _operations(session, held, chosen)


async def _types(session: Session, random: Random) -> None:
    for path in (_NO_TYPE, f"{_NO_TYPE}/1"):
        async with session.check(UNKNOWN_TYPE, path) as check:
            answer = await check.get(path)
            _refused(answer)
        async with session.check(UNKNOWN_TYPE_404, path) as again:
            again.exchanges += check.exchanges
            again.that(permitted(answer).status == 404, f"{status_and_words(answer)}, not 404")
            again.that(is_outcome(answer), "there is no OperationOutcome")
    others = sorted(
        session.definitions.resource_types - set(session.statement.types) - {"Parameters", "OperationOutcome"}
    )
    for type in sorted(random.sample(others, min(_TYPES, len(others)))) or [""]:
        async with session.check(TYPE, type) as check:
            if not type:
                raise Skipped("all types of R4 are declared")
            _refused(await check.get(type, {"_count": "1"}))


async def _interactions(session: Session, held: Holdings, random: Random) -> None:
    """Reads that are not declared, of what is there; and a deletion of what is not there."""
    nowhere = f"zzz-no-such-resource-{random.randrange(10**6)}"
    tried = {"vread": 0, "history-instance": 0, "history-type": 0, "search-type": 0, "read": 0, "delete": 0}
    for type, declared in sorted(session.statement.types.items()):
        id = held.ids.get(type)
        paths = {"history-type": ("GET", f"{type}/_history"), "search-type": ("GET", type)}
        paths["delete"] = ("DELETE", f"{type}/{nowhere}")
        if id:
            paths |= {"read": ("GET", f"{type}/{id}"), "history-instance": ("GET", f"{type}/{id}/_history")}
        for interaction, (method, path) in sorted(paths.items()):
            if interaction in declared.interactions or tried[interaction] == _TYPES:
                continue
            if interaction == "delete" and declared.conditional_delete not in ("", "not-supported"):
                continue
            tried[interaction] += 1
            async with session.check(INTERACTION, f"{type} {interaction}") as check:
                _refused(await check.send(method, path))
    for interaction, path in (("history-system", "_history"), ("search-system", "")):
        if interaction not in session.statement.interactions:
            async with session.check(INTERACTION, f"system {interaction}") as check:
                answer = await check.get(path, {"_count": "1"})
                if answer.status != 200 or '"Bundle"' in answer.body[:400].decode("utf-8", "replace"):
                    _refused(answer)  # the base itself may have a page of its own, which is no search


async def _parameters(session: Session, types: list[str]) -> None:
    for type in types or [""]:
        for requirement in (STRICT, LENIENT, PRETENDED):
            async with session.check(requirement, f"{type}?{_NO_NAME}" if type else "") as check:
                if not type:
                    raise Skipped("no type can be searched that has anything in it")
                handling = {STRICT: "handling=strict", LENIENT: "handling=lenient"}.get(requirement)
                headers = {"prefer": handling} if handling else {}
                answer = await check.send("GET", type, params={_NO_NAME: "1", "_count": "1"}, headers=headers)
                if requirement is STRICT:
                    _refused(answer)
                elif requirement is LENIENT:
                    bundle_of(answer, "searchset")
                elif permitted(answer).status == 200:
                    names = used_names(bundle_of(answer, "searchset"))
                    check.that(
                        _NO_NAME not in names, f"the self link names {_NO_NAME} as if it had been used"
                    )


async def _official(session: Session, held: Holdings, types: list[str], random: Random) -> None:
    """Parameters of R4 that are not declared: refused, left out of the self link, or really used."""
    found = [
        (type, name)
        for type in types
        for name, one in sorted(session.definitions.search.get(type, {}).items())
        if name not in session.statement.types[type].parameters and name not in RESULT_PARAMETERS
        and not name.startswith("_") and one["type"] not in ("special", "composite")
    ]  # fmt: skip
    for type, name in sorted(random.sample(found, min(2 * _TYPES, len(found)))):
        async with session.check(PRETENDED, f"{type}?{name}") as check:
            one = DeclaredParameter(name, session.definitions.search[type][name]["type"])
            value = impossible(session.definitions, type, one) or ""
            answer = permitted(await check.get(type, {name: value, "_count": "3"}))
            if answer.status == 200:
                bundle = bundle_of(answer, "searchset")
                ignored = len(matches(bundle)) >= min(3, len(held.of[type]))
                check.that(
                    not (ignored and name in used_names(bundle)),
                    f"{name}={value} is named in the self link, and finds {len(matches(bundle))} resources",
                )


async def _modifier(session: Session, type: str) -> None:
    async with session.check(MODIFIER, type) as check:
        declared = session.statement.types[type].parameters.values() if type else ()
        name = next((one.name for one in declared if one.type in ("string", "token")), "")
        if not name:
            raise Skipped("there is no string or token parameter to put one on")
        answer = await check.get(type, {f"{name}:zzznosuchmodifier": "a", "_count": "1"})
        _refused(answer)
        async with session.check(MODIFIER_400, type) as again:
            again.exchanges += check.exchanges
            again.that(permitted(answer).status == 400, f"{status_and_words(answer)}, not 400")
            again.that(is_outcome(answer), "there is no OperationOutcome")


async def _include(session: Session, type: str) -> None:
    async with session.check(INCLUDE, type) as check:
        if not type:
            raise Skipped("no type can be searched that has anything in it")
        value = f"{type}:zzz-no-such-parameter"
        answer = permitted(await check.get(type, {"_include": value, "_count": "1"}))
        if answer.status == 200:
            bundle = bundle_of(answer, "searchset")
            check.that(
                ("_include", value) not in used(bundle), f"the self link names {value} as if it had been used"
            )


async def _operations(session: Session, held: Holdings, types: list[str]) -> None:
    paths = ["$zzz-nonsense", *(f"{type}/$zzz-nonsense" for type in types[:2])]
    paths += [f"{type}/{held.ids[type]}/$zzz-nonsense" for type in types[:2]]
    for path in paths:
        async with session.check(OPERATION, path) as check:
            _refused(await check.get(path))


def _refused(answer: Response) -> None:
    """Raises Failed unless it is an error of the client's, or 501."""
    if permitted(answer).status == 501 or 400 <= answer.status < 500:
        return
    what = ""
    if answer.status == 200:
        try:
            what = f" with a {answer.resource()['resourceType']}"
        except Failed:
            what = " with something that is not a resource"
    raise Failed(f"it is answered{what}: {status_and_words(answer)}, not a 4xx or 501")
