"""What a guide's CapabilityStatement for servers asks, as data.

https://hl7.org/fhir/us/core/CapabilityStatement-us-core-server.html ·
https://hl7.org/fhir/R4/extension-capabilitystatement-expectation.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.model import Level
from conformance.spec.definitions import Definitions
from conformance.statement import dicts, texts

Json = dict[str, Any]
EXPECTATION = "http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation"
COMBINATION = "http://hl7.org/fhir/StructureDefinition/capabilitystatement-search-parameter-combination"


@dataclass(frozen=True, slots=True)
class Combination:
    """Search parameters that are to be understood together."""

    names: tuple[str, ...]
    level: Level


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of one resource type; MAY is left out. Profiles and operations are canonical URLs."""

    type: str
    level: Level
    interactions: Mapping[str, Level]
    profiles: Mapping[str, Level]
    parameters: Mapping[str, Level]
    combinations: tuple[Combination, ...]
    revincludes: Mapping[str, Level]
    operations: Mapping[str, Level]
    definitions: Mapping[str, Json] = field(repr=False)

    def searches(self) -> list[Combination]:
        """Each parameter asked for by itself, then the combinations."""
        alone = [Combination((name,), level) for name, level in self.parameters.items()]
        return alone + sorted(self.combinations, key=lambda one: (one.level, one.names))


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide's statement for servers."""

    url: str
    title: str
    types: tuple[Wanted, ...]


def read_guides(definitions: Definitions) -> list[Guide]:
    """Those of the packages given: statements of mode server that are not R4's own."""
    found = []
    for url, one in sorted(definitions.statements.items()):
        rest = next((each for each in dicts(one.get("rest")) if each.get("mode") == "server"), None)
        if rest is None or url.startswith("http://hl7.org/fhir/CapabilityStatement/"):
            continue
        types = tuple(
            _wanted(each, definitions) for each in dicts(rest.get("resource")) if _level(each) is not None
        )
        version = f" {one['version']}" if one.get("version") else ""
        found.append(Guide(url, f"{one.get('title') or one.get('name')}{version}", types))
    return found


def _wanted(one: Json, definitions: Definitions) -> Wanted:
    own = _level(one) or Level.SHOULD
    parameters = dicts(one.get("searchParam"))
    return Wanted(
        str(one.get("type")),
        own,
        _levels((each["code"], each) for each in dicts(one.get("interaction"))),
        _beside(one, "supportedProfile", own),
        _levels((each["name"], each) for each in parameters),
        tuple(_combinations(one)),
        _beside(one, "searchRevInclude", Level.SHOULD),
        _levels((each["name"].lstrip("$"), each) for each in dicts(one.get("operation"))),
        {
            each["name"]: definition
            for each in parameters
            if (definition := definitions.parameters.get(str(each.get("definition")).partition("|")[0]))
        },
    )


def _level(one: Any) -> Level | None:
    """The expectation of an element; None for MAY, and where there is none."""
    for extension in dicts(one.get("extension")) if isinstance(one, dict) else ():
        if extension.get("url") == EXPECTATION and extension.get("valueCode") in ("SHALL", "SHOULD"):
            return Level(extension["valueCode"])
    return None


def expectation(definition: Json, name: str, value: str = "") -> Level | None:
    """That of a search parameter's `multipleOr`, `multipleAnd`, or of one `value` among its `comparator`s."""
    beside = definition.get("_" + name)
    if not value:
        return _level(beside)
    values = texts(definition.get(name))
    if not isinstance(beside, list) or value not in values or len(beside) != len(values):
        return None
    return _level(beside[values.index(value)])


def _levels(pairs: Iterator[tuple[str, Json]]) -> dict[str, Level]:
    return {name: level for name, one in pairs if (level := _level(one))}


def _beside(one: Json, name: str, otherwise: Level) -> dict[str, Level]:
    """Levels that stand beside strings; the older packages have none there."""
    values, beside = texts(one.get(name)), one.get("_" + name)
    if not isinstance(beside, list):
        return {value.partition("|")[0]: otherwise for value in values}
    pairs = zip(values, beside, strict=False)
    return {value.partition("|")[0]: level for value, each in pairs if (level := _level(each))}


def _combinations(one: Json) -> Iterator[Combination]:
    for extension in dicts(one.get("extension")):
        parts = dicts(extension.get("extension"))
        names = tuple(str(part.get("valueString")) for part in parts if part.get("url") == "required")
        level = _level(extension)
        if extension.get("url") == COMBINATION and names and level:
            yield Combination(names, level)
