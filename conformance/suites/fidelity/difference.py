"""Where a resource is not exactly the one that was expected, and of what kind the difference is.

https://hl7.org/fhir/R4/datatypes.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

_TIME = re.compile(
    r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?|\d\d:\d\d:\d\d(\.\d+)?"
)
_NAMED_TIME = re.compile(
    r"[dD]ate|[tT]ime|[iI]nstant|^(start|end|issued|created|recorded|authoredOn|sent|received)$"
)


class Kind(StrEnum):
    """What a difference is of."""

    VALUE = "value"
    DECIMAL = "decimal"
    TIME = "time"
    MISSING = "missing"
    SURPLUS = "surplus"


@dataclass(frozen=True, slots=True)
class Difference:
    """`path` is the element (`Observation.valueQuantity.value`); no text holds a value of the record."""

    kind: Kind
    path: str
    text: str


def differences(wanted: Any, seen: Any, ignore: frozenset[str]) -> list[Difference]:
    """All of them, in the order of the document. `ignore` are paths, with or without the type."""
    return list(_compare(wanted, seen, str(wanted.get("resourceType", "")), "", ignore))


def kinds(resource: Any) -> set[Kind]:
    """Of which kinds there are values in a resource: decimals, times."""
    found = {Kind.VALUE, Kind.MISSING, Kind.SURPLUS}
    for name, value in _leaves(resource, ""):
        if isinstance(value, Decimal):
            found.add(Kind.DECIMAL)
        elif _is_time(name, value):
            found.add(Kind.TIME)
    return found


def _compare(wanted: Any, seen: Any, path: str, name: str, ignore: frozenset[str]) -> Iterator[Difference]:
    plain = re.sub(r"\[\d+\]", "", path)
    if plain in ignore or plain.partition(".")[2] in ignore:
        return
    if isinstance(wanted, dict) and isinstance(seen, dict):
        for key in wanted:
            yield from _member(wanted, seen, f"{path}.{key}", key, ignore)
        for key in sorted(seen.keys() - wanted.keys()):
            here = f"{path}.{key}"
            if here.partition(".")[2] not in ignore and re.sub(r"\[\d+\]", "", here) not in ignore:
                yield Difference(Kind.SURPLUS, here, "is not in the record")
    elif isinstance(wanted, list) and isinstance(seen, list):
        for at, one in enumerate(wanted[: len(seen)]):
            yield from _compare(one, seen[at], f"{path}[{at}]", name, ignore)
        if len(wanted) != len(seen):
            kind = Kind.SURPLUS if len(seen) > len(wanted) else Kind.MISSING
            yield Difference(kind, path, f"has {len(seen)} items, not {len(wanted)}")
    elif not _same(wanted, seen):
        yield Difference(_kind(wanted, seen, name), path, _told(wanted, seen))


def _member(wanted: Any, seen: Any, path: str, key: str, ignore: frozenset[str]) -> Iterator[Difference]:
    if key in seen:
        yield from _compare(wanted[key], seen[key], path, key, ignore)
    elif path.partition(".")[2] not in ignore and re.sub(r"\[\d+\]", "", path) not in ignore:
        yield Difference(Kind.MISSING, path, "is not there")


def _same(wanted: Any, seen: Any) -> bool:
    """Numbers digit by digit: 1.50 is not 1.5, and 5.0 not 5."""
    if type(wanted) is not type(seen):
        return False
    return str(wanted) == str(seen) if isinstance(wanted, Decimal) else bool(wanted == seen)


def _kind(wanted: Any, seen: Any, name: str) -> Kind:
    if isinstance(wanted, Decimal) or (isinstance(seen, Decimal) and isinstance(wanted, int)):
        return Kind.DECIMAL
    return Kind.TIME if _is_time(name, wanted) else Kind.VALUE


def _told(wanted: Any, seen: Any) -> str:
    if isinstance(wanted, Decimal) and isinstance(seen, int | Decimal) and wanted == seen:
        return f"has a scale of {_digits(seen)}, not {_digits(wanted)}"
    if isinstance(wanted, str) and isinstance(seen, str):
        if _TIME.fullmatch(wanted) and _TIME.fullmatch(seen):
            return _told_of_times(wanted, seen)
        if wanted.strip() == seen.strip():
            return "differs in the blanks around it"
        if wanted.casefold() == seen.casefold():
            return "differs in capitals"
    if type(wanted) is not type(seen):
        return f"is {_named(seen)}, not {_named(wanted)}"
    return "has another value"


def _told_of_times(wanted: str, seen: str) -> str:
    zones = [re.sub(r"^.*T[\d:.]*", "", one) for one in (wanted, seen) if "T" in one]
    if (
        len(wanted) != len(seen)
        and wanted[: min(len(wanted), len(seen))] == seen[: min(len(wanted), len(seen))]
    ):
        return "has another precision"
    if len(zones) == 2 and zones[0] != zones[1]:
        return f"has the zone {zones[1] or 'none'}, not {zones[0] or 'none'}"
    return "is another time"


def _digits(value: int | Decimal) -> int:
    exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _named(value: Any) -> str:
    names: dict[type, str] = {
        dict: "an object", list: "a list", str: "a text", bool: "a boolean", int: "a number without a point",
        Decimal: "a number with a point",
    }  # fmt: skip
    return names.get(type(value), "nothing")


def _is_time(name: str, value: Any) -> bool:
    """A date or time by its form, in an element that is named like one."""
    return isinstance(value, str) and bool(_NAMED_TIME.search(name) and _TIME.fullmatch(value))


def _leaves(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _leaves(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one, name)
    else:
        yield name, value
