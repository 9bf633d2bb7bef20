"""Any method, path, query, headers and body: never a 5xx, and the next client is served as before.

FACADE_FUZZ=20 tries twenty times as many, others at each run.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facade.operations.routes import OPERATION_ROUTES
from facade.rest.dispatch import Dispatch
from facade.rest.request.negotiation import JSON_TYPES, XML_TYPES
from facade.rest.routes import ROUTES
from facade.spec.xml import from_xml
from tests.facade.rest import support
from tests.facade.rest.bodies import bodies
from tests.facade.rest.test_fuzz import NAMES, likely, queries, words

LOCAL = ("Binary", "Observation", "Patient", "Questionnaire", "SearchParameter", "ValueSet")
KEPT = {"resourceType": "Practitioner", "id": "kept", "name": [{"family": "Kept"}], "active": True}
FINE = {200, 201, 204, 304}
REFUSED = {400, 403, 404, 405, 406, 409, 410, 412, 413, 414, 415, 422}
MORE = int(os.environ.get("FACADE_FUZZ", "1"))
often = settings(
    max_examples=400 * MORE,
    deadline=None,
    derandomize=MORE == 1,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

types = st.sampled_from([*LOCAL, *LOCAL, "Practitioner", "Bundle", "Encounter", "Nonsense"])
ids = st.sampled_from(["1", "1", "2", "sp", "kept", "x" * 65, "a_b"]) | words
ends = st.sampled_from(
    [route.path.rpartition("/")[2] for route in OPERATION_ROUTES]
    + ["_search", "_history", "_history/1", "_history/99", "_history/x", "Observation", "*", "$nothing"]
)
paths = st.one_of(
    types,
    types,
    st.tuples(types, ids).map("/".join),
    st.tuples(types, ids).map("/".join),
    st.tuples(types, ends).map("/".join),
    st.tuples(types, ids, ends).map("/".join),
    st.sampled_from(
        ["", "", "_search", "_history", "metadata", "$validate", "$meta", "$reindex", "//", "%00"]
    ),
)

oddities = st.sampled_from(
    [
        "subject:Patient." * 50 + "name=x",
        "_has:Observation:subject:" * 50 + "code=x",
        "_id=" + ",".join(map(str, range(1500))),
        "code=" + "," * 3000,
        "&".join(["gender=male"] * 900),
        "_include=*&_include:iterate=*&_revinclude=*",
        "_include:iterate=Observation:subject&_revinclude:iterate=Observation:subject",
        "_count=-1",
        "_count=1e9",
        "_count=" + "9" * 4000,
        "_cursor=eyJhIjoxfQ",
        "_cursor=%FF",
        "_since=yesterday&_at=2020-02-30&_count=x",
        "_sort=" + "-" * 3000,
        "_elements=" + "a.b," * 1000,
        "_filter=" + "(" * 500 + "name eq x",
        "_filter=" + quote('name eq "x" and (gender eq male or not (birthdate lt 2020))'),
        "_filter=" + quote("name co " + "'" * 100),
        "_text=" + quote('"' * 99),
        "_content=" + quote("a AND NOT (b OR *)"),
        "near=1|2|3|parsec&near=%7C%7C%7C",
        "value-quantity=" + quote("5.4e" + "9" * 50 + "|http://unitsofmeasure.org|" + "(" * 200 + "mg"),
        "value-quantity=ap1e-400",
        "birthdate=sa9999-12-31T23:59:59.999999999999%2B14:00&birthdate=0001-01-01",
        "code:in=urn:vs&code:not-in=urn:none&code:below=" + "x" * 2000,
        "identifier:of-type=a|b|c|d|%5C&identifier:of-type=%7C%7C",
        "code-value-quantity=a$b$c$%5C$",
        "_list=1&_query=x&_type=Patient,Nothing&_explain=true",
        "name:" + "exact:" * 30 + "=x",
        "subject:Nothing.name=x",
        "_summary=count&_summary=text&_total=precise&_maxresults=0",
        "%ED%A0%80=1",
        "=&==&&&",
        "url=urn:vs&identifier=%5C%5C%2C%5C",
    ]
)
chains = st.lists(st.sampled_from(NAMES), min_size=1, max_size=5).map(".".join)
asked = st.one_of(
    queries,
    oddities,
    st.tuples(chains, likely | words).map(lambda one: f"{quote(one[0])}={quote(one[1])}"),
)

values = st.sampled_from(
    [
        b"*",
        b"*/*",
        b'W/"1"',
        b'W/"99", W/"1"',
        b'"' * 50,
        b"identifier=1",
        b"?name:exact=Doe&_id=1",
        b"colour=blue",
        b"_has:" * 50,
        b"return=minimal",
        b"return=OperationOutcome; handling=lenient",
        b"respond-async, return=representation",
        b"application/fhir+xml",
        b"application/fhir+json;fhirVersion=5.0",
        b"application/json-patch+json",
        b"gzip, identity",
        b"no-cache, max-age=-1",
        b"Thu, 99 Foo 10000 00:00:00 GMT",
        b"Patient/1",
        b"99999999999999999999",
        b"https://app.example",
        b"\xff\xfe",
        b"",
    ]
)
headers = st.dictionaries(
    st.sampled_from(
        [
            b"accept",
            b"accept-encoding",
            b"cache-control",
            b"content-encoding",
            b"content-length",
            b"content-type",
            b"if-match",
            b"if-modified-since",
            b"if-none-exist",
            b"if-none-match",
            b"origin",
            b"prefer",
            b"x-security-context",
        ]
    ),
    values | st.binary(max_size=12),
    max_size=3,
)

PLACE = re.compile(
    r"Look at line|The (body|JSON|criteria|parameters) |There are more than|gzip|an id is|[Oo]peration \d"
)
"""How a refusal tells its place where no element or parameter is at fault."""

methods = st.sampled_from(
    ["GET", "GET", "POST", "POST", "PUT", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"]
)
lines = st.sampled_from(
    ["PUT {}/1", "PUT {}/1", "POST {}", "POST {}", "POST {}/$validate", "POST Patient/1/$meta-add"]
)
searches = st.sampled_from(["GET {}", "POST {}/_search", "GET {}/1/Observation", "GET {}/_history"])


@dataclass
class Fhir:
    """A server, and the loop that it lives in."""

    dispatch: Dispatch
    runner: asyncio.Runner

    def ask(
        self,
        method: str,
        path: str,
        query: bytes = b"",
        headers: Mapping[bytes, bytes] = {},
        body: bytes = b"",
    ) -> tuple[int, dict[bytes, bytes], bytes]:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "root_path": "", "method": method, "path": f"/{path}", "query_string": query}
        scope["headers"] = list(headers.items())
        self.runner.run(self.dispatch(scope, receive, send))
        return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


@pytest.fixture(scope="module")
def fhir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fhir]:
    store = support.open_store(tmp_path_factory.mktemp("fuzz"))
    support.put(
        store,
        KEPT,
        {"resourceType": "Patient", "id": "1", "gender": "male", "birthDate": "2020-01-01"},
        {"resourceType": "Observation", "id": "1", "subject": {"reference": "Patient/1"}},
        {"resourceType": "Binary", "id": "1", "contentType": "text/plain", "data": "aGk="},
    )
    service = support.service(
        store,
        (*LOCAL, "Practitioner"),
        local=frozenset(LOCAL),
        owners={"Practitioner": ("openemr",)},
        cors=("https://app.example",),
        max_body=256 * 1024,
        statement=b'{"resourceType":"CapabilityStatement"}',
    )
    with asyncio.Runner() as runner:
        yield Fhir(Dispatch((*ROUTES, *OPERATION_ROUTES), service), runner)
        runner.run(service.texts.aclose())
    store.close()


def read(headers: dict[bytes, bytes], content: bytes) -> dict[str, Any]:
    """The resource of an answer, in the form that its headers tell."""
    data = gzip.decompress(content) if headers.get(b"content-encoding") == b"gzip" else content
    kind = headers[b"content-type"].partition(b";")[0].decode()
    assert kind in (*JSON_TYPES, *XML_TYPES)
    found: dict[str, Any] = from_xml(data) if kind in XML_TYPES else orjson.loads(data)
    return found


def check(fhir: Fhir, method: str, answer: tuple[int, dict[bytes, bytes], bytes]) -> None:
    """It is an answer, or a refusal that says what is wrong; and a plain read still goes well."""
    status, told, content = answer
    assert status in FINE | REFUSED, (status, content)
    if status in REFUSED and method != "HEAD":
        outcome = read(told, content)
        assert outcome["resourceType"] == "OperationOutcome"
        for issue in outcome["issue"]:
            assert issue["severity"] in ("error", "fatal", "warning", "information")
            assert issue["diagnostics"]
            if issue["code"] in ("structure", "value", "invalid", "required"):
                assert "expression" in issue or PLACE.search(issue["diagnostics"])
            for secret in ("SELECT", "Traceback", "sqlite", ".py"):
                assert secret not in issue["diagnostics"]
    elif content and told[b"content-type"].startswith(b"application/fhir"):
        assert read(told, content)["resourceType"]
    status, told, content = fhir.ask("GET", "Practitioner/kept")
    assert (status, told[b"etag"], orjson.loads(content)["name"]) == (200, b'W/"1"', KEPT["name"])


@often
@given(
    methods,
    paths,
    asked | st.just("") | st.just(""),
    headers,
    bodies(),
)
def test_no_request_is_the_servers_fault(
    fhir: Fhir, method: str, path: str, query: str, headers: dict[bytes, bytes], body: tuple[bytes, bytes]
) -> None:
    kind, content = body if method in ("POST", "PUT", "PATCH") else (b"", b"")
    if kind and b"content-type" not in headers:
        headers = {**headers, b"content-type": kind}
    if content[:2] == b"\x1f\x8b":
        headers = {**headers, b"content-encoding": b"gzip"}
    check(fhir, method, fhir.ask(method, path, query.encode(), headers, content))


@often
@given(
    lines,
    bodies(),
    headers,
)
def test_no_body_is_the_servers_fault(
    fhir: Fhir, request_line: str, body: tuple[bytes, bytes], more: dict[bytes, bytes]
) -> None:
    """At the URL where it belongs, as far as that can be told."""
    kind, content = body
    found = re.search(rb'resourceType": "(\w+)|^<(\w+)', content)
    type = (found[1] or found[2]).decode() if found else "Patient"
    line = request_line.format(type)
    if kind == b"application/json-patch+json" or type == "Parameters":
        line = line.replace("PUT Parameters", "PATCH Patient").replace("PUT", "PATCH")
    elif type == "Bundle":
        line = "POST "
    method, _, path = line.partition(" ")
    sent = {b"content-type": kind}
    if content[:2] == b"\x1f\x8b":
        sent[b"content-encoding"] = b"gzip"
    sent |= {name: value for name, value in more.items() if name.startswith((b"prefer", b"accept", b"if-"))}
    check(fhir, method, fhir.ask(method, path, b"", sent, content))


@often
@given(
    types, asked, st.sampled_from(["GET {}", "POST {}/_search", "GET {}/1/Observation", "GET {}/_history"])
)
def test_no_search_is_the_servers_fault(fhir: Fhir, type: str, query: str, line: str) -> None:
    method, _, path = line.format(type).partition(" ")
    if method == "GET":
        check(fhir, method, fhir.ask(method, path, query.encode()))
        return
    form = {b"content-type": b"application/x-www-form-urlencoded"}
    check(fhir, method, fhir.ask(method, path, b"", form, query.encode()))
