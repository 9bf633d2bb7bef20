"""facade.spec.xml.reading: documents of others, and what is refused with its place."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.spec.xml import NotFhirXml, from_xml, to_xml
from tests.facade.spec import samples

NS = 'xmlns="http://hl7.org/fhir"'
XHTML = "http://www.w3.org/1999/xhtml"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DEEP = "The XML is nested too deeply: more than 64 elements are in one another."


def patient(content: str) -> str:
    return f"<Patient {NS}>{content}</Patient>"


def narrative(div: str) -> str:
    return patient(f'<text><status value="generated"/>{div}</text>')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"<Patient {NS}/>", {}),
        (f"<Patient {NS}></Patient>", {}),
        (
            f'<?xml version="1.0"?>\n<!-- a --><Patient {NS}>\n <!-- b -->\n<id value="1"/></Patient>\n',
            {"id": "1"},
        ),
        (f'\ufeff<?xml version="1.0" encoding="utf-8" standalone="yes"?><Patient {NS}/>', {}),
        (f'<Patient {NS} xmlns:xsi="{XSI}" xsi:schemaLocation="http://hl7.org/fhir a.xsd"/>', {}),
        ('<f:Patient xmlns:f="http://hl7.org/fhir"><f:id value="1"/></f:Patient>', {"id": "1"}),
        (patient('<active value="false"></active>'), {"active": False}),
        (patient('<multipleBirthInteger value="-2"/>'), {"multipleBirthInteger": -2}),
        (patient("<gender value='a&#10;&amp;&#x20AC;'/>"), {"gender": "a\n&€"}),
        (patient('<gender value="a\nb"/>'), {"gender": "a b"}),
        (patient('<gender value=""/>'), {"gender": ""}),
        (
            patient(
                '<birthDate value="1970" id="b"><extension url="u"><valueDecimal value="-0.10"/>'
                "</extension></birthDate>"
            ),
            {
                "birthDate": "1970",
                "_birthDate": {"id": "b", "extension": [{"url": "u", "valueDecimal": Decimal("-0.10")}]},
            },
        ),
        (
            patient('<name><given value="a"/><given id="g"/><given value="c"/></name>'),
            {"name": [{"given": ["a", None, "c"], "_given": [None, {"id": "g"}, None]}]},
        ),
        (patient('<name><given id="g"/></name>'), {"name": [{"_given": [{"id": "g"}]}]}),
        (patient("<contained><Basic/></contained>"), {"contained": [{"resourceType": "Basic"}]}),
    ],
)
def test_documents(text: str, expected: dict[str, Any]) -> None:
    found = from_xml(text.encode())
    assert found == {"resourceType": "Patient", **expected}
    assert str(found) == str({"resourceType": "Patient", **expected})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", "1"),
        ("1.00", "1.00"),
        ("-0", "-0"),
        ("1e2", "1E+2"),
        ("1E-2", "0.01"),
        ("9223372036854775808", "9223372036854775808"),
    ],
)
def test_decimals(text: str, expected: str) -> None:
    data = f'<Observation {NS}><valueQuantity><value value="{text}"/></valueQuantity></Observation>'
    assert str(from_xml(data.encode())["valueQuantity"]["value"]) == expected


@pytest.mark.parametrize(
    ("div", "expected"),
    [
        (f'<div xmlns="{XHTML}">a <b>b</b><br/>&#160;&lt;é<!-- c --> </div>', None),
        (f"<div   xmlns='{XHTML}'\n>\n</div  >", None),
        (f'<div xmlns="{XHTML}" title="a>b"/>', None),
        (f'<div xmlns="{XHTML}"/> <!-- </text> -->', f'<div xmlns="{XHTML}"/>'),
        (f'<div xmlns="{XHTML}"><br/></div>', None),
        (f'<div xmlns="{XHTML}"><![CDATA[<p>]]></div>', None),
        (f'<div xmlns="{XHTML}" xml:lang="de"><p id="x">a</p></div>', None),
        (
            f'<h:div xmlns:h="{XHTML}" class="a&quot;&lt;">x&amp;<h:br/></h:div>',
            f'<div xmlns="{XHTML}" class=\'a"&lt;\'>x&amp;<br></br></div>',
        ),
        (
            f'<h:div xmlns:h="{XHTML}" xml:lang="de"/>',
            f'<div xmlns="{XHTML}" xml:lang="de"></div>',
        ),
    ],
)
def test_narratives(div: str, expected: str | None) -> None:
    found = from_xml(narrative(div).encode())
    assert found["text"] == {"status": "generated", "div": div if expected is None else expected}
    assert from_xml(to_xml(found)) == found


def test_a_narrative_that_leans_on_a_prefix_declared_outside() -> None:
    div = f'<div xmlns="{XHTML}"><h:b>x</h:b></div>'
    text = f'<Patient {NS} xmlns:h="{XHTML}"><text><status value="generated"/>{div}</text></Patient>'
    assert from_xml(text.encode())["text"]["div"] == f'<div xmlns="{XHTML}"><b>x</b></div>'


@pytest.mark.parametrize(
    ("text", "said", "place"),
    [
        ("", "The body is empty.", None),
        ("<Patient", "The XML is not well formed. Look at line 1, column 1.", None),
        (f"<Patient {NS}>\n<id></Patient>", "The XML is not well formed. Look at line 2, column 7.", None),
        (
            f"<Patient {NS}/><Patient {NS}/>",
            f"The XML is not well formed. Look at line 1, column {len(NS) + 12}.",
            None,
        ),
        (patient('<id value="&nbsp;"/>'), "The XML is not well formed. Look at line 1, column 38.", None),
        (f"<!DOCTYPE x><Patient {NS}/>", "XML with a document type (DOCTYPE) is refused.", None),
        (
            f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/x">]><Patient {NS}><id value="&a;"/></Patient>',
            "XML with a document type (DOCTYPE) is refused.",
            None,
        ),
        (
            f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]><Patient {NS}><id value="&l9;"/></Patient>',
            "XML with a document type (DOCTYPE) is refused.",
            None,
        ),
        (
            f'<!DOCTYPE x SYSTEM "http://a.example/x.dtd"><Patient {NS}/>',
            "XML with a document type (DOCTYPE) is refused.",
            None,
        ),
        (f"<?go now?><Patient {NS}/>", "XML with processing instructions is refused.", None),
        (
            narrative(f'<div xmlns="{XHTML}"><?go now?></div>'),
            "XML with processing instructions is refused.",
            "Patient.text.div",
        ),
        (f'<?xml version="1.0" encoding="latin1"?><Patient {NS}/>', "FHIR XML is encoded in UTF-8.", None),
        ("<Patient/>", "An element is in another namespace than http://hl7.org/fhir.", None),
        ('<Patient xmlns="urn:x"/>', "An element is in another namespace than http://hl7.org/fhir.", None),
        (
            patient('<id xmlns="urn:x" value="1"/>'),
            "An element is in another namespace than http://hl7.org/fhir.",
            "Patient",
        ),
        (f"<Patien {NS}/>", "Patien is not a resource type of FHIR R4.", None),
        (f"<Resource {NS}/>", "Resource is not a resource type of FHIR R4.", None),
        (f'<Patient {NS} id="1"/>', "Patient has no attribute id.", "Patient"),
        (f'<Patient {NS} xmlns:a="urn:x" a:b="1"/>', "Patient has no attribute of this name.", "Patient"),
        (patient("<x/>"), "Patient has no element x.", "Patient"),
        (patient(f"<{'x' * 65}/>"), "Patient has no element of this name.", "Patient"),
        (patient("<Patient/>"), "Patient has no element Patient.", "Patient"),
        (
            patient("<extension><url value='u'/></extension>"),
            "Extension has no element url.",
            "Patient.extension[0]",
        ),
        (patient('<name value="x"/>'), "name has no attribute value.", "Patient.name[0]"),
        (patient('<gender values="x"/>'), "gender has no attribute values.", "Patient.gender"),
        (patient('<gender value="x"><x/></gender>'), "Element has no element x.", "Patient.gender"),
        (
            patient("<name><given value='a'/><given/></name>"),
            "given is empty: it has neither a value nor content.",
            "Patient.name[0].given[1]",
        ),
        (patient("<name/>"), "name is empty: it has neither a value nor content.", "Patient.name[0]"),
        (
            patient("<contained/>"),
            "contained is empty: it has neither a value nor content.",
            "Patient.contained[0]",
        ),
        (
            patient("<contained><Basic/><Basic/></contained>"),
            "There is more than one resource.",
            "Patient.contained[0]",
        ),
        (
            patient("<name>Doe</name>"),
            "There is text between elements; a value is in the attribute `value`.",
            "Patient.name[0]",
        ),
        (
            patient("<![CDATA[x]]>"),
            "There is text between elements; a value is in the attribute `value`.",
            "Patient",
        ),
        (
            patient('<gender value="x"/><active value="true"/>'),
            "active must stand before gender.",
            "Patient.active",
        ),
        (
            patient('<name><text value="a"/></name><gender value="x"/><name/>'),
            "name must stand before gender.",
            "Patient.name",
        ),
        (patient('<gender value="x"/><gender value="y"/>'), "gender may stand only once.", "Patient.gender"),
        (
            patient('<deceasedBoolean value="true"/><deceasedDateTime value="2020"/>'),
            "deceased[x] may have one type only.",
            "Patient.deceased",
        ),
        (
            patient('<deceasedDateTime value="2020"/><deceasedBoolean value="true"/>'),
            "deceased[x] may have one type only.",
            "Patient.deceased",
        ),
        (patient('<active value="1"/>'), "active is true or false.", "Patient.active"),
        (
            patient('<multipleBirthInteger value="1.0"/>'),
            "multipleBirthInteger is of the type integer; this is not one.",
            "Patient.multipleBirth",
        ),
        (
            f'<Observation {NS}><valueQuantity><value value="1,5"/></valueQuantity></Observation>',
            "value is of the type decimal; this is not one.",
            "Observation.value.value",
        ),
        (
            f'<Observation {NS}><valueQuantity><value value="1e999"/></valueQuantity></Observation>',
            "value is a number beyond all measure.",
            "Observation.value.value",
        ),
        (narrative("<div>x</div>"), f'A narrative\'s div must have xmlns="{XHTML}".', "Patient.text.div"),
        (
            narrative(f'<div xmlns="{XHTML}"><x xmlns="urn:x"/></div>'),
            "A narrative holds XHTML only, and is not nested too deeply.",
            "Patient.text.div",
        ),
        (
            narrative(f'<div xmlns="{XHTML}">' + "<b>" * 64),
            "A narrative holds XHTML only, and is not nested too deeply.",
            "Patient.text.div",
        ),
        (
            narrative(f'<div xmlns="{XHTML}"/><div xmlns="{XHTML}"/>'),
            "div may stand only once.",
            "Patient.text.div",
        ),
        (patient('<extension url="a">' * 10_000), DEEP, "Patient.extension[0].extension[0].extension[0]"),
        (patient("<contained><Bundle><entry><resource>" + "<Bundle><entry><resource>" * 10_000), DEEP, None),
    ],
)
def test_what_is_refused(text: str, said: str, place: str | None) -> None:
    with pytest.raises(NotFhirXml) as caught:
        from_xml(text.encode())
    error = caught.value
    assert error.diagnostics.removesuffix(" Look at line 1.") == said
    assert place is None or error.expression == place
    assert (error.status, error.code) == (400, "structure")


def test_ten_thousand_unclosed_elements_of_ours_are_read_to_the_limit_only() -> None:
    levels = 63
    text = patient('<extension url="a">' * levels + '<valueCode value="x"/>' + "</extension>" * levels)
    assert str(from_xml(text.encode())).count("extension") == levels
    with pytest.raises(NotFhirXml):
        from_xml(patient('<extension url="a">' * (levels + 1)).encode())


@given(st.binary())
def test_any_bytes(data: bytes) -> None:
    with pytest.raises(NotFhirXml):
        from_xml(data)


@given(st.data())
def test_any_change_of_a_document_is_read_or_refused(data: st.DataObject) -> None:
    text = to_xml(data.draw(st.sampled_from(samples.ALL)))
    at = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(at, min(at + 20, len(text))))
    inserted = data.draw(
        st.binary(max_size=3) | st.sampled_from([b"<", b">", b"/>", b"<x/>", b"&a;", b"]]>", b"<!--"])
    )
    try:
        assert isinstance(from_xml(text[:at] + inserted + text[end:]), dict)
    except NotFhirXml as error:
        assert error.status == 400
