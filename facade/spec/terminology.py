"""The code systems and value sets that R4's package holds.

https://hl7.org/fhir/R4/terminologies-systems.html · https://hl7.org/fhir/R4/terminologies-valuesets.html

Read lazily, once, from the JSON that `build.py` writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class CodeSystem:
    """`parents` holds every code, in order, with the code above it or None; `grouping` cannot be chosen."""

    parents: Mapping[str, str | None]
    grouping: frozenset[str]


@cache
def _load(name: str) -> dict[str, Any]:
    content: dict[str, Any] = orjson.loads((_DATA / name).read_bytes())
    return content


@cache
def code_system(url: str) -> CodeSystem | None:
    """A code system that the package holds complete, or None."""
    rows = _load("systems.json").get(url)
    return None if rows is None else code_system_of(rows)


def code_system_of(rows: Sequence[Any]) -> CodeSystem:
    """From rows as `build_rules.concept_rows` makes them."""
    parents: dict[str, str | None] = {}
    grouping = set()
    for row in rows:
        if isinstance(row, str):
            parents[row] = None
        else:
            parents[row[0]] = row[1]
            if len(row) > 2:
                grouping.add(row[0])
    return CodeSystem(MappingProxyType(parents), frozenset(grouping))


def compose(url: str) -> Mapping[str, Any] | None:
    """What a value set is composed of, in rows as `build_rules.build_compose` makes them, or None."""
    row: Mapping[str, Any] | None = _load("valuesets.json").get(url)
    return row
