"""The order under `_sort`, as far as it is certain which of two resources comes first.

https://hl7.org/fhir/R4/search.html#sort

Only resources with one value are compared: dates where one ends before the other begins, texts where the
first letters that differ are plain ones. Where resources without a value stand is the server's choice.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from fractions import Fraction
from typing import Any

from conformance.errors import Failed, NotDeclared, Skipped
from conformance.matching import numbers
from conformance.matching.expressions import Found
from conformance.matching.leeway import times
from conformance.matching.parameters import Parameter
from conformance.suites.search.ask import Refused, ask
from conformance.suites.search.derive.plain import texts_of
from conformance.suites.search.requirements import REQUIREMENTS
from conformance.suites.search.scope import Scope

Json = dict[str, Any]
Before = Callable[[Any, Any], bool]
KINDS = ("date", "string", "number", "quantity")
EACH = 3  # parameters of a type
PAGES = 2
SORTS = "sorts exercised"


def jobs(scope: Scope, type: str) -> Iterator[Coroutine[Any, Any, None]]:
    """Both directions of a few parameters that have several values, one of each kind first."""
    declared = scope.session.statement.types[type].parameters
    known = scope.parameters(type)
    codes = [code for code in declared if code in known and (type, code) not in scope.unknown]
    suited = [
        known[code] for code in codes if known[code].kind in KINDS and len(_keys(scope, known[code])) > 2
    ]
    scope.chance("sort", type).shuffle(suited)
    first_of_kind = {one.kind: one for one in reversed(suited)}
    chosen = [*first_of_kind.values(), *(one for one in suited if one not in first_of_kind.values())][:EACH]
    for parameter in chosen:
        yield _sorted(scope, parameter, "")
        yield _sorted(scope, parameter, "-")


def _keys(scope: Scope, parameter: Parameter) -> set[str]:
    found = (key(scope, parameter, one) for one in scope.resources(parameter.type)[:100])
    return {str(one) for one in found if one is not None}


async def _sorted(scope: Scope, parameter: Parameter, sign: str) -> None:
    type = parameter.type
    item = ("_sort", f"{sign}{parameter.code}")
    requirement = REQUIREMENTS["sort.descending" if sign else "sort.ascending"]
    size = max(2, min(50, len(scope.resources(type)) // 2))
    async with scope.session.check(requirement, f"{type}?_sort={item[1]}") as check:
        try:
            answer = await ask(check, type, [item], count=size, pages=PAGES)
        except Refused as refused:
            raise NotDeclared(f"the server refuses to sort by it: {refused}") from None
        if answer.left_out([item]):
            raise NotDeclared("the server does not sort, as its self link says")
        keyed = []
        for one in answer.matches:
            scope.alive.append(one)
            found = key(scope, parameter, scope.world.by_name.get(f"{type}/{one.get('id')}") or one)
            if found is not None:
                keyed.append((str(one.get("id")), found))
        before = BEFORE[parameter.kind]
        for at, (id, value) in enumerate(keyed):
            for earlier, other in keyed[max(0, at - 5) : at]:
                wrong = before(value, other) if not sign else before(other, value)
                if wrong:
                    raise Failed(f"_sort={item[1]} gives {type}/{earlier} before {type}/{id}")
        if len({str(value) for _, value in keyed}) < 2:
            raise Skipped("there are no two values that can be told apart")
        scope.session.tally(SORTS).saw(f"{type}?_sort={item[1]}")
        check.exchanges.clear()


def key(scope: Scope, parameter: Parameter, resource: Json) -> Any:
    """What a resource is sorted by; None where it has no value, several, or one that cannot be compared."""
    found = scope.world.found(resource, parameter)
    try:
        return _KEYS[parameter.kind](found[0]) if len(found) == 1 else None
    except (AttributeError, ArithmeticError, KeyError, TypeError, ValueError):
        return None


def _date(found: Found) -> Any:
    span = times.stored(found)
    texts = [found.value] if isinstance(found.value, str) else []
    return (span, all(times.zoned(text) for text in texts)) if span and texts else None


def _string(found: Found) -> Any:
    texts = texts_of(found)
    return texts[0] if len(texts) == 1 and isinstance(found.value, str) else None


def _number(found: Found) -> Any:
    stored = numbers.targets(found)
    exact = len(stored) == 1 and stored[0].low is not None and stored[0].low == stored[0].high
    return (stored[0].low, stored[0].code or stored[0].unit) if exact else None


def _earlier(one: tuple[times.Span, bool], other: tuple[times.Span, bool]) -> bool:
    apart = 0 if one[1] == other[1] else 24 * times.HOUR
    return one[0][1] + apart <= other[0][0]


def _first(one: str, other: str) -> bool:
    """Whether a text comes first in any alphabet: by the first letters that differ, if these are plain."""
    for here, there in zip(one.casefold(), other.casefold(), strict=False):
        if here != there:
            return "a" <= here <= "z" and "a" <= there <= "z" and here < there
        if not "a" <= here <= "z":
            return False
    return False


def _less(one: tuple[Fraction, str], other: tuple[Fraction, str]) -> bool:
    return one[1] == other[1] and one[0] < other[0]


BEFORE: dict[str, Before] = {"date": _earlier, "string": _first, "number": _less, "quantity": _less}
_KEYS: dict[str, Callable[[Found], Any]] = {
    "date": _date,
    "string": _string,
    "number": _number,
    "quantity": _number,
}
