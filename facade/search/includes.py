"""`_include` and `_revinclude`: which resources come along with the matches, and their SQL.

https://hl7.org/fhir/R4/search.html#revinclude
"""

# ruff: noqa: S608 - the text is made of our own names and `?`; a test proves that no value gets into it

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

from facade.errors import BadRequest, UnknownParameter
from facade.search.clauses import unknown
from facade.search.covered import numbers_of, numbers_of_all
from facade.search.kinds import facts, supported
from facade.search.model import Include, Statement
from facade.spec import definitions
from facade.spec.definitions import SearchParameter
from facade.store.access import Access
from facade.store.resident import CHANGES, padded

MAX_INCLUDED = 1000
"""The most resources that one direction brings along; one more row than this tells that there were more."""
MAX_ROUNDS = 8
"""How often `:iterate` goes on from what it found."""

_SPLIT = {
    "sqlite": ("substr(i.target,1,instr(i.target,'/')-1)", "substr(i.target,instr(i.target,'/')+1)"),
    "postgresql": ("split_part(i.target COLLATE \"default\",'/',1)", "split_part(i.target,'/',2)"),
}
Custom = tuple[SearchParameter, ...]
_Around = tuple[str, tuple[Any, ...], tuple[Any, ...]]
"""A statement about some resources, and the values before and after their rids."""


def parse_include(type: str, name: str, value: str, custom: Custom = ()) -> Include:
    """`Source:parameter[:Target]`, `Source:*` or `*`; raises BadRequest or UnknownParameter."""
    name, colon, modifier = name.partition(":")
    if name not in ("_include", "_revinclude") or (colon and modifier not in ("iterate", "recurse")):
        raise UnknownParameter(
            "`_include` and `_revinclude` have the modifier `:iterate` only", expression=f"http.{name[:64]}"
        )
    reverse, iterate = name == "_revinclude", bool(colon)
    if value == "*":
        return Include(
            reverse, _pointing_at(type, custom) if reverse else _references(type, custom), None, iterate
        )
    source, _, rest = value.partition(":")
    code, colon, target = rest.partition(":")
    types = definitions.resource_types()
    if not code or source not in types or (colon and target not in types):
        raise BadRequest(
            f"`{name}` takes `Type:parameter` or `Type:parameter:TargetType`", expression=f"http.{name}"
        )
    if not reverse and not iterate and source != type:
        raise BadRequest(
            f"`_include` starts from the type searched: `{type}:…`; `_include:iterate` from what is included",
            expression=f"http.{name}",
        )
    if code == "*":
        return Include(reverse, _references(source, custom), target or None, iterate)
    known = {parameter.code: parameter for parameter in _references(source, custom)}
    if code not in known:
        if any(one.type == source and one.code == code for one in custom):
            raise unknown(source, code, name, "is not known for", custom)
        near = difflib.get_close_matches(code, known, 1)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        raise UnknownParameter(
            f"`{name}`: {source} has no reference parameter `{code[:64]}`{hint}", expression=f"http.{name}"
        )
    return Include(reverse, (known[code],), target or None, iterate)


@lru_cache(4096)
def _references(type: str, custom: Custom) -> tuple[SearchParameter, ...]:
    return tuple(one for one in supported(type, custom).values() if one.kind == "reference")


@lru_cache(1024)
def _pointing_at(type: str, custom: Custom) -> tuple[SearchParameter, ...]:
    """Every reference parameter of every type that may lead to this one."""
    return tuple(
        one
        for source in sorted(definitions.resource_types())
        for one in _references(source, custom)
        if not facts(one).targets or type in facts(one).targets
    )


def plan_include(
    includes: Sequence[Include], rids: Sequence[int], *, columns: str, access: Access, dialect: str
) -> list[Statement]:
    """At most one statement for each direction, one for canonical references; rows come as a page's do,
    ordered by rid."""
    allowed, patients = access.clause("r")
    some = f"r.rid IN (%s) AND r.deleted=0{allowed}"
    wanted = f"SELECT {columns} FROM resource r WHERE {some} ORDER BY r.rid LIMIT 0+?"
    return _planned(includes, rids, wanted, patients, dialect)


