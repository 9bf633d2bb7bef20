"""Each kind of bad input, at `facade serve` over a socket: what it is told, while others are served."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.flows.home import Home, Server

JSON = {"content-type": "application/fhir+json"}
XML = {"content-type": "application/fhir+xml", "accept": "application/fhir+json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
LONG = 100 * 1024 * 1024
PATIENTS = 12


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Where clients write Patients and Observations."""
    settings = "local: [Patient, Observation]\nsearch: { default_count: 2, max_count: 5 }\n"
    with Home(tmp_path_factory.mktemp("bad"), settings).serving() as server:
        for number in range(PATIENTS):
            patient = {"resourceType": "Patient", "id": f"p{number}", "name": [{"family": "Doe"}]}
            httpx.put(f"{server.url}/Patient/p{number}", json=patient).raise_for_status()
        yield server


@contextmanager
def neighbour(server: Server) -> Iterator[None]:
    """Another client, who reads all the while, is answered each time the same, and at least once more."""
    over = threading.Event()
    answers: list[tuple[int, bytes]] = []

    def go_on() -> None:
        with httpx.Client(timeout=60) as client:
            while True:
                last = over.is_set()
                answer = client.get(f"{server.url}/Patient/p0")
                answers.append((answer.status_code, answer.content))
                if last:
                    return

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(60)
    assert not thread.is_alive()
    assert {status for status, _ in answers} == {200}
    assert len(set(answers)) == 1


def ask(server: Server, method: str, path: str, **more: Any) -> httpx.Response:
    """The answer, which comes: a server that hangs is the fault that the timeout finds."""
    with neighbour(server):
        return httpx.request(method, f"{server.url}/{path}", timeout=60, **more)


def told(answer: httpx.Response) -> tuple[int, str, str]:
    """(status, code, place) of a refusal; the place is the expression, or where there is none, the words."""
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    issue = outcome["issue"][0]
    place = (issue.get("expression") or [issue["diagnostics"]])[0]
    return answer.status_code, issue["code"], place


def deep(levels: int) -> bytes:
    return (
        b'{"resourceType":"Patient","extension":' + b'[{"extension":' * levels + b"[]" + b"}]" * levels + b"}"
    )


def patient(content: bytes) -> bytes:
    return b'{"resourceType":"Patient",' + content + b"}"


def xml(content: bytes) -> bytes:
    return b'<Patient xmlns="http://hl7.org/fhir">' + content + b"</Patient>"


def bomb() -> bytes:
    """Made when it is sent: it takes half a second."""
    return gzip.compress(b" " * LONG)


