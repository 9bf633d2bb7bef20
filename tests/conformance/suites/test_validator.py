"""The Java validator's outcome becomes results; a validator that cannot be run says nothing of the server."""

from __future__ import annotations

import json
import shutil
import stat
import sys
import textwrap
import zipfile
from pathlib import Path

import httpx
import pytest

from conformance.model import Result, Status
from conformance.options import Options
from conformance.run import run
from conformance.suites.validator import jar as jars
from tests.conformance.controls import BASE, make_app

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for java is a script")

HL7 = "org.hl7.fhir.validation.ValidatorCli"
JAVA = f"#!{sys.executable}\n" + textwrap.dedent(
    """
    import json, pathlib, sys, time
    way = pathlib.Path(__file__).with_name("way").read_text()
    words = sys.argv[1:]
    assert words[0] == "-jar"
    if way == "dies":
        print("Exception in thread 'main' java.lang.Error: 'Änne Müller'", file=sys.stderr)
        sys.exit(1)
    if way == "hangs":
        time.sleep(60)
    if words[2] == "validate":
        assert words[3:6] == ["--fhir-version", "r4", "--profile"], words
        wrong = json.loads(pathlib.Path(words[7]).read_text())["id"] == "o1"
        said = "Issue 1: ERROR - Organization.name - Value 'x y' is wrong"
        print(said if wrong else "Validation successful!")
        sys.exit(wrong)
    folder, output = pathlib.Path(words[2]), pathlib.Path(words[words.index("-output") + 1])
    assert words[3:7] == ["-version", "4.0.1", "-tx", "n/a"], words
    entries = []
    for file in sorted(folder.iterdir()):
        issue = [{"severity": "information", "code": "informational", "details": {"text": "All OK"}}]
        if json.loads(file.read_text())["id"] == "a1":
            issue = [
                {"severity": "error", "code": "invalid", "expression": ["Patient.name"],
                 "details": {"text": "Value 'Anne Smith' is not in 'http://x.org/y' ('name')"}},
                {"severity": "warning", "code": "invalid", "details": {"text": "hm"}},
            ]
        url = "http://hl7.org/fhir/StructureDefinition/operationoutcome-file"
        name = [{"url": url, "valueString": str(file)}]
        entries.append({"resource": {"resourceType": "OperationOutcome", "extension": name, "issue": issue}})
    if way == "half":
        entries = entries[1:]
    text = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})
    output.write_text("nonsense" if way == "nonsense" else "7" if way == "number" else text)
    """
)


@pytest.fixture
def java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for java, which does what the file beside it says."""
    folder = tmp_path / "bin"
    folder.mkdir()
    path = folder / "java"
    path.write_text(JAVA)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(folder))
    (folder / "way").write_text("")
    return folder / "way"


def make_jar(folder: Path, main: str) -> Path:
    """A jar with nothing in it but what it runs."""
    path = folder / "validator.jar"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", f"Manifest-Version: 1.0\nMain-Class: {main}\n")
    return path


async def judged(jar: Path | None) -> list[Result]:
    options = Options(BASE, suites=("validator",), validator=jar)
    return (await run(options, transport=httpx.ASGITransport(make_app()))).results


def by_subject(results: list[Result]) -> dict[str, tuple[Status, str]]:
    return {
        one.subject: (one.status, one.reason) for one in results if one.requirement.id == "validator.valid"
    }


async def test_a_result_for_each_resource(java: Path, tmp_path: Path) -> None:
    found = by_subject(await judged(make_jar(tmp_path, HL7)))
    assert len(found) == 33
    wrong = {name for name, (status, _) in found.items() if status is Status.FAIL}
    assert wrong == {"Organization/a1", "Practitioner/a1", "Patient/a1"}
    assert found["Patient/a1"][1] == "Patient.name: Value '…' is not in 'http://x.org/y' ('name')"
    assert {status for status, _ in found.values()} == {Status.PASS, Status.FAIL}


async def test_hapis(java: Path, tmp_path: Path) -> None:
    found = by_subject(await judged(make_jar(tmp_path, jars.HAPI)))
    assert [name for name, (status, _) in found.items() if status is Status.FAIL] == ["Organization/o1"]
    assert found["Organization/o1"][1] == "error - Organization.name - Value '…' is wrong"
    assert sum(status is Status.PASS for status, _ in found.values()) == jars.HAPI_FILES - 1
    assert sum(status is Status.SKIPPED for status, _ in found.values()) == 33 - jars.HAPI_FILES


async def test_what_it_did_not_come_to_is_a_skip(java: Path, tmp_path: Path) -> None:
    java.write_text("half")
    found = by_subject(await judged(make_jar(tmp_path, HL7)))
    assert [reason for status, reason in found.values() if status is Status.SKIPPED] == [
        "the validator did not come to it"
    ]


@pytest.mark.parametrize(
    ("way", "why"),
    [
        (
            "dies",
            "the validator ended with 1 and no outcome: Exception in thread 'main' java.lang.Error: '…'",
        ),
        ("nonsense", "the validator ended with 0 and no outcome: it said nothing"),
        ("number", "the outcome that the validator wrote is not a resource"),
        ("hangs", "the validator did not end within 0.2 seconds"),
    ],
)
async def test_one_that_does_not_end_well(
    java: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, why: str
) -> None:
    java.write_text(way)
    if way == "hangs":
        monkeypatch.setattr(jars, "LONGEST", 0.2)
    results = await judged(make_jar(tmp_path, HL7))
    assert [(one.requirement.id, one.reason) for one in results if one.status is Status.FAIL] == [
        ("validator.run", why)
    ]
    assert {status for status, _ in by_subject(results).values()} == {Status.SKIPPED}


async def test_no_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (run_it, *_) = await judged(make_jar(tmp_path, HL7))
    assert run_it.reason == "java is not installed, and the validator needs it"


@pytest.mark.parametrize("content", [None, b"", b"no jar", "a zip"])
async def test_no_jar(java: Path, tmp_path: Path, content: bytes | str | None) -> None:
    path = tmp_path / "x.jar"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("x", json.dumps(content))
    (run_it, *_) = await judged(path)
    assert run_it.requirement.id == "validator.run"
    assert run_it.reason.endswith(
        "cannot be read: No such file or directory" if content is None else "can be run"
    )


@pytest.mark.skipif(shutil.which("java") is None, reason="java is not installed")
async def test_a_real_java_says_what_it_misses(tmp_path: Path) -> None:
    (run_it, *_) = await judged(make_jar(tmp_path, HL7))
    assert run_it.reason.startswith("the validator ended with 1 and no outcome: ")


async def test_none_given() -> None:
    ((status, reason),) = [(one.status, one.reason) for one in await judged(None)]
    assert (status, reason) == (Status.SKIPPED, "no validator was given (--validator)")
