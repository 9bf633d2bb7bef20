"""A world whose verdicts say as well where the specification leaves a match open.

https://hl7.org/fhir/R4/search.html

No server may be accused of what it does with a resource whose verdict is None.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from conformance.matching import expressions, leeway, references
from conformance.matching.asked import split
from conformance.matching.expressions import Found, Seen
from conformance.matching.parameters import Parameter
from conformance.matching.verdict import Verdict
from conformance.matching.world import Resource, World, components

_MALFORMED = (AttributeError, ArithmeticError, KeyError, TypeError, ValueError)


class Lenient(World):
    """`whole` are the types of which all resources are here; of the others there may be more.

    What no sense can be made of (a quantity that is a text) has no verdict.
    """

    whole: Collection[str] = ()

    def look(self, resource: Resource, parameter: Parameter) -> Seen:
        key = id(resource), parameter.code
        if key not in self._seen:
            try:
                self._seen[key] = expressions.look(parameter.expression or "{}", resource)
            except Exception:  # fhirpathpy's own errors are of every kind
                self._seen[key] = Seen([Found("?", None, "")], bare=True)
        return self._seen[key]

    def _one(self, resource: Resource, parameter: Parameter, wanted: str, modifier: str) -> Verdict:
        """With `ne` it is open what is to become of a resource without a value, or with an equal one too."""
        if not wanted.startswith("ne") or parameter.kind not in ("date", "number", "quantity"):
            return super()._one(resource, parameter, wanted, modifier)
        verdicts = {
            self._fits(parameter, found, wanted, modifier) for found in self.found(resource, parameter)
        }
        return verdicts.pop() if len(verdicts) == 1 else None

    def _fits(self, parameter: Parameter, found: Found, wanted: str, modifier: str) -> Verdict:
        try:
            return leeway.fits(parameter, found, wanted, modifier, self.base_url)
        except _MALFORMED:
            return None

    def has_value(self, resource: Resource, parameter: Parameter) -> Verdict:
        """Certain where the element is not there at all, or has what can be searched for."""
        seen = self.look(resource, parameter)
        if not seen.found:
            steps = set(re.findall(r"\w+", parameter.expression or ""))
            return None if seen.bare or _extended(resource, steps) else False
        try:
            plain = any(one.node is not None and self.is_value(parameter, one) for one in seen.found)
        except _MALFORMED:
            return None
        return True if plain else None

    def _together(self, resource: Resource, parameter: Parameter, wanted: str) -> Verdict:
        if len(split(wanted, "$")) != len(components(parameter)):
            return None
        try:
            return super()._together(resource, parameter, wanted)
        except _MALFORMED:
            return None

    def _chained(self, resource: Resource, head: str, rest: str, value: str) -> Verdict:
        code, _, type = head.partition(":")
        known = super()._chained(resource, head, rest, value)
        if known:
            return True
        parameter = self.parameters(resource["resourceType"])[code]
        unknown = any(self._elsewhere(one, type) for one in self.found(resource, parameter))
        return None if unknown else known

    def _elsewhere(self, found: Found, type: str) -> bool:
        """Whether a reference leads to what is not here, and may well be on the server."""
        name = references.literal(found, self.base_url)
        if name is None:
            return True
        at = name.partition("/")[0]
        if name in self.by_name or (type and at != type):
            return False
        return at not in self.whole

    def _referred_to(self, resource: Resource, source: str, code: str, inner: str, value: str) -> Verdict:
        known = super()._referred_to(resource, source, code, inner, value)
        return None if known is False and source not in self.whole else known

    def all_of(self, resource: Resource, items: list[tuple[str, str]]) -> Verdict:
        """Whether a resource satisfies every item of a query."""
        found: Verdict = True
        for name, value in items:
            one = self.matches(resource, name, value)
            if one is False:
                return False
            found = None if one is None else found
        return found


def _extended(value: Any, names: set[str]) -> bool:
    """Whether an element of one of these names has extensions; fhirpathpy does not tell of it."""
    if isinstance(value, list):
        return any(_extended(one, names) for one in value)
    if not isinstance(value, dict):
        return False
    return any((key[:1] == "_" and key[1:] in names) or _extended(one, names) for key, one in value.items())
