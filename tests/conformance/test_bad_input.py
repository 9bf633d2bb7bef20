"""The whole command against what it may meet: one clear line, a status that is not 0, no traceback."""

from __future__ import annotations

import gzip
import json
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance import cli, run
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.spec.definitions import definitions
from conformance.suites import Suite
from tests.conformance.controls.statement import statement
from tests.conformance.controls.store import as_json
from tests.conformance.wire import closed_port, http, serve
from tests.paths import REPO

READ = Requirement("probe.read", Level.SHALL, "A resource is read.", "https://hl7.org/fhir/R4/http.html#read")
METADATA = as_json(statement("http://127.0.0.1/fhir", lambda fault: False))
PATIENT = b'{"resourceType": "Patient", "id": "1"}'


async def _read_many(session: Session) -> None:
    for number in range(12):
        async with session.check(READ, f"Patient/{number}") as check:
            answer = await check.get(f"Patient/{number}")
            check.status(answer, 200)
            answer.resource("Patient")


async def _break_off(session: Session) -> None:
    raise KeyError("a bug")


PROBE = Suite("probe", "Reads", _read_many, (READ,))
BROKEN = Suite("broken", "A suite with a bug", _break_off, ())


@pytest.fixture(autouse=True)
def few_suites(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "suites", lambda: (PROBE,))


