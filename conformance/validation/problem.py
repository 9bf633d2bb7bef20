"""What is wrong with a resource, or could not be told.

https://hl7.org/fhir/R4/validation.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

_SHOWN = 3  # resources named of each kind of problem
_KINDS = 6  # kinds of problems that are told
Severity = Literal["error", "warning", "unjudged"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. `path` is the element in the resource (`Observation.component[1].value`).

    `key` is the invariant's (`obs-6`), or the kind of rule: `structure`, `cardinality`, `format`, `type`,
    `value`, `binding`, `target`, `slicing`, `profile`. `unjudged` is what cannot be told here.
    No text holds a value of the resource but for codes of closed lists and names of elements.
    """

    severity: Severity
    path: str
    text: str
    key: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Those that make the resource invalid."""
    return [one for one in problems if one.severity == "error"]


def told(type: str, found: Mapping[str, Iterable[Problem]], count: int) -> str:
    """Each kind of problem once, with the number of resources of `count` that have it; `found` is by id."""
    kinds: dict[str, list[str]] = {}
    for id, wrong in found.items():
        for text in dict.fromkeys(_unnumbered(str(one)) for one in wrong):
            kinds.setdefault(text, []).append(id)
    parts = []
    for text, ids in sorted(kinds.items(), key=lambda item: (-len(item[1]), item[0])):
        named = ", ".join(f"{type}/{id}" for id in ids[:_SHOWN]) + (" …" if len(ids) > _SHOWN else "")
        parts.append(f"{text} ({len(ids)} of {count}: {named})")
    return "; ".join(parts[:_KINDS]) + (f"; and {len(parts) - _KINDS} more" if len(parts) > _KINDS else "")


def _unnumbered(text: str) -> str:
    """Without the positions in arrays."""
    place, _, rest = text.partition(": ")
    return (
        "".join(part.partition("]")[2] if at else part for at, part in enumerate(place.split("[")))
        + f": {rest}"
    )
