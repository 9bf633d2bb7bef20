"""facade.rest.encoding: who takes gzip gets it, if there is something to gain."""

from __future__ import annotations

import gzip

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.rest.answer import Answer
from facade.rest.encoding import encode, takes_gzip
from facade.store import Store
from tests.facade.rest import support

LONG = {"resourceType": "Patient", "id": "1", "name": [{"family": "x" * 2000}]}


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        (b"", False),
        (b"gzip", True),
        (b"deflate, GZIP;q=0.5", True),
        (b"x-gzip", True),
        (b"*", True),
        (b"br;q=1.0, *;q=0.1", True),
        (b"gzip;q=0, *", False),
        (b"*;q=0", False),
        (b"identity, br", False),
        (b"gzip;q=x", False),
        (b"gzip; level=9; q=0.001", True),
    ],
)
def test_who_takes_it(accepted: bytes, expected: bool) -> None:
    assert takes_gzip(accepted) is expected


@given(st.binary())
def test_any_header(accepted: bytes) -> None:
    assert takes_gzip(accepted) in (True, False)


@pytest.mark.parametrize(
    ("kind", "size", "expected"),
    [
        (b"application/fhir+json; charset=utf-8", 1025, True),
        (b"application/fhir+json", 1024, False),
        (b"application/fhir+xml", 300_000, True),
        (b"text/plain", 2000, True),
        (b"application/pdf", 2000, False),
        (b"image/png", 2000, False),
    ],
)
async def test_what_is_worth_it(kind: bytes, size: int, expected: bool) -> None:
    answer = Answer(200, kind, b"a" * size)
    await encode(answer, b"gzip")
    assert answer.headers == (((b"content-encoding", b"gzip"),) if expected else ())
    assert (gzip.decompress(answer.body) if expected else answer.body) == b"a" * size


async def test_a_read(client: httpx.AsyncClient, store: Store) -> None:
    support.put(store, LONG)
    packed = await client.get("/Patient/1", headers={"Accept-Encoding": "gzip"})
    plain = await client.get("/Patient/1", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < 400 < int(plain.headers["content-length"])
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept, Accept-Encoding"
    head = await client.head("/Patient/1", headers={"Accept-Encoding": "gzip"})
    assert (head.headers, head.content) == (packed.headers, b"")
