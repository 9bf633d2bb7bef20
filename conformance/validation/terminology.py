"""Whether a code is of a value set, as far as its definition and complete code systems tell.

https://hl7.org/fhir/R4/valueset.html#compositions · https://hl7.org/fhir/R4/terminologies.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from conformance.spec.definitions import Definitions

Json = dict[str, Any]
_DEPTH = 10


class Terminology:
    """True, False, or None where it cannot be told here (SNOMED CT, LOINC, filters not known)."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._parents: dict[str, dict[str, str | None] | None] = {}
        self._known: dict[tuple[str, str | None, str], bool | None] = {}

    def holds(self, value_set: str, value: Any) -> bool | None:
        """A code as a string, a Coding, a CodeableConcept (any of its codings) or a Quantity."""
        if isinstance(value, str):
            return self.contains(value_set, None, value)
        if not isinstance(value, dict):
            return None
        if "coding" in value or ("code" not in value and "text" in value):
            codings = value.get("coding")
            return (
                _any(self._coding(value_set, one) for one in codings) if isinstance(codings, list) else False
            )
        return self._coding(value_set, value)

    def _coding(self, value_set: str, coding: Any) -> bool | None:
        if not isinstance(coding, dict):
            return False
        code, system = coding.get("code"), coding.get("system")
        if not isinstance(code, str):
            return False
        return self.contains(value_set, system if isinstance(system, str) else "", code)

    def contains(self, value_set: str, system: str | None, code: str) -> bool | None:
        """`system` is None where the element's type is code, so that any system will do."""
        key = (value_set.partition("|")[0], system, code)
        if key not in self._known:
            self._known[key] = self._contains(*key, 0)
        return self._known[key]

    def _contains(self, url: str, system: str | None, code: str, depth: int) -> bool | None:
        found = self._definitions.value_sets.get(url)
        if found is None or depth > _DEPTH:
            return None
        expansion = found.get("expansion")
        if expansion and any(code == one[1] and system in (None, one[0]) for one in expansion):
            return True
        compose = found.get("compose")
        if not compose:
            return None
        inside = _any(self._part(one, system, code, depth) for one in compose.get("include", ()))
        outside = _any(self._part(one, system, code, depth) for one in compose.get("exclude", ()))
        if inside is False or outside is True:
            return False
        return inside if outside is False else None

    def _part(self, part: Json, system: str | None, code: str, depth: int) -> bool | None:
        """All that an include says must hold."""
        said = [
            self._contains(url.partition("|")[0], system, code, depth + 1) for url in part.get("valueSet", ())
        ]
        if "system" in part:
            said.append(self._of_system(part, system, code))
        return _all(said)

    def _of_system(self, part: Json, system: str | None, code: str) -> bool | None:
        if system is not None and system != part["system"]:
            return False
        if "codes" in part:
            return code in part["codes"]
        parents = self._codes(part["system"])
        if parents is None:
            return None
        definition = self._definitions.code_systems.get(part["system"], {})
        if code not in parents and definition.get("caseSensitive") is False:
            code = next((one for one in parents if one.lower() == code.lower()), code)
        if code not in parents:
            return False
        return _all(_filtered(one, code, parents) for one in part.get("filter", ()))

    def _codes(self, system: str) -> dict[str, str | None] | None:
        """Each code with its parent; None unless the system is here and complete."""
        if system not in self._parents:
            definition = self._definitions.code_systems.get(system, {})
            complete = definition.get("content") == "complete" and definition.get("concept")
            self._parents[system] = dict(complete) if complete else None
        return self._parents[system]


def _filtered(said: Json, code: str, parents: dict[str, str | None]) -> bool | None:
    """True where the hierarchy says so; else None, as properties, which may say it too, are not kept."""
    if said.get("property") != "concept" or said.get("op") not in ("is-a", "descendent-of"):
        return None
    above: list[str] = []
    at: str | None = code
    while at is not None and at not in above:
        above.append(at)
        at = parents.get(at)
    if said["op"] == "descendent-of":
        above = above[1:]
    return True if said.get("value") in above else None


def _any(found: Iterable[bool | None]) -> bool | None:
    told = list(found)
    return True if True in told else None if None in told else False


def _all(found: Iterable[bool | None]) -> bool | None:
    told = list(found)
    return False if False in told else None if None in told else True
