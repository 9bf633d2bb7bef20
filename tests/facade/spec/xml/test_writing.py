"""facade.spec.xml.writing: the documents, to the letter, and what has no form in XML."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from facade.spec.xml import NoXmlForm, to_xml

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
DIV = '<div xmlns="http://www.w3.org/1999/xhtml"><p>a &amp; b</p></div>'
NS = 'xmlns="http://hl7.org/fhir"'


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ({"resourceType": "Patient"}, f"<Patient {NS}/>"),
        ({"id": "1", "resourceType": "Patient"}, f'<Patient {NS}><id value="1"/></Patient>'),
        (
            {"resourceType": "Patient", "gender": "male", "active": True, "id": "1"},
            f'<Patient {NS}><id value="1"/><active value="true"/><gender value="male"/></Patient>',
        ),
        (
            {
                "resourceType": "Observation",
                "valueQuantity": {"unit": "g", "value": Decimal("1.00"), "id": "q"},
            },
            f'<Observation {NS}><valueQuantity id="q"><value value="1.00"/><unit value="g"/></valueQuantity>'
            "</Observation>",
        ),
        (
            {"resourceType": "Patient", "extension": [{"valueInteger": 0, "url": "u&v", "id": "a"}]},
            f'<Patient {NS}><extension id="a" url="u&amp;v"><valueInteger value="0"/></extension></Patient>',
        ),
        (
            {
                "resourceType": "Patient",
                "birthDate": "1970",
                "_birthDate": {"extension": [{"url": "u", "valueCode": "x"}], "id": "b"},
            },
            f'<Patient {NS}><birthDate id="b" value="1970"><extension url="u"><valueCode value="x"/>'
            "</extension></birthDate></Patient>",
        ),
        (
            {"resourceType": "Patient", "_birthDate": {"id": "b"}},
            f'<Patient {NS}><birthDate id="b"/></Patient>',
        ),
        (
            {"resourceType": "Patient", "name": [{"_given": [None, {"id": "g"}], "given": ["a", None]}]},
            f'<Patient {NS}><name><given value="a"/><given id="g"/></name></Patient>',
        ),
        (
            {"resourceType": "Patient", "text": {"div": f"\n{DIV}", "status": "generated"}},
            f'<Patient {NS}><text><status value="generated"/>{DIV}</text></Patient>',
        ),
        (
            {"resourceType": "Patient", "text": {"div": "<div>a</div>"}},
            f'<Patient {NS}><text><div xmlns="http://www.w3.org/1999/xhtml">a</div></text></Patient>',
        ),
        (
            {"resourceType": "Patient", "contained": [{"resourceType": "Basic", "id": "1"}]},
            f'<Patient {NS}><contained><Basic><id value="1"/></Basic></contained></Patient>',
        ),
        (
            {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Basic"}, "fullUrl": "u"}]},
            f'<Bundle {NS}><entry><fullUrl value="u"/><resource><Basic/></resource></entry></Bundle>',
        ),
        (
            {"resourceType": "Parameters", "parameter": [{"part": [{"name": "p"}], "name": "n"}]},
            f'<Parameters {NS}><parameter><name value="n"/><part><name value="p"/></part></parameter>'
            "</Parameters>",
        ),
        (
            {"resourceType": "Basic", "id": "<&\"'>\t\n\ré€😀"},
            f'<Basic {NS}><id value="&lt;&amp;&quot;\'>&#9;&#10;&#13;é€😀"/></Basic>',
        ),
    ],
)
def test_documents(resource: dict[str, Any], expected: str) -> None:
    assert to_xml(resource).decode() == HEAD + expected


def test_pretty() -> None:
    resource = {
        "resourceType": "Bundle",
        "entry": [{"resource": {"resourceType": "Patient", "text": {"status": "generated", "div": DIV}}}],
    }
    assert to_xml(resource, pretty=True).decode() == (
        f"""{HEAD}
<Bundle {NS}>
  <entry>
    <resource>
      <Patient>
        <text>
          <status value="generated"/>
          {DIV}
        </text>
      </Patient>
    </resource>
  </entry>
</Bundle>
"""
    )


def deep(levels: int) -> dict[str, Any]:
    extension: dict[str, Any] = {"url": "u", "valueCode": "x"}
    for _ in range(levels):
        extension = {"url": "u", "extension": [extension]}
    return {"resourceType": "Basic", "extension": [extension]}


@pytest.mark.parametrize(
    ("resource", "text", "place"),
    [
        ({}, "This is no resource of FHIR R4.", None),
        ({"resourceType": "Basic", "name": "x"}, "R4 has no such element in Basic.", "Basic"),
        ({"resourceType": "Basic", "_code": {}}, "R4 has no such element in Basic.", "Basic"),
        ({"resourceType": "Basic", "_id": None, "x": 1}, "R4 has no such element in Basic.", "Basic"),
        ({"resourceType": "Patient", "active": "true"}, "A boolean is expected.", "Patient.active"),
        ({"resourceType": "Patient", "birthDate": 1970}, "A date is expected.", "Patient.birthDate"),
        ({"resourceType": "Patient", "name": {}}, "An array is expected.", "Patient.name"),
        ({"resourceType": "Patient", "name": [None]}, "An object is expected.", "Patient.name[0]"),
        (
            {"resourceType": "Patient", "name": [{"given": ["a", None]}]},
            "A string is expected.",
            "Patient.name[0].given[1]",
        ),
        (
            {"resourceType": "Observation", "valueQuantity": {"value": 1.5}},
            "A decimal is expected.",
            "Observation.value.value",
        ),
        (
            {"resourceType": "Patient", "text": {"div": "<div>&nbsp;</div>"}},
            "The narrative is not a well formed div.",
            "Patient.text.div",
        ),
        (
            {"resourceType": "Patient", "contained": [{"resourceType": "Nothing"}]},
            "This is no resource of FHIR R4.",
            "Patient.contained[0]",
        ),
        *(
            (
                {"resourceType": "Basic", "id": f"a{character}"},
                "XML cannot hold a control character that is here.",
                "Basic.id",
            )
            for character in "\0\x01\x0b\x1f\ud800\ufffe\uffff"
        ),
    ],
)
def test_what_has_no_form_in_xml(resource: dict[str, Any], text: str, place: str | None) -> None:
    with pytest.raises(NoXmlForm) as caught:
        to_xml(resource)
    error = caught.value
    assert error.diagnostics == f"There is no XML form of this resource. {text}"
    assert (error.status, error.code, error.expression) == (406, "not-supported", place)


def test_depth_is_refused_not_a_crash() -> None:
    with pytest.raises(NoXmlForm, match="nested too deeply"):
        to_xml(deep(3000))
    assert to_xml(deep(50)).count(b"<extension") == 51
