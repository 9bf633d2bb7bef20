"""facade.rest.negotiation: what the client accepts, and what it is told when that is not served."""

from __future__ import annotations

import pytest

from facade.errors import BadRequest, NotAcceptable
from facade.rest.negotiation import Media, negotiate, wants_fhir

FHIR = b"application/fhir+json; charset=utf-8"


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
        ("application/fhir+xml, application/fhir+json;q=0.5", [], FHIR),
        ("application/json;q=0.5, application/fhir+json", [], FHIR),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", [], FHIR),
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
    "accept",
    [
        "application/fhir+xml",
        "text/xml",
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
                "diagnostics": "Only application/fhir+json is served.",
            }
        ],
    }


@pytest.mark.parametrize("wanted", ["xml", "application/fhir+xml", "html", "*/*"])
def test_a_format_that_is_not_served_names_the_parameter(wanted: str) -> None:
    with pytest.raises(NotAcceptable) as caught:
        negotiate("*/*", [("_format", wanted)])
    assert caught.value.expression == "http._format"


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
