"""FHIRPath on a resource's elements, with FHIR's own functions: by fhirpathpy, and what it lacks.

https://hl7.org/fhirpath/N1 · https://hl7.org/fhir/R4/fhirpath.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from facade.spec import definitions
from facade.spec.narrative import narrative_fault
from facade.validation.compare import compare, data_of
from facade.validation.nodes import Node

Json = dict[str, Any]


_NAMED = re.compile(r"(?:.*/)?([A-Za-z]+)/[^/]+(?:/_history/[^/]+)?")
_RESOLVED = re.compile(r"resolve\(\)")
_TYPED = re.compile(r"resolve\(\)(?:\s+(?:is|as)\b|\.(?:is|as|ofType)\()")


class CannotEvaluate(Exception):
    """The expression asks what cannot be known here: a target elsewhere, a value set without its codes."""


def _unknown(*asked: Any) -> bool:
    raise CannotEvaluate("this server does not know")


@dataclass(slots=True, eq=False)
class Evaluator:
    """Evaluates expressions on the elements of one resource.

    `member_of` is told a code, Coding or CodeableConcept and a value set's URL, `conforms_to` a resource and
    a profile's; both may raise CannotEvaluate, and so does `resolve` for what is not inside what was given.
    """

    member_of: Callable[[Any, str], bool] = _unknown
    conforms_to: Callable[[Json, str], bool] = _unknown
    _clean: dict[int, tuple[Any, Any]] = field(default_factory=dict)

    def holds(self, expression: str, node: Node) -> bool | None:
        """Whether a constraint is met; None if it cannot be evaluated. A result of nothing is not met."""
        try:
            found = self.evaluate(expression, node)
        except (CannotEvaluate, RecursionError):
            return None
        except Exception:  # fhirpathpy raises plain exceptions for what it does not know
            return None
        return found == [True]

    def evaluate(self, expression: str, node: Node) -> list[Any]:
        """What an expression gives: plain JSON values. Raises CannotEvaluate, and what fhirpathpy raises."""
        from fhirpathpy.engine import do_eval
        from fhirpathpy.engine.nodes import ResourceNode

        resource = self.clean(node.resource)
        value = node.companion if node.value is None else self.clean(node.value)
        start = [ResourceNode(value, node.path)]
        context: Json = {
            "dataRoot": start,
            "$this": start,
            "vars": {
                "context": start,
                "resource": ResourceNode(resource, None),
                "rootResource": ResourceNode(self.clean(node.root), None),
                "ucum": "http://unitsofmeasure.org",
                "sct": "http://snomed.info/sct",
                "loinc": "http://loinc.org",
            },
            "model": _model(),
            "traceFn": lambda *told: None,
            "userInvocationTable": self._functions(node, _asks_types_only(expression)),
        }
        return [data_of(item) for item in do_eval(context, start, parsed(expression)["children"][0])]

    def clean(self, value: Any) -> Any:
        """A value without the `_name` beside a `name`: fhirpathpy takes the two for two elements.

        What has only extensions keeps them. Where nothing is to do, the value itself is given back.
        """
        if not isinstance(value, dict | list):
            return value
        known = self._clean.get(id(value))
        if known is not None:
            return known[1]
        found = self._clean_list(value) if isinstance(value, list) else self._clean_object(value)
        self._clean[id(value)] = (value, found)  # the value is kept, so that its id stays its own
        return found

    def _clean_list(self, value: list[Any]) -> list[Any]:
        found = [self.clean(item) for item in value]
        return value if all(a is b for a, b in zip(found, value, strict=True)) else found

    def _clean_object(self, value: Json) -> Json:
        found: Json = {}
        for name, item in value.items():
            if name.startswith("_") and name[1:] in value:
                beside = value[name[1:]]
                if isinstance(item, list) and isinstance(beside, list):
                    alone = [
                        self.clean(one)
                        for at, one in enumerate(item)
                        if one is not None and (at >= len(beside) or beside[at] is None)
                    ]
                    if alone:
                        found[name] = alone
            elif isinstance(item, list) and "_" + name in value:
                found[name] = [self.clean(one) for one in item if one is not None]
            else:
                found[name] = self.clean(item)
        same = found.keys() == value.keys() and all(found[name] is value[name] for name in found)
        return value if same else found

    def _functions(self, node: Node, types_only: bool) -> Json:
        """What is added to fhirpathpy's functions, or replaced."""

        def resolve(context: Json, items: list[Any]) -> list[Any]:
            found = [resolved(self.clean(node.root), self.clean(node.top), data_of(item)) for item in items]
            if types_only:
                found = [one or named_target(data_of(item)) for one, item in zip(found, items, strict=True)]
            if None in found:
                raise CannotEvaluate("a reference leads out of the resource")
            return found

        def member_of(context: Json, items: list[Any], url: str) -> list[bool]:
            return [self.member_of(data_of(item), url) for item in items[:1]]

        def conforms_to(context: Json, items: list[Any], url: str) -> list[bool]:
            return [self.conforms_to(data_of(item), url) for item in items[:1]]

        return _plain() | {
            "resolve": {"fn": resolve, "arity": {0: []}},
            "memberOf": {"fn": member_of, "arity": {1: ["String"]}},
            "conformsTo": {"fn": conforms_to, "arity": {1: ["String"]}},
        }


