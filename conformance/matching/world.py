"""What a search answers over all resources there are.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from conformance.matching import dates, expressions, numbers, references, special, strings, tokens, uris
from conformance.matching.asked import plain, split
from conformance.matching.expressions import Found, Seen
from conformance.matching.order import in_order
from conformance.matching.parameters import Parameter, parameters
from conformance.matching.verdict import Verdict, every, negated, some

Resource = dict[str, Any]
NOW = datetime(2024, 1, 1, tzinfo=UTC)


def components(parameter: Parameter) -> list[tuple[str, str]]:
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

    `updated` gives the instant at which the resource at a place of `resources` was changed, as text; without
    it that of its meta counts. `longest` characters of a text are searched, but for `:exact`. `parameters_of`
    gives the parameters of a type by code. The verdicts here are all true or false.
    """

    def __init__(
        self,
        resources: Sequence[Resource],
        *,
        updated: Sequence[str] = (),
        base_url: str = "",
        now: datetime = NOW,
        value_sets: Mapping[str, frozenset[tuple[str, str]]] | None = None,
        longest: int | None = None,
        parameters_of: Callable[[str], Mapping[str, Parameter]] = parameters,
    ) -> None:
        self.resources = list(resources)
        self.base_url = base_url
        self.now = now
        self.value_sets = value_sets or {}
        self.longest = longest
        self.parameters = parameters_of
        self.by_name = {f"{r['resourceType']}/{r['id']}": r for r in self.resources}
        self.by_type: dict[str, list[Resource]] = {}
        for one in self.resources:
            self.by_type.setdefault(one["resourceType"], []).append(one)
        self.updated = {id(r): at for r, at in zip(self.resources, updated, strict=False)}
        self._seen: dict[tuple[int, str], Seen] = {}
        self._parts: dict[tuple[int, str], list[Found]] = {}
        self._referring: dict[tuple[str, str], dict[str, list[Resource]]] = {}

    def answer(self, type: str, items: Iterable[tuple[str, str]], sort: Sequence[str] = ()) -> list[str]:
        """The ids of the resources that a query finds, in the order of `sort`, else as stored."""
        items = list(items)
        stored = self.by_type.get(type, [])
        found = [r for r in stored if all(self.matches(r, name, value) for name, value in items)]
        return [str(r["id"]) for r in in_order(self, found, sort)]

    def matches(self, resource: Resource, name: str, value: str) -> Verdict:
        """Whether a resource satisfies one item of a query."""
        if name.startswith("_has:"):
            _, source, code, inner = name.split(":", 3)
            return self._referred_to(resource, source, code, inner, value)
        if "." in name:
            head, rest = name.split(".", 1)
            return self._chained(resource, head, rest, value)
        code, _, modifier = name.partition(":")
        parameter = self.parameters(resource["resourceType"])[code]
        if modifier == "missing":
            known = self.has_value(resource, parameter)
            return known if value == "false" else negated(known)
        if modifier in ("not", "not-in"):
            return negated(self._any(resource, parameter, value, "in" if modifier == "not-in" else ""))
        return self._any(resource, parameter, value, modifier)

    def _any(self, resource: Resource, parameter: Parameter, value: str, modifier: str) -> Verdict:
        return some(self._one(resource, parameter, part, modifier) for part in split(value, ","))

    def _one(self, resource: Resource, parameter: Parameter, wanted: str, modifier: str) -> Verdict:
        if parameter.code == "_id":
            return bool(resource["id"] == plain(wanted))
        if parameter.code == "_lastUpdated":
            return self._fits(parameter, Found("instant", self.instant(resource), ""), wanted, modifier)
        if parameter.kind == "composite":
            return self._together(resource, parameter, wanted)
        return some(
            self._fits(parameter, found, wanted, modifier) for found in self.found(resource, parameter)
        )

    def instant(self, resource: Resource) -> str:
        """When the resource was last changed; empty where that is not known."""
        return self.updated.get(id(resource)) or str(resource.get("meta", {}).get("lastUpdated", ""))

    def found(self, resource: Resource, parameter: Parameter) -> list[Found]:
        """The values of a parameter in a resource."""
        return self.look(resource, parameter).found

    def look(self, resource: Resource, parameter: Parameter) -> Seen:
        """The same, and whether there are elements without a value."""
        key = id(resource), parameter.code
        if key not in self._seen:
            self._seen[key] = expressions.look(parameter.expression or "{}", resource)
        return self._seen[key]

    def _fits(self, parameter: Parameter, found: Found, wanted: str, modifier: str) -> Verdict:
        """Whether one value satisfies one alternative."""
        if parameter.code == "phonetic":
            asked = special.sounds(plain(wanted))
            return any(asked <= special.sounds(text) for text in special.spoken(found.type, found.value))
        match parameter.kind:
            case "string":
                texts = strings.texts(found.type, found.value)
                return any(strings.matches(text, plain(wanted), modifier, self.longest) for text in texts)
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

    def has_value(self, resource: Resource, parameter: Parameter) -> Verdict:
        """Whether a resource has a value for a parameter, "which usually equates to" having the element.

        Taken here: a value is what some search by this parameter could find, so that a concept with only a
        text (`:text`) is one; and a reference, a coding, an identifier or a quantity, whatever it has.
        """
        if parameter.code in ("_id", "_lastUpdated"):
            return True
        return any(self.is_value(parameter, found) for found in self.found(resource, parameter))

    def is_value(self, parameter: Parameter, found: Found) -> bool:
        """Whether what was found is something that can be searched for."""
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

    def _together(self, resource: Resource, parameter: Parameter, wanted: str) -> Verdict:
        """Composite: all parts in one and the same element."""
        asked = split(wanted, "$")
        of_type = self.parameters(resource["resourceType"])
        return some(
            every(
                some(
                    self._fits(of_type[code], found, part, "")
                    for found in self._part(place, expression, resource)
                )
                for (code, expression), part in zip(components(parameter), asked, strict=True)
            )
            for place in self.found(resource, parameter)
        )

    def _part(self, place: Found, expression: str, resource: Resource) -> list[Found]:
        key = id(place), expression
        if key not in self._parts:
            self._parts[key] = expressions.values(expression, place.node, resource)
        return self._parts[key]

    def _chained(self, resource: Resource, head: str, rest: str, value: str) -> Verdict:
        code, _, type = head.partition(":")
        parameter = self.parameters(resource["resourceType"])[code]
        inner = rest.split(".", maxsplit=1)[0].split(":", maxsplit=1)[0]
        return some(
            self.matches(target, rest, value)
            for target in self.targets(resource, parameter)
            if type in ("", target["resourceType"])
            and (inner == "_has" or inner in self.parameters(target["resourceType"]))
        )

    def targets(self, resource: Resource, parameter: Parameter) -> list[Resource]:
        """The resources here that a parameter's references lead to."""
        found = [references.literal(one, self.base_url) for one in self.found(resource, parameter)]
        return [self.by_name[name] for name in found if name in self.by_name]

    def _referred_to(self, resource: Resource, source: str, code: str, inner: str, value: str) -> Verdict:
        parameter = self.parameters(source)[code]
        return some(self.matches(other, inner, value) for other in self.referring(resource, parameter))

    def referring(self, resource: Resource, parameter: Parameter) -> list[Resource]:
        """The resources of the parameter's type that refer to a resource by it."""
        key = parameter.type, parameter.code
        if key not in self._referring:
            known: dict[str, list[Resource]] = {}
            for other in self.by_type.get(parameter.type, ()):
                for name in {references.literal(one, self.base_url) for one in self.found(other, parameter)}:
                    known.setdefault(name or "", []).append(other)
            self._referring[key] = known
        return self._referring[key].get(f"{resource['resourceType']}/{resource['id']}", [])
