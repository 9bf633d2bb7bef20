"""The FHIR definition types every leaf."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.base import Record
from tests.facade.mapping.packs import elements, failure, mapping, only, pack


@pytest.mark.parametrize(
    ("element", "value", "wanted"),
    [
        ("valueBoolean", "true", True),
        ("valueBoolean", False, False),
        ("valueInteger", "-007", -7),
        ("valueInteger", 3.0, 3),
        ("valueInteger", 2**31 - 1, 2**31 - 1),
        ("valueUnsignedInt", 0, 0),
        ("valuePositiveInt", "1", 1),
        ("valueDate", "2013", "2013"),
        ("valueDate", "2013-05-02", "2013-05-02"),
        ("valueDateTime", "2013-05", "2013-05"),
        ("valueDateTime", "2013-05-02T09:30:00.5+14:00", "2013-05-02T09:30:00.5+14:00"),
        ("valueInstant", "2013-05-02T09:30:00Z", "2013-05-02T09:30:00Z"),
        ("valueTime", "09:30:00", "09:30:00"),
        ("valueString", 1, "1"),
        ("valueString", True, "true"),
        ("valueString", 0.1, "0.1"),
        ("valueCode", " x ", "x"),
    ],
)
def test_typed(element: str, value: Any, wanted: Any) -> None:
    (made,) = elements(f"extension: {{ url: u, {element}: $v }}", {"v": value})["extension"]
    assert made[element] == wanted
    assert type(made[element]) is type(wanted)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("1.10", "1.10"),
        ("0.000", "0.000"),
        (".5", "0.5"),
        ("-7", "-7"),
        (7, "7"),
        (0.1, "0.1"),
        ("007.0", "7.0"),
    ],
)
def test_decimals_keep_their_digits(value: Any, wanted: str) -> None:
    (made,) = elements("extension: { url: u, valueDecimal: $v }", {"v": value})["extension"]
    assert str(made["valueDecimal"]) == wanted


@pytest.mark.parametrize(
    ("element", "value", "reason"),
    [
        ("valueBoolean", "Y", "gives no boolean; `| bool` reads Y/N, t/f, 1/0"),
        ("valueBoolean", 1, "gives no boolean; `| bool` reads Y/N, t/f, 1/0"),
        ("valueInteger", "1.5", "gives no integer"),
        ("valueInteger", 2**31, "gives no integer"),
        ("valueInteger", True, "gives no integer"),
        ("valueUnsignedInt", -1, "gives no unsignedInt"),
        ("valuePositiveInt", 0, "gives no positiveInt"),
        ("valueDecimal", "1,5", "gives no decimal; `| number` is empty for what is none"),
        ("valueDecimal", float("inf"), "gives no decimal; `| number` is empty for what is none"),
        ("valueDate", "2013-5-2", "gives no FHIR date; use `| date`"),
        ("valueDate", "2013-02-30", "gives no date: no such day"),
        ("valueDateTime", "2013-05-02T09:30:00", "gives no FHIR dateTime; use `| datetime`"),
        ("valueDateTime", "2013-05-02 09:30", "gives no FHIR dateTime; use `| datetime`"),
        ("valueInstant", "2013-05-02", "gives no FHIR instant; use `| instant`"),
        ("valueTime", "9:30", "gives no FHIR time; use `| time`"),
        ("valueString", {"a": 1}, "needs a single value, and got an object"),
    ],
)
def test_what_does_not_fit(element: str, value: Any, reason: str) -> None:
    assert failure(f"extension: {{ url: u, {element}: $v }}", {"v": value}) == (
        f"extension.{element}",
        f"`$v` {reason}",
    )


def test_a_structure_that_is_text() -> None:
    assert failure("address: $v", {"v": "York"}) == (
        "address",
        "`$v` gives text where a structure (Address) is needed",
    )


def test_the_profile_list_is_not_shared() -> None:
    small = pack({"resources/m.yaml": mapping("active: true", head="profile: a")})
    for _ in range(2):
        made = only(small.to_fhir(Record("s", "k", {"id": "1"}))).resource
        assert made["meta"] == {"profile": ["a"]}
        made["meta"]["profile"].append("more")


def test_each_mapping_fails_or_succeeds_alone() -> None:
    small = pack(
        {
            "resources/a.yaml": mapping("birthDate: $d | date"),
            "resources/b.yaml": mapping("type: person\nactual: true\nname: $d", "Group"),
        }
    )
    outcome = small.to_fhir(Record("s", "k", {"id": "1", "d": "soon"}))
    assert [mapped.type for mapped in outcome.resources] == ["Group"]
    assert [(failed.mapping, failed.element) for failed in outcome.failures] == [("a", "birthDate")]
    assert small.to_fhir(Record("unknown", "k", {})).resources == []
