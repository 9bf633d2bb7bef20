"""What a filter is: a function that takes the arguments once and gives the function for every value."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Literal
from zoneinfo import ZoneInfo

from facade.mapping.concept_maps import ConceptMap
from facade.mapping.errors import ArgumentError, MappingFailure, suggest
from facade.mapping.values import as_text

RECORD, UNMAPPED, READS, FIRST_SLOT = range(4)
"""Places in the context of a mapping's run: the Record; the list of unmapped codes; in a traced run the
list of columns read by name, else None; then two places for each name of `for`, `let` and `with` (its
value, and in a traced run what was read for it)."""

Context = list[Any]
Takes = Literal["text", "value", "items", "any"]


@dataclass(frozen=True, slots=True)
class Environment:
    """What filters may know besides their arguments."""

    zone: ZoneInfo | None = None
    concept_maps: Mapping[str, ConceptMap] = field(default_factory=dict)

    def concept_map(self, name: str) -> ConceptMap:
        """The concept map of that name; raises ArgumentError."""
        if name not in self.concept_maps:
            raise ArgumentError(f"unknown concept map `{name}`{suggest(name, self.concept_maps)}")
        return self.concept_maps[name]

    def site_zone(self) -> ZoneInfo:
        """The site's time zone; raises ArgumentError if the pack has none."""
        if self.zone is None:
            raise ArgumentError(
                "needs `site: { timezone: … }` in pack.yaml: in which zone are this site's times?"
            )
        return self.zone


@dataclass(frozen=True, slots=True)
class FilterSpec:
    """One filter. `takes`: `text` and `value` work on each item of a list, `items` on the whole value, `any`
    also on an empty one. `gives` is the FHIR type of the result where that is more than a primitive.
    With `sees_row` the made function is called with (value, body, context), else with the value alone.
    """

    name: str
    make: Callable[..., Callable[..., Any]]
    takes: Takes
    gives: str | None
    sees_row: bool
    needs_environment: bool
    parameters: tuple[inspect.Parameter, ...]
    kinds: tuple[Any, ...]
    document: str
    group: str

    def signature(self) -> str:
        """`name(a, b?, c=1)` as the documentation shows it."""
        shown = []
        for parameter in self.parameters:
            if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
                shown.append(f"{parameter.name}, …")
            elif parameter.default is inspect.Parameter.empty:
                shown.append(parameter.name)
            else:
                optional = parameter.default in ("", -1)
                shown.append(f"{parameter.name}?" if optional else f"{parameter.name}={parameter.default}")
        return f"{self.name}({', '.join(shown)})" if shown else self.name

    def build(self, environment: Environment, arguments: tuple[Any, ...]) -> Callable[..., Any]:
        """The function for values; raises ArgumentError if the arguments are not what the filter takes."""
        given = [self._argument(number, argument) for number, argument in enumerate(arguments)]
        fewest = sum(
            p.default is inspect.Parameter.empty and p.kind is not inspect.Parameter.VAR_POSITIONAL
            for p in self.parameters
        )
        if len(given) < fewest:
            raise ArgumentError(f"is written `{self.signature()}`; {len(given)} arguments are too few")
        if self.needs_environment:
            return self.make(environment, *given)
        return self.make(*given)

    def _argument(self, number: int, argument: Any) -> Any:
        last = self.parameters[-1] if self.parameters else None
        if number >= len(self.parameters):
            if last is None or last.kind is not inspect.Parameter.VAR_POSITIONAL:
                raise ArgumentError(f"is written `{self.signature()}`; {number + 1} arguments are too many")
            number = len(self.parameters) - 1
        kind = self.kinds[number]
        name = self.parameters[number].name
        if kind is Any:
            return argument
        try:
            text = as_text(argument)
            return kind(text)
        except (ValueError, InvalidOperation, MappingFailure):
            wanted = {int: "a whole number", Decimal: "a number"}.get(kind, "a single text")
            raise ArgumentError(f"takes {wanted} as `{name}`") from None


FILTERS: dict[str, FilterSpec] = {}


def filter_(
    *, takes: Takes = "text", gives: str | None = None, sees_row: bool = False, name: str | None = None
) -> Callable[[Callable[..., Callable[..., Any]]], Callable[..., Callable[..., Any]]]:
    """Register a filter: the decorated function takes the arguments and gives the function for values.

    A first parameter named `environment` receives the Environment. The docstring becomes its documentation.
    """

    def register(make: Callable[..., Callable[..., Any]]) -> Callable[..., Callable[..., Any]]:
        word = name or make.__name__.rstrip("_")
        hints = typing.get_type_hints(make)
        parameters = tuple(inspect.signature(make).parameters.values())
        needs_environment = bool(parameters) and parameters[0].name == "environment"
        if needs_environment:
            parameters = parameters[1:]
        FILTERS[word] = FilterSpec(
            name=word,
            make=make,
            takes=takes,
            gives=gives,
            sees_row=sees_row,
            needs_environment=needs_environment,
            parameters=parameters,
            kinds=tuple(hints[parameter.name] for parameter in parameters),
            document=inspect.getdoc(make) or "",
            group=make.__module__.rpartition(".")[2],
        )
        return make

    return register