def _has_value(context: Json, items: list[Any]) -> list[bool]:
    return [len(items) == 1 and not isinstance(data_of(items[0]), dict | list)]


def _html_checks(context: Json, items: list[Any]) -> list[bool]:
    return [all(isinstance(data_of(item), str) and not narrative_fault(data_of(item)) for item in items)]


def _matches(context: Json, items: list[Any], pattern: str) -> list[bool]:
    """R4's own expressions mean the whole string."""
    text = data_of(items[0]) if len(items) == 1 else None
    return [_pattern(pattern).fullmatch(text) is not None] if isinstance(text, str) else []


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


@lru_cache(1024)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)


@lru_cache(1)
def _plain() -> Json:
    return {
        "as": {"fn": _as, "arity": {1: ["TypeSpecifier"]}},
        "asOp": {"fn": _as, "arity": {2: ["Any", "TypeSpecifier"]}},
        "is": {"fn": _is, "arity": {1: ["TypeSpecifier"]}},
        "isOp": {"fn": _is, "arity": {2: ["Any", "TypeSpecifier"]}},
        "hasValue": {"fn": _has_value, "arity": {0: []}},
        "htmlChecks": {"fn": _html_checks, "arity": {0: []}},
        "matches": {"fn": _matches, "arity": {1: ["String"]}, "nullable_input": True},
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


@lru_cache(4096)
def _asks_types_only(expression: str) -> bool:
    """Whether of all that is resolved only the type is asked, which the reference itself names."""
    return len(_RESOLVED.findall(expression)) == len(_TYPED.findall(expression))


@lru_cache(4096)
def parsed(expression: str) -> Json:
    """The expression's tree, made once. Raises what fhirpathpy raises for what is no FHIRPath."""
    from fhirpathpy.parser import parse

    tree: Json = parse(expression)
    return tree


@lru_cache(1)
def _model() -> Json:
    from fhirpathpy.models import models

    return dict(models["r4"])


def resolved(root: Json, top: Json, reference: Any) -> Json | None:
    """What a reference points to inside what was given: what `root` contains, or an entry of a Bundle."""
    text = reference.get("reference") if isinstance(reference, dict) else reference
    if not isinstance(text, str):
        return None
    if text == "#":
        return root
    if text.startswith("#"):
        contained = (one for one in _list(root.get("contained")) if isinstance(one, dict))
        return next((one for one in contained if one.get("id") == text[1:]), None)
    return _entries(top).get(text.partition("/_history/")[0])


def named_target(reference: Any) -> Json | None:
    """A resource of the type that a reference names, without any content."""
    text = reference.get("reference") if isinstance(reference, dict) else reference
    match = _NAMED.fullmatch(text) if isinstance(text, str) else None
    known = match is not None and match[1] in definitions.resource_types()
    return {"resourceType": match[1]} if match and known else None


def _entries(top: Json) -> dict[str, Json]:
    """A Bundle's resources by what refers to them: their fullUrl, and Type/id."""
    found: dict[str, Json] = {}
    for entry in _list(top.get("entry")) if top.get("resourceType") == "Bundle" else ():
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            if isinstance(url := entry.get("fullUrl"), str):
                found[url] = resource
            found.setdefault(f"{resource.get('resourceType')}/{resource.get('id')}", resource)
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