def plan_included_rids(
    includes: Sequence[Include], rids: Sequence[int], *, access: Access, dialect: str
) -> list[Statement] | None:
    """The same for `Store.at_hand`, deleted resources, too; None where not all may be seen."""
    if access.patients is not None:
        return None
    some = "SELECT DISTINCT x.rid AS rid FROM (%s) x ORDER BY x.rid LIMIT 0+?"
    return _planned(includes, rids, f"SELECT group_concat(d.rid),NULL,{CHANGES} FROM ({some}) d", (), dialect)


def _planned(
    includes: Sequence[Include], rids: Sequence[int], wanted: str, patients: tuple[Any, ...], dialect: str
) -> list[Statement]:
    if not rids:
        return []
    some = padded(rids)
    planned = _texts(tuple(includes), len(some), wanted, dialect)
    return [(sql, (*before, *some, *after, *patients, MAX_INCLUDED + 1)) for sql, before, after in planned]


@lru_cache(1024)
def _texts(includes: tuple[Include, ...], count: int, wanted: str, dialect: str) -> tuple[_Around, ...]:
    """The statements for so many resources."""
    forward = [one for one in includes if not one.reverse and one.parameters]
    backward = [one for one in includes if one.reverse and one.parameters]
    marks = _marks(range(count))
    found: list[_Around | None] = []
    if forward:
        found += [_forward(forward, marks, dialect), _by_url(forward, marks)]
    if backward:
        found.append(_backward(backward, marks))
    parts = [one for one in found if one is not None]
    return tuple((wanted % sql, before, after) for sql, before, after in parts)


def _forward(includes: Sequence[Include], rids: str, dialect: str) -> _Around:
    tests: list[str] = []
    params: list[Any] = []
    for include in includes:
        numbers = numbers_of_all(include.parameters)
        test = f"i.param IN ({_marks(numbers)})"
        params += numbers
        if include.target is not None:
            test += " AND t.type=?"
            params.append(include.target)
        tests.append(test)
    kind, id = _SPLIT[dialect]
    sql = (
        f"SELECT t.rid AS rid FROM index_reference i JOIN resource t ON t.type={kind} AND t.id={id} "
        f"WHERE i.rid IN ({rids}) AND {_either(tests)}"
    )
    return sql, (), tuple(params)


def _by_url(includes: Sequence[Include], rids: str) -> _Around | None:
    """Canonical references lead to what has that URL."""
    numbers: list[int] = []
    urls: dict[int, None] = {}
    for include in includes:
        for parameter in include.parameters:
            known = facts(parameter)
            if "canonical" in known.types:
                numbers += numbers_of(parameter)
                targets = (include.target,) if include.target else known.targets
                urls.update(dict.fromkeys(_url_numbers(targets)))
    if not numbers or not urls:
        return None
    sql = (
        "SELECT u.rid AS rid FROM index_reference i JOIN index_uri u ON u.value=i.target "
        f"AND u.param IN ({_marks(urls)}) WHERE i.rid IN ({rids}) AND i.param IN ({_marks(numbers)})"
    )
    return sql, tuple(urls), tuple(numbers)


@cache
def _url_numbers(types: tuple[str, ...]) -> tuple[int, ...]:
    known = definitions.resource_types()
    every = types or tuple(sorted(known))
    found = [definitions.search_parameters(type).get("url") for type in every if type in known]
    return numbers_of_all(one for one in found if one is not None and one.kind == "uri")


def _backward(includes: Sequence[Include], rids: str) -> _Around:
    tests: list[str] = []
    params: list[Any] = []
    for include in includes:
        numbers = numbers_of_all(include.parameters)
        test = f"i.param IN ({_marks(numbers)})"
        params += numbers
        if include.target is not None:
            test += " AND i.target>=? AND i.target<?"
            params += [f"{include.target}/", f"{include.target}0"]  # "0" is the character after "/"
        tests.append(test)
    sql = (
        "SELECT i.rid AS rid FROM index_reference i WHERE i.target IN "
        f"(SELECT s.type || '/' || s.id FROM resource s WHERE s.rid IN ({rids})) AND {_either(tests)}"
    )
    return sql, (), tuple(params)


def _marks(values: Iterable[Any]) -> str:
    return ",".join("?" for _ in values)


def _either(tests: Sequence[str]) -> str:
    return "((" + ") OR (".join(tests) + "))"
