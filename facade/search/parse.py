"""A query's items, understood and checked against the definitions.

https://hl7.org/fhir/R4/search.html · https://hl7.org/fhir/R4/http.html#search
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Literal, cast

from facade.errors import BadRequest, UnknownParameter
from facade.search import reference
from facade.search.includes import parse_include
from facade.search.kinds import facts, kind_of, supported
from facade.search.model import Criterion, Include, Search, Setting, SortKey
from facade.search.values import alternatives
from facade.spec import definitions
from facade.spec.definitions import SearchParameter

PASSED_BY = frozenset({"_format", "_pretty", "_cursor"})
"""Parameters that are not search's to read."""
NOT_YET = frozenset({"_summary", "_elements", "_contained", "_containedType", "_has", "_type", "_score"})


@dataclass(slots=True)
class _Draft:
    """What has been read so far."""

    type: str
    lenient: bool
    setting: Setting
    count: int
    max_count: int
    total: Literal["none", "estimate", "accurate"] | None = None
    criteria: list[Criterion] = field(default_factory=list)
    sort: list[SortKey] = field(default_factory=list)
    includes: list[Include] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    accepted: list[tuple[str, str]] = field(default_factory=list)


def parse_search(
    type: str,
    items: Sequence[tuple[str, str]],
    *,
    lenient: bool = False,
    max_count: int = 500,
    default_count: int = 50,
    tz: tzinfo = UTC,
    base_url: str = "",
    now: datetime | None = None,
) -> Search:
    """A search of a type from the decoded items of its query.

    Raises UnknownParameter for what is unknown or not supported, unless `lenient`: then it is skipped and
    named in `Search.ignored`. Raises BadRequest for a value that cannot be read, TooCostly for too many.
    `now` is what the prefix `ap` measures its tenth from.
    """
    draft = _Draft(type, lenient, Setting(tz, base_url, now), min(default_count, max_count), max_count)
    for name, value in items:
        try:
            _read(draft, name, value)
        except UnknownParameter:
            if not lenient:
                raise
            draft.ignored.append(name)
        else:
            draft.accepted.append((name, value))
    return Search(
        type=type,
        criteria=tuple(draft.criteria),
        sort=tuple(draft.sort),
        count=draft.count,
        total=draft.total,
        includes=tuple(draft.includes),
        accepted=tuple(draft.accepted),
        ignored=tuple(draft.ignored),
    )


def _read(draft: _Draft, name: str, value: str) -> None:
    match name:
        case "_count":
            draft.count = _count(value, draft.max_count)
        case "_total":
            draft.total = _total(value)
        case "_sort":
            draft.sort += _sort(draft.type, value)
        case "_include" | "_revinclude":
            draft.includes.append(parse_include(draft.type, name, value))
        case _ if name not in PASSED_BY:
            draft.criteria.append(_criterion(draft, name, value))


def _count(value: str, most: int) -> int:
    if not (value.isascii() and value.isdigit()):
        raise BadRequest("`_count` takes a whole number from 0", expression="http._count")
    return min(int(value[:9]), most)


def _total(value: str) -> Literal["none", "estimate", "accurate"]:
    if value not in ("none", "estimate", "accurate"):
        raise BadRequest("`_total` takes none, estimate or accurate", expression="http._total")
    return cast('Literal["none", "estimate", "accurate"]', value)


def _sort(type: str, value: str) -> list[SortKey]:
    keys = []
    for part in value.split(","):
        code = part.strip()
        descending = code.startswith("-")
        parameter = supported(type).get(code.removeprefix("-"))
        if parameter is None:
            raise unknown(type, code.removeprefix("-"), "_sort", "is not known for")
        keys.append(SortKey(parameter, descending))
    return keys


def _criterion(draft: _Draft, name: str, value: str) -> Criterion:
    code, colon, modifier = name.partition(":")
    if "." in name:
        raise UnknownParameter(
            f"Chained parameters such as `{name}` are not supported yet", expression=f"http.{name}"
        )
    parameter = supported(draft.type).get(code)
    if parameter is None:
        raise unknown(draft.type, code, code, "is not known for")
    if colon:
        _check_modifier(parameter, modifier)
    if modifier == "missing":
        if value not in ("true", "false"):
            raise BadRequest(f"`{name}` takes true or false", expression=f"http.{name}")
        return Criterion(parameter, modifier, (), value == "true")
    kind = kind_of(parameter)
    parts = alternatives(code, value)
    known = facts(draft.type, code)
    values = tuple(
        kind.parse_value(part, modifier or None, parameter, known, draft.setting) for part in parts
    )
    return Criterion(parameter, modifier or None, values)


def _check_modifier(parameter: SearchParameter, modifier: str) -> None:
    kind = parameter.kind
    allowed: Iterable[str] = kind_of(parameter).MODIFIERS
    if parameter.code in ("_id", "_lastUpdated"):
        allowed = ()
    if modifier in allowed or (kind == "reference" and reference.allows(parameter, modifier)):
        return
    known = ", ".join(f":{name}" for name in sorted(allowed)) or "none"
    raise UnknownParameter(
        f"Modifier `:{modifier}` is not supported for the {kind} parameter `{parameter.code}`; "
        f"supported: {known}",
        expression=f"http.{parameter.code}:{modifier}",
    )


def unknown(type: str, code: str, where: str, what: str) -> UnknownParameter:
    """The error for a parameter that is not there, or not implemented, with what may have been meant."""
    official = definitions.search_parameters(type).get(code)
    if official is not None or code in NOT_YET:
        kind = f" (of type {official.kind})" if official is not None else ""
        return UnknownParameter(
            f"Search parameter `{code}`{kind} is not supported yet", expression=f"http.{where}"
        )
    near = difflib.get_close_matches(code, supported(type), 1)
    hint = f"; did you mean `{near[0]}`?" if near else ""
    return UnknownParameter(f"Search parameter `{code}` {what} {type}{hint}", expression=f"http.{where}")
