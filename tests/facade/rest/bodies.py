"""Bodies for fuzzing: resources and patches nearly right, and bytes that are neither JSON nor XML."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from facade.spec.xml import NoXmlForm, to_xml

RESOURCES: tuple[dict[str, Any], ...] = (
    {
        "resourceType": "Patient",
        "id": "1",
        "meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/Patient"], "tag": [{"code": "t"}]},
        "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">A</div>'},
        "contained": [{"resourceType": "Organization", "id": "o", "name": "O"}],
        "managingOrganization": {"reference": "#o"},
        "identifier": [{"system": "urn:mrn", "value": "1"}],
        "name": [{"family": "Doe", "given": ["A", None], "_given": [None, {"id": "g"}]}],
        "birthDate": "2020-02-29",
        "_birthDate": {"extension": [{"url": "urn:x", "valueDecimal": 1.5}]},
        "deceasedBoolean": False,
    },
    {
        "resourceType": "Observation",
        "id": "1",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": {"reference": "Patient/1"},
        "effectivePeriod": {"start": "2020-01-01T10:00:00Z", "end": "2020-01-02"},
        "valueQuantity": {"value": 72.50, "system": "http://unitsofmeasure.org", "code": "/min"},
    },
    {
        "resourceType": "Questionnaire",
        "id": "1",
        "status": "draft",
        "item": [{"linkId": "1", "type": "group", "item": [{"linkId": "2", "type": "string"}]}],
    },
    {
        "resourceType": "SearchParameter",
        "id": "1",
        "url": "urn:sp",
        "name": "Sp",
        "status": "active",
        "description": "D",
        "code": "shoe",
        "base": ["Patient"],
        "type": "string",
        "expression": "Patient.name.family",
    },
    {
        "resourceType": "ValueSet",
        "id": "1",
        "url": "urn:vs",
        "status": "active",
        "compose": {"include": [{"system": "urn:s", "concept": [{"code": "a"}], "valueSet": ["urn:vs"]}]},
    },
    {"resourceType": "Binary", "id": "1", "contentType": "text/plain", "data": "aGk="},
    {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": "urn:uuid:7a3d8f5e-6f0b-4f7c-9d39-2f6f6a1c0b11",
                "resource": {"resourceType": "Patient", "identifier": [{"value": "7"}]},
                "request": {"method": "POST", "url": "Patient", "ifNoneExist": "identifier=7"},
            },
            {
                "resource": {
                    "resourceType": "Observation",
                    "status": "final",
                    "code": {"text": "c"},
                    "subject": {"reference": "urn:uuid:7a3d8f5e-6f0b-4f7c-9d39-2f6f6a1c0b11"},
                    "performer": [{"reference": "Patient?identifier=1"}],
                },
                "request": {"method": "PUT", "url": "Observation/2", "ifMatch": 'W/"1"'},
            },
            {"request": {"method": "GET", "url": "Patient?identifier=7"}},
            {"request": {"method": "DELETE", "url": "Observation/3"}},
        ],
    },
    {
        "resourceType": "Parameters",
        "parameter": [
            {
                "name": "operation",
                "part": [
                    {"name": "type", "valueCode": "replace"},
                    {"name": "path", "valueString": "Patient.birthDate"},
                    {"name": "value", "valueDate": "1930-01-01"},
                ],
            },
            {"name": "resource", "resource": {"resourceType": "Patient"}},
            {"name": "mode", "valueCode": "create"},
            {"name": "meta", "valueMeta": {"tag": [{"system": "urn:t", "code": "c"}]}},
        ],
    },
)
PATCHES: tuple[list[dict[str, Any]], ...] = (
    [
        {"op": "test", "path": "/birthDate", "value": "2020-01-01"},
        {"op": "add", "path": "/name/-", "value": {"family": "F"}},
        {"op": "remove", "path": "/name/0"},
        {"op": "copy", "from": "/gender", "path": "/language"},
        {"op": "move", "from": "/language", "path": "/name"},
        {"op": "replace", "path": "", "value": {"resourceType": "Patient"}},
    ],
)
DEEP: Any = {}
for _ in range(90):
    DEEP = {"extension": [DEEP], "item": [DEEP], "part": [DEEP]} if _ % 30 == 0 else {"extension": [DEEP]}

nasty = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1.5,
        float("nan"),
        float("inf"),
        10**400,
        "",
        " ",
        "\0",
        "\ud800",
        "\ufffe",
        "x" * 5000,
        "\u202e",
        "#",
        "2020-02-30",
        "0000-01-01",
        "9999-12-31T23:59:60+14:00",
        "24:00:00",
        "Patient",
        "Patient/1",
        "Patient/1/_history/x",
        "Patient?identifier=1",
        "Patient?_has:Observation:subject:code=1&colour=blue",
        "urn:uuid:no",
        "http://[",
        "%",
        "(" * 200,
        "Patient.name.where(family.matches('(a+)+$'))",
        "iif(true, 1 / 0, {})",
        "<div xmlns='http://www.w3.org/1999/xhtml'><script/></div>",
        "../../etc",
        [],
        [[]],
        [None],
        {},
        {"": ""},
        {"resourceType": "Patient"},
        {"resourceType": "Nothing"},
        {"reference": "Patient/1", "identifier": {}},
        {"value": "1e999999999"},
        DEEP,
    ]
) | st.text(max_size=6)
names = st.sampled_from(
    ["id", "meta", "resourceType", "_id", "extension", "contained", "value", "url", "text", "name", "part"]
)


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """(container, key) of every value in a tree."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield node, key
        yield from _places(value)