Bad = tuple[dict[str, str], bytes | Callable[[], bytes], tuple[int, str, str]]
AT = "Look at line 1, column "
BODIES: dict[str, Bad] = {
    "malformed JSON": (
        JSON,
        b'{"resourceType":"Patient",\n "active": tru}',
        (400, "structure", "The body is not JSON. Look at line 2, column 12."),
    ),
    "cut JSON": (JSON, b'{"resourceType":"Patient","name":[{', (400, "structure", f"{AT}36.")),
    "nothing": (JSON, b"", (400, "structure", "The body is empty.")),
    "not UTF-8": (JSON, b'{"language":"\xff"}', (400, "structure", "The JSON is not UTF-8.")),
    "an array": (JSON, b"[]", (400, "structure", "a resource is a JSON object.")),
    "no resource": (JSON, b"{}", (400, "structure", "resourceType")),
    "an unknown type": (JSON, b'{"resourceType":"Pateint"}', (400, "structure", "resourceType")),
    "another type": (JSON, b'{"resourceType":"Observation"}', (400, "invalid", "resourceType")),
    "deep": (JSON, deep(100), (400, "structure", "more than 64 objects are in one another.")),
    "deeper": (JSON, deep(100_000), (400, "structure", "more than 64 objects are in one another.")),
    "a name twice": (
        JSON,
        b'{"resourceType":"Patient","name":[{"family":"A","family":"B"}]}',
        (400, "structure", "Patient.name[0].family"),
    ),
    "a lone surrogate": (JSON, patient(b'"language":"\\ud800"'), (400, "structure", f"{AT}39.")),
    "NaN": (JSON, patient(b'"multipleBirthInteger":NaN'), (400, "structure", f"{AT}50.")),
    "a huge number": (JSON, patient(b'"multipleBirthInteger":1e999999999'), (400, "structure", f"{AT}50.")),
    "many digits": (
        JSON,
        patient(b'"multipleBirthInteger":' + b"9" * 9000),
        (400, "structure", f"{AT}50."),
    ),
    "a wrong type": (JSON, patient(b'"active":"yes"'), (422, "value", "Patient.active")),
    "an object for an array": (
        JSON,
        patient(b'"name":{"family":"A"}'),
        (400, "structure", "Patient.name"),
    ),
    "an unknown element": (JSON, patient(b'"shoeSize":9'), (400, "structure", "Patient.shoeSize")),
    "a broken date": (JSON, patient(b'"birthDate":"2020-02-30"'), (422, "value", "Patient.birthDate")),
    "malformed XML": (XML, xml(b"<active value='true'>"), (400, "structure", f"{AT}61.")),
    "a DOCTYPE": (
        XML,
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + xml(b'<id value="&a;"/>'),
        (400, "structure", "XML with a document type (DOCTYPE) is refused. Look at line 1."),
    ),
    "an unknown entity": (XML, xml(b'<id value="&a;"/>'), (400, "structure", f"{AT}38.")),
    "deep XML": (
        XML,
        xml(b"<extension>" * 5000 + b"</extension>" * 5000),
        (400, "structure", "Patient.extension[0].extension[0].extension[0]"),
    ),
    "XML of a wrong type": (XML, xml(b'<active value="yes"/>'), (400, "structure", "Patient.active")),
    "a media type of another kind": (
        {"content-type": "text/plain"},
        b"hello",
        (415, "not-supported", "application/fhir+json or application/fhir+xml."),
    ),
    "gzip that is none": (
        {**JSON, "content-encoding": "gzip"},
        b"hello",
        (400, "structure", "The body is not gzip, though Content-Encoding says so."),
    ),
    "a gzip bomb": (
        {**JSON, "content-encoding": "gzip"},
        bomb,
        (413, "too-long", "The body is longer than 16777216 bytes."),
    ),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_bad_body(server: Server, name: str) -> None:
    headers, body, (status, code, place) = BODIES[name]
    content = body() if callable(body) else body
    found = told(ask(server, "POST", "Patient", headers=headers, content=content))
    assert found[:2] == (status, code)
    assert found[2].endswith(place)


@pytest.mark.parametrize("chunked", [False, True], ids=["told", "chunked"])
def test_a_body_of_100_mb(server: Server, chunked: bool) -> None:
    """Its refusal is seen by a client that sends it all first."""
    many = b" " * 1024 * 1024

    def chunks() -> Iterator[bytes]:
        for _ in range(LONG // len(many)):
            yield many

    headers = JSON if chunked else {**JSON, "content-length": str(LONG)}
    found = told(ask(server, "POST", "Patient", headers=headers, content=chunks()))
    assert found == (413, "too-long", "The body is longer than 16777216 bytes.")


@pytest.mark.parametrize(
    ("id", "place"),
    [('"id":"p2"', "Patient.id"), ('"id":"a_b"', "Patient.id"), ('"id":7', "Patient.id"), ("", "Patient.id")],
)
def test_an_id_that_is_not_the_urls(server: Server, id: str, place: str) -> None:
    body = f'{{"resourceType":"Patient"{"," * bool(id)}{id}}}'
    found = told(ask(server, "PUT", "Patient/p1", headers=JSON, content=body))
    assert found == (400, "invalid", place)


HAS = "_has:Observation:subject:"
URLS: dict[str, tuple[str, tuple[int, str, str]]] = {
    "an unknown type": ("Pateint", (404, "not-supported", "did you mean Patient?")),
    "an unknown parameter": ("Patient?shoesize=9", (400, "not-supported", "http.shoesize")),
    "an unknown modifier": ("Patient?name:loudly=x", (400, "not-supported", "http.name:loudly")),
    "a broken date": ("Patient?birthdate=2020-02-30", (400, "invalid", "http.birthdate")),
    "a date of no kind": ("Patient?birthdate=ge", (400, "invalid", "http.birthdate")),
    "a negative _count": ("Patient?_count=-1", (400, "invalid", "http._count")),
    "a _count of no number": ("Patient?_count=many", (400, "invalid", "http._count")),
    "a chain of fifty": (
        "Observation?subject:Patient." + "link:Patient." * 49 + "name=x",
        (403, "too-costly", "http.subject:Patient." + "link:Patient." * 49 + "name"),
    ),
    "a _has of fifty": (f"Patient?{HAS}{'_has:Observation:focus:' * 49}code=x", (403, "too-costly", ":code")),
    "a cursor of no kind": ("Patient?_cursor=AAAA", (400, "invalid", "http._cursor")),
    "an empty cursor": ("Patient?_cursor=", (400, "invalid", "http._cursor")),
    "an id of no kind": ("Patient/a_b", (404, "not-found", "letters, digits, - and .")),
    "a long URL": ("Patient?name=" + "x" * 9000, (414, "too-long", "use POST _search.")),
    "no UTF-8": ("Patient?name=%FF", (400, "invalid", "not percent-encoded UTF-8.")),
    "a NUL": ("Patient?name=%00", (400, "invalid", "hold a NUL character.")),
}


@pytest.mark.parametrize("name", URLS)
def test_a_bad_url(server: Server, name: str) -> None:
    url, (status, code, place) = URLS[name]
    found = told(ask(server, "GET", url))
    assert found[:2] == (status, code)
    assert found[2].endswith(place)


def test_an_absurd_count_is_clamped(server: Server) -> None:
    bundle = ask(server, "GET", "Patient?_count=" + "9" * 30).json()
    assert len(bundle["entry"]) == 5
    links = {link["relation"]: link["url"] for link in bundle["link"]}
    assert len(httpx.get(links["next"]).json()["entry"]) == 5


def test_ten_thousand_alternatives(server: Server) -> None:
    """In a form, which may be longer than a URL."""
    values = ",".join(f"x{number}" for number in range(10_000))
    found = told(ask(server, "POST", "Patient/_search", headers=FORM, content=f"_id={values}"))
    assert found == (403, "too-costly", "http._id")


def test_cursors_that_are_not_this_searchs(server: Server) -> None:
    """One of another search, of another server, and one that was changed."""
    page = httpx.get(f"{server.url}/Patient?_count=2").json()
    url = next(link["url"] for link in page["link"] if link["relation"] == "next")
    cursor = url.partition("_cursor=")[2].partition("&")[0]
    changed = cursor[:-2] + ("A" if cursor[-2] != "A" else "B") + cursor[-1]
    for search in (f"Observation?_cursor={cursor}", f"Patient?family=Doe&_cursor={cursor}"):
        assert told(ask(server, "GET", search)) == (400, "invalid", "http._cursor")
    for wrong in (changed, cursor[1:], cursor * 2, "%00" + cursor):
        assert told(ask(server, "GET", f"Patient?_count=2&_cursor={wrong}"))[:2] == (400, "invalid")
    assert httpx.get(url).status_code == 200


def test_what_is_no_http(server: Server) -> None:
    """The connection is closed or refused; others are not."""
    address = httpx.URL(server.url)
    for sent in (b"\x16\x03\x01" + b"\0" * 300, b"GET /fhir/Patient HTTP/9.9\r\n\r\n", b"G" * 200_000):
        with neighbour(server), socket.create_connection((address.host, address.port), 60) as raw:
            try:
                raw.sendall(sent)
                answer = raw.recv(4096)
            except ConnectionError:
                continue
            assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
