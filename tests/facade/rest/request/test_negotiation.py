"""facade.rest.request.negotiation: what the client accepts, and what it is told when that is not served."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.errors import BadRequest, NotAcceptable
from facade.rest.request.negotiation import FHIR_JSON, JSON_TYPES, XML_TYPES, Media, negotiate, wants_fhir

FHIR = b"application/fhir+json; charset=utf-8"
XML = b"application/fhir+xml; charset=utf-8"
REFUSED = "Only application/fhir+json and application/fhir+xml are served, in FHIR 4.0."

PIECES = [
    *JSON_TYPES,
    *XML_TYPES,
    "*/*",
    ",",
    ";",
    "=",
    '"',
    " ",
    "q",
    "q=0",
    "q=1e999",
    "fhirVersion=4.0",
    "text/*",
]


@pytest.mark.parametrize(
    ("accept", "items", "expected"),
    [
        ("", [], FHIR),
        ("*/*", [], FHIR),
        ("application/*", [], FHIR),
        ("application/fhir+json", [], FHIR),
        ("Application/FHIR+JSON ; charset=utf-8", [], FHIR),
        ("application/json", [], b"application/json; charset=utf-8"),
        ("text/json", [], b"text/json; charset=utf-8"),
        ("application/fhir+xml;q=0.4, application/fhir+json;q=0.5", [], FHIR),
        ("application/json;q=0.5, application/fhir+json", [], FHIR),
        ("application/fhir+json;q=0.1, text/turtle", [], FHIR),
        ("application/fhir+xml;fhirVersion=5.0, */*;q=0.1", [], FHIR),
        (
            "application/fhir+json; fhirVersion=4.0",
            [],
            b"application/fhir+json; fhirVersion=4.0; charset=utf-8",
        ),
        ("application/fhir+json; fhirVersion=3.0, application/fhir+json;q=0.1", [], FHIR),
        ("application/fhir+xml", [("_format", "json")], FHIR),
        ("", [("_format", "application/fhir json")], FHIR),
        ("", [("_format", "application/json")], b"application/json; charset=utf-8"),
        ("", [("_format", "")], FHIR),
    ],
)
def test_content_type(accept: str, items: list[tuple[str, str]], expected: bytes) -> None:
    assert negotiate(accept, items) == Media(expected)


@pytest.mark.parametrize(
    ("accept", "items", "expected"),
    [
        ("application/fhir+xml", [], XML),
        ("application/xml", [], b"application/xml; charset=utf-8"),
        ("text/xml", [], b"text/xml; charset=utf-8"),
        ("application/fhir+json;q=0, */*", [], XML),
        ("*/*;q=0.1, application/fhir+xml;q=0.2", [], XML),
        ("application/fhir+xml, application/fhir+json", [], XML),
        (
            "application/fhir+xml;fhirVersion=4.0",
            [],
            b"application/fhir+xml; fhirVersion=4.0; charset=utf-8",
        ),
        ("application/fhir+json", [("_format", "xml")], XML),
        ("", [("_format", "application/fhir xml")], XML),
        (
            "",
            [("_format", "application/fhir xml; fhirVersion=4.0.1")],
            b"application/fhir+xml; fhirVersion=4.0.1; charset=utf-8",
        ),
        ("", [("_format", "text/xml")], b"text/xml; charset=utf-8"),
    ],
)
def test_xml(accept: str, items: list[tuple[str, str]], expected: bytes) -> None:
    assert negotiate(accept, items) == Media(expected, xml=True)


@pytest.mark.parametrize(
    "accept",
    [
        "application/fhir+xml; fhirVersion=3.0",
        "application/fhir+json;q=0, application/fhir+xml;q=0, */*",
        "application/fhir+json;q=nan",
        "application/fhir+json;q=0",
        "application/fhir+json;q=x",
        "application/fhir+json; fhirVersion=3.0",
        "text/turtle, image/*",
    ],
)
def test_what_is_not_served_is_refused(accept: str) -> None:
    with pytest.raises(NotAcceptable) as caught:
        negotiate(accept, [])
    assert caught.value.outcome() == {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "error",
                "code": "not-supported",
                "diagnostics": REFUSED,
            }
        ],
    }


@pytest.mark.parametrize(
    "wanted", ["ttl", "application/fhir+xml;fhirVersion=3.0", "html", "text/html", "*/*"]
)
def test_a_format_that_is_not_served_names_the_parameter(wanted: str) -> None:
    with pytest.raises(NotAcceptable) as caught:
        negotiate("*/*", [("_format", wanted)])
    assert caught.value.expression == "http._format"


@given(st.text() | st.lists(st.sampled_from(PIECES)).map("".join), st.text())
def test_no_header_is_more_than_refused(accept: str, wanted: str) -> None:
    try:
        media = negotiate(accept, [("_format", wanted)])
    except NotAcceptable as error:
        assert error.status == 406
    else:
        assert media.content_type.partition(b";")[0].decode() in (*JSON_TYPES, *XML_TYPES)


def test_pretty() -> None:
    assert negotiate("", [("_pretty", "true")]) == Media(FHIR, pretty=True)
    assert negotiate("", [("_pretty", "false")]) == Media(FHIR)
    with pytest.raises(BadRequest, match="_pretty is true or false"):
        negotiate("", [("_pretty", "yes")])


@pytest.mark.parametrize(
    ("accept", "wanted", "expected"),
    [
        ("", "", False),
        ("*/*", "", False),
        ("application/pdf", "", False),
        ("application/fhir+json", "", True),
        ("application/json", "", True),
        ("application/fhir+xml", "", True),
        ("image/png, application/fhir+json;q=0.1", "", False),
        ("*/*", "json", True),
    ],
)
def test_who_wants_a_binary_as_a_resource(accept: str, wanted: str, expected: bool) -> None:
    assert wants_fhir(accept, wanted) is expected


def test_a_browser_is_shown_json() -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert negotiate(accept, []) == FHIR_JSON
    assert negotiate(accept, [("_format", "xml")]).xml
    assert negotiate(f"application/fhir+xml,{accept}", []).xml
