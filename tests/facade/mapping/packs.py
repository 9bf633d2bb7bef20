"""Small packs written in a test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

from connectors.base import Record
from facade.mapping import Mapped, Outcome, Pack, PackError, parse_pack
from facade.packs import PackFiles

HEADER = "pack: small\nsite: { timezone: America/New_York, mrn: urn:example:mrn }\n"


def files(*layers: Mapping[str, str]) -> PackFiles:
    """The files of a pack; a header and a stream without SQL (any column goes) come with it."""
    base = {"pack.yaml": HEADER, "streams/s.sql": "-- kind: test\n", **layers[0]}
    texts = tuple({path: dedent(text) for path, text in layer.items()} for layer in (base, *layers[1:]))
    places = ("", *(f"overlay{number}" for number in range(1, len(texts))))
    return PackFiles("small", Path("small"), texts, places)


def pack(*layers: Mapping[str, str], site: Mapping[str, str] | None = None) -> Pack:
    return parse_pack(files(*layers), site)


def problems(*layers: Mapping[str, str], site: Mapping[str, str] | None = None) -> list[str]:
    """What is wrong in a pack that must be wrong."""
    try:
        parse_pack(files(*layers), site)
    except PackError as error:
        return str(error).splitlines()
    raise AssertionError("the pack is taken as right")


def mapping(elements: str, resource: str = "Patient", head: str = "", key: str = "$id") -> str:
    """A mapping file of these elements."""
    lines = [f"resource: {resource}", "stream: s", f"id: {key}", *dedent(head).strip().splitlines(), "map:"]
    return "\n".join(line for line in lines if line) + "\n" + _indented(elements)


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in dedent(text).strip("\n").splitlines())


def run(elements: str, body: Mapping[str, Any], resource: str = "Patient", **more: str) -> Outcome:
    """The outcome of one mapping of these elements; `more` are further files by path."""
    head = more.pop("head", "")
    small = pack({"resources/m.yaml": mapping(elements, resource, head), **more})
    return small.to_fhir(Record("s", "k", {"id": "1", **body}))


def elements(written: str, body: Mapping[str, Any], resource: str = "Patient", **more: str) -> dict[str, Any]:
    """The elements that come out, without resourceType, id and meta; no failures are allowed."""
    outcome = run(written, body, resource, **more)
    assert outcome.failures == []
    made = only(outcome).resource
    return {name: value for name, value in made.items() if name not in ("resourceType", "id", "meta")}


def failure(written: str, body: Mapping[str, Any], resource: str = "Patient", **more: str) -> tuple[str, str]:
    """Element and reason of the one failure."""
    outcome = run(written, body, resource, **more)
    assert outcome.resources == []
    (failed,) = outcome.failures
    return failed.element, failed.reason


def only(outcome: Outcome) -> Mapped:
    (mapped,) = outcome.resources
    return mapped


def value(
    expression: str, body: Mapping[str, Any], site: Mapping[str, str] | None = None, **more: str
) -> Any:
    """What an expression gives as text, seen through an element; None if it is empty."""
    quoted = expression.replace("'", "''")
    text = mapping(f"code: {{ text: x }}\nlanguage: '{quoted}'", "Basic")
    small = pack({"resources/m.yaml": text, **more}, site=site)
    outcome = small.to_fhir(Record("s", "the-key", {"id": "1", **body}))
    assert outcome.failures == [], outcome.failures
    return only(outcome).resource.get("language")
