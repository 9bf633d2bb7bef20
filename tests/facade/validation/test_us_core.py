"""US Core: its own examples meet the profiles that they claim, and do not once they are broken."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from facade.spec import definitions
from facade.spec.check import check
from facade.validation.bindings import member_of
from facade.validation.issue import is_valid
from facade.validation.patterns import holds
from facade.validation.validate import validate
from tests.facade.validation.us_core import VERSIONS, examples, library, snapshots
from tests.paths import needs_shared

pytestmark = needs_shared

WRONG = {  # true errors in US Core's own examples
    ("3.1.1", "DiagnosticReport-cardiology-report"): "presentedForm.hash is no base64",
    ("3.1.1", "Observation-satO2-fiO2"): "L/min is not of ucum-vitals-common, a required binding in 3.1.1",
}
UNKNOWN = {  # claimed, and of other guides than US Core
    "http://hl7.org/fhir/StructureDefinition/vitalsigns",
    "http://hl7.org/fhir/us/sdoh-clinicalcare",
    "http://hl7.org/fhir/uv/sdc",
}

Json = dict[str, Any]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_examples_meet_the_profiles_that_they_claim(version: str) -> None:
    claimed = met = 0
    faulty = set()
    for name, resource in examples(version).items():
        issues = validate(resource, (), library(version))
        claims = [url for url in resource.get("meta", {}).get("profile", ()) if library(version).profile(url)]
        claimed += len(claims)
        if is_valid(issues):
            met += len(claims)
        else:
            faulty.add((version, name))
    assert faulty == {key for key in WRONG if key[0] == version}
    assert claimed > 60
    assert met >= claimed - 2


TRIES = 40

Place = tuple[list[Json], Json]  # the objects that hold an element, and its ElementDefinition


def _objects(resource: Json, path: str) -> list[Json]:
    """The objects that hold the element at a path: `Patient.name.family` gives the names."""
    found = [resource]
    for name in path.split(".")[1:-1]:
        found = [item for one in found for item in _items(one, name) if isinstance(item, dict)]
    return found


def _key(holder: Json, name: str) -> str | None:
    """The JSON name of an element that is there."""
    if not name.endswith("[x]"):
        return name if name in holder else None
    stem = name.removesuffix("[x]")
    return next((n for n in holder if n.startswith(stem) and n[len(stem) : len(stem) + 1].isupper()), None)


def _items(holder: Json, name: str) -> list[Any]:
    key = _key(holder, name)
    value = holder[key] if key is not None else []
    return value if isinstance(value, list) else [value]


def _places(resource: Json, version: str) -> Iterator[Place]:
    """Elements of the claimed profiles that the resource has, without those inside of slices."""
    for url in resource.get("meta", {}).get("profile", ()):
        for element in snapshots(version).get(url.partition("|")[0], ()):
            if "." in element["path"] and ":" not in element["id"].rpartition(".")[0]:
                name = element["path"].rpartition(".")[2]
                holders = [o for o in _objects(resource, element["path"]) if _key(o, name)]
                if holders:
                    yield holders, element


def _copied(resource: Json, version: str) -> tuple[Json, list[Place]]:
    """A copy of one's own, and its places."""
    copied = copy.deepcopy(resource)
    return copied, list(_places(copied, version))


def _name(element: Json) -> str:
    return str(element["path"].rpartition(".")[2])


def _drop(holder: Json, element: Json) -> None:
    key = _key(holder, _name(element))
    assert key is not None
    del holder[key]
    holder.pop("_" + key, None)


def _replace(holder: Json, element: Json, value: Any) -> None:
    key = _key(holder, _name(element))
    assert key is not None
    holder[key] = [value] if isinstance(holder[key], list) else value


def delete_required(place: Place, version: str) -> bool:
    holders, element = place
    if not element["min"] or "sliceName" in element:
        return False
    _drop(holders[0], element)
    return True


def wrong_code(place: Place, version: str) -> bool:
    holders, element = place
    binding = element.get("binding", {})
    if binding.get("strength") != "required" or "sliceName" in element:
        return False
    (kind, *_) = [t["code"] for t in element["type"]]
    coding = {"system": "http://example.org/none", "code": "none-such"}
    value: Any = {"code": "none-such", "CodeableConcept": {"coding": [coding]}, "Coding": coding}.get(kind)
    if value is None or member_of(value, binding["valueSet"], library(version).value_sets) is not False:
        return False
    _replace(holders[0], element, value)
    return True


