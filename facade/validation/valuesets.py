"""Whether a code is of a value set, and which codes are, as far as they are known here.

https://hl7.org/fhir/R4/valueset.html#compose

Everything is of three values: true, false, or None where it cannot be said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from facade.spec.terminology import CodeSystem
from facade.validation.functions import fullmatch
from facade.validation.issue import CannotEvaluate

Codes = dict[tuple[str, str], None]
"""(system, code), each once, in order."""
_Told = dict[tuple[str, str | None, str], bool | None]
_FORMS = {  # systems without end whose codes have a form
    "urn:ietf:bcp:13": re.compile(r"[\w.+\-]+(/[\w.+*\-]+\s*(;.*)?)?"),
    "urn:iso:std:iso:4217": re.compile(r"[A-Z]{3}"),
}


@dataclass(frozen=True, slots=True, eq=False)
class ValueSets:
    """`compose_of` gives what a value set is composed of (rows as facade.spec.build_rules makes them, and as
    `expansion` those of an expansion that came with it), `system_of` a complete code system; both give None
    for what is not known. Value sets are named by URL, or as `url|version`."""

    compose_of: Callable[[str], Mapping[str, Any] | None]
    system_of: Callable[[str], CodeSystem | None]
    _known: _Told = field(default_factory=dict)

    def contains(self, url: str, system: str | None, code: str) -> bool | None:
        """Whether a value set has a code; without a system (a bare `code`) in any of its systems.

        Of a version that is not here, another's codes are taken.
        """
        key = (url, system, code)
        if key not in self._known:
            if len(self._known) > 100_000:
                self._known.clear()
            self._known[key] = self._contains(url, system, code, {})
        return self._known[key]

    def codes(self, url: str) -> Codes | None:
        """All codes of a value set; None if it is not known here, or they cannot be told."""
        return self._codes(url, {})

    def _contains(self, url: str, system: str | None, code: str, told: _Told) -> bool | None:
        """The same within another; `told` is what was found on the way."""
        key = (url, system, code)
        if key not in told:
            told[key] = None  # one within itself is not known
            compose = self.compose_of(url) or self.compose_of(url.partition("|")[0])
            told[key] = None if compose is None else self._has(compose, system, code, told)
        return told[key]

    def _has(self, compose: Mapping[str, Any], system: str | None, code: str, told: _Told) -> bool | None:
        included = any_of(self._matches(row, system, code, told) for row in compose.get("include", ()))
        if included is False:
            return False
        excluded = any_of(self._matches(row, system, code, told) for row in compose.get("exclude", ()))
        found = all_of((included, None if excluded is None else not excluded))
        if found is None and "expansion" in compose:
            return any_of(self._matches(row, system, code, told) for row in compose["expansion"])
        return found

    def _matches(self, row: Mapping[str, Any], system: str | None, code: str, told: _Told) -> bool | None:
        parts = [self._contains(url, system, code, told) for url in row.get("valueSet", ())]
        if "system" in row:
            if system is not None and system != row["system"]:
                return False
            parts.append(self._in_system(row, code))
        return all_of(parts)

    def _codes(self, url: str, listed: dict[str, Codes | None]) -> Codes | None:
        """The same within another; `listed` is what was found on the way."""
        if url not in listed:
            listed[url] = None
            compose = self.compose_of(url)
            listed[url] = None if compose is None else self._composed(compose, listed)
        return listed[url]

    def _composed(self, compose: Mapping[str, Any], listed: dict[str, Codes | None]) -> Codes | None:
        found: Codes | None = {}
        told: _Told = {}
        for row in compose.get("include", ()):
            found = _union(found, self._listed(row, listed, told))
        for row in compose.get("exclude", ()):
            found = _kept(found, [(key, self._matches(row, *key, told)) for key in found or ()], False)
        if found is None and "expansion" in compose:
            return {(row["system"], code): None for row in compose["expansion"] for code in row["codes"]}
        return found

    def _listed(self, row: Mapping[str, Any], listed: dict[str, Codes | None], told: _Told) -> Codes | None:
        """The codes of one include."""
        sets: Sequence[str] = row.get("valueSet", ())
        found: Codes | None
        if "system" in row:
            codes = row["codes"] if "codes" in row else self._of_system(row)
            found = None if codes is None else {(row["system"], code): None for code in codes}
        elif sets:
            found, sets = self._codes(sets[0], listed), sets[1:]
        else:
            return None
        for url in sets:
            found = _kept(found, [(key, self._contains(url, *key, told)) for key in found or ()], True)
        return found

    def _of_system(self, row: Mapping[str, Any]) -> Sequence[str] | None:
        """The codes of a code system that pass an include's filters."""
        system = self.system_of(row["system"])
        if system is None:
            return None
        passed = [(code, self._in_system(row, code)) for code in system.parents]
        return None if any(one is None for _, one in passed) else [code for code, one in passed if one]

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


def _union(one: Codes | None, other: Codes | None) -> Codes | None:
    return None if one is None or other is None else one | other


def _kept(
    found: Codes | None, told: Sequence[tuple[tuple[str, str], bool | None]], as_: bool
) -> Codes | None:
    """The codes of which it is told that they are, or are not; None if it cannot be said of one."""
    if found is None or any(one is None for _, one in told):
        return None
    return {key: None for key, one in told if one is as_}


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
