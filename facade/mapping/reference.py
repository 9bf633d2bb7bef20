"""FILTERS.md and schema.json, made from the filters' docstrings and from FHIR's definitions.

`python -m facade.mapping.reference` writes them anew; a test fails while they are not up to date.
https://json-schema.org/draft/2020-12
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

from facade.mapping.compile.elements import STRUCTURE
from facade.mapping.compile.mapping import KEYS
from facade.mapping.filters import FILTERS, FilterSpec
from facade.spec import definitions

FOLDER = Path(__file__).parent
GROUPS = ("text", "dates", "numbers", "codes", "references", "logic", "structure", "escape")
_TAKES = {
    "text": "Takes one text; of a list each item.",
    "value": "Takes one value; of a list each item.",
    "items": "Takes the whole value, also a list.",
    "any": "Takes the whole value, also an empty one.",
}


_HEAD = """\
# The filters

Made from the filters' docstrings by `python -m facade.mapping.reference`; do not edit.

`name(a, b?)`: `b` may be left out. `…`: any number. An argument is a word, 'text', a number, a path (then it
is read from each record) or a [list]. An empty value stays empty, and a filter with an empty argument gives
nothing. What a filter cannot read quarantines the mapping of that record, with a reason that names the filter
and the path, and never the value.
"""


def filters_page() -> str:
    """The text of FILTERS.md."""
    lines = [_HEAD.rstrip()]
    for group in GROUPS:
        module = importlib.import_module(f"facade.mapping.filters.{group}")
        said = (module.__doc__ or "").strip().split("\n\n")
        lines += ["", f"## {said[0].rstrip('.')}"]
        for spec in FILTERS.values():
            if spec.group == group:
                lines += ["", *_entry(spec)]
    return "\n".join(lines) + "\n"


def _entry(spec: FilterSpec) -> list[str]:
    gives = f" Gives a {spec.gives}." if spec.gives else ""
    return [f"### `{spec.signature()}`", "", spec.document, "", _TAKES[spec.takes] + gives]


def schema() -> dict[str, Any]:
    """The JSON Schema of resources/*.yaml: a mapping's keys, FHIR's elements at its top, `$` keys below."""
    value = {"$ref": "#/$defs/value"}
    text = {"type": ["string", "number", "boolean", "null"]}
    structure: dict[str, Any] = dict.fromkeys(sorted(STRUCTURE), text)
    structure |= dict.fromkeys(("$value", "$then", "$else", "$default", "$empty", "$append"), value)
    names = {"type": "object", "additionalProperties": text}
    structure |= {"$let": names, "$with": names}
    types = sorted(definitions.resource_types())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A mapping file of the FHIR Facade (resources/*.yaml)",
        "type": "object",
        "additionalProperties": False,
        "properties": _properties(types, text),
        "allOf": [
            {
                "if": {"properties": {"resource": {"const": type}}, "required": ["resource"]},
                "then": {"properties": {"map": {"$ref": f"#/$defs/{type}"}}},
            }
            for type in types
        ],
        "$defs": {
            "value": {
                "anyOf": [
                    text,
                    {"type": "array", "items": value},
                    {
                        "type": "object",
                        "properties": structure,
                        "patternProperties": {r"^([^$]|\$\$)": value},
                        "additionalProperties": False,
                    },
                ]
            },
            **{type: _type_schema(type) for type in types},
        },
    }


def _properties(types: list[str], text: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "resource": {"enum": types, "description": "The FHIR type that this mapping makes."},
        "stream": {**text, "description": "The stream that it reads: streams/NAME.sql."},
        "when": {**text, "description": "Records for which this fails make no resource here."},
        "for": {"type": "string", "pattern": r"^\s*\w+\s+in\s", "description": "One resource per item."},
        "let": {"type": "object", "additionalProperties": text, "description": "Names for expressions."},
        "id": {**text, "description": "Source key of the logical id; empty: no resource."},
        "profile": {"type": ["string", "array", "object"], "description": "Becomes meta.profile."},
        "claims": {
            "anyOf": [text, {"type": "array", "items": text}],
            "description": "Profiles that some of its resources claim, for the CapabilityStatement.",
        },
        "map": {"$ref": "#/$defs/value", "description": "The resource's elements."},
        "search": {
            "type": "object",
            "additionalProperties": {"anyOf": [text, {"type": "array", "items": text}, _dates(text)]},
            "description": "Search parameter: the column (or columns) that can answer it in the source.",
        },
        "disabled": {**text, "description": "In an overlay: true turns the mapping off."},
    }
    return {key: said[key] for key in KEYS}


def _dates(text: dict[str, Any]) -> dict[str, Any]:
    """A date parameter's full form."""
    return {
        "type": "object",
        "properties": {
            "column": {**text, "description": "The column that holds the date."},
            "from": {**text, "description": "No resource of the row has an earlier date."},
            "to": {**text, "description": "No resource of the row has a later date."},
            "format": {**text, "description": "How the column writes a day, as '%Y%m%d'; else ISO 8601."},
        },
        "additionalProperties": False,
    }


def _type_schema(type: str) -> dict[str, Any]:
    known = definitions.elements(type)
    named = [name for name in known if name != "id"]
    extended = [f"_{name}" for name in named if definitions.is_primitive(known[name].path)]
    names = [*named, *extended, *sorted(STRUCTURE)]
    return {"properties": dict.fromkeys(names, True), "additionalProperties": False}


def pages() -> dict[Path, str]:
    """Every generated file with its content."""
    return {
        FOLDER / "FILTERS.md": filters_page(),
        FOLDER / "schema.json": json.dumps(schema(), separators=(",", ":"), ensure_ascii=False) + "\n",
    }


if __name__ == "__main__":
    for path, content in pages().items():
        path.write_text(content, encoding="utf-8", newline="\n")
