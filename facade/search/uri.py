"""URI search: exact, and with `:above` and `:below` by what the URLs begin with.

https://hl7.org/fhir/R4/search.html#uri
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from facade.errors import BadRequest
from facade.search.model import Criterion, Facts, Leaf, Leaves, Match, Setting, Statement
from facade.search.string import after_prefix
from facade.search.values import unescape
from facade.spec.definitions import SearchParameter
from facade.store.index import LONGEST, IndexRows

TABLE = "index_uri"
KEY: tuple[str, ...] = ("value",)
MODIFIERS = frozenset({"missing", "above", "below"})
MOST = 2000
"""Beginnings of URLs that are looked up one by one."""


def _uri(params: tuple[int, ...], setting: Setting) -> Leaf:
    def leaf(value: Any, rows: IndexRows) -> None:
        if value.__class__ is str and value:
            for param in params:
                rows.uris.append((param, value))

    return leaf


def _canonical(params: tuple[int, ...], setting: Setting) -> Leaf:
    """As it stands, and without its version."""
    plain = _uri(params, setting)

    def leaf(value: Any, rows: IndexRows) -> None:
        plain(value, rows)
        if value.__class__ is str and "|" in value:
            plain(value.partition("|")[0], rows)

    return leaf


LEAVES: Leaves = {
    **dict.fromkeys(("uri", "url", "oid", "uuid"), (((), _uri),)),
    "canonical": (((), _canonical),),
}


def parse_value(
    text: str, modifier: str | None, parameter: SearchParameter, facts: Facts, setting: Setting
) -> str:
    found = unescape(text).strip()
    if modifier and found.startswith("urn:"):
        raise BadRequest(
            f"`{parameter.code}:{modifier}` is for URLs, not for URNs", expression=f"http.{parameter.code}"
        )
    return found


def match(criterion: Criterion, facts: Facts) -> Match:
    values = [value[:LONGEST] for value in criterion.values]
    match criterion.modifier:
        case "below":
            return Match(TABLE, tuple(_below(value) for value in values), 65)
        case "above":
            return Match(TABLE, _above(values), 65)
    return Match(TABLE, tuple(("i.value=?", (value,)) for value in values), 35, ordered=True)


def _below(value: str) -> Statement:
    sql, ends = "i.value>=? AND i.value<?", (value, after_prefix(value))
    if "urn:".startswith(value):
        sql += " AND NOT (i.value>='urn:' AND i.value<'urn;')"
    return sql, ends


def _above(values: Sequence[str]) -> tuple[Statement, ...]:
    """All that a value begins with is looked up, unless that is more than a statement may ask for."""
    begins = sorted({value[:end] for value in values for end in range(1, len(value) + 1)})
    if len(begins) > MOST:
        return tuple(("substr(CAST(? AS TEXT),1,length(i.value))=i.value", (value,)) for value in values)
    return ((f"i.value IN ({','.join('?' * len(begins))})", tuple(begins)),)
