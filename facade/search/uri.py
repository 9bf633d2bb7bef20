"""URI search: exact, and with `:above` and `:below` by what the URLs begin with.

https://hl7.org/fhir/R4/search.html#uri
"""

from __future__ import annotations

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


def _uri(params: tuple[int, ...], setting: Setting) -> Leaf:
    def leaf(value: Any, rows: IndexRows) -> None:
        if value.__class__ is str and value:
            for param in params:
                rows.uris.append((param, value))

    return leaf


LEAVES: Leaves = dict.fromkeys(("uri", "url", "canonical", "oid", "uuid"), (((), _uri),))


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
    tests: list[Statement] = []
    for value in criterion.values:
        if criterion.modifier == "below":
            tests.append(("i.value>=? AND i.value<?", (value[:LONGEST], after_prefix(value[:LONGEST]))))
        elif criterion.modifier == "above":
            begins = [value[:end] for end in range(1, min(len(value), LONGEST) + 1)]
            tests.append((f"i.value IN ({','.join('?' * len(begins))})", tuple(begins)))
        else:
            tests.append(("i.value=?", (value[:LONGEST],)))
    ordered = criterion.modifier is None
    return Match(TABLE, tuple(tests), 35 if ordered else 65, ordered=ordered)
