"""A search parameter with its value, as a predicate over resources.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.conformance.controls import values
from tests.conformance.controls.parameters import PARAMETERS, TYPES, Parameter
from tests.conformance.controls.problem import Problem
from tests.conformance.controls.store import Store
from tests.conformance.controls.values import Wrong

Resource = dict[str, Any]
Predicate = Callable[[Resource], bool]
MODIFIERS = {
    "string": ("exact", "contains", "missing"),
    "token": ("not", "missing", "text", "of-type"),
    "reference": ("missing", "identifier"),
    "uri": ("below", "above", "missing"),
    "date": ("missing",),
    "number": ("missing",),
    "quantity": ("missing",),
    "composite": ("missing",),
}


class Filters:
    """Makes predicates; `base` is the server's URL, by which references may be written."""

    def __init__(self, store: Store, base: str, wrong: Wrong) -> None:
        self._store, self._base, self._wrong = store, base, wrong

    def of(self, type: str, key: str, value: str) -> Predicate:
        """Raises Problem where the parameter, its modifier or the value is not one."""
        if key.startswith("_has:"):
            return self._has(key, value)
        head, dot, rest = key.partition(".")
        name, _, modifier = head.partition(":")
        parameter = PARAMETERS[type].get(name)
        if parameter is None:
            raise Problem(400, "not-supported", f"{type} has no search parameter {name!r} here.")
        if dot:
            return self._chain(parameter, modifier, rest, value)
        if modifier and modifier not in MODIFIERS[parameter.type] and modifier not in parameter.targets:
            if self._wrong("unknown-modifier-ignored"):
                return lambda resource: True
            raise Problem(400, "not-supported", f"The modifier :{modifier} of {name} is not supported.")
        if modifier == "of-type" and name != "identifier":
            raise Problem(400, "not-supported", f"{name} has no identifiers to be :of-type.")
        if modifier == "missing":
            return self._missing(parameter, value)
        if self._wrong("parameter-does-nothing") and name in ("family", "category"):
            return lambda resource: True
        return self._plain(parameter, modifier, value)

    def _plain(self, parameter: Parameter, modifier: str, value: str) -> Predicate:
        wanted = values.split(value, ",", self._wrong)
        self._check(parameter, modifier, wanted)

        def holds(resource: Resource) -> bool:
            found = parameter.values(resource)
            any_of = all if self._wrong("or-as-and") else any
            held = any_of(
                any(self._match(parameter, modifier, one, each) for one in found) for each in wanted
            )
            return held != (modifier == "not" and not self._wrong("not-ignored"))

        return holds

    def _check(self, parameter: Parameter, modifier: str, wanted: list[str]) -> None:
        """Whether the values are ones of the parameter's type, whatever the resources hold."""
        if modifier == "of-type":
            for each in wanted:
                values.of_type_matches({}, each, self._wrong)
        samples: dict[str, Any] = {"date": "2000", "number": 0, "quantity": {"value": 0}, "composite": {}}
        if parameter.type in samples:
            for each in wanted:
                if self._wrong("bad-value-accepted"):
                    continue
                self._match(parameter, "", samples[parameter.type], each)

    def _match(self, parameter: Parameter, modifier: str, found: Any, wanted: str) -> bool:
        wrong = self._wrong
        match parameter.type:
            case "string":
                return values.string_matches(found, wanted, modifier, wrong)
            case "token" if modifier == "text" and not wrong("text-as-code"):
                return values.text_matches(found, wanted, wrong)
            case "token" if modifier == "of-type":
                return values.of_type_matches(found, wanted, wrong)
            case "token":
                return values.token_matches(found, wanted, parameter.system, wrong)
            case "reference" if modifier == "identifier" and not wrong("identifier-as-reference"):
                return values.token_matches(found.get("identifier", {}), wanted, "", wrong)
            case "reference":
                if parameter.only and not found.get("reference", "").startswith(parameter.only + "/"):
                    return False
                return values.reference_matches(found, wanted, modifier, self._base, wrong)
            case "uri":
                return values.uri_matches(found, wanted, modifier)
            case "composite":
                return self._composite(parameter, found, wanted)
        compare = {"date": values.date_matches, "number": values.number_matches}
        try:
            return compare.get(parameter.type, values.quantity_matches)(found, wanted, wrong)
        except Problem:
            if wrong("bad-value-accepted"):
                return True
            raise

    def _composite(self, parameter: Parameter, node: Resource, wanted: str) -> bool:
        given = values.split(wanted, "$", self._wrong)
        if len(given) != len(parameter.parts):
            raise Problem(
                400, "invalid", f"{parameter.name} takes {len(parameter.parts)} values, with $ between."
            )
        return all(
            any(self._match(part, "", one, each) for one in part.values(node) or [{}])
            for part, each in zip(parameter.parts, given, strict=True)
        )

    def _missing(self, parameter: Parameter, value: str) -> Predicate:
        if value not in ("true", "false"):
            raise Problem(400, "invalid", f"{parameter.name}:missing is true or false.")
        if self._wrong("missing-ignored"):
            return lambda resource: True
        return lambda resource: (not self.found(parameter, resource)) == (value == "true")

    @staticmethod
    def found(parameter: Parameter, resource: Resource) -> list[Any]:
        """The values a resource has for this parameter."""
        if parameter.type == "composite":
            nodes = parameter.values(resource)
            return [one for one in nodes if all(part.values(one) for part in parameter.parts)]
        found = parameter.values(resource)
        if parameter.only:
            return [one for one in found if one.get("reference", "").startswith(parameter.only + "/")]
        return found

    def _chain(self, parameter: Parameter, type: str, rest: str, value: str) -> Predicate:
        if parameter.type != "reference" or (type and type not in parameter.targets):
            raise Problem(400, "not-supported", f"{parameter.name} is no reference to chain by.")
        if self._wrong("chain-ignored"):
            return lambda resource: True
        targets = [type] if type else [parameter.only] if parameter.only else list(parameter.targets)
        tests, problem = {}, None
        for target in targets:
            try:
                tests[target] = self.of(target, rest, value)
            except Problem as error:
                problem = error
        if not tests and problem:
            raise problem

        def holds(resource: Resource) -> bool:
            for one in self.found(parameter, resource):
                target, _, id = one.get("reference", "").removeprefix(self._base + "/").partition("/")
                there = self._store.resource(target, id)
                if target in tests and there and tests[target](there):
                    return True
            return False

        return holds

    def _has(self, key: str, value: str) -> Predicate:
        _, type, name, rest = [*key.split(":", 3), "", "", ""][:4]
        parameter = PARAMETERS.get(type, {}).get(name)
        if type not in TYPES or not parameter or parameter.type != "reference" or not rest:
            raise Problem(400, "not-supported", f"{key} is no reverse chain that is supported.")
        test = self.of(type, rest, value)
        if self._wrong("has-ignored"):
            return lambda resource: True

        def holds(resource: Resource) -> bool:
            own = f"{resource['resourceType']}/{resource['id']}"
            return any(
                test(one)
                and any(
                    ref.get("reference", "").removeprefix(self._base + "/") == own
                    for ref in self.found(parameter, one)
                )
                for one in self._store.all(type)
            )

        return holds
