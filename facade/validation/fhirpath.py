"""FHIRPath on a resource's elements, with FHIR's own functions: by fhirpathpy, and what it lacks.

https://hl7.org/fhirpath/N1 · https://hl7.org/fhir/R4/fhirpath.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from facade.validation.compare import data_of
from facade.validation.functions import looping, plain
from facade.validation.issue import CannotEvaluate, OutOfTime
from facade.validation.nodes import Node
from facade.validation.targets import entries, named_target, resolved

Json = dict[str, Any]


MAX_EXPRESSION = 8192
_RESOLVED = re.compile(r"resolve\(\)")
_TYPED = re.compile(r"resolve\(\)(?:\s+(?:is|as)\b|\.(?:is|as|ofType)\()")


def _unknown(*asked: Any) -> bool:
    raise CannotEvaluate("this server does not know")


@dataclass(slots=True, eq=False)
class Evaluator:
    """Evaluates expressions on the elements of one resource.

    `member_of` is told a code, Coding or CodeableConcept and a value set's URL, `conforms_to` a resource and
    a profile's; both may raise CannotEvaluate, and so does `resolve` for what is not inside what was given.
    `tick` is called again and again, and may raise OutOfTime.
    """

    member_of: Callable[[Any, str], bool] = _unknown
    conforms_to: Callable[[Json, str], bool] = _unknown
    tick: Callable[[], None] = lambda: None
    _clean: dict[int, tuple[Any, Any]] = field(default_factory=dict)
    _entries: dict[int, tuple[Json, dict[str, Json]]] = field(default_factory=dict)
    _table: Json = field(default_factory=dict)

    def holds(self, expression: str, node: Node) -> bool | None:
        """Whether a constraint is met; None if it cannot be evaluated. A result of nothing is not met."""
        try:
            found = self.evaluate(expression, node)
        except OutOfTime:
            raise
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
            "userInvocationTable": self._functions(),
            "node": node,
            "types only": _asks_types_only(expression),
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

    def target(self, node: Node, reference: Any) -> Json | None:
        """The resource that a reference in a node points to, inside what was given; None if it leads out."""
        top = self.clean(node.top)
        if id(top) not in self._entries:
            self._entries[id(top)] = (top, entries(top))
        return resolved(self.clean(node.root), self._entries[id(top)][1], reference)

    def _functions(self) -> Json:
        """What is added to fhirpathpy's functions, or replaced."""
        if not self._table:
            self._table = {
                **plain(),
                **looping(self.tick),
                "resolve": {"fn": self._resolve, "arity": {0: []}},
                "memberOf": {"fn": self._member_of, "arity": {1: ["String"]}},
                "conformsTo": {"fn": self._conforms_to, "arity": {1: ["String"]}},
            }
        return self._table

    def _resolve(self, context: Json, items: list[Any]) -> list[Any]:
        from fhirpathpy.engine.nodes import ResourceNode

        found = [self.target(context["node"], data_of(item)) for item in items]
        if context["types only"]:
            found = [one or named_target(data_of(item)) for one, item in zip(found, items, strict=True)]
        if None in found:
            raise CannotEvaluate("a reference leads out of the resource")
        return [ResourceNode(one, None) for one in found]

    def _member_of(self, context: Json, items: list[Any], url: str) -> list[bool]:
        return [self.member_of(data_of(item), url) for item in items[:1]]

    def _conforms_to(self, context: Json, items: list[Any], url: str) -> list[bool]:
        return [self.conforms_to(data_of(item), url) for item in items[:1]]


@lru_cache(4096)
def _asks_types_only(expression: str) -> bool:
    """Whether of all that is resolved only the type is asked, which the reference itself names."""
    return len(_RESOLVED.findall(expression)) == len(_TYPED.findall(expression))


@lru_cache(4096)
def parsed(expression: str) -> Json:
    """The expression's tree, made once. Raises what fhirpathpy raises for what is no FHIRPath."""
    from fhirpathpy.parser import parse

    if len(expression) > MAX_EXPRESSION:
        raise CannotEvaluate("the expression is too long")
    tree: Json = parse(expression)
    return tree


@lru_cache(1)
def _model() -> Json:
    from fhirpathpy.models import models

    return dict(models["r4"])
