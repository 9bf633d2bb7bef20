"""What each primitive type takes and refuses. https://hl7.org/fhir/R4/datatypes.html#primitive"""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facade.spec import definitions
from facade.spec.primitives import MAX_STRING, primitive

VALID: dict[str, list[object]] = {
    "base64Binary": ["SGk=", "SGVs bG8h", "AAAA"],
    "boolean": [True, False],
    "canonical": ["http://example.org/x|1.0", "#a"],
    "code": ["a", "a b", "x-y_z", "café"],
    "date": ["1970", "1970-01", "2024-02-29", "0001-01-01"],
    "dateTime": [
        "1970",
        "1970-01-31",
        "2024-02-29T23:59:60Z",
        "2024-01-01T00:00:00.123456789-05:00",
        "2024-01-01T00:00:00+14:00",
    ],
    "decimal": [Decimal("1.10"), Decimal("-0"), Decimal("1E+3"), 0, -7],
    "id": ["a", "A-1.b", "x" * 64],
    "instant": ["2024-02-29T10:00:00Z", "2024-02-29T10:00:00.5+01:00"],
    "integer": [0, -1, 2**31 - 1, -(2**31)],
    "markdown": ["# a\n\nb"],
    "oid": ["urn:oid:1.2.3", "urn:oid:2.16.840.1.113883.4.642"],
    "positiveInt": [1, 2**31 - 1],
    "string": ["a", " a ", "a\nb\tc", "\u00a0x", "日本", "👩‍⚕️"],
    "time": ["00:00:00", "23:59:59.999"],
    "unsignedInt": [0, 1],
    "uri": ["http://example.org/a?b=c#d", "urn:iso:std:iso:4217", "mailto:a@example.org", "x"],
    "url": ["https://example.org"],
    "uuid": ["urn:uuid:c757873d-ec9a-4326-a141-556f43239520"],
    "xhtml": ['<div xmlns="http://www.w3.org/1999/xhtml">a</div>'],
}
INVALID: dict[str, list[object]] = {
    "base64Binary": ["", " ", "SGk", "SG=k", "S*==", 1, b"SGk="],
    "boolean": ["true", 1, 0, None, "false"],
    "canonical": ["", "a b", 1],
    "code": ["", " a", "a ", "a  b", "a\tb", "a\nb", 1, None],
    "date": [
        "",
        "70",
        "1970-13",
        "1970-00",
        "1970-1-1",
        "2023-02-29",
        "2023-04-31",
        "0000-00-00",
        "1970-01-01T00:00:00Z",
    ],
    "dateTime": [
        "2024-01-01T10:00",
        "2024-01-01T10:00:00",
        "2024-01-01 10:00:00Z",
        "2024-01-01T24:00:00Z",
        "2023-02-29T10:00:00Z",
        "2024-01-01T10:00:00+14:30",
        "2024-01-01\n",
        "٢٠٢٤",
    ],
    "decimal": [1.5, "1.5", True, Decimal("NaN"), Decimal("Infinity"), None],
    "id": ["", "a b", "x" * 65, "a_b", "a\n", "é", 1],
    "instant": ["2024-02-29", "2024-02-29T10:00:00", "2023-02-29T10:00:00Z"],
    "integer": [2**31, -(2**31) - 1, "1", 1.0, Decimal("1"), True],
    "markdown": ["", "\n"],
    "oid": ["1.2.3", "urn:oid:1.02", "urn:oid:3.1", "urn:oid:1"],
    "positiveInt": [0, -1, True],
    "string": ["", " ", "\n", "a\x00b", "a\x1bb", "bad \ud800", 1, None, ["a"]],
    "time": ["24:00:00", "10:00", "10:00:00Z", 100000],
    "unsignedInt": [-1, "0"],
    "uri": ["", "a b", "a\nb", "urn:oid:x", "urn:uuid:C757873D-EC9A-4326-A141-556F43239520", 1],
    "url": ["", "https://example.org/a b"],
    "uuid": ["c757873d-ec9a-4326-a141-556f43239520", "urn:uuid:c757873d"],
    "xhtml": ["a", "<div>a</div>", 1],
}


def test_every_primitive_type_is_tried() -> None:
    types = {t for t in definitions.data_types() if definitions.is_primitive(t)}
    assert types == VALID.keys() == INVALID.keys()


@pytest.mark.parametrize(("type", "value"), [(t, v) for t, values in VALID.items() for v in values])
def test_valid(type: str, value: object) -> None:
    assert primitive(type)(value) is None


@pytest.mark.parametrize(("type", "value"), [(t, v) for t, values in INVALID.items() for v in values])
def test_invalid(type: str, value: object) -> None:
    [(path, code, text)] = primitive(type)(value) or []
    assert (path, code) == ("", "value")
    assert "expected" in text or "narrative" in text


def test_a_string_of_more_than_a_mebi_is_too_long() -> None:
    assert primitive("string")("a" * MAX_STRING) is None
    assert [p[1] for p in primitive("string")("a" * (MAX_STRING + 1)) or []] == ["too-long"]


@settings(max_examples=400, derandomize=True, deadline=None)
@given(
    st.sampled_from(["code", "uri", "id", "date", "dateTime", "instant", "time", "oid", "uuid"]), st.data()
)
def test_what_the_check_takes_fits_the_official_pattern(type: str, data: st.DataObject) -> None:
    pattern = definitions.primitive_pattern(type)
    assert pattern is not None
    value = data.draw(st.text(max_size=8) | st.from_regex(pattern, fullmatch=True))
    if primitive(type)(value) is None:
        assert re.fullmatch(pattern, value, re.ASCII)
