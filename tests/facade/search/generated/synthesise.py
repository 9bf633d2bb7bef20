"""A minimal resource with a value where a search expression looks, for pairs that no example has a value for.

https://hl7.org/fhir/R4/datatypes.html
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from conformance.matching.expressions import branches_of
from conformance.matching.world import Resource, components
from facade.spec import definitions
from facade.spec.definitions import Element, SearchParameter

SUITED = {
    "string": ("string", "markdown", "HumanName", "Address"),
    "token": ("CodeableConcept", "Coding", "Identifier", "code", "boolean", "ContactPoint", "string"),
    "date": ("dateTime", "date", "Period", "instant", "Timing"),
    "number": ("decimal", "integer", "positiveInt"),
    "quantity": ("Quantity", "Age", "Range", "Money"),
    "reference": ("Reference", "canonical", "uri"),
    "uri": ("uri", "url", "canonical"),
}
CODING = {"system": "http://codes.example/s", "code": "synthetic-code", "display": "Synthetic display"}
VALUES: dict[str, Any] = {
    "string": "Synthetic text",
    "markdown": "Synthetic *text*",
    "boolean": True,
    "integer": 7,
    "positiveInt": 7,
    "unsignedInt": 7,
    "decimal": Decimal("7.25"),
    "date": "2019-05-06",
    "dateTime": "2019-05-06T07:08:09+02:00",
    "instant": "2019-05-06T07:08:09.010Z",
    "uri": "http://uris.example/synthetic/part",
    "url": "http://uris.example/synthetic/part",
    "canonical": "http://canonicals.example/synthetic|2.1",
    "id": "synthetic-id",
    "Coding": CODING,
    "CodeableConcept": {"coding": [CODING], "text": "Synthetic concept"},
    "Identifier": {"system": "http://ids.example", "value": "synthetic-1", "type": {"coding": [CODING]}},
    "ContactPoint": {"system": "phone", "value": "555-0199"},
    "HumanName": {"family": "Synthetic", "given": ["Sam"]},
    "Address": {
        "city": "Syntheticville",
        "state": "SY",
        "country": "SX",
        "postalCode": "S123",
        "use": "home",
    },
    "Period": {"start": "2019-05-06", "end": "2019-06"},
    "Timing": {"event": ["2019-05-06"]},
    "Money": {"value": Decimal("7.25"), "currency": "EUR"},
    "Range": {
        "low": {"value": 3, "system": "http://unitsofmeasure.org", "code": "mg"},
        "high": {"value": 9, "system": "http://unitsofmeasure.org", "code": "mg"},
    },
    **{
        type: {
            "value": Decimal("7.25"),
            "unit": "milligram",
            "system": "http://unitsofmeasure.org",
            "code": "mg",
        }
        for type in ("Quantity", "Age", "Duration", "Count", "Distance")
    },
}


def synthesise(parameter: SearchParameter) -> Resource:
    """A resource of the parameter's type with one value of it."""
    made: Resource = {"resourceType": parameter.type, "id": f"synthetic-{parameter.code.strip('_')}"[:64]}
    assert parameter.expression is not None
    branch = branches_of(parameter.expression)[0]
    if parameter.kind == "composite":
        place, path = _grow(made, parameter.type, branch, "")
        of_type = definitions.search_parameters(parameter.type)
        for code, expression in components(parameter):
            inner = branches_of(expression)[0]
            kind = of_type[code].kind
            if inner.startswith("%resource."):
                _grow(made, parameter.type, inner, kind)
            else:
                _grow(place, path, f"$.{inner}", kind)
    else:
        _grow(made, parameter.type, branch, parameter.kind)
    return made


def _grow(item: dict[str, Any], path: str, branch: str, kind: str) -> tuple[dict[str, Any], str]:
    """Make what the steps of a branch lead to, with a value at the end if `kind` says what it is for."""
    branch = re.sub(r"\(([\w.]+) as (\w+)\)", r"\1.as(\2)", branch)
    branch = re.sub(r"^([\w.]+) as (\w+)$", r"\1.as(\2)", branch)
    steps = re.findall(r"([\w$%]+)(?:\(((?:[^()]|\(\))*)\))?", branch.replace("[0]", ""))[1:]
    asked = [dict(re.findall(r"(\w+)='([^']*)'", test)) for _, test in steps]
    for at, (name, _) in enumerate(steps):
        if name == "where":
            item |= asked[at]
        elif name not in ("as", "exists"):
            cast = steps[at + 1][1] if steps[at + 1 : at + 2] and steps[at + 1][0] == "as" else ""
            rest = [step for step in steps[at + 1 :] if step[0] not in ("as", "exists")]
            last = not [step for step in rest if step[0] != "where"]
            resolved = re.search(r"is (\w+)", " ".join(test for _, test in rest))
            element = _element(path, name, {"DateTime": "dateTime"}.get(cast, cast), kind if last else "")
            if last and kind:
                value = _value(element, resolved[1] if resolved else None)
                if rest and asked[at + 1]:
                    value = {**value, **asked[at + 1]}
                item[element.name] = value if element.max == 1 else [value]
                return item, path
            below = item.get(element.name) or {}
            below = below[0] if isinstance(below, list) else below
            item[element.name] = below if element.max == 1 else [below]
            item, path = below, element.path
    return item, path


def _element(path: str, name: str, cast: str, kind: str) -> Element:
    known = [e for e in definitions.elements(path).values() if name in (e.name, e.choice)]
    for type in (cast,) if cast else SUITED.get(kind, ()):
        for element in known:
            if element.type == type:
                return element
    return known[0]


def _value(element: Element, target: str | None) -> Any:
    if element.type == "code":
        return sorted(element.codes)[0] if element.codes else "synthetic-code"
    if element.type == "Reference":
        named = target or (element.targets[0] if element.targets else "Patient")
        named = "Patient" if named == "Resource" else named
        return {"reference": f"{named}/synthetic", "identifier": VALUES["Identifier"]}
    return VALUES[element.type]
