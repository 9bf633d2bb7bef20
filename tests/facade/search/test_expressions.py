"""Every official expression compiles, and gives what an independent FHIRPath engine gives."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import fhirpathpy
import pytest
from fhirpathpy.engine.nodes import ResourceNode
from fhirpathpy.models import models

from facade.search.expressions import (
    Binary,
    Call,
    Cast,
    ExpressionError,
    Index,
    Is,
    Literal,
    Member,
    This,
    parse_expression,
)
from facade.search.paths import Child, Nth, Values, compile_values, reference_type, resolve_paths
from facade.spec import definitions
from tests.facade.search.official import example_resources, search_parameter_resources
from tests.paths import needs_shared


def test_the_tree_of_an_expression() -> None:
    assert parse_expression("Patient.name.family") == Member(
        Member(Member(This(), "Patient"), "name"), "family"
    )
    assert parse_expression("a.where(system='x\\'y')") == Call(
        Member(This(), "a"), "where", (Binary("=", Member(This(), "system"), Literal("x'y")),)
    )
    assert parse_expression("(A.b as Period) | A.c.as(date)") == Binary(
        "|",
        Cast(Member(Member(This(), "A"), "b"), "Period"),
        Cast(Member(Member(This(), "A"), "c"), "date"),
    )
    assert parse_expression("a[2].b.exists() and c != false") == Binary(
        "and",
        Call(Member(Index(Member(This(), "a"), 2), "b"), "exists", ()),
        Binary("!=", Member(This(), "c"), Literal(False)),
    )
    assert parse_expression("x.where(resolve() is Patient)") == Call(
        Member(This(), "x"), "where", (Is(Call(This(), "resolve", ()), "Patient"),)
    )


@pytest.mark.parametrize("broken", ["", "a.", "a.where(", "a[", "a b", "a.'x'", "a # b", "a is", "$that"])
def test_what_is_no_expression_is_refused(broken: str) -> None:
    with pytest.raises(ExpressionError, match=re.escape(repr(broken))):
        parse_expression(broken)


def test_an_element_that_is_not_there_is_refused() -> None:
    with pytest.raises(ExpressionError, match=r"^Patient has no element nome$"):
        resolve_paths("Patient.nome", "Patient")
    with pytest.raises(ExpressionError, match=r"^string has no elements$"):
        resolve_paths("Patient.name.family.x", "Patient")


def test_paths_know_types_choices_and_positions() -> None:
    (path,) = resolve_paths("Observation.value as Quantity", "Observation")
    assert (path.steps, path.type, path.single) == ((Child("valueQuantity"),), "Quantity", True)
    assert {p.type for p in resolve_paths("Observation.effective", "Observation")} == {
        "dateTime",
        "Period",
        "Timing",
        "instant",
    }
    (path,) = resolve_paths("Bundle.entry[0].resource", "Bundle")
    assert path.steps == (Child("entry"), Nth(0), Child("resource"))
    assert resolve_paths("Patient.name.given | Observation.status", "Patient")[0].single is False


def test_every_parameter_of_every_type_compiles() -> None:
    compiled = 0
    for type in sorted(definitions.resource_types()):
        for parameter in definitions.search_parameters(type).values():
            if parameter.expression is not None:
                assert resolve_paths(parameter.expression, type), parameter
                ours(parameter.expression, type)
                compiled += 1
    assert compiled > 2500


@needs_shared
def test_every_expression_of_the_official_package_compiles() -> None:
    compiled = 0
    for parameter in search_parameter_resources():
        expression = parameter.get("expression")
        for base in parameter.get("base", ()) if expression else ():
            if parameter["id"] == "example-extension":  # its expression is of another type than its base
                continue
            type = "Patient" if base in ("Resource", "DomainResource") else base
            assert resolve_paths(expression, type), (parameter["id"], base)
            compiled += 1
    assert compiled >= 1700


PATIENT = {
    "resourceType": "Patient",
    "name": [{"family": "A", "given": ["b", None, "c"]}, {"text": "d"}],
    "telecom": [{"system": "phone", "value": "1"}, {"system": "email", "value": "2"}, {"value": "3"}],
    "link": [{"other": {"reference": "RelatedPerson/1"}}, {"other": {"reference": "Patient/2"}}],
    "extension": [{"url": "u", "valueString": "x"}, {"url": "v", "valueCode": "y"}],
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Patient.name.given", ["b", "c"]),
        ("Patient.telecom.where(system='email').value", ["2"]),
        ("Patient.link.other.where(resolve() is Patient).reference", ["Patient/2"]),
        ("Patient.name[1].text", ["d"]),
        ("Patient.name[5].text", []),
        ("Patient.deceased.exists() and Patient.deceased != false", [False]),
        ("Patient.extension('u').value", ["x"]),
        ("Patient.extension('u').value.ofType(code)", []),
        ("Patient.where(hasExtension('v')).name.family", ["A"]),
        ("Patient.where(hasExtension('w')).name.family", []),
        ("Resource.name.family | Patient.name.text", ["A", "d"]),
    ],
)
def test_values_found(expression: str, expected: list[Any]) -> None:
    assert ours(expression, "Patient")(PATIENT) == expected


@pytest.mark.parametrize(
    ("deceased", "expected"),
    [
        ({"deceasedBoolean": False}, False),
        ({"deceasedBoolean": True}, True),
        ({"deceasedDateTime": "2020"}, True),
    ],
)
def test_deceased_however_it_is_said(deceased: dict[str, Any], expected: bool) -> None:
    expression = definitions.search_parameters("Patient")["deceased"].expression
    assert expression is not None
    assert ours(expression, "Patient")({"resourceType": "Patient", **deceased}) == [expected]


@pytest.mark.parametrize(
    ("reference", "type"),
    [
        ({"reference": "Patient/1"}, "Patient"),
        ({"reference": "http://a/fhir/Group/1/_history/3"}, "Group"),
        ({"reference": "#a", "type": "Device"}, "Device"),
        ({"reference": "urn:uuid:0"}, None),
        ({"identifier": {"value": "1"}, "type": "Patient"}, "Patient"),
        ({}, None),
        ("Patient/1", None),
    ],
)
def test_what_a_reference_points_to(reference: Any, type: str | None) -> None:
    assert reference_type(reference) == type


@needs_shared
def test_the_examples_give_what_fhirpathpy_gives() -> None:
    compared = 0
    for resource in example_resources():
        type = resource["resourceType"]
        for parameter in definitions.search_parameters(type).values():
            if parameter.expression is not None:
                found = ours(parameter.expression, type)(resource)
                assert unique(found) == unique(theirs(parameter.expression)(resource)), parameter
                compared += bool(found)
    assert compared > 4000


def test_a_resource_of_our_own_gives_what_fhirpathpy_gives() -> None:
    for parameter in definitions.search_parameters("Patient").values():
        if parameter.expression is not None:
            found = ours(parameter.expression, "Patient")(PATIENT)
            assert unique(found) == unique(theirs(parameter.expression)(PATIENT)), parameter


@cache
def ours(expression: str, type: str) -> Values:
    return compile_values(parse_expression(expression), type)


@cache
def theirs(expression: str) -> Any:
    """fhirpathpy, with a resolve() that knows types only, and `as` over collections as HL7 means it here."""
    lenient = re.sub(r"\(([\w.]+) as (\w+)\)", r"\1.ofType(\2)", expression)
    lenient = re.sub(r"([\w.]+) as (\w+)", r"\1.ofType(\2)", lenient).replace(".as(", ".ofType(")
    table = {"resolve": {"fn": _resolve, "arity": {0: []}}}
    return fhirpathpy.compile(lenient, model=models["r4"], options={"userInvocationTable": table})


def _resolve(references: list[Any]) -> list[Any]:
    types = [reference_type(reference) for reference in references]
    return [ResourceNode.create_node({"resourceType": type}) for type in types if type]


def unique(values: list[Any]) -> list[Any]:
    """A FHIRPath union holds each value once."""
    kept: list[Any] = []
    return [kept.append(value) or value for value in values if value is not None and value not in kept]  # type: ignore[func-returns-value]
