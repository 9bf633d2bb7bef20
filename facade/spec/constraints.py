"""R4's own invariants, as FHIRPath.

https://hl7.org/fhir/R4/conformance-rules.html#constraints

Read lazily, once, from the JSON that `build.py` writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from facade.spec import definitions

_FILE = Path(__file__).parent / "data" / "invariants.json"


@dataclass(frozen=True, slots=True)
class Constraint:
    """One rule: its key (`obs-6`), severity (error or warning), FHIRPath expression, and FHIR's own words."""

    key: str
    severity: str
    expression: str
    human: str


@cache
def _load() -> dict[str, list[dict[str, Any]]]:
    content: dict[str, list[dict[str, Any]]] = orjson.loads(_FILE.read_bytes())
    return content


@cache
def constraints(path: str) -> tuple[Constraint, ...]:
    """The rules that a type, a backbone (`Patient.contact`) or an element (`Narrative.div`) states itself."""
    return tuple(Constraint(**row) for row in _load().get(path, ()))


@cache
def constraints_of(type_or_path: str) -> tuple[Constraint, ...]:
    """The rules of a type with those it inherits; of a backbone, with those of all backbone elements."""
    if "." in type_or_path:
        bases = ("BackboneElement", *definitions.ancestors("BackboneElement"))
    else:
        bases = definitions.ancestors(type_or_path)
    return tuple(rule for path in (type_or_path, *bases) for rule in constraints(path))


@cache
def all_keys() -> frozenset[str]:
    """The keys of all of R4's rules."""
    return frozenset(row["key"] for rows in _load().values() for row in rows)
