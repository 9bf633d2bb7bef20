"""XML is read and written, and compared with the JSON of the same resource."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from conformance.errors import Failed
from conformance.exchange import parse_json
from conformance.model import Status
from conformance.session import Session
from conformance.spec.definitions import definitions
from conformance.suites.rest.reading import formats
from conformance.suites.rest.reading.read import read
from conformance.suites.rest.same import leaves
from conformance.suites.rest.xml import Document
from conformance.xml.elements import Elements
from conformance.xml.writing import write_xml
from tests.conformance.suites.rest.stub import judged, said

PATIENT = b"""{"resourceType": "Patient", "id": "1", "active": true,
  "text": {"status": "generated", "div": "<div xmlns='http://www.w3.org/1999/xhtml'><p>A</p></div>"},
  "extension": [{"url": "urn:x", "valueDecimal": 1.10}],
  "contained": [{"resourceType": "Organization", "id": "o", "name": "A & B"}],
  "name": [{"given": ["Ann", null], "_given": [null, {"id": "a"}]}],
  "birthDate": "1970-03", "_birthDate": {"extension": [{"url": "urn:y", "valueCode": "z"}]}}"""
XML = """<Patient xmlns="http://hl7.org/fhir"><id value="1"/>
<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>A</p></div></text>
<contained><Organization><id value="o"/><name value="A &amp; B"/></Organization></contained>
<extension url="urn:x"><valueDecimal value="1.10"/></extension><active value="true"/>
<name><given value="Ann"/><given id="a"/></name>
<birthDate value="1970-03"><extension url="urn:y"><valueCode value="z"/></extension></birthDate></Patient>"""


def test_both_formats_have_the_same_leaves() -> None:
    document = Document(XML.encode())
    assert document.root == "Patient"
    assert document.leaves == leaves(parse_json(PATIENT))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<Patient", "not well formed"),
        (b"", "not well formed"),
        (b"<Patient/>", "not in FHIR's namespace"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><Patient xmlns="http://hl7.org/fhir"/>', "document type"),
    ],
)
def test_what_is_not_fhir_is_told(body: bytes, reason: str) -> None:
    with pytest.raises(Failed, match=reason):
        Document(body)


def test_what_is_written_can_be_read() -> None:
    resource = parse_json(b'{"resourceType": "Patient", "extension": [{"url": "u", "valueDecimal": 1.10}],'
                          b' "active": false, "photo": [{"url": "http://x/?a=1&b=\\"2\\""}]}')  # fmt: skip
    assert Document(write_xml(resource, Elements(definitions()))).leaves == leaves(resource)


@pytest.mark.parametrize(
    ("xml", "xml_ends", "same_ends"),
    [
        (XML, Status.PASS, Status.PASS),
        (XML.replace("1.10", "1.1"), Status.PASS, Status.FAIL),
        (XML.replace("1970-03", "1970-03-01"), Status.PASS, Status.FAIL),
        (XML.replace("<active value='true'/>", "").replace('<given id="a"/>', ""), Status.PASS, Status.FAIL),
        (XML.replace("Patient", "Person"), Status.FAIL, Status.FAIL),
        (XML[:-4], Status.FAIL, Status.SKIPPED),
    ],
)
async def test_a_difference_is_found(xml: str, xml_ends: Status, same_ends: Status) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "xml" in request.headers["accept"]:
            return said(xml.encode(), content_type="application/fhir+xml")
        return said(PATIENT)

    async def judge(session: Session) -> Any:
        subject = await read(session, "Patient", "1")
        assert subject is not None
        await formats.same(session, subject)

    found = await judged(answer, judge, formats=("json", "xml"))
    assert found["rest.format.xml"] == {xml_ends}
    assert found["rest.format.same"] == {same_ends}
