"""`_include` and `_revinclude`: which resources come along with the matches, and their SQL.

https://hl7.org/fhir/R4/search.html#revinclude

Not implemented: `:iterate` and `:recurse`.
"""

# ruff: noqa: S608 - the text is made of our own names and `?`; a test proves that no value gets into it

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from facade.errors import BadRequest, UnknownParameter
from facade.search.kinds import supported
from facade.search.model import Include
from facade.spec import definitions
from facade.spec.definitions import SearchParameter
from facade.store.access import Access

MAX_INCLUDED = 1000
"""The most resources that one direction brings along; one more row than this tells that there were more."""

_SPLIT = {
    "sqlite": ("substr(i.target,1,instr(i.target,'/')-1)", "substr(i.target,instr(i.target,'/')+1)"),
    "postgresql": ("split_part(i.target,'/',1)", "split_part(i.target,'/',2)"),
}


def parse_include(type: str, name: str, value: str) -> Include:
    """`Source:parameter[:Target]`, `Source:*` or `*`; raises BadRequest or UnknownParameter."""
    reverse = name == "_revinclude"
    if value == "*" and not reverse:
        return Include(False, _references(type), None)
    source, _, rest = value.partition(":")
    code, colon, target = rest.partition(":")
    types = definitions.resource_types()
    if not code or source not in types or (colon and target not in types):
        raise BadRequest(
            f"`{name}` takes `Type:parameter` or `Type:parameter:TargetType`", expression=f"http.{name}"
        )
    if not reverse and source != type:
        raise BadRequest(f"`_include` starts from the type searched: `{type}:…`", expression=f"http.{name}")
    if code == "*":
        return Include(reverse, _references(source), target or None)
    known = {parameter.code: parameter for parameter in _references(source)}
    if code not in known:
        near = difflib.get_close_matches(code, known, 1)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        raise UnknownParameter(
            f"`{name}`: {source} has no reference parameter `{code}`{hint}", expression=f"http.{name}"
        )
    return Include(reverse, (known[code],), target or None)


def _references(type: str) -> tuple[SearchParameter, ...]:
    return tuple(parameter for parameter in supported(type).values() if parameter.kind == "reference")


def plan_include(
    includes: Sequence[Include],
    rids: Sequence[int],
    *,
    columns: str,
    type: str,
    access: Access,
    dialect: str,
) -> list[tuple[str, tuple[Any, ...]]]:
    """At most one statement for each direction; rows come as a page's do, ordered by rid."""
    found = []
    for reverse in (False, True):
        chosen = [include for include in includes if include.reverse is reverse and include.parameters]
        if reverse:  # a target type other than the one searched can match nothing
            chosen = [include for include in chosen if include.target in (None, type)]
        if chosen and rids:
            found.append(
                _statement(
                    chosen, _padded(rids), reverse=reverse, columns=columns, access=access, dialect=dialect
                )
            )
    return found


def _padded(rids: Sequence[int]) -> list[int]:
    """Repeated up to a power of two, so that few different statements arise."""
    size = 1
    while size < len(rids):
        size *= 2
    return [*rids, *[rids[-1]] * (size - len(rids))]


def _statement(
    includes: Sequence[Include],
    rids: Sequence[int],
    *,
    reverse: bool,
    columns: str,
    access: Access,
    dialect: str,
) -> tuple[str, tuple[Any, ...]]:
    marks = ",".join("?" * len(rids))
    tests: list[str] = []
    params: list[Any] = []
    for include in includes:
        test = f"i.param IN ({','.join('?' * len(include.parameters))})"
        params += [parameter.number for parameter in include.parameters]
        if include.target is not None and not reverse:
            test += " AND t.type=?"
            params.append(include.target)
        tests.append(test)
    either = "((" + ") OR (".join(tests) + "))"
    allowed, patients = access.clause("r")
    if reverse:
        inner = (
            "SELECT i.rid FROM index_reference i WHERE i.target IN "
            f"(SELECT s.type || '/' || s.id FROM resource s WHERE s.rid IN ({marks})) AND {either}"
        )
        values = (*rids, *params)
    else:
        kind, id = _SPLIT[dialect]
        inner = (
            "SELECT t.rid FROM index_reference i JOIN resource t "
            f"ON t.type={kind} AND t.id={id} WHERE i.rid IN ({marks}) AND {either}"
        )
        values = (*rids, *params)
    sql = (
        f"SELECT {columns} FROM resource r WHERE r.rid IN ({inner}) AND r.deleted=0{allowed} "
        "ORDER BY r.rid LIMIT ?"
    )
    return sql, (*values, *patients, MAX_INCLUDED + 1)
