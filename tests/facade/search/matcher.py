"""A slow, plain reading of the spec's search rules over resources in memory; none of it is the product's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

Resource = dict[str, Any]
Interval = tuple[datetime | None, datetime | None]
"""Half-open; None is an open end."""

_NEVER, _EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def _each(resource: Resource, *names: str) -> list[Any]:
    items: list[Any] = [resource]
    for name in names:
        below = [item[name] for item in items if name in item]
        items = [one for value in below for one in (value if isinstance(value, list) else [value])]
    return items


def _codings(concepts: list[Any]) -> list[tuple[str, str]]:
    return [
        (c.get("system", ""), c.get("code", "")) for concept in concepts for c in concept.get("coding", [])
    ]


def _person(resource: Resource) -> list[str]:
    return [
        v for part in ("text", "family", "given", "prefix", "suffix") for v in _each(resource, "name", part)
    ]


def _local(references: list[Any]) -> list[str]:
    found = [r["reference"] for r in references if "reference" in r]
    return [r.split("/_history/")[0] for r in found if not r.startswith("#")]


PARAMETERS: dict[str, dict[str, tuple[str, Callable[[Resource], list[Any]]]]] = {
    "Patient": {
        "name": ("string", _person),
        "family": ("string", lambda r: _each(r, "name", "family")),
        "gender": ("code", lambda r: _each(r, "gender")),
        "active": ("code", lambda r: ["true" if a else "false" for a in _each(r, "active")]),
        "deceased": (
            "code",
            lambda r: ["true" if r.get("deceasedBoolean") or "deceasedDateTime" in r else "false"],
        ),
        "identifier": (
            "token",
            lambda r: [(i.get("system", ""), i.get("value", "")) for i in _each(r, "identifier")],
        ),
        "phone": ("code", lambda r: [t["value"] for t in _each(r, "telecom") if t.get("system") == "phone"]),
        "birthdate": ("date", lambda r: [interval(d) for d in _each(r, "birthDate")]),
        "death-date": ("date", lambda r: [interval(d) for d in _each(r, "deceasedDateTime")]),
        "general-practitioner": ("reference", lambda r: _local(_each(r, "generalPractitioner"))),
    },
    "Encounter": {
        "status": ("code", lambda r: _each(r, "status")),
        "type": ("token", lambda r: _codings(_each(r, "type"))),
        "class": ("token", lambda r: [(c.get("system", ""), c["code"]) for c in _each(r, "class")]),
        "date": (
            "date",
            lambda r: [_period(p) for p in _each(r, "period")],
        ),
        "subject": ("reference", lambda r: _local(_each(r, "subject"))),
        "patient": (
            "reference",
            lambda r: [t for t in _local(_each(r, "subject")) if t.split("/")[-2] == "Patient"],
        ),
        "participant": ("reference", lambda r: _local(_each(r, "participant", "individual"))),
    },
}


def interval(text: str) -> tuple[datetime, datetime]:
    if len(text) == 4:
        return _utc(int(text)), _utc(int(text) + 1)
    if len(text) == 7:
        year, month = int(text[:4]), int(text[5:])
        return _utc(year, month), _utc(year + month // 12, month % 12 + 1)
    if len(text) == 10:
        day = datetime.fromisoformat(text).replace(tzinfo=UTC)
        return day, day + timedelta(days=1)
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    moment = moment.replace(tzinfo=moment.tzinfo or UTC)
    fraction = re.search(r"\.(\d+)", text)
    if fraction:
        width = timedelta(seconds=1) / 10 ** len(fraction[1])
    else:
        width = timedelta(minutes=1) if re.search(r"T\d\d:\d\d(Z|[+-]|$)", text) else timedelta(seconds=1)
    return moment, moment + width


def _period(period: dict[str, str]) -> Interval:
    """Read the other way round if it ends before it starts: legacy systems hold such."""
    start, end = (interval(period[name]) if name in period else None for name in ("start", "end"))
    if start and end and end[1] <= start[0]:
        start, end = end, start
    return start[0] if start else None, end[1] if end else None


def _utc(year: int, month: int = 1) -> datetime:
    return datetime(year, month, 1, tzinfo=UTC)


def normal(text: str) -> str:
    split = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(
        "".join(c for c in split if not unicodedata.category(c).startswith("M")).casefold().split()
    )


def matches(resource: Resource, name: str, value: str) -> bool:
    """Whether a resource satisfies one parameter of a query (no escapes are understood)."""
    code, _, modifier = name.partition(":")
    kind, values_of = PARAMETERS[resource["resourceType"]][code]
    values = values_of(resource)
    if modifier == "missing":
        there = values or _elements(resource, code)
        return (not there) == (value == "true")
    test = {"string": _string, "code": _code, "token": _token, "date": _date, "reference": _reference}[kind]
    found = any(test(stored, wanted, modifier) for stored in values for wanted in value.split(","))
    return not found if modifier == "not" else found


def _elements(resource: Resource, code: str) -> list[Any]:
    """Those that are there, though nothing that `_reference` and `_token` compare is."""
    if code == "general-practitioner":  # `#c`
        return _each(resource, "generalPractitioner")
    return [one for one in _each(resource, "type") if one] if code == "type" else []


def _string(stored: str, wanted: str, modifier: str) -> bool:
    if modifier == "exact":
        return stored == wanted
    if modifier == "contains":
        return normal(wanted) in normal(stored)
    return normal(stored).startswith(normal(wanted))


def _code(stored: str, wanted: str, modifier: str) -> bool:
    return stored == wanted


def _token(stored: tuple[str, str], wanted: str, modifier: str) -> bool:
    if "|" not in wanted:
        return stored[1] == wanted
    system, code = wanted.split("|")
    return stored[0] == system and (not code or stored[1] == code)


def _date(stored: Interval, wanted: str, modifier: str) -> bool:
    prefix, text = (wanted[:2], wanted[2:]) if wanted[:2].isalpha() else ("eq", wanted)
    low, high = interval(text)
    first, last = stored[0] or _NEVER, stored[1] or _EVER
    within = low <= first and last <= high
    rules = {
        "eq": within,
        "ne": not within,
        "gt": last > high,
        "lt": first < low,
        "ge": last > high or within,
        "le": first < low or within,
        "sa": first >= high,
        "eb": last <= low,
        "ap": first < high and last > low,
    }
    return rules[prefix]


def _reference(stored: str, wanted: str, modifier: str) -> bool:
    if modifier:
        return stored in (f"{modifier}/{wanted}", wanted) and stored.startswith(f"{modifier}/")
    if "/" in wanted:
        return stored == wanted
    return stored.rpartition("/")[2] == wanted and stored.count("/") == 1


def sort_key(resource: Resource, name: str) -> tuple[bool, Any]:
    """`-code` or `code`: whether the value is missing, and the value that decides."""
    code = name.removeprefix("-")
    pick = max if name.startswith("-") else min
    if code == "_id":
        return False, resource["id"]
    kind, values_of = PARAMETERS[resource["resourceType"]][code]
    values = values_of(resource)
    if kind == "string":
        values = [normal(value) for value in values]
    elif kind == "token":
        values = [stored[1] for stored in values]
    elif kind == "date":
        values = [low or _NEVER for low, _ in values]
    return (False, pick(values)) if values else (True, None)


def in_order(resources: list[Resource], sort: list[str]) -> list[Resource]:
    """Sorted by these keys, missing ones last, equal ones as they stood."""
    for name in reversed(sort):
        there = [r for r in resources if not sort_key(r, name)[0]]
        absent = [r for r in resources if sort_key(r, name)[0]]
        there.sort(key=lambda r: sort_key(r, name)[1], reverse=False)
        if name.startswith("-"):  # stable: equal ones keep their order
            there = [r for _, group in _groups(there, name) for r in group]
        resources = there + absent
    return resources


def _groups(resources: list[Resource], name: str) -> list[tuple[Any, list[Resource]]]:
    groups: dict[Any, list[Resource]] = {}
    for resource in resources:
        groups.setdefault(sort_key(resource, name)[1], []).append(resource)
    return sorted(groups.items(), key=lambda group: group[0], reverse=True)
