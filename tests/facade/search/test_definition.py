"""A SearchParameter that cannot be searched by is refused, with the element at fault."""

from __future__ import annotations

from typing import Any

import pytest

from facade.errors import InvalidResource
from facade.search import extract
from facade.search.definition import read_definition
from facade.search.model import Setting
from facade.spec.definitions import own_numbers, own_parameter, resource_types, search_parameters
from tests.facade.own_parameters import EYES, definition, patient


def test_one_for_each_base_type() -> None:
    expression = "Patient.photo.title | Person.photo.title"
    found = read_definition(definition(base=["Patient", "Person"], type="string", expression=expression))
    assert [one.type for one in found] == ["Patient", "Person"]


@pytest.mark.parametrize("status", ["draft", "retired", "unknown"])
def test_only_active_ones_count(status: str) -> None:
    assert read_definition(definition(status=status, type="special", expression="%%")) == ()


@pytest.mark.parametrize(
    ("more", "place", "text"),
    [
        ({"type": "composite"}, "type", "composite cannot be defined here"),
        ({"type": "special"}, "type", "special cannot be defined here"),
        ({"code": "gender"}, "code", "`gender` is a search parameter of Patient that R4 itself defines"),
        ({"code": "_tag"}, "code", "begins with a letter"),
        ({"code": "a.b"}, "code", "begins with a letter"),
        ({"code": "phonetic"}, "code", "R4"),
        ({"expression": None}, "expression", "has expression"),
        ({"expression": "Patient.((("}, "expression", "unexpected"),
        ({"expression": "Patient.nmae"}, "expression", "Patient has no element nmae"),
        ({"expression": "Patient.name.first().given"}, "expression", "the function first"),
        ({"expression": "Patient.name.where(use.matches('x')).use"}, "expression", "the function matches"),
        ({"expression": "Patient.photo.size"}, "expression", "by which a parameter of the type token"),
        ({"expression": "Observation.code"}, "expression", "leads to nothing of Patient"),
        ({"expression": "(" * 21 + "Patient.active" + ")" * 21}, "expression", "at most"),
        ({"expression": "Patient" + ".extension" * 200}, "expression", "at most"),
        ({"expression": "Patient" + ".extension.value" * 9}, "expression", "1000 places"),
    ],
)
def test_what_cannot_work_is_refused(more: dict[str, Any], place: str, text: str) -> None:
    with pytest.raises(InvalidResource) as refused:
        read_definition(definition(**more))
    assert refused.value.expression == f"SearchParameter.{place}"
    assert text in refused.value.diagnostics


def test_every_base_type_must_have_something_to_look_at() -> None:
    with pytest.raises(InvalidResource, match="leads to nothing of Person"):
        read_definition(definition(base=["Patient", "Person"]))


def test_an_abstract_base_stands_for_all_below_it() -> None:
    expression = f"DomainResource.extension.where(url = '{EYES}').value"
    found = read_definition(definition(base=["DomainResource"], expression=expression))
    assert {one.type for one in found} == resource_types() - {"Bundle", "Binary", "Parameters"}


def test_own_numbers_are_no_one_elses() -> None:
    used = {one.number for type in resource_types() for one in search_parameters(type).values()}
    own = [number for type in resource_types() for number in own_numbers(type)]
    assert len(set(own)) == len(own) == 50 * 146
    assert used.isdisjoint(own)


def test_what_is_written_is_indexed_by_it_before_it_is_ready() -> None:
    one = read_definition(definition())[0]
    words = (one.type, one.code, one.kind, one.expression, one.targets, one.url, one.description)
    names = ("type", "code", "kind", "expression", "targets", "url", "description")
    own = own_parameter(number=own_numbers("Patient")[0], ready=False, **dict(zip(names, words, strict=True)))  # type: ignore[arg-type]
    rows = extract(patient("blue", id="1"), Setting(custom=(own,)))
    assert (own.number, "blue", "") in rows.tokens
    assert (own.number, "blue", "") not in extract(patient("blue", id="1")).tokens
