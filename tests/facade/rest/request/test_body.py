"""facade.rest.request.body: bodies as clients send them, whole, inflated, and as resources."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.errors import BadRequest, FacadeError
from facade.rest.errors import Malformed, TooLarge, TooSlow, UnsupportedMedia
from facade.rest.request import call as calls
from facade.rest.request.body import parse_resource, read_as, read_body
from facade.rest.request.call import Call

JSON = "application/fhir+json"
PATIENT = b'{"resourceType":"Patient","id":"1"}'
XML = b'<Patient xmlns="http://hl7.org/fhir"><id value="1"/></Patient>'
LARGE = ("The body is longer than 100 bytes.", 413, "too-long")


def call(parts: Iterable[bytes], **headers: str) -> Call:
    """A call whose body comes in these parts; then it is silent."""
    left = list(parts)

    async def receive() -> dict[str, Any]:
        if not left:
            await asyncio.sleep(3600)
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Call({"method": "POST", "path": "/", "query_string": b"", "headers": raw}, receive)


async def refused(parts: Iterable[bytes], **headers: str) -> tuple[str, int, str]:
    with pytest.raises(FacadeError) as caught:
        await read_body(call(parts, **headers), 100)
    return caught.value.diagnostics, caught.value.status, caught.value.code


async def test_a_body_in_parts() -> None:
    assert await read_body(call([b"a", b"", b"b" * 99]), 100) == b"a" + b"b" * 99
    assert await read_body(call([b""]), 100) == b""


async def test_a_body_that_is_too_long_is_refused_before_it_is_read() -> None:
    assert await refused([], content_length="101") == LARGE
    assert await refused([], content_length="9" * 5000) == LARGE
    assert await refused([b"a" * 60, b"a" * 60, b"never read"]) == LARGE


async def test_inflated_bodies() -> None:
    text = b"a" * 100
    assert await read_body(call([gzip.compress(text)], content_encoding="gzip"), 100) == text
    two = gzip.compress(b"a" * 50) + gzip.compress(b"a" * 50)
    assert await read_body(call([two], content_encoding="identity, GZIP"), 100) == text
    assert await read_body(call([b"a"], content_encoding="identity"), 100) == b"a"


async def test_a_body_that_inflates_too_far() -> None:
    assert await refused([gzip.compress(b"a" * 101)], content_encoding="gzip") == LARGE
    two = gzip.compress(b"a" * 50) + gzip.compress(b"a" * 51)
    assert await refused([two], content_encoding="gzip") == LARGE


async def test_a_bomb_is_not_inflated() -> None:
    bomb = gzip.compress(b"a" * 50_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            await read_body(call([bomb], content_encoding="gzip"), 100_000)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


async def test_gzip_that_is_broken() -> None:
    short = gzip.compress(b"abc")[:-4]
    cut = "The body is not whole: its gzip ends too early."
    assert await refused([short], content_encoding="gzip") == (cut, 400, "structure")
    none = "The body is not gzip, though Content-Encoding says so."
    assert await refused([b"abc"], content_encoding="gzip") == (none, 400, "structure")
    with pytest.raises(Malformed, match="more than 64 members"):
        await read_body(call([gzip.compress(b"") * 65], content_encoding="gzip"), 5000)


async def test_another_encoding_is_named() -> None:
    with pytest.raises(UnsupportedMedia) as caught:
        await read_body(call([b""], content_encoding="br"), 100)
    assert caught.value.headers == ((b"accept-encoding", b"gzip"),)


async def test_a_body_that_comes_too_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "BODY_SECONDS", 0.01)

    async def silent() -> Any:
        await asyncio.sleep(3600)

    scope = {"method": "POST", "path": "/", "query_string": b"", "headers": []}
    with pytest.raises(TooSlow):
        await read_body(Call(scope, silent), 100)


async def test_a_client_that_leaves() -> None:
    async def gone() -> Any:
        return {"type": "http.disconnect"}

    scope = {"method": "POST", "path": "/", "query_string": b"", "headers": []}
    with pytest.raises(BadRequest, match="left before"):
        await read_body(Call(scope, gone), 100)


@pytest.mark.parametrize("kind", [JSON, "Application/JSON; charset=UTF-8", "text/json; fhirVersion=4.0"])
def test_json(kind: str) -> None:
    assert parse_resource(PATIENT, kind) == {"resourceType": "Patient", "id": "1"}


@pytest.mark.parametrize("kind", ["application/fhir+xml", "text/xml", 'application/xml; charset="utf-8"'])
def test_xml(kind: str) -> None:
    assert parse_resource(XML, kind) == {"resourceType": "Patient", "id": "1"}


@pytest.mark.parametrize("size", [1, 200_000])
async def test_a_resource_of_any_size(size: int) -> None:
    data = b'{"resourceType":"Patient","id":"%s"}' % (b"1" * size)
    assert (await read_as(call([data], content_type=JSON), 300_000, parse_resource))["id"] == "1" * size
    with pytest.raises(Malformed):
        await read_as(call([data[:-1]], content_type=JSON), 300_000, parse_resource)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("", "A resource is sent as application/fhir+json or application/fhir+xml."),
        ("text/plain", "A resource is sent as application/fhir+json or application/fhir+xml."),
        ("application/json; charset=latin1", "A resource is sent in UTF-8."),
        ("application/fhir+json; fhirVersion=3.0", "A resource is sent in FHIR 4.0."),
    ],
)
def test_content_types_that_are_not_read(kind: str, text: str) -> None:
    with pytest.raises(UnsupportedMedia) as caught:
        parse_resource(PATIENT, kind)
    assert (caught.value.status, caught.value.diagnostics) == (415, text)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"{}", "The object is no resource: it has no resourceType."),
        (b'{"resourceType":1}', "The resourceType is not one of FHIR R4."),
        (b'{"resourceType":"Patien"}', "The resourceType is not one of FHIR R4."),
        (b'{"resourceType":"DomainResource"}', "The resourceType is not one of FHIR R4."),
    ],
)
def test_objects_that_are_no_resource(data: bytes, text: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse_resource(data, JSON)
    error = caught.value
    assert (error.status, error.diagnostics, error.expression) == (400, text, "resourceType")


def test_decimals_keep_their_digits() -> None:
    found = parse_resource(b'{"resourceType":"Observation","valueQuantity":{"value":1.00}}', JSON)
    assert str(found["valueQuantity"]["value"]) == "1.00"
    assert isinstance(found["valueQuantity"]["value"], Decimal)


@given(st.binary(), st.sampled_from([JSON, "application/fhir+xml", "text/plain", "; ;=", ""]))
def test_no_bytes_are_more_than_refused(data: bytes, kind: str) -> None:
    try:
        assert isinstance(parse_resource(data, kind), dict)
    except FacadeError as error:
        assert error.status in (400, 415)
