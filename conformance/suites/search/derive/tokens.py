"""Queries for token parameters.

https://hl7.org/fhir/R4/search.html#token
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance.matching import tokens
from conformance.matching.asked import escaped
from conformance.matching.expressions import Found
from conformance.matching.parameters import Parameter
from conformance.matching.tokens import Pair
from conformance.suites.search.derive.plain import plain, start_of
from conformance.suites.search.query import ABSENT, Query, one
from conformance.suites.search.scope import Scope

CODED = frozenset({"CodeableConcept", "Coding", "Identifier"})
ELSEWHERE = "http://nowhere.example/system"


def queries(scope: Scope, parameter: Parameter) -> Iterator[Query]:
    """A code with its system, without, with another's; a whole system; `:not`, `:text`, `:of-type`."""
    type, code = parameter.type, parameter.code
    if code == "_id":
        yield from _ids(scope, type)
        return
    values = [found for _, found in scope.values(parameter)]
    simple = next((text for found in values if (text := plain("token", found, ""))), None)
    if simple is None:
        return
    yield one("token.code", type, code, simple)
    for form in (_with_system, _without_system, _special, _text, _of_type):
        yield from form(type, code, values)
    if parameter.expression and values[0].node is not None:
        yield one("token.not", type, f"{code}:not", simple, positive=False)
    if values[0].type != "boolean":
        yield one("token.none", type, code, f"{simple}-{ABSENT}", positive=False)


def _ids(scope: Scope, type: str) -> Iterator[Query]:
    ids = sorted(str(one["id"]) for one in scope.resources(type))
    if ids:
        yield one("id", type, "_id", ids[0])
        yield one("id", type, "_id", ABSENT, positive=False)
    if len(ids) > 1:
        yield one("id", type, "_id", f"{ids[-1]},{ids[0]}", optional="several ids")


def _pair(values: list[Found], suited: Callable[[Pair], bool]) -> Pair | None:
    pairs = (pair for found in values if found.type in CODED for pair in tokens.pairs(found))
    return next(
        (pair for pair in pairs if pair.code and pair.code == pair.code.strip() and suited(pair)), None
    )


def _with_system(type: str, code: str, values: list[Found]) -> Iterator[Query]:
    pair = _pair(values, lambda pair: bool(pair.systems))
    if pair is None or not pair.systems:
        return
    system, value = escaped(pair.systems[0]), escaped(pair.code)
    yield one("token.system-code", type, code, f"{system}|{value}")
    yield one("token.system", type, code, f"{system}|")
    yield one("token.other-system", type, code, f"{ELSEWHERE}|{value}", positive=False)
    yield one("token.no-system", type, code, f"|{value}", positive=False)


def _without_system(type: str, code: str, values: list[Found]) -> Iterator[Query]:
    pair = _pair(values, lambda pair: not pair.systems)
    if pair is not None:
        yield one("token.no-system", type, code, f"|{escaped(pair.code)}")


def _special(type: str, code: str, values: list[Found]) -> Iterator[Query]:
    pair = _pair(values, lambda pair: escaped(pair.code) != pair.code)
    if pair is not None:
        yield one("escape", type, code, escaped(pair.code))


def _text(type: str, code: str, values: list[Found]) -> Iterator[Query]:
    said = (start_of(text, 10) for found in values if found.type in CODED for text in tokens.texts(found))
    text = next((one for one in said if len(one) > 2), "")
    if text:
        yield one("token.text", type, f"{code}:text", escaped(text))


def _of_type(type: str, code: str, values: list[Found]) -> Iterator[Query]:
    for found in values:
        kind = found.value.get("type") if found.type == "Identifier" else None
        for coding in kind.get("coding", ()) if isinstance(kind, dict) else ():
            said = [coding.get("system"), coding.get("code"), found.value.get("value")]
            if all(isinstance(part, str) and part for part in said):
                yield one("token.of-type", type, f"{code}:of-type", "|".join(map(escaped, said)))
                return
