"""What is certain about a value, and what is left open."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from conformance.matching.expressions import Found
from conformance.matching.leeway import fits
from conformance.matching.parameters import Parameter
from conformance.matching.verdict import Verdict, every, negated, some

BASE = "http://here/fhir"
UCUM = "http://unitsofmeasure.org"


def judged(kind: str, type: str, value: Any, asked: str, modifier: str = "") -> Verdict:
    return fits(
        Parameter("Patient", "x", kind, targets=("Patient",)),
        Found(type, value, "", 1),
        asked,
        modifier,
        BASE,
    )


@pytest.mark.parametrize(
    ("type", "value", "asked", "modifier", "verdict"),
    [
        ("string", "Muñoz", "munoz", "", True),
        ("string", "Muñoz", "unoz", "", False),
        ("string", "Muñoz", "UNOZ", "contains", True),
        ("string", "Muñoz", "Munoz", "exact", False),
        ("string", "Muñoz", "Muñoz", "exact", True),
        ("string", "Mun\u0303oz", "Mu\u00f1oz", "exact", None),  # the same letter, written otherwise
        ("string", "O'Neill", "oneill", "", None),  # "punctuation … SHOULD also be ignored"
        ("string", "O'Neill", "o'ne", "", True),
        ("string", "Straße", "strasse", "", None),
        ("string", "x" * 120 + "needle", "needle", "contains", None),
        ("string", 5, "5", "", None),
        ("HumanName", {"family": "Peters", "given": ["James"]}, "jam", "", True),
        ("HumanName", {"family": "Peters", "given": ["James"]}, "ames", "", None),
        ("HumanName", {"family": "Peters", "prefix": ["Dr"]}, "dr", "", None),  # "may match any" of the parts
        ("HumanName", {"family": "Peters", "given": ["James"]}, "quentin", "", False),
    ],
)
def test_texts(type: str, value: Any, asked: str, modifier: str, verdict: Verdict) -> None:
    assert judged("string", type, value, asked, modifier) is verdict


CODING = {"system": "http://s", "code": "Ab", "display": "Blood pressure"}


@pytest.mark.parametrize(
    ("type", "value", "asked", "modifier", "verdict"),
    [
        ("Coding", CODING, "Ab", "", True),
        ("Coding", CODING, "ab", "", None),  # "servers SHOULD treat tokens in a case-insensitive manner"
        ("Coding", CODING, "b", "", False),
        ("Coding", CODING, "http://s|Ab", "", True),
        ("Coding", CODING, "http://s|", "", True),
        ("Coding", CODING, "http://t|Ab", "", False),
        ("Coding", CODING, "|Ab", "", False),
        ("Coding", {"code": "Ab"}, "|Ab", "", True),
        ("CodeableConcept", {"coding": [CODING]}, "Blood", "text", True),
        ("CodeableConcept", {"coding": [CODING]}, "press", "text", None),  # "partial searches on the text"
        ("CodeableConcept", {"coding": [CODING]}, "glucose", "text", False),
        ("CodeableConcept", {"coding": [{"code": "Ab"}]}, "glucose", "text", None),  # a display it may know
        ("code", "male", "male", "", True),
        ("code", "male", "http://hl7.org/fhir/administrative-gender|male", "", None),
        ("boolean", True, "true", "", True),
        ("boolean", True, "TRUE", "", False),
        ("ContactPoint", {"value": "(555) 01-99"}, "5550199", "", None),  # "special handling"
        ("ContactPoint", {"value": "(555) 01-99"}, "4440000", "", False),
        ("canonical", "http://p|2", "http://p", "", None),
        ("Identifier", {"value": "7", "type": {"coding": [CODING]}}, "http://s|Ab|7", "of-type", True),
        ("Identifier", {"value": "7", "type": {"coding": [CODING]}}, "http://s|Ab|8", "of-type", False),
    ],
)
def test_codes(type: str, value: Any, asked: str, modifier: str, verdict: Verdict) -> None:
    assert judged("token", type, value, asked, modifier) is verdict


@pytest.mark.parametrize(
    ("type", "value", "asked", "verdict"),
    [
        ("date", "2013-01-14", "2013-01", True),
        ("date", "2013-01", "2013-01-14", False),
        ("date", "2013-01-14", "gt2013-01-14", False),
        ("date", "2013-01-14", "ge2013-01-14", True),
        ("dateTime", "2013-01-14T10:00:00Z", "gt2013-01-14T09:59:00Z", True),
        ("dateTime", "2013-01-14T10:00:00Z", "2013-01-14T11:00:00+01:00", True),
        ("dateTime", "2013-01-14T10:00:00Z", "2013-01-14", None),  # a day begins somewhere on the earth
        ("dateTime", "2013-01-14T10:00:00Z", "2013-01", True),
        ("dateTime", "2013-01-14T10:00:00Z", "2013-01-17", False),
        ("dateTime", "2013-01-14T10:00:00Z", "gt2013-01-14T10:00Z", None),  # above what: 10:00 or 10:01?
        ("instant", "2013-01-14T10:00:00.250Z", "2013-01-14T10:00:00Z", None),
        ("instant", "2013-01-14T10:00:00.250Z", "sa2013-01-14T09:00:00Z", True),
        ("Period", {"start": "2013-01-14"}, "gt2050-01-01", True),
        ("Period", {"start": "2013-01-14"}, "sa2013-01-15", False),
        ("Period", {"start": "2013-01-14", "end": "2013-02-01"}, "eb2013-03", True),
        ("Period", {"start": "2013-02-01", "end": "2013-01-14"}, "2013", None),
        ("date", "2013-01-14", "ap2013-01-20", None),
        ("date", "2013-01-14", "ap2013-01-14", True),
        ("Timing", {"event": ["2013-01-14"]}, "2013-01-14", None),
        ("string", "soon", "2013-01-14", None),
    ],
)
def test_times(type: str, value: Any, asked: str, verdict: Verdict) -> None:
    assert judged("date", type, value, asked) is verdict


@pytest.mark.parametrize(
    ("value", "asked", "verdict"),
    [
        ({"value": Decimal("5.43")}, "5.4", True),
        ({"value": Decimal("5.43")}, "5.40", False),
        ({"value": Decimal("5.45")}, "5.4", None),  # just at the end of the range
        ({"value": Decimal("5.43")}, "ne5.4", False),
        ({"value": Decimal("5.4")}, "gt5.4", False),
        ({"value": Decimal("5.4")}, "le5.4", True),
        ({"value": Decimal("5.4")}, "ap5.4", True),
        ({"value": Decimal("5.4")}, "ap9", None),
        ({"value": Decimal(13), "system": UCUM, "code": "g/dL"}, f"ge100|{UCUM}|mg/dL", None),  # 13000 mg/dL
        ({"value": Decimal(13), "system": UCUM, "code": "g/dL"}, f"13|{UCUM}|mmol/L", False),
        ({"value": Decimal(13), "system": UCUM, "code": "g/dL"}, f"13|{UCUM}|g/dL", True),
        ({"value": Decimal(13), "unit": "mg"}, "13||mg", True),
        ({"value": Decimal(13), "unit": "mg"}, "13||kg", None),
        ({"value": Decimal(13), "unit": "mg"}, "13||nothing-such", None),
        ({"value": Decimal(13), "comparator": "<"}, "13", None),
        ({"unit": "mg"}, "13", False),
    ],
)
def test_amounts(value: dict[str, Any], asked: str, verdict: Verdict) -> None:
    assert judged("quantity", "Quantity", value, asked) is verdict


@pytest.mark.parametrize(
    ("value", "asked", "modifier", "verdict"),
    [
        ({"reference": "Patient/1"}, "1", "", True),
        ({"reference": "Patient/1"}, "Patient/1", "", True),
        ({"reference": "Patient/1"}, f"{BASE}/Patient/1", "", True),
        ({"reference": "Patient/1"}, "http://there/fhir/Patient/1", "", None),  # perhaps another of its names
        ({"reference": "Patient/1"}, "Group/1", "", False),
        ({"reference": "Patient/1"}, "1", "Patient", True),
        ({"reference": "Patient/1"}, "1", "Group", False),
        ({"reference": "Group/1"}, "1", "", None),  # no type that the parameter may lead to
        ({"reference": "Patient/1/_history/2"}, "Patient/1", "", None),
        ({"reference": "#1"}, "1", "", False),
        ({"identifier": {"value": "1"}}, "1", "", None),
        ({"identifier": {"system": "http://s", "value": "1"}}, "http://s|1", "identifier", True),
        ({"identifier": {"system": "http://s", "value": "1"}}, "http://s|2", "identifier", False),
    ],
)
def test_references(value: dict[str, Any], asked: str, modifier: str, verdict: Verdict) -> None:
    assert judged("reference", "Reference", value, asked, modifier) is verdict


@pytest.mark.parametrize(
    ("value", "asked", "modifier", "verdict"),
    [
        ("http://a/b/c", "http://a/b/c", "", True),
        ("http://a/b/c", "http://a/b/C", "", False),
        ("http://a/b#1", "http://a/b", "", None),
        ("http://a/b/c", "http://a/b/", "below", True),
        ("http://a/b/c", "http://a/", "above", False),
        ("http://a/b", "http://a/b/c", "above", True),
        ("http://a/bcd", "http://a/b", "below", None),
        ("urn:oid:1.2.3", "urn:oid:1.2", "below", None),
    ],
)
def test_uris(value: str, asked: str, modifier: str, verdict: Verdict) -> None:
    assert judged("uri", "uri", value, asked, modifier) is verdict


@pytest.mark.parametrize("kind", ["special", "composite"])
def test_of_other_kinds_nothing_is_certain(kind: str) -> None:
    assert judged(kind, "string", "x", "x") is None


def test_verdicts_together() -> None:
    assert (some([]), some([False, None]), some([None, True])) == (False, None, True)
    assert (every([]), every([True, None]), every([None, False])) == (True, None, False)
    assert (negated(True), negated(None)) == (False, None)
