"""FHIRPath functions and operators that fhirpathpy lacks, or has otherwise than FHIR's own expressions mean.

https://hl7.org/fhirpath/N1/#functions · https://hl7.org/fhir/R4/fhirpath.html#functions

A function is called with fhirpathpy's context and the items before its dot, then its arguments. What who may
store a profile could make run for ever is bounded: patterns by time, loops by `tick`, collections by number.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from facade.spec.narrative import narrative_fault
from facade.validation.compare import compare, data_of
from facade.validation.issue import CannotEvaluate

Json = dict[str, Any]
Test = Callable[[Any], list[Any]]
MAX_ITEMS = 200_000
PATTERN_SECONDS = 0.5


def _has_value(context: Json, items: list[Any]) -> list[bool]:
    return [len(items) == 1 and not isinstance(data_of(items[0]), dict | list)]


def _html_checks(context: Json, items: list[Any]) -> list[bool]:
    return [all(isinstance(data_of(item), str) and not narrative_fault(data_of(item)) for item in items)]


def _matches(context: Json, items: list[Any], pattern: str) -> list[bool]:
    """R4's own expressions mean the whole string."""
    text = data_of(items[0]) if len(items) == 1 else None
    return [fullmatch(pattern, text)] if isinstance(text, str) else []


def _of_text(test: Callable[[str, str], bool]) -> Json:
    """A test of a string, which is false of nothing: R4's ref-1 asks `reference.startsWith('#').not()`."""

    def function(context: Json, items: list[Any], part: Any) -> list[bool]:
        text = data_of(items[0]) if len(items) == 1 else None
        return [isinstance(text, str) and isinstance(part, str) and test(text, part)]

    return {"fn": function, "arity": {1: ["String"]}}


def _comparison(test: Callable[[int], bool]) -> Json:
    """`<` and the like: of dates only as far as both say, where fhirpathpy compares what cannot be."""

    def function(context: Json, left: list[Any], right: list[Any]) -> list[bool]:
        if len(left) != 1 or len(right) != 1:
            return []
        order = compare(left[0], right[0])
        return [] if order is None else [test(order)]

    return {"fn": function, "arity": {2: ["Any", "Any"]}}


def _as(context: Json, items: list[Any], type: Any) -> list[Any]:
    """R4's own expressions use `as` on collections, as a filter."""
    from fhirpathpy.engine.nodes import TypeInfo

    TypeInfo.model = context["model"]
    return [item for item in items if (info := TypeInfo.from_value(item)) is not None and info.is_(type)]


def _logic(truth: Callable[[bool | None, bool | None], bool | None]) -> Json:
    """An operator of three-valued logic, on collections: one item that is no boolean is true."""

    def function(context: Json, left: list[Any], right: list[Any]) -> list[bool]:
        known = truth(_truth(left), _truth(right))
        return [] if known is None else [known]

    return {"fn": function, "arity": {2: ["Any", "Any"]}}


def _truth(items: list[Any]) -> bool | None:
    if len(items) > 1:
        raise CannotEvaluate("a single value is expected")
    value = data_of(items[0]) if items else None
    return value if value is None or isinstance(value, bool) else True


def _or(left: bool | None, right: bool | None) -> bool | None:
    return True if left or right else None if left is None or right is None else False


def _and(left: bool | None, right: bool | None) -> bool | None:
    return False if left is False or right is False else None if left is None or right is None else True


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _xor(left: bool | None, right: bool | None) -> bool | None:
    return None if left is None or right is None else left != right


def _is(context: Json, items: list[Any], type: Any) -> list[bool]:
    """False of nothing: ras-2 asks it of what may be absent."""
    return [len(items) == 1 and bool(_as(context, items, type))]


def fullmatch(pattern: str, text: str) -> bool:
    """Whether a pattern describes the whole text; raises CannotEvaluate for one that is none, or too slow."""
    import regex  # on use: most who serve are never asked to validate

    try:
        return _pattern(pattern).fullmatch(text, timeout=PATTERN_SECONDS, concurrent=True) is not None
    except (regex.error, TimeoutError, RecursionError, MemoryError):
        raise CannotEvaluate("the pattern cannot be applied") from None


@lru_cache(1024)
def _pattern(pattern: str) -> Any:
    import regex

    return regex.compile(pattern, regex.DOTALL)


