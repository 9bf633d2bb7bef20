"""A query's items, understood and checked against the definitions.

https://hl7.org/fhir/R4/search.html · https://hl7.org/fhir/R4/http.html#search
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Literal, cast

from facade.errors import BadRequest, TooCostly, UnknownParameter
from facade.search.clauses import Reader, unknown
from facade.search.includes import parse_include
from facade.search.kinds import supported
from facade.search.model import Clause, Criterion, Include, Search, Setting, SortKey, Terms
from facade.spec.definitions import SearchParameter

PASSED_BY = frozenset({"_format", "_pretty", "_cursor", "_elements", "_explain"})
"""Parameters that are not search's to read."""
MAX_CLAUSES = 200
MAX_SORT = 10
_SUMMARIES = ("true", "text", "data", "count", "false")
_NOTHING: Terms = {}


@dataclass(slots=True)
class _Draft:
    """What has been read so far."""

    type: str
    setting: Setting
    count: int
    max_count: int
    total: Literal["none", "estimate", "accurate"] | None = None
    limit: int | None = None
    contained: Literal["false", "true", "both"] = "false"
    container: bool = True
    criteria: list[Criterion] = field(default_factory=list)
    clauses: list[Clause] = field(default_factory=list)
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
    custom: tuple[SearchParameter, ...] = (),
    terms: Mapping[tuple[str, str], Sequence[tuple[str, str]]] = _NOTHING,
    within: Sequence[Clause] = (),
) -> Search:
    """A search of a type from the decoded items of its query.

    Raises UnknownParameter for what is unknown or not supported, unless `lenient`: then it is skipped and
    named in `Search.ignored`. Raises BadRequest for a value that cannot be read, TooCostly for too many.
    `now` is what the prefix `ap` measures its tenth from. `terms` are the codes of the value sets that are
    named (`needed_terms`); `custom` the site's own parameters; `within` clauses that hold beside the query's.
    """
    draft = _Draft(type, Setting(tz, base_url, now, custom), min(default_count, max_count), max_count)
    reader = Reader(draft.setting, terms)
    for name, value in items:
        try:
            _read(draft, reader, name, value)
        except UnknownParameter:
            if not lenient:
                raise
            draft.ignored.append(name)
        else:
            draft.accepted.append((name, value))
    if reader.made > MAX_CLAUSES:
        raise TooCostly(f"The search has more than {MAX_CLAUSES} conditions, those of chains counted.")
    return Search(
        type=type,
        criteria=tuple(draft.criteria),
        clauses=(*within, *draft.clauses),
        sort=tuple(draft.sort),
        count=draft.count,
        total=draft.total,
        includes=tuple(draft.includes),
        accepted=tuple(draft.accepted),
        ignored=tuple(draft.ignored),
        limit=draft.limit,
        contained=draft.contained,
        container=draft.container,
        setting=draft.setting,
    )


def _read(draft: _Draft, reader: Reader, name: str, value: str) -> None:
    match name:
        case "_count":
            draft.count = _whole(name, value, draft.max_count)
        case "_maxresults":
            draft.limit = _whole(name, value, 2**31)
        case "_total":
            draft.total = _total(value)
        case "_summary":
            _summary(draft, value)
        case "_sort":
            draft.sort += _sort(draft, value)
        case "_contained":
            draft.contained = cast(
                'Literal["false", "true", "both"]', _one_of(name, value, "true", "false", "both")
            )
        case "_containedType":
            draft.container = _one_of(name, value, "container", "contained") == "container"
        case _ if name.startswith(("_include", "_revinclude")):
            draft.includes.append(parse_include(draft.type, name, value, draft.setting.custom))
        case _ if name not in PASSED_BY:
            for clause in reader.clauses(draft.type, name, value):
                if isinstance(clause, Criterion):
                    draft.criteria.append(clause)
                else:
                    draft.clauses.append(clause)


def _whole(name: str, value: str, most: int) -> int:
    if not (value.isascii() and value.isdigit()):
        raise BadRequest(f"`{name}` takes a whole number from 0", expression=f"http.{name}")
    return min(int(value[:10]) if len(value.lstrip("0")) < 10 else most, most)


def _one_of(name: str, value: str, *known: str) -> str:
    if value not in known:
        raise BadRequest(f"`{name}` takes {', '.join(known[:-1])} or {known[-1]}", expression=f"http.{name}")
    return value


def _total(value: str) -> Literal["none", "estimate", "accurate"]:
    found = _one_of("_total", value, "none", "estimate", "accurate")
    return cast('Literal["none", "estimate", "accurate"]', found)


def _summary(draft: _Draft, value: str) -> None:
    """Only `count` changes what is searched; how much of a resource is shown is not search's to know."""
    if _one_of("_summary", value, *_SUMMARIES) == "count":
        draft.count = 0
        draft.total = draft.total or "accurate"


def _sort(draft: _Draft, value: str) -> list[SortKey]:
    keys = []
    for part in value.split(","):
        code = part.strip()
        name = code.removeprefix("-")
        parameter = supported(draft.type, draft.setting.custom).get(name)
        if parameter is None:
            raise unknown(draft.type, name, "_sort", "is not known for", draft.setting.custom)
        if parameter.kind in ("composite", "special") or name in ("_text", "_content"):
            raise BadRequest(f"`_sort` cannot sort by `{name}`: it has no order", expression="http._sort")
        keys.append(SortKey(parameter, code.startswith("-")))
    if len(keys) > MAX_SORT:
        raise TooCostly(f"`_sort` takes at most {MAX_SORT} keys", expression="http._sort")
    return keys