def wrong_target(place: Place, version: str) -> bool:
    holders, element = place
    urls = {url for t in element.get("type", ()) for url in t.get("targetProfile", ())}
    profiles = {url: library(version).profile(url) for url in urls}
    allowed = {p.type if (p := profiles[url]) else url.rpartition("/")[2] for url in urls}
    if not urls or "Resource" in allowed or not any("reference" in i for i in _dicts(holders[0], element)):
        return False
    path = element["path"].rpartition(".")[0]
    known = definitions.elements(path) if definitions.has_elements(path) else {}
    of_r4 = {
        t
        for e in known.values()
        if e.name in (_name(element), _key(holders[0], _name(element)))
        for t in e.targets
    }
    others = sorted(of_r4 - allowed)
    if not others:
        return False
    _replace(holders[0], element, {"reference": f"{others[0]}/1"})
    return True


def _dicts(holder: Json, element: Json) -> list[Json]:
    return [item for item in _items(holder, _name(element)) if isinstance(item, dict)]


def _fixed(element: Json) -> Any:
    return next((v for n, v in element.items() if n.startswith(("fixed", "pattern"))), None)


def wrong_fixed(place: Place, version: str) -> bool:
    holders, element = place
    fixed = _fixed(element)
    if fixed is None or "sliceName" in element:
        return False
    changed: Any = "http://example.org/other"
    if isinstance(fixed, dict):
        changed = {"coding": [{"system": "http://example.org/other", "code": "x"}]}
    _replace(holders[0], element, changed)
    return True


def missing_slice(place: Place, version: str) -> bool:
    holders, element = place
    pattern = _fixed(element)
    if "sliceName" not in element or not element["min"] or pattern is None:
        return False
    key = _key(holders[0], _name(element))
    assert key is not None
    if not isinstance(holders[0][key], list):
        return False
    rest = [item for item in holders[0][key] if not holds(item, pattern)]
    if len(rest) == len(holders[0][key]):
        return False
    holders[0][key] = [*rest, {"text": "no slice's"}]
    return True


def second_of_slice(place: Place, version: str) -> bool:
    holders, element = place
    pattern = _fixed(element)
    if "sliceName" not in element or element["max"] != "1" or pattern is None:
        return False
    mine = [item for item in _items(holders[0], _name(element)) if holds(item, pattern)]
    key = _key(holders[0], _name(element))
    if not mine or key is None or not isinstance(holders[0][key], list):
        return False
    holders[0][key].append(mine[0])
    return True


def too_many(place: Place, version: str) -> bool:
    holders, element = place
    key = _key(holders[0], _name(element))
    if element["max"] != "1" or "sliceName" in element or key is None:
        return False
    if not isinstance(holders[0][key], list):
        return False
    holders[0][key] = holders[0][key] * 2
    return True


def wrong_type(place: Place, version: str) -> bool:
    holders, element = place
    name = _name(element)
    key = _key(holders[0], name)
    if not name.endswith("[x]") or key is None or "sliceName" in element:
        return False
    path = element["path"].rpartition(".")[0]
    known = definitions.elements(path) if definitions.has_elements(path) else {}
    allowed = {t["code"] for t in element["type"]}
    others = [e for e in known.values() if e.choice == name.removesuffix("[x]") and e.type not in allowed]
    values = {"string": "x", "boolean": True, "integer": 1, "dateTime": "2024", "Period": {"start": "2024"}}
    found = [e for e in others if e.type in values]
    if not found:
        return False
    del holders[0][key]
    holders[0][found[0].name] = values[found[0].type]
    return True


MUTATIONS: tuple[tuple[Callable[[Place, str], bool], int], ...] = (  # each changes nothing, or gives true
    (delete_required, 200),
    (wrong_code, 5),
    (wrong_target, 100),
    (wrong_fixed, 20),
    (missing_slice, 100),
    (second_of_slice, 100),
    (too_many, 5),
    (wrong_type, 5),
)


@pytest.mark.parametrize(("mutate", "least"), MUTATIONS, ids=[m.__name__ for m, _ in MUTATIONS])
def test_broken_examples_are_caught(mutate: Callable[[Place, str], bool], least: int) -> None:
    """So many, at least, are broken in a way that R4 itself allows, so that only a profile tells."""
    choose = random.Random(3)
    by_r4, by_profile = 0, 0
    missed = []
    for version in VERSIONS:
        for name, resource in list(examples(version).items())[:: 1 if mutate is wrong_code else 2]:
            if (version, name) in WRONG:
                continue
            broken, places = _copied(resource, version)
            order = list(range(len(places)))
            choose.shuffle(order)
            for at in order[:TRIES]:
                if not mutate(places[at], version):
                    continue
                if check(broken):
                    by_r4 += 1
                    broken, places = _copied(resource, version)
                    continue
                by_profile += 1
                if is_valid(validate(broken, (), library(version))):
                    missed.append((version, name, places[at][1]["id"]))
                break
    print(mutate.__name__, "by R4", by_r4, "by profile alone", by_profile)
    assert missed == []
    assert by_profile >= least