def _replace_matches(context: Json, items: list[Any], pattern: str, other: str) -> list[str]:
    text = data_of(items[0]) if len(items) == 1 else None
    if not isinstance(text, str):
        return []
    import regex

    template = regex.sub(r"\$(\d+)", r"\\\1", other)
    try:
        return [_pattern(pattern).sub(template, text, timeout=PATTERN_SECONDS, concurrent=True)]
    except (regex.error, TimeoutError, RecursionError, MemoryError, IndexError):
        raise CannotEvaluate("the pattern cannot be applied") from None


def looping(tick: Callable[[], None]) -> Json:
    """The functions that go through a collection; `tick` is called for each item, and may raise."""

    def each(context: Json, items: list[Any], test: Test) -> list[list[Any]]:
        outer, found = context.get("$this"), []
        for at, item in enumerate(items):
            tick()
            context["$index"] = at
            found.append(test(item))
            context["$this"] = outer  # which fhirpathpy leaves at the last item
        return found

    def where(context: Json, items: list[Any], test: Test) -> list[Any]:
        told = each(context, items, test)
        return [item for item, verdict in zip(items, told, strict=True) if _truth(verdict)]

    def select(context: Json, items: list[Any], test: Test) -> list[Any]:
        return bounded([one for found in each(context, items, test) for one in found])

    def every(context: Json, items: list[Any], test: Test) -> list[bool]:
        return [all(_truth(verdict) for verdict in each(context, items, test))]

    def exists(context: Json, items: list[Any], test: Test | None = None) -> list[bool]:
        return [bool(items if test is None else where(context, items, test))]

    def repeat(context: Json, items: list[Any], test: Test) -> list[Any]:
        found: list[Any] = []
        seen: set[int] = set()
        while items:
            items = [one for one in select(context, items, test) if id(data_of(one)) not in seen]
            seen.update(id(data_of(one)) for one in items)
            found = bounded([*found, *items])
        return found

    def descendants(context: Json, items: list[Any]) -> list[Any]:
        from fhirpathpy.engine.invocations.navigation import create_reduce_children

        add_children = create_reduce_children(context, False)
        found: list[Any] = []
        while items:
            below: list[Any] = []
            for item in items:
                tick()
                below.extend(add_children([], item))
            found = bounded([*found, *below])
            items = below
        return found

    return {
        "where": {"fn": where, "arity": {1: ["Expr"]}},
        "select": {"fn": select, "arity": {1: ["Expr"]}},
        "all": {"fn": every, "arity": {1: ["Expr"]}},
        "exists": {"fn": exists, "arity": {0: [], 1: ["Expr"]}},
        "repeat": {"fn": repeat, "arity": {1: ["Expr"]}},
        "descendants": {"fn": descendants, "arity": {0: []}},
    }


def bounded(items: list[Any]) -> list[Any]:
    """The same; raises CannotEvaluate if there are too many."""
    if len(items) > MAX_ITEMS:
        raise CannotEvaluate("the expression gives too much")
    return items


@lru_cache(1)
def plain() -> Json:
    """The functions that need nothing but their arguments."""
    return {
        "as": {"fn": _as, "arity": {1: ["TypeSpecifier"]}},
        "asOp": {"fn": _as, "arity": {2: ["Any", "TypeSpecifier"]}},
        "is": {"fn": _is, "arity": {1: ["TypeSpecifier"]}},
        "isOp": {"fn": _is, "arity": {2: ["Any", "TypeSpecifier"]}},
        "hasValue": {"fn": _has_value, "arity": {0: []}},
        "htmlChecks": {"fn": _html_checks, "arity": {0: []}},
        "matches": {"fn": _matches, "arity": {1: ["String"]}, "nullable_input": True},
        "replaceMatches": {
            "fn": _replace_matches,
            "arity": {2: ["String", "String"]},
            "nullable_input": True,
        },
        "startsWith": _of_text(str.startswith),
        "endsWith": _of_text(str.endswith),
        "contains": _of_text(str.__contains__),
        "or": _logic(_or),
        "and": _logic(_and),
        "xor": _logic(_xor),
        "implies": _logic(lambda left, right: _or(_not(left), right)),
        "<": _comparison(lambda order: order < 0),
        "<=": _comparison(lambda order: order <= 0),
        ">": _comparison(lambda order: order > 0),
        ">=": _comparison(lambda order: order >= 0),
    }