@st.composite
def trees(draw: st.DrawFn, of: tuple[Any, ...]) -> Any:
    """One of the values, with up to three places changed."""
    tree = copy.deepcopy(draw(st.sampled_from(of)))
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 1, 2, 3]))):
        places = list(_places(tree))
        if not places:
            break
        container, key = places[draw(st.integers(0, len(places) - 1))]
        how = draw(st.sampled_from(["replace", "replace", "remove", "wrap", "add", "swap"]))
        if how == "replace":
            container[key] = copy.deepcopy(draw(nasty))
        elif how == "wrap":
            container[key] = [container[key], copy.deepcopy(container[key])]
        elif how == "remove":
            del container[key]
        elif isinstance(container, dict):
            value = container.pop(key) if how == "swap" else draw(nasty)
            container[draw(names)] = copy.deepcopy(value)
    return tree


@st.composite
def damaged(draw: st.DrawFn, text: bytes) -> bytes:
    """The bytes as they are, or cut, doubled, sprinkled with others, or in another encoding."""
    how = draw(st.sampled_from(["whole"] * 14 + ["cut", "insert", "double", "key", "bom", "utf-16", "gzip"]))
    at = draw(st.integers(0, len(text)))
    if how == "cut":
        return text[:at]
    if how == "insert":
        bits = [b"\xff", b"\0", b"{", b"]", b'"', b"\\ud800", b"<", b"&x;", b"]]>", b"NaN", b"1e999", b","]
        return text[:at] + draw(st.sampled_from(bits) | st.binary(max_size=4)) + text[at:]
    if how == "double":
        return text + text
    if how == "key":  # a name given twice
        return text.replace(b"{", b'{"id":"1","id":"2",', draw(st.integers(0, 2)))
    if how == "bom":
        return b"\xef\xbb\xbf" + text
    if how == "utf-16":
        return text.decode(errors="replace").encode("utf-16")
    return gzip.compress(text) if how == "gzip" else text


XML_ODDITIES = (
    b'<!DOCTYPE x [<!ENTITY a "b">]><Patient xmlns="http://hl7.org/fhir"><id value="&a;"/></Patient>',
    b'<Patient xmlns="http://hl7.org/fhir"/>',
    b'<Patient xmlns="urn:other"/>',
    b"<Patient/>",
    b'<?xml version="1.0" encoding="latin-1"?><Patient xmlns="http://hl7.org/fhir"/>',
    b'<Patient xmlns="http://hl7.org/fhir">' + b"<extension>" * 500 + b"</extension>" * 500 + b"</Patient>",
    b'<Patient xmlns="http://hl7.org/fhir"><name value="x"/><id/><id value="1" value="2"/></Patient>',
    b"<" * 1000,
)


@st.composite
def bodies(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """(content type, bytes)."""
    form = draw(st.sampled_from(["json"] * 8 + ["xml", "xml", "patch", "patch", "odd", "form", "binary"]))
    if form == "patch":
        return b"application/json-patch+json", draw(damaged(_json(draw(trees(PATCHES)))))
    if form == "odd":
        return b"application/fhir+xml", draw(st.sampled_from(XML_ODDITIES))
    if form == "form":
        return b"application/x-www-form-urlencoded", draw(st.binary(max_size=30))
    if form == "binary":
        return draw(st.sampled_from([b"text/plain", b"image/png", b"", b"\xff", b"a/b;c"])), draw(st.binary())
    tree = draw(trees(RESOURCES))
    if form == "xml":
        try:
            return b"application/fhir+xml", draw(damaged(to_xml(tree)))
        except (NoXmlForm, TypeError, ValueError, KeyError, AttributeError):
            return b"application/fhir+xml", draw(damaged(to_xml(RESOURCES[5])))
    kind = draw(
        st.sampled_from([b"application/fhir+json"] * 8 + [b"application/json", b"text/json;charset=x"])
    )
    return kind, draw(damaged(_json(tree)))


def _json(tree: Any) -> bytes:
    return json.dumps(tree).encode()
