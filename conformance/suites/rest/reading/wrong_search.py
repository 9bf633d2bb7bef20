"""Searches that are wrong: refused aloud, never answered as if the wrong part were not there.

https://hl7.org/fhir/R4/search.html#errors · https://hl7.org/fhir/R4/search.html#modifiers
"""

from __future__ import annotations

from urllib.parse import urlencode

from conformance.errors import Failed, NotDeclared, Skipped
from conformance.exchange import Response
from conformance.harvest import matches
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.statement import DeclaredParameter

SEARCH = "https://hl7.org/fhir/R4/search.html"
FORM = {"content-type": "application/x-www-form-urlencoded"}
VALUE = Requirement(
    "rest.search.malformed-value",
    Level.SHOULD,
    "A value that its type does not allow is refused.",
    f"{SEARCH}#errors",
)
PREFIX = Requirement("rest.search.prefix", Level.SHOULD, "An unknown prefix is refused.", f"{SEARCH}#prefix")
MODIFIER = Requirement(
    "rest.search.modifier",
    Level.SHALL,
    "A modifier that the server does not support for the parameter is refused.",
    f"{SEARCH}#modifiers",
)
COUNT = Requirement(
    "rest.search.count", Level.SHOULD, "A _count that is negative or no number is refused.", f"{SEARCH}#count"
)
ZERO = Requirement(
    "rest.search.count-zero",
    Level.SHALL,
    "_count=0 is answered with a total and no matches, as _summary=count is.",
    f"{SEARCH}#count",
)
STRICT = Requirement(
    "rest.search.strict",
    Level.SHOULD,
    "An unknown parameter is refused if the client prefers handling=strict.",
    f"{SEARCH}#errors",
)
LENIENT = Requirement(
    "rest.search.lenient",
    Level.SHOULD,
    "An unknown parameter is ignored if the client prefers handling=lenient.",
    f"{SEARCH}#errors",
)
FORM_TYPE = Requirement(
    "rest.search.form-type",
    Level.SHOULD,
    "A POST to _search that is not a form is refused.",
    "https://hl7.org/fhir/R4/http.html#mime-type",
)
REQUIREMENTS = (VALUE, PREFIX, MODIFIER, COUNT, ZERO, STRICT, LENIENT, FORM_TYPE)
_VALUES = {
    "date": ("notadate", "2020-13-45", "2020-1-1", "20200101", "2020-01-01T25:00:00Z"),
    "number": ("abc", "1.2.3"),
    "quantity": ("abc||mg", "1.2.3"),
}
_NO_COUNTS = ("-1", "abc", "1.5")
_UNKNOWN = "conformance-no-such-parameter"


async def judge(session: Session, type: str) -> None:
    """Each wrong search once on this type."""
    await _modifier(session, type)
    for count in _NO_COUNTS:
        async with session.check(COUNT, f"{type}?_count={count}") as check:
            _refused(await check.get(type, {"_count": count}))
    async with session.check(ZERO, f"{type}?_count=0") as check:
        answer = await check.get(type, {"_count": "0"})
        check.status(answer, 200)
        bundle = answer.resource("Bundle")
        check.that(not matches(bundle), f"there are {len(matches(bundle))} matches")
        check.that(isinstance(bundle.get("total"), int), f"the total is {bundle.get('total')!r}")
    async with session.check(STRICT, type) as check:
        _refused(await check.get(type, {_UNKNOWN: "1"}, prefer="handling=strict"))
    async with session.check(LENIENT, type) as check:
        answer = await check.get(type, {_UNKNOWN: "1"}, prefer="handling=lenient")
        check.status(answer, 200)
        check.that(answer.resource("Bundle").get("type") == "searchset", "the answer is no searchset")
    await _forms(session, type)


async def values(session: Session, types: list[str]) -> None:
    """Wrong values for each kind of parameter, of the first of these types that has one of its own."""
    for kind, wrong in _VALUES.items():
        type = min(types, key=lambda one: (_rank(session, one, kind), one))
        parameter = parameter_of(session, type, kind)
        for value in wrong:
            async with session.check(VALUE, f"{type}, {kind}, {value}") as check:
                if parameter is None:
                    raise NotDeclared(f"no type that has resources has a parameter of type {kind}")
                _refused(await check.get(type, {parameter.name: value}))
        for prefix in ("xx", "=", "GE"):
            async with session.check(PREFIX, f"{type}, {kind}, {prefix}") as check:
                if parameter is None:
                    raise NotDeclared(f"no type that has resources has a parameter of type {kind}")
                value = "2020-01-01" if kind == "date" else "1"
                _refused(await check.get(type, {parameter.name: prefix + value}))


def _rank(session: Session, type: str, kind: str) -> int:
    parameter = parameter_of(session, type, kind)
    return 2 if parameter is None else int(parameter.name.startswith("_"))


def parameter_of(session: Session, type: str, kind: str) -> DeclaredParameter | None:
    """The first declared parameter of this kind, the type's own before those of all types."""
    found = [one for one in session.statement.types[type].parameters.values() if one.type == kind]
    return min(found, key=lambda one: (one.name.startswith("_"), one.name), default=None)


async def _modifier(session: Session, type: str) -> None:
    for kind in ("string", "token", "date"):
        parameter = parameter_of(session, type, kind)
        async with session.check(MODIFIER, f"{type}, {kind}") as check:
            if parameter is None:
                raise NotDeclared(f"{type} has no parameter of type {kind}")
            value = "2020" if kind == "date" else "a"
            _refused(await check.get(type, {f"{parameter.name}:no-such-modifier": value}))


async def _forms(session: Session, type: str) -> None:
    for kind, body in (
        ("text/plain", b"_count=1"),
        ("application/fhir+json", b'{"resourceType": "Parameters"}'),
    ):
        async with session.check(FORM_TYPE, f"{type}/_search, {kind}") as check:
            answer = await check.send("POST", f"{type}/_search", headers={"content-type": kind}, body=body)
            if answer.status in (405, 404, 501):
                raise Skipped(f"POST to _search is answered {answer.status}")
            _refused(answer)


def form(params: dict[str, str]) -> bytes:
    """As the body of a POST to _search."""
    return urlencode(params).encode()


def _refused(answer: Response) -> None:
    if not 400 <= answer.status < 500:
        raise Failed(f"the status is {answer.status}, not 400")
