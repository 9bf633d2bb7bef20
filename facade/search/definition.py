"""A site's own search parameters: from a SearchParameter resource to what can be indexed and searched.

https://hl7.org/fhir/R4/searchparameter.html

One that is `active` must work: what it wants and we cannot do is refused by name. A draft, and one that is
retired, is a resource like any other, and nothing is searched by it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import Any

from facade.errors import InvalidResource
from facade.search.expressions import ExpressionError
from facade.search.extract import check_conditions
from facade.search.kinds import KINDS, PECULIAR, parameter_paths
from facade.spec import definitions
from facade.spec.definitions import own_parameter

LONGEST = 2000
"""Characters of an expression."""
STEPS = 100
DEEPEST = 20
"""Of the steps of an expression, and of brackets within brackets: it is followed by recursion."""
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
Fault = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Definition:
    """What an active SearchParameter says of one of its base types."""

    type: str
    code: str
    kind: str
    expression: str
    targets: tuple[str, ...]
    url: str
    description: str


def read_definition(resource: Mapping[str, Any]) -> tuple[Definition, ...]:
    """One for each resource type that a valid SearchParameter is for; none if it is not active.

    Raises InvalidResource with every fault.
    """
    if resource.get("status") != "active":
        return ()
    faults = list(_unfit(resource))
    if faults:
        raise InvalidResource(faults)
    found = [
        Definition(
            type,
            resource["code"],
            resource["type"],
            resource["expression"],
            tuple(resource.get("target", ())),
            resource["url"],
            resource["description"],
        )
        for type in _types(resource["base"])
    ]
    for one in found:
        faults += _misfits(one)
    if faults:
        raise InvalidResource(faults)
    return tuple(found)


def _types(base: list[str | None]) -> list[str]:
    """An abstract base stands for every type below it."""
    wanted = {one for one in base if one}
    return [
        type
        for type in sorted(definitions.resource_types())
        if type in wanted or not wanted.isdisjoint(definitions.ancestors(type))
    ]


def _unfit(resource: Mapping[str, Any]) -> list[Fault]:
    """What no resource type could do."""
    needed = ("url", "code", "description", "base", "type", "expression")
    faults: list[Fault] = [
        (f"SearchParameter.{name}", "required", f"An active search parameter has {name}.")
        for name in needed
        if not resource.get(name)
    ]
    if faults:
        return faults
    kind, code, expression = resource["type"], resource["code"], resource["expression"]
    if kind not in KINDS:
        text = f"Search parameters of the type {kind} cannot be defined here; {', '.join(KINDS)} can."
        faults.append(("SearchParameter.type", "not-supported", text))
    if not _CODE.fullmatch(code):
        text = (
            "The code begins with a letter (with _ do those that R4 itself defines), and letters, digits, - "
            "and _ follow, at most 64 together."
        )
        faults.append(("SearchParameter.code", "value", text))
    elif code in PECULIAR:
        text = f"`{code}` is a code that R4 keeps for parameters that it defines."
        faults.append(("SearchParameter.code", "business-rule", text))
    if len(expression) > LONGEST or len(re.findall(r"[.(\[]", expression)) > DEEPEST:
        text = f"An expression has at most {LONGEST} characters, and {DEEPEST} steps and brackets."
        faults.append(("SearchParameter.expression", "too-long", text))
    return faults


def _depth(expression: str) -> int:
    """How deep brackets are within brackets, be they in texts or not."""
    return max(accumulate((one == "(") - (one == ")") for one in expression))


def _misfits(one: Definition) -> list[Fault]:
    """What this resource type cannot do."""
    if one.code in definitions.search_parameters(one.type):
        text = f"`{one.code}` is a search parameter of {one.type} that R4 itself defines."
        return [("SearchParameter.code", "business-rule", text)]
    place = "SearchParameter.expression"
    sample = own_parameter(**asdict(one), number=definitions.own_numbers(one.type)[0], ready=False)
    try:
        if not parameter_paths(sample):
            text = f"leads to nothing of {one.type} by which a parameter of the type {one.kind} can find it"
            return [(place, "not-supported", f"`{one.expression}` {text}.")]
        check_conditions(sample)
    except ExpressionError as error:
        return [(place, "not-supported", f"`{one.expression}` cannot be used for {one.type}: {error}.")]
    except RecursionError:
        return [(place, "too-long", f"`{one.expression}` is nested too deeply.")]
    return []