@pytest.fixture
def facade_conformance(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Runs the command; gives its status and the only line on standard error, without the name before it."""

    def command(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["facade-conformance", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr().err.splitlines()
        assert len(said) <= 1
        return int(ended.value.code or 0), "".join(said).removeprefix("facade-conformance: ")

    return command


Command = Callable[..., tuple[int, str]]


def only(answer: bytes) -> Callable[[str, socket.socket], None]:
    return lambda asked, stream: stream.sendall(answer)


def healthy(asked: str, stream: socket.socket) -> None:
    stream.sendall(http(METADATA if "/metadata" in asked else PATIENT))


def test_a_server_that_is_well(facade_conformance: Command) -> None:
    """What the others deviate from."""
    with serve(healthy) as wire:
        assert facade_conformance(wire.base) == (0, "")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            http(b"<h1>no</h1>", "404 Not Found", "text/html"),
            "{base}/metadata answers 404: is this the base URL",
        ),
        (
            http(b"", "501 Not Implemented"),
            "{base}/metadata answers 501: is this the base URL of a FHIR server?",
        ),
        (http(b"", "401 Unauthorized"), "{base}/metadata answers 401: the server wants a login (--auth)."),
        (
            http(b"<html>Welcome</html>", kind="text/html"),
            "{base}/metadata is no CapabilityStatement: the answer (200, text/html) is not JSON: '<html>Wel",
        ),
        (
            http(b""),
            "{base}/metadata is no CapabilityStatement: the answer (200, application/fhir+json) is not",
        ),
        (
            http(b"[1]"),
            "{base}/metadata is no CapabilityStatement: the answer (200) is JSON, but not a FHIR resource",
        ),
        (
            http(PATIENT),
            "{base}/metadata is no CapabilityStatement: the answer (200) is a Patient, not a Capa",
        ),
        (
            http(b'{"a": "\xff"}'),
            "{base}/metadata is no CapabilityStatement: the answer (200, application/fhir+json) is",
        ),
        (
            http(b"[" * 200_000),
            "{base}/metadata is no CapabilityStatement: the answer (200, application/fhir+json) is",
        ),
        (
            http(b'{"a": NaN}'),
            "{base}/metadata is no CapabilityStatement: the answer (200, application/fhir+json) is",
        ),
        (
            http(b'{"resourceType": "CapabilityStatement", "fhirVersion": "5.0.0"}'),
            "{base}/metadata declares FHIR 5.0.0; this kit judges R4 (4.0.1).",
        ),
        (
            http(b"", "301 Moved", location="https://other.example/r4/metadata"),
            "{base}/metadata redirects (301), which is not followed: give https://other.example/r4.",
        ),
        (
            http(b"x" * 99)[:-9],
            "{base}: no answer to GET {base}/metadata: the server closed the connection before its",
        ),
        (
            b"",
            "{base}: no answer to GET {base}/metadata: the server closed the connection before its",
        ),
        (b"SSH-2.0-OpenSSH_9\r\n\r\n", "{base}: no answer to GET {base}/metadata: the answer is not HTTP: "),
        (
            http(b"plain", content_encoding="gzip"),
            "{base}: no answer to GET {base}/metadata: the answer says that it is gzip, and is not",
        ),
        (
            http(gzip.compress(METADATA)[:-20], content_encoding="gzip"),
            "{base}: no answer to GET {base}/metadata: the gzip of the answer ends before it is whole",
        ),
        (
            http(METADATA, content_encoding="br"),
            "{base}: no answer to GET {base}/metadata: the answer has the content encoding 'br', which",
        ),
    ],
)
def test_what_is_no_fhir_server(facade_conformance: Command, answer: bytes, said: str) -> None:
    with serve(only(answer)) as wire:
        status, line = facade_conformance(wire.base)
    assert status == 2
    assert line.startswith(said.format(base=wire.base))


def test_gzip_is_read(facade_conformance: Command) -> None:
    def answer(asked: str, stream: socket.socket) -> None:
        body = METADATA if "/metadata" in asked else PATIENT
        stream.sendall(http(gzip.compress(body), content_encoding="gzip"))

    with serve(answer) as wire:
        assert facade_conformance(wire.base) == (0, "")


def test_nobody_listens(facade_conformance: Command) -> None:
    base = f"http://127.0.0.1:{closed_port()}/fhir"
    assert facade_conformance(base) == (
        2,
        f"{base}: no answer to GET {base}/metadata: the connection was refused",
    )


@pytest.mark.parametrize(
    "base", ["localhost:8000/fhir", "ftp://h/fhir", "http://", "http://h:99999/f", "http:///f"]
)
def test_what_is_no_url(facade_conformance: Command, base: str) -> None:
    status, line = facade_conformance(base)
    assert status == 2
    assert line.endswith("is not the URL of a server; write http://host/path or https://host/path.")


def test_a_login_in_the_url_is_refused(facade_conformance: Command) -> None:
    status, line = facade_conformance("http://me:hunter22@127.0.0.1:1/fhir")
    assert (status, line) == (2, "the base URL holds a login, which reports would show; give it with --auth.")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Self-signed, with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate, and is not installed")
    path = tmp_path_factory.mktemp("tls") / "self.pem"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=here"
    )
    subject = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(path), "-out", f"{path}.crt"]
    subprocess.run([*command.split(), *subject], check=True, capture_output=True)
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_certificate_nobody_vouches_for(
    facade_conformance: Command, tls: ssl.SSLContext, certificate: Path, tmp_path: Path
) -> None:
    with serve(healthy, tls) as wire:
        status, line = facade_conformance(wire.base)
        assert status == 2
        assert line.startswith(
            f"{wire.base}: no answer to GET {wire.base}/metadata: its TLS certificate is not trusted: "
        )
        assert line.endswith("(--ca names an authority to trust)")
        assert wire.asked == []
        assert facade_conformance(wire.base, "--ca", certificate) == (0, "")
        assert facade_conformance(wire.base, "--insecure") == (0, "")
        other = wire.base.replace("127.0.0.1", "localhost")
        assert "hostname mismatch" in facade_conformance(other, "--ca", certificate)[1].lower()
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    said = f"--ca: {empty} holds no certificate that can be read."
    assert facade_conformance("https://127.0.0.1:1/", "--ca", empty) == (2, said)


def test_tls_and_no_tls_are_told_apart(facade_conformance: Command, tls: ssl.SSLContext) -> None:
    with serve(healthy, tls) as wire:
        status, line = facade_conformance(wire.base.replace("https:", "http:"))
        assert (status, "closed the connection" in line) == (2, True)
    with serve(only(http(b""))) as wire:
        status, line = facade_conformance(wire.base.replace("http:", "https:"))
        assert (status, "TLS: " in line) == (2, True)


def test_a_server_that_never_answers(facade_conformance: Command) -> None:
    def answer(asked: str, stream: socket.socket) -> None:
        stream.recv(1)  # until the client is gone

    with serve(answer) as wire:
        status, line = facade_conformance(wire.base, "--timeout", "0.2")
    assert (status, line.endswith("nothing came within 0.2 seconds")) == (2, True)


def test_a_server_that_answers_a_byte_at_a_time(facade_conformance: Command) -> None:
    def answer(asked: str, stream: socket.socket) -> None:
        pause = threading.Event()
        stream.sendall(http(METADATA)[:-1000])
        while True:
            stream.sendall(b" ")
            pause.wait(0.05)

    with serve(answer) as wire:
        status, line = facade_conformance(wire.base, "--timeout", "0.2")
    assert (status, line.endswith("the answer was not whole within 0.8 seconds")) == (2, True)


def test_an_answer_without_end(facade_conformance: Command) -> None:
    def answer(asked: str, stream: socket.socket) -> None:
        stream.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/fhir+json\r\n\r\n[")
        while True:
            stream.sendall(b"1," * 32768)

    with serve(answer) as wire:
        status, line = facade_conformance(wire.base, "--max-answer", 1)
    assert (status, line.endswith("the answer is longer than 1048576 bytes; the rest was not read")) == (
        2,
        True,
    )


def test_a_small_answer_that_becomes_a_large_one(facade_conformance: Command) -> None:
    """64 MiB of zeros are some hundred KiB of gzip; never are many more of them in memory than asked for."""
    bomb = http(gzip.compress(bytes(64 * 1024 * 1024), 1), content_encoding="gzip")
    definitions()  # which are large, and stay
    with serve(only(bomb)) as wire:
        tracemalloc.start()
        try:
            status, line = facade_conformance(wire.base, "--max-answer", 1)
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert (status, line.endswith("the answer is longer than 1048576 bytes; the rest was not read")) == (
        2,
        True,
    )
    assert most < 20 * 1024 * 1024


def test_a_server_that_dies_half_way(facade_conformance: Command, tmp_path: Path) -> None:
    """What was seen is in the reports, and that it is not all."""

    def answer(asked: str, stream: socket.socket) -> None:
        if len(wire.asked) <= 4:
            healthy(asked, stream)

    with serve(answer) as wire:
        files = [tmp_path / name for name in ("json", "xml", "html", "fhir")]
        options = ["--json", "--junit", "--html", "--test-report"]
        arguments = [each for pair in zip(options, files, strict=True) for each in pair]
        status, line = facade_conformance(wire.base, *arguments)
    assert status == 3
    assert line == (
        f"cut short: {wire.base} no longer gives answers that can be judged:"
        " the server closed the connection before its answer was whole."
    )
    report = json.loads(files[0].read_text())
    assert report["cutShort"] in line
    assert [one["status"] for one in report["checks"]] == ["pass"] * 3 + ["fail"] * 5
    assert "was cut short" in files[2].read_text()
    assert json.loads(files[3].read_text())["status"] == "stopped"


def test_an_interrupt_leaves_a_report(tmp_path: Path) -> None:
    """Ctrl-C is a signal: the command is a process of its own."""
    hanging = threading.Event()

    def answer(asked: str, stream: socket.socket) -> None:
        if len(wire.asked) <= 4:
            healthy(asked, stream)
        else:
            hanging.set()
            stream.recv(1)

    # what runs in the background of a shell is told to ignore the signal, and all that it starts
    code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
    code += "from conformance import cli, run; from tests.conformance.test_bad_input import PROBE;"
    code += "run.suites = lambda: (PROBE,); cli.main()"
    with serve(answer) as wire:
        command = [sys.executable, "-c", code, wire.base, "--json", str(tmp_path / "json")]
        process = subprocess.Popen(
            command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, cwd=REPO, text=True
        )
        assert hanging.wait(60)
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said == "facade-conformance: cut short: interrupted; what follows was not tried.\n"
    assert "Cut short: interrupted" in out
    report = json.loads((tmp_path / "json").read_text())
    assert [one["status"] for one in report["checks"]] == ["pass"] * 3
    assert report["exitStatus"] == 130


def test_a_suite_with_a_bug_ends_no_other(
    facade_conformance: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(run, "suites", lambda: (BROKEN, PROBE))
    with serve(healthy) as wire:
        status, line = facade_conformance(wire.base, "--json", tmp_path / "json")
    assert status == 3
    assert line.startswith("cut short: the suite broken broke off: KeyError at test_bad_input.py:")
    assert len(json.loads((tmp_path / "json").read_text())["checks"]) == 12


def test_links_to_nowhere_are_no_answers(
    facade_conformance: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def follow(session: Session) -> None:
        for url in ("http://[", "http://x:y/", "https://\udcff/"):
            async with session.check(READ, "a link") as check:
                await check.get(url)

    monkeypatch.setattr(run, "suites", lambda: (Suite("probe", "", follow, (READ,)),))
    with serve(healthy) as wire:
        assert facade_conformance(wire.base) == (1, "")


def test_credentials_are_in_no_report(facade_conformance: Command, tmp_path: Path) -> None:
    """Not even where the server says them back."""
    secret = "s3cr3t-t0ken-of-mine"

    def answer(asked: str, stream: socket.socket) -> None:
        if "/metadata" in asked:
            healthy(asked, stream)
        else:
            stream.sendall(
                http(secret.encode(), "500 No", "text/plain", x_echo=f"Bearer {secret}", set_cookie="a=b")
            )

    (tmp_path / "token").write_text(f"bearer:{secret}\n")
    files = [tmp_path / name for name in ("json", "xml", "html", "fhir")]
    options = ["--json", "--junit", "--html", "--test-report"]
    arguments = [each for pair in zip(options, files, strict=True) for each in pair]
    with serve(answer) as wire:
        status, _ = facade_conformance(wire.base, "--auth", f"@{tmp_path / 'token'}", *arguments)
    assert status == 1
    for path in files:
        text = path.read_text()
        assert secret not in text
        assert "a=b" not in text
        assert "authorization" not in text.lower()
    assert "(not shown)" in files[0].read_text()


def test_wrong_arguments_are_refused_before_anything_is_asked(
    facade_conformance: Command, tmp_path: Path
) -> None:
    garbage = tmp_path / "garbage.tgz"
    garbage.write_bytes(b"\x1f\x8b\x08\x00garbage")
    none = tmp_path / "none"
    cases: list[tuple[list[object], str]] = [
        (["--suite", "nope"], "--suite: there is no suite nope; there are probe."),
        (["--ig", none], f"--ig: {none} is not there."),
        (["--ig", garbage], f"--ig: {garbage} "),
        (["--ig", tmp_path], f"--ig: {tmp_path} cannot be read: Is a directory."),
        (["--testscript", none], f"--testscript: {none} is not there."),
        (["--fidelity", none], f"--fidelity: {none} is not there."),
        (["--validator", none], f"--validator: {none} is not there."),
        (
            ["--json", none / "a.json"],
            f"--json: {none / 'a.json'} cannot be written: No such file or directory.",
        ),
        (["--test-report", tmp_path], f"--test-report: {tmp_path} cannot be written: Is a directory."),
        (
            ["--auth", "token"],
            "--auth: write bearer:TOKEN, basic:USER:PASSWORD, or @FILE that holds one of these.",
        ),
        (["--auth", "bearer:a\nb"], "--auth: a token has no spaces, and no characters but those of ASCII."),
        (["--auth", f"@{none}"], f"--auth: the file {none} cannot be read."),
    ]
    with serve(healthy) as wire:
        for arguments, said in cases:
            status, line = facade_conformance(wire.base, *arguments)
            assert (status, line[: len(said)]) == (2, said)
        assert wire.asked == []
