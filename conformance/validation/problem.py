"""What is wrong with a resource, or could not be told.

https://hl7.org/fhir/R4/validation.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

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
