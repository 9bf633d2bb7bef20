"""Whether a code is of a value set, as far as its codes are known here.

https://hl7.org/fhir/R4/valueset.html#compose

Everything is of three values: true, false, or None where it cannot be said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from facade.spec.terminology import CodeSystem
from facade.validation.functions import fullmatch
from facade.validation.issue import CannotEvaluate

_DEPTH = 20  # value sets that include each other
_FORMS = {  # systems without end whose codes have a form
    "urn:ietf:bcp:13": re.compile(r"[\w.+\-]+(/[\w.+*\-]+\s*(;.*)?)?"),
    "urn:iso:std:iso:4217": re.compile(r"[A-Z]{3}"),
}


@dataclass(frozen=True, slots=True, eq=False)
class ValueSets:
    """`compose_of` gives what a value set is composed of (rows as facade.spec.build_rules makes them),
    `system_of` a complete code system; both give None for what is not known."""

    compose_of: Callable[[str], Mapping[str, Any] | None]
    system_of: Callable[[str], CodeSystem | None]
    _known: dict[tuple[str, str | None, str], bool | None] = field(default_factory=dict)

    def contains(self, url: str, system: str | None, code: str) -> bool | None:
        """Whether a value set has a code; without a system (a bare `code`) in any of its systems."""
        key = (url, system, code)
        if key not in self._known:
            if len(self._known) > 100_000:
                self._known.clear()
            self._known[key] = self._contains(url, system, code, 0)
        return self._known[key]

    def _contains(self, url: str, system: str | None, code: str, depth: int) -> bool | None:
        compose = self.compose_of(url.partition("|")[0])
        if compose is None or depth > _DEPTH:
            return None
        included = any_of(self._matches(row, system, code, depth) for row in compose.get("include", ()))
        if included is False:
            return False
        excluded = any_of(self._matches(row, system, code, depth) for row in compose.get("exclude", ()))
        return all_of((included, None if excluded is None else not excluded))

    def _matches(self, row: Mapping[str, Any], system: str | None, code: str, depth: int) -> bool | None:
        parts = [self._contains(url, system, code, depth + 1) for url in row.get("valueSet", ())]
        if "system" in row:
            if system is not None and system != row["system"]:
                return False
            parts.append(self._in_system(row, code))
        return all_of(parts)

    def _in_system(self, row: Mapping[str, Any], code: str) -> bool | None:
        if "codes" in row:
            return code in row["codes"]
        form = _FORMS.get(row["system"])
        if form is not None and "filter" not in row:
            return form.fullmatch(code) is not None
        system = self.system_of(row["system"])
        if system is None:
            return None
        if code not in system.parents or code in system.grouping:
            return False
        return all_of(passes(system, code, *one) for one in row.get("filter", ()))


def passes(system: CodeSystem, code: str, name: str, operator: str, value: str) -> bool | None:
    """Whether a concept passes a filter; None for properties that are not kept here."""
    if name not in ("concept", "code", "parent", "_code"):
        return None
    if name == "parent":
        return system.parents[code] == value if operator == "=" else None
    match operator:
        case "is-a":
            return is_below(system, code, value)
        case "descendent-of":
            return code != value and is_below(system, code, value)
        case "is-not-a":
            return not is_below(system, code, value)
        case "=":
            return code == value
        case "in":
            return code in value.split(",")
        case "not-in":
            return code not in value.split(",")
        case "regex":
            try:
                return fullmatch(value, code)
            except CannotEvaluate:
                return None
    return None


def is_below(system: CodeSystem, code: str | None, other: str) -> bool:
    """Whether a concept is another, or below it."""
    for _ in range(len(system.parents) + 1):
        if code is None or code == other:
            break
        code = system.parents.get(code)
    return code == other


def any_of(parts: Iterable[bool | None]) -> bool | None:
    """True if one is; else None if one is not known."""
    unknown = False
    for part in parts:
        if part:
            return True
        unknown = unknown or part is None
    return None if unknown else False


def all_of(parts: Iterable[bool | None]) -> bool | None:
    """False if one is; else None if one is not known."""
    unknown = False
    for part in parts:
        if part is False:
            return False
        unknown = unknown or part is None
    return None if unknown else True
