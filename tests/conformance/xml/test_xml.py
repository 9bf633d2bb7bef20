"""Resources between JSON and XML."""

from __future__ import annotations

import tarfile
from decimal import Decimal
from typing import Any

import pytest

from conformance.errors import Failed
from conformance.exchange import parse_json
from conformance.spec.definitions import definitions
from conformance.xml.elements import Elements
from conformance.xml.reading import read_xml
from conformance.xml.writing import write_xml
from tests.paths import SHARED, needs_shared

DIV = '<div xmlns="http://www.w3.org/1999/xhtml">a &amp; <b>b</b></div>'
RESOURCE: dict[str, Any] = {
    "resourceType": "Observation",
    "id": "1",
    "text": {"status": "generated", "div": DIV},
    "contained": [{"resourceType": "Patient", "id": "p", "active": True}],
    "extension": [{"url": "http://e", "valueString": 'a\n"<'}],
    "status": "final",
    "_status": {"id": "s", "extension": [{"url": "http://x", "valueBoolean": False}]},
    "code": {"text": "c"},
    "valueQuantity": {"value": Decimal("1.50"), "unit": "kg"},
    "component": [{"id": "c1", "code": {"text": "d"}, "valueInteger": 3}],
}


@pytest.fixture(scope="module")
def elements() -> Elements:
    return Elements(definitions())


def test_there_and_back(elements: Elements) -> None:
    body = write_xml(RESOURCE, elements)
    assert b'<value value="1.50"/>' in body
    assert b'<extension url="http://e"><valueString value="a&#10;&quot;&lt;"/>' in body or b"'a&#10;" in body
    assert body.startswith(
        b'<?xml version="1.0" encoding="UTF-8"?><Observation xmlns="http://hl7.org/fhir"><id'
    )
    assert read_xml(body, elements) == RESOURCE


def test_nulls_in_lists(elements: Elements) -> None:
    name = {
        "given": ["A", None, "C"],
        "_given": [None, {"extension": [{"url": "u", "valueCode": "x"}]}, None],
    }
    patient = {"resourceType": "Patient", "name": [name, {"_given": [{"id": "i"}]}]}
    back = read_xml(write_xml(patient, elements), elements)
    assert back["name"][0]["given"] == ["A", None, "C"]
    assert back["name"][0]["_given"][:2] == name["_given"][:2]
    assert back["name"][1] == {"_given": [{"id": "i"}]}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<Patient", "not XML"),
        (b"<html/>", "no resource"),
        (b'<Patient xmlns="http://hl7.org/fhir"><color value="x"/></Patient>', "not defined"),
        (b'<Patient xmlns="http://hl7.org/fhir"><active value="yes"/></Patient>', "boolean"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><Patient xmlns="http://hl7.org/fhir"/>', "DTD"),
        (b'<Bundle xmlns="http://hl7.org/fhir"><total value="many"/></Bundle>', "number"),
        (
            b'<Patient xmlns="http://hl7.org/fhir">'
            + b'<extension url="a">' * 150
            + b"</extension>" * 150
            + b"</Patient>",
            "deeply",
        ),
    ],
)
def test_what_is_no_resource_is_said(elements: Elements, body: bytes, why: str) -> None:
    with pytest.raises(Failed, match=why):
        read_xml(body, elements)


@needs_shared
def test_hl7s_examples_there_and_back(elements: Elements) -> None:
    with tarfile.open(SHARED / "fhir" / "hl7.fhir.r4.examples-subset.tgz") as archive:
        files = sorted((one for one in archive if one.name.endswith(".json")), key=lambda one: one.name)
        found = [(one.name, archive.extractfile(one)) for one in files[::15] if one.size < 200_000]
        texts = [(name, file.read()) for name, file in found if file]
    assert len(texts) > 30
    for name, text in texts:
        resource = parse_json(text)
        assert flat(read_xml(write_xml(resource, elements), elements)) == flat(resource), name


def flat(value: Any) -> Any:
    """Without what XML does not keep: comments, the spelling of XHTML, whether a number was an integer."""
    if isinstance(value, dict):
        return {name: flat(each) for name, each in value.items() if name not in ("div", "fhir_comments")}
    if isinstance(value, list):
        return [flat(each) for each in value]
    return str(value)
