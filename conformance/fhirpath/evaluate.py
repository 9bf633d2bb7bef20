"""An expression, evaluated by fhirpathpy on a value of a resource.

https://hl7.org/fhirpath/N1/ · https://hl7.org/fhir/R4/fhirpath.html

Each is parsed once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from conformance.fhirpath.functions import CannotEvaluate, functions, model, plain

Json = dict[str, Any]
Items = list[Any]
_LONGEST = 8192  # characters of an expression
_RESOLVE = re.compile(r"\bresolve\(\)")
_ABSTRACT = re.compile(r"\b(?:Domain)?Resource\.")
_TYPE_ASKED = re.compile(
    r"\bresolve\(\)(?:\s+(?:is|as)\s|\.(?:is|as|ofType)\(|\.iif\(empty\(\), true, ofType\()"
)


@dataclass(frozen=True, slots=True)
class Focus:
    """Where an expression begins: `value` of FHIR's `type` (`Patient`, `Patient.contact`, `Period`).

    It is in `resource`, that in `root` (the same, unless it is contained). `find` gives the resource that the
    text of a reference names, or None."""

    value: Any
    type: str
    resource: Json
    root: Json
    find: Callable[[str], Json | None] = field(default=lambda text: None)


def evaluate(expression: str, focus: Focus) -> Items:
    """What the expression gives: plain JSON values. Raises CannotEvaluate.

    The value should be `bare`, or a primitive with extensions counts as two.
    """
    try:
        return [plain(item) for item in nodes(expression, focus)]
    except CannotEvaluate:
        raise
    except Exception as error:  # fhirpathpy raises whatever comes, ANTLR's errors among them
        raise CannotEvaluate(f"{type(error).__name__} in {expression[:60]}") from None


def typed(expression: str, focus: Focus) -> list[tuple[str, Any]]:
    """The same, each value with its FHIR type, empty where fhirpathpy does not know it."""
    try:
        return [(str(getattr(item, "path", "") or ""), plain(item)) for item in nodes(expression, focus)]
    except CannotEvaluate:
        raise
    except Exception as error:
        raise CannotEvaluate(f"{type(error).__name__} in {expression[:60]}") from None


def nodes(expression: str, focus: Focus) -> Items:
    """fhirpathpy's own nodes. Raises what fhirpathpy does."""
    from fhirpathpy.engine import do_eval
    from fhirpathpy.engine.nodes import ResourceNode, TypeInfo

    TypeInfo.model = model()
    whole = isinstance(focus.value, dict) and "resourceType" in focus.value
    start = [focus.value if whole else ResourceNode(focus.value, focus.type)]  # or it knows no `Patient.name`
    if whole:
        expression = _ABSTRACT.sub(f"{focus.value['resourceType']}.", expression)
    context: Json = {
        "dataRoot": start,
        "$this": start,
        "vars": {
            "context": start,
            "resource": ResourceNode(focus.resource, None),
            "rootResource": ResourceNode(focus.root, None),
            "ucum": "http://unitsofmeasure.org",
            "sct": "http://snomed.info/sct",
            "loinc": "http://loinc.org",
        },
        "model": model(),
        "traceFn": lambda *told: None,
        "userInvocationTable": functions(),
        "focus": focus,
        "by type": _types_alone(expression),
    }
    found: Items = do_eval(context, start, parsed(expression)["children"][0])
    return found


@lru_cache(8192)
def parsed(expression: str) -> Json:
    """The tree of an expression. Raises what fhirpathpy does for what is no FHIRPath."""
    from fhirpathpy.parser import parse

    if len(expression) > _LONGEST:
        raise CannotEvaluate("the expression is too long")
    tree: Json = parse(expression)
    return tree


@lru_cache(8192)
def _types_alone(expression: str) -> bool:
    """Whether of what is resolved only the type is asked, which the text of a reference tells."""
    return len(_RESOLVE.findall(expression)) == len(_TYPE_ASKED.findall(expression))
