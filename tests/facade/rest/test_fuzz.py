"""Whatever is asked, the answer is FHIR or a Binary's content, and never a 5xx."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from facade.rest.dispatch import Dispatch
from facade.rest.request.negotiation import JSON_TYPES, XML_TYPES
from facade.rest.routes import ROUTES
from facade.search import supported_parameters
from facade.spec.xml import from_xml
from tests.facade.rest import support

TYPES = ("Patient", "Observation", "Binary")
NAMES = sorted({one.code for type in TYPES for one in supported_parameters(type)})
NAMES += ["_total", "_format", "_pretty", "_cursor", "_summary"]

likely = st.sampled_from(
    [
        "1",
        "male",
        "a|b",
        "a|",
        "|b",
        "a,b",
        "2020",
        "ge2020-02-01",
        "lt9999-12-31T23:59:59Z",
        "0001",
        "Patient/1",
    ]
)
words = st.one_of(
    st.sampled_from(["", "-1", "|", "2020-02-30", "0000", "\\", "*", "xml", "9" * 40, "Observation:subject"]),
    st.text(max_size=8),
)
likely_items = st.one_of(
    st.tuples(st.sampled_from(NAMES), likely),
    st.tuples(st.sampled_from(["_sort"]), st.sampled_from(["_id", "-_lastUpdated,_id", "date", "name,-_id"])),
    st.tuples(st.sampled_from(["_include", "_revinclude"]), st.sampled_from(["*", "Observation:subject"])),
    st.tuples(st.sampled_from(["_count"]), st.sampled_from(["0", "1", "999999999999"])),
    st.tuples(
        st.sampled_from([f"{name}:{end}" for name in NAMES for end in ("exact", "not", "missing")]), likely
    ),
)
items = st.one_of(
    likely_items, likely_items, likely_items, st.tuples(st.sampled_from(NAMES) | st.text(max_size=6), words)
)
queries = st.lists(items, max_size=3).map(
    lambda items: "&".join(f"{quote(name)}={quote(value)}" for name, value in items)
)
parts = st.one_of(st.sampled_from([*TYPES, "Encounter", "metadata", "_search", "_history", "1", "$x"]), words)
paths = st.one_of(
    st.sampled_from(["metadata", *TYPES, *(f"{type}/1" for type in TYPES), "Patient/1/_history/1"]),
    st.sampled_from([f"{type}/_search" for type in TYPES]),
    st.lists(parts, min_size=1, max_size=4).map("/".join),
)
headers = st.dictionaries(
    st.sampled_from(
        [
            b"accept",
            b"accept-encoding",
            b"access-control-request-headers",
            b"access-control-request-method",
            b"content-type",
            b"if-modified-since",
            b"if-none-match",
            b"origin",
            b"prefer",
        ]
    ),
    st.sampled_from(
        [
            b"*/*",
            b"application/fhir+json",
            b"application/fhir+xml",
            b"gzip",
            b"application/x-www-form-urlencoded",
            b'W/"1"',
            b"handling=lenient",
            b",;q=,",
            b"\xff\xfe",
        ]
    )
    | st.binary(max_size=10),
)


@pytest.fixture(scope="module")
def fhir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dispatch]:
    store = support.open_store(tmp_path_factory.mktemp("fuzz"))
    support.put(
        store,
        {"resourceType": "Patient", "id": "1", "gender": "male", "birthDate": "2020-01-01"},
        {"resourceType": "Observation", "id": "1", "subject": {"reference": "Patient/1"}},
        {"resourceType": "Binary", "id": "1", "contentType": "text/plain", "data": "aGk="},
    )
    statement = b'{"resourceType":"CapabilityStatement"}'
    yield Dispatch(ROUTES, support.service(store, statement=statement, cors=("https://app.example",)))
    store.close()


def ask(fhir: Dispatch, scope: dict[str, Any], body: bytes) -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(fhir({"type": "http", "root_path": "", **scope}, receive, send))
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


def read(headers: dict[bytes, bytes], content: bytes) -> dict[str, Any]:
    """The resource of an answer, in the form that its headers tell."""
    data = gzip.decompress(content) if headers.get(b"content-encoding") == b"gzip" else content
    kind = headers[b"content-type"].partition(b";")[0].decode()
    assert kind in (*JSON_TYPES, *XML_TYPES)
    found: dict[str, Any] = from_xml(data) if kind in XML_TYPES else orjson.loads(data)
    return found


@settings(max_examples=600, deadline=None, derandomize=True)
@given(
    st.sampled_from(["GET", "GET", "GET", "POST", "HEAD", "PUT", "OPTIONS"]),
    paths,
    queries,
    headers,
    st.data(),
)
@example("GET", "Patient", "birthdate=9999-12-31", {}, None)
def test_no_request_is_the_servers_fault(
    fhir: Dispatch,
    method: str,
    path: str,
    query: str,
    headers: dict[bytes, bytes],
    data: st.DataObject | None,
) -> None:
    scope = {
        "method": method,
        "path": "/" + path,
        "query_string": query.encode(),
        "headers": list(headers.items()),
    }
    body = data.draw(queries).encode() if data and method == "POST" else b""
    status, answered, content = ask(fhir, scope, body)
    assert status in (200, 204, 304, 400, 404, 405, 406, 410, 413, 414, 415), content
    if status >= 400 and method != "HEAD":
        outcome = read(answered, content)
        assert outcome["resourceType"] == "OperationOutcome"
        assert outcome["issue"][0]["diagnostics"]
    assert method != "HEAD" or content == b""
    if status == 200:
        assert answered[b"content-length"] == str(len(content)).encode() or method == "HEAD"


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.sampled_from(TYPES), queries)
def test_no_search_is_the_servers_fault(fhir: Dispatch, type: str, query: str) -> None:
    lenient = [(b"prefer", b"handling=lenient")]
    scope = {"method": "GET", "path": f"/{type}", "query_string": query.encode(), "headers": lenient}
    status, _, content = ask(fhir, scope, b"")
    assert status in (200, 400, 406), (query, content)
    wanted = "Bundle" if status == 200 else "OperationOutcome"
    assert orjson.loads(content)["resourceType"] == wanted


accepts = st.text(max_size=30) | st.lists(
    st.sampled_from(
        [
            *JSON_TYPES,
            *XML_TYPES,
            "*/*",
            "text/*",
            "image/png",
            ",",
            ";",
            "q=0",
            "q=0.5",
            "=",
            '"',
            "fhirVersion=4.0",
        ]
    )
).map("".join)


@settings(max_examples=600, deadline=None, derandomize=True)
@given(
    st.sampled_from(["metadata", "Patient", "Patient/1", "Binary/1", "Patient/none", "Patient/1/_history/1"]),
    accepts,
    st.none() | accepts,
    st.sampled_from(["", "gzip", "*;q=0"]) | st.text(max_size=10),
)
def test_no_accept_header_is_the_servers_fault(
    fhir: Dispatch, path: str, accept: str, wanted: str | None, encoding: str
) -> None:
    scope = {
        "method": "GET",
        "path": f"/{path}",
        "query_string": b"" if wanted is None else f"_format={quote(wanted)}".encode(),
        "headers": [(b"accept", accept.encode()), (b"accept-encoding", encoding.encode())],
    }
    status, answered, content = ask(fhir, scope, b"")
    assert status in (200, 404, 406) or (status == 400 and "\0" in (wanted or "")), content
    if status != 200 or not path.startswith("Binary"):
        assert read(answered, content)["resourceType"]
