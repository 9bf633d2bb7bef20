"""Invariants, value sets and code systems of the official package, for `build.py` to write.

https://hl7.org/fhir/R4/conformance-rules.html#constraints · https://hl7.org/fhir/R4/valueset.html#compose
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]


def build_invariants(structures: list[Json]) -> Json:
    """Constraints by the type, backbone or element that states them, in the order of the package."""
    found: Json = {}
    for structure in structures:
        for element in structure["differential"]["element"]:
            rows = [
                {name: c[name] for name in ("key", "severity", "expression", "human")}
                for c in element.get("constraint", ())
                if "expression" in c
            ]
            if rows:
                found.setdefault(element["path"], []).extend(rows)
    return found


def build_code_systems(systems: list[Json]) -> Json:
    """Code systems that the package holds complete: their concepts in order, as rows (see `concept_rows`)."""
    return {s["url"]: list(concept_rows(s)) for s in systems if s["content"] == "complete"}


def concept_rows(node: Json, parent: str | None = None) -> Iterator[Any]:
    """Each concept as `code`, or `[code, parent, 1 if it only groups others]` without what is not so."""
    for concept in node.get("concept", ()):
        code, grouping = concept["code"], is_abstract(concept)
        if grouping:
            yield [code, parent, 1]
        else:
            yield [code, parent] if parent is not None else code
        yield from concept_rows(concept, code)


def is_abstract(concept: Json) -> bool:
    """A concept that only groups others and cannot be chosen."""
    return any(p["code"] == "notSelectable" and p.get("valueBoolean") for p in concept.get("property", ()))


def build_value_sets(value_sets: list[Json]) -> Json:
    """What each value set is composed of, without displays and prose."""
    return {v["url"]: build_compose(v["compose"]) for v in value_sets if "compose" in v}


def build_compose(compose: Json) -> Json:
    """`include` and, if any, `exclude`: rows of system, codes, filter (property, op, value) and valueSet."""
    found: Json = {}
    for part in ("include", "exclude"):
        if part in compose:
            found[part] = [_row(one) for one in compose[part]]
    return found


def _row(include: Json) -> Json:
    row: Json = {name: include[name] for name in ("system", "valueSet") if name in include}
    if "concept" in include:
        row["codes"] = [concept["code"] for concept in include["concept"]]
    if "filter" in include:
        row["filter"] = [[f["property"], f["op"], f["value"]] for f in include["filter"]]
    return row
