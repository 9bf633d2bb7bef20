"""The official examples pass; what is broken in them on purpose, and in our samples, does not."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from facade.spec import definitions
from facade.spec.check import check
from facade.spec.definitions import Element
from tests.facade.spec import samples
from tests.facade.spec.official import examples
from tests.paths import needs_shared

WRONG = {  # true errors in HL7's own examples
    "activitydefinition-servicerequest-example": "the narrative is blank (txt-2)",
    "activitydefinition-supplyrequest-example": "the narrative is blank (txt-2)",
    "eventdefinition-example": "the narrative is blank (txt-2)",
    "questionnaire-zika-virus-exposure-assessment": "the narrative is blank (txt-2)",
    "devicemetric-example": "DeviceMetric.parent may refer to Device, and refers to DeviceDefinition",
    "deviceusestatement-example": "reasonReference may not refer to Procedure",
    "library-zika-virus-intervention-logic": "urn:oid:X.Y.Z is no OID",
    "medicationrequest0301": "dispenseRequest.performer may not refer to Practitioner",
    "observation-example-clinical-gender": "performer may not refer to Encounter",
    "terminologycapabilities-example": "urn:uuid: with upper case letters",
}


@needs_shared
def test_official_examples_are_valid_but_for_those_with_true_errors() -> None:
    assert len(examples()) == 723
    faulty = {name for name, resource in examples().items() if check(resource)}
    assert faulty == WRONG.keys()
    assert all(len(check(examples()[name])) <= 2 for name in WRONG)


Place = tuple[dict[str, Any], str, Element, str]  # the object, its type or path, the element, its JSON name


def _places(node: dict[str, Any], path: str) -> Iterator[Place]:
    """Every property in a resource with its definition."""
    for name, value in node.items():
        element = definitions.elements(path).get(name)
        if element is None:
            continue
        yield node, path, element, name
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                below = item["resourceType"] if element.path == "Resource" else element.path
                yield from _places(item, below)


def _drop_required(place: Place) -> bool:
    node, _, element, name = place
    if element.min and "_" + name not in node:
        del node[name]
        return True
    return False


def _add_unknown(place: Place) -> bool:
    place[0]["unheardOf"] = "x"
    return True


def _wrong_type(place: Place) -> bool:
    node, _, element, name = place
    value: Any = {"x": 1} if definitions.is_primitive(element.type) else "x"
    node[name] = [value] if element.max is None else value
    return True


def _wrong_code(place: Place) -> bool:
    node, _, element, name = place
    if element.codes is None or element.type != "code":
        return False
    node[name] = ["no-such-code"] if element.max is None else "no-such-code"
    return True


def _wrong_target(place: Place) -> bool:
    node, _, element, name = place
    if element.type != "Reference" or not element.targets:
        return False
    other = min(definitions.resource_types() - set(element.targets))
    node[name] = [{"reference": f"{other}/1"}] if element.max is None else {"reference": f"{other}/1"}
    return True


def _empty(place: Place) -> bool:
    node, _, element, name = place
    if element.max is None:
        node[name] = []
    else:
        node[name] = "" if definitions.is_primitive(element.type) else {}
    return True


def _swap_cardinality(place: Place) -> bool:
    node, _, element, name = place
    node[name] = node[name][0] if element.max is None else [node[name]]
    return True


def _second_choice(place: Place) -> bool:
    node, path, element, name = place
    if element.choice is None:
        return False
    others = [e for e in definitions.elements(path).values() if e.choice == element.choice and e.name != name]
    if not others:
        return False
    node[others[0].name] = node[name]
    return True


def _null(place: Place) -> bool:
    place[0][place[3]] = None
    return True


Mutation = Callable[[Place], bool]
MUTATIONS: tuple[Mutation, ...] = (
    _drop_required,
    _add_unknown,
    _wrong_type,
    _wrong_code,
    _wrong_target,
    _empty,
    _swap_cardinality,
    _second_choice,
    _null,
)


def _caught(resource: dict[str, Any], mutate: Mutation, choose: random.Random) -> bool | None:
    """Whether a mutation somewhere in the resource is found; None if it has no place for it."""
    broken = copy.deepcopy(resource)
    places = list(_places(broken, broken["resourceType"]))
    choose.shuffle(places)
    for place in places:
        if mutate(place):
            return bool(check(broken))
    return None


@pytest.mark.parametrize("mutate", MUTATIONS, ids=lambda m: m.__name__)
def test_mutations_of_our_samples_are_caught(mutate: Mutation) -> None:
    choose = random.Random(1)
    results = [_caught(sample, mutate, choose) for sample in samples.ALL for _ in range(30)]
    assert results.count(False) == 0
    assert results.count(True) >= 90


@needs_shared
@pytest.mark.parametrize("mutate", MUTATIONS, ids=lambda m: m.__name__)
def test_mutations_of_official_examples_are_caught(mutate: Mutation) -> None:
    choose = random.Random(2)
    valid = {
        n: r for n, r in examples().items() if n not in WRONG and len(json.dumps(r, default=str)) < 50_000
    }
    missed = [name for name, resource in valid.items() if _caught(resource, mutate, choose) is False]
    assert missed == []
