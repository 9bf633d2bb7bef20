"""A Java validator as a subprocess: HL7's over a folder of resources, or HAPI's over one after the other.

https://confluence.hl7.org/display/FHIR/Using+the+FHIR+Validator
https://hapifhir.io/hapi-fhir/docs/tools/hapi_fhir_cli.html
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from conformance.exchange import parse_json
from conformance.statement import dicts

Json = dict[str, Any]
LONGEST = 1800.0  # seconds that the validator may take for all
HAPI = "ca.uhn.fhir.cli.App"
HAPI_FILES = 20  # each starts Java anew
_FILE = "http://hl7.org/fhir/StructureDefinition/operationoutcome-file"
_QUOTED = re.compile(r"(['\"])([^'\"]*)\1")
_TELLING = re.compile(r"[A-Za-z][\w.:/#|$\[\]()-]*")
_ISSUE = re.compile(r"Issue \d+: (?:\x1b\[[\d;]*m)*(ERROR|FATAL)(.*)")


class Unusable(Exception):
    """The validator cannot be run, or did not come to its end; the text says why."""


def main_class(jar: Path) -> str:
    """What the jar runs. Raises Unusable for what is no jar that can be run."""
    try:
        with zipfile.ZipFile(jar) as archive:
            manifest = archive.read("META-INF/MANIFEST.MF").decode("utf-8", "replace")
    except OSError as error:
        raise Unusable(f"{jar} cannot be read: {error.strerror}") from None
    except (zipfile.BadZipFile, KeyError):
        raise Unusable(f"{jar} is not a jar that can be run") from None
    found = re.search(r"^Main-Class: *(\S+)", manifest, re.MULTILINE)
    if found is None:
        raise Unusable(f"{jar} is not a jar that can be run")
    return found[1]


async def validate_folder(
    jar: Path, folder: Path, output: Path, packages: Sequence[Path]
) -> dict[str, list[str]]:
    """The errors of each file that was validated, in words; `output` is written. Raises Unusable."""
    java = shutil.which("java")
    if java is None:
        raise Unusable("java is not installed, and the validator needs it")
    files = _files(folder)
    if main_class(jar) == HAPI:
        return {one.name: await _hapi([java, "-jar", str(jar)], one) for one in files[:HAPI_FILES]}
    words = [java, "-jar", str(jar), str(folder), "-version", "4.0.1", "-tx", "n/a", "-output", str(output)]
    for package in packages:
        words += ["-ig", str(package)]
    status, said = await _run(words)
    try:
        outcome = _read(output)
    except (OSError, ValueError):
        raise Unusable(f"the validator ended with {status} and no outcome: {_last(said)}") from None
    return dict(_by_file(outcome, [one.name for one in files]))


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.json"))


def _read(output: Path) -> Any:
    return parse_json(output.read_bytes())


def _by_file(outcome: Any, files: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Of a Bundle each outcome's, by the file it names; of one outcome those of the one file."""
    if not isinstance(outcome, dict):
        raise Unusable("the outcome that the validator wrote is not a resource")
    if outcome.get("resourceType") == "OperationOutcome" and len(files) == 1:
        yield files[0], _errors(outcome)
        return
    for entry in dicts(outcome.get("entry")):
        one = entry.get("resource")
        if isinstance(one, dict) and (name := _named(one)):
            yield name, _errors(one)


def _named(outcome: Json) -> str:
    for extension in dicts(outcome.get("extension")):
        if extension.get("url") == _FILE and isinstance(extension.get("valueString"), str):
            return re.split(r"[/\\]", str(extension["valueString"]))[-1]
    return ""


def _errors(outcome: Mapping[str, Any]) -> list[str]:
    """The errors and worse, each with its place."""
    found = []
    for issue in dicts(outcome.get("issue")):
        if issue.get("severity") in ("error", "fatal"):
            details = issue.get("details")
            text = details.get("text") if isinstance(details, dict) else None
            places = issue.get("expression") or issue.get("location")
            place = str(places[0]) if isinstance(places, list) and places else "the resource"
            found.append(
                f"{place}: {_without_values(str(text or issue.get('diagnostics') or issue.get('code')))}"
            )
    return found


def _without_values(text: str) -> str:
    """The validator quotes what it found: names, codes and URLs stay, anything else goes."""
    return _QUOTED.sub(
        lambda match: match[0] if _TELLING.fullmatch(match[2]) else f"{match[1]}…{match[1]}", text
    )


async def _hapi(words: Sequence[str], file: Path) -> list[str]:
    status, said = await _run([*words, "validate", "--fhir-version", "r4", "--profile", "--file", str(file)])
    found = [
        f"{match[1].lower()}{_without_values(match[2])}"
        for match in map(_ISSUE.search, said.splitlines())
        if match is not None
    ]
    if status and not found:
        raise Unusable(f"the validator ended with {status}: {_last(said)}")
    return found


async def _run(words: Sequence[str]) -> tuple[int, str]:
    """The status and what was said. Raises Unusable."""
    try:
        process = await asyncio.create_subprocess_exec(
            *words,
            env=dict(os.environ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
    except OSError as error:
        raise Unusable(f"java cannot be run: {error.strerror}") from None
    try:
        said, _ = await asyncio.wait_for(process.communicate(), LONGEST)
    except TimeoutError:
        raise Unusable(f"the validator did not end within {LONGEST:g} seconds") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, said.decode("utf-8", "replace")


def _last(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return _without_values(lines[-1])[:200] if lines else "it said nothing"
