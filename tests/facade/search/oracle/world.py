"""What a search answers over all resources there are.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from facade.spec import definitions
from facade.spec.definitions import SearchParameter
from tests.facade.search.oracle import dates, expressions, numbers, references, special, strings, tokens, uris
from tests.facade.search.oracle.asked import plain, split
from tests.facade.search.oracle.expressions import Found
from tests.facade.search.oracle.order import in_order

Resource = dict[str, Any]
NOW = datetime(2024, 1, 1, tzinfo=UTC)


def components(parameter: SearchParameter) -> list[tuple[str, str]]:
    """The parameter and the expression of each part of a composite.

    R4 gives DocumentReference's `relationship` the expressions of its two parts the wrong way round.
    """
    parts = [(one.code, one.expression) for one in parameter.components]
    if parts and parameter.code == "relationship":
        (first, here), (second, there) = parts
        return [(first, there), (second, here)]
    return parts


class World:
    """Resources in the order in which they were stored, and what a search over them finds.

    `updated` gives the instant at which the resource at a place of `resources` was changed, as text.
    """

    def __init__(
        self,
        resources: Sequence[Resource],
        *,
        updated: Sequence[str] = (),
        base_url: str = "",
        now: datetime = NOW,
        value_sets: Mapping[str, frozenset[tuple[str, str]]] | None = None,
    ) -> None:
        self.resources = list(resources)
        self.base_url = base_url
        self.now = now
        self.value_sets = value_sets or {}
        self.by_name = {f"{r['resourceType']}/{r['id']}": r for r in self.resources}
        self.by_type: dict[str, list[Resource]] = {}
        for one in self.resources:
            self.by_type.setdefault(one["resourceType"], []).append(one)
        self.updated = {id(r): at for r, at in zip(self.resources, updated, strict=False)}
        self._known: dict[tuple[int, str], list[Found]] = {}

    def answer(self, type: str, items: Iterable[tuple[str, str]], sort: Sequence[str] = ()) -> list[str]:
        """The ids of the resources that a query finds, in the order of `sort`, else as stored."""
        items = list(items)
        stored = self.by_type.get(type, [])
        found = [r for r in stored if all(self.matches(r, name, value) for name, value in items)]
        return [str(r["id"]) for r in in_order(self, found, sort)]

    def matches(self, resource: Resource, name: str, value: str) -> bool:
        """Whether a resource satisfies one item of a query."""
        if name.startswith("_has:"):
            _, source, code, inner = name.split(":", 3)
            return self._referred_to(resource, source, code, inner, value)
        if "." in name:
            head, rest = name.split(".", 1)
            return self._chained(resource, head, rest, value)
        code, _, modifier = name.partition(":")
        parameter = definitions.search_parameters(resource["resourceType"])[code]
        if modifier == "missing":
            return self.has_value(resource, parameter) == (value == "false")
        if modifier in ("not", "not-in"):
            return not self._any(resource, parameter, value, "in" if modifier == "not-in" else "")
        return self._any(resource, parameter, value, modifier)

    def _any(self, resource: Resource, parameter: SearchParameter, value: str, modifier: str) -> bool:
        return any(self._one(resource, parameter, part, modifier) for part in split(value, ","))

    def _one(self, resource: Resource, parameter: SearchParameter, wanted: str, modifier: str) -> bool:
        if parameter.code == "_id":
            return bool(resource["id"] == plain(wanted))
        if parameter.code == "_lastUpdated":
            stored = Found("instant", self.updated[id(resource)], "")
            return dates.matches(stored, wanted, self.now)
        if parameter.kind == "composite":
            return self._together(resource, parameter, wanted)
        return any(
            self._fits(parameter, found, wanted, modifier) for found in self.found(resource, parameter)
        )

    def found(self, resource: Resource, parameter: SearchParameter) -> list[Found]:
        """The values of a parameter in a resource."""
        key = id(resource), parameter.code
        if key not in self._known:
            self._known[key] = expressions.values(parameter.expression or "{}", resource)
        return self._known[key]

    def _fits(self, parameter: SearchParameter, found: Found, wanted: str, modifier: str) -> bool:
        """Whether one value satisfies one alternative."""
        if parameter.code == "phonetic":
            asked = special.sounds(plain(wanted))
            return any(asked <= special.sounds(text) for text in special.spoken(found.type, found.value))
        match parameter.kind:
            case "string":
                texts = strings.texts(found.type, found.value)
                return any(strings.matches(text, plain(wanted), modifier) for text in texts)
            case "token" if modifier == "in":
                return tokens.in_set(found, self.value_sets[plain(wanted)])
            case "token":
                return tokens.matches(found, wanted, modifier)
            case "date":
                return dates.matches(found, plain(wanted), self.now)
            case "number" | "quantity":
                return numbers.matches(found, wanted, quantity=parameter.kind == "quantity")
            case "uri":
                return uris.matches(found, wanted, modifier)
            case "reference" if modifier == "identifier":
                inner = found.value.get("identifier") if found.type == "Reference" else None
                return inner is not None and tokens.matches(Found("Identifier", inner, ""), wanted, "")
            case "reference":
                return references.matches(found, wanted, modifier, self.base_url, parameter.targets)
            case "special":
                return special.near(found.value, wanted)
        raise AssertionError(parameter)

    def has_value(self, resource: Resource, parameter: SearchParameter) -> bool:
        """Whether a resource has a value for a parameter, "which usually equates to" having the element.

        Taken here: a value is what some search by this parameter could find, so that a concept with only a
        text (`:text`) is one; and a reference, a coding, an identifier or a quantity, whatever it has.
        """
        if parameter.code in ("_id", "_lastUpdated"):
            return True
        return any(self._is_value(parameter, found) for found in self.found(resource, parameter))

    def _is_value(self, parameter: SearchParameter, found: Found) -> bool:
        match parameter.kind:
            case "string":
                return bool(strings.texts(found.type, found.value))
            case "token" if found.type in ("Coding", "Identifier"):
                return True
            case "token":
                return bool(tokens.pairs(found) or tokens.texts(found))
            case "date":
                return dates.stored(found) is not None
            case "number" | "quantity":
                return bool(numbers.targets(found)) or found.type == "Quantity"
            case "reference":
                return found.type == "Reference" or references.literal(found, self.base_url) is not None
        return True

    def _together(self, resource: Resource, parameter: SearchParameter, wanted: str) -> bool:
        """Composite: all parts in one and the same element."""
        asked = split(wanted, "$")
        of_type = definitions.search_parameters(resource["resourceType"])
        for place in self.found(resource, parameter):
            for (code, expression), part in zip(components(parameter), asked, strict=True):
                inner = of_type[code]
                here = expressions.values(expression, place.node, resource)
                if not any(self._fits(inner, found, part, "") for found in here):
                    break
            else:
                return True
        return False

    def _chained(self, resource: Resource, head: str, rest: str, value: str) -> bool:
        code, _, type = head.partition(":")
        parameter = definitions.search_parameters(resource["resourceType"])[code]
        inner = rest.split(".", maxsplit=1)[0].split(":", maxsplit=1)[0]
        for target in self.targets(resource, parameter):
            at = target["resourceType"]
            known = inner == "_has" or inner in definitions.search_parameters(at)
            if known and type in ("", at) and self.matches(target, rest, value):
                return True
        return False

    def targets(self, resource: Resource, parameter: SearchParameter) -> list[Resource]:
        """The resources here that a parameter's references lead to."""
        found = [references.literal(one, self.base_url) for one in self.found(resource, parameter)]
        return [self.by_name[name] for name in found if name in self.by_name]

    def _referred_to(self, resource: Resource, source: str, code: str, inner: str, value: str) -> bool:
        parameter = definitions.search_parameters(source)[code]
        return any(
            any(target is resource for target in self.targets(other, parameter))
            and self.matches(other, inner, value)
            for other in self.resources
            if other["resourceType"] == source
        )
