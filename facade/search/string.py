"""String search: text that begins with, equals or contains, without regard to case and accents.

https://hl7.org/fhir/R4/search.html#string
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

from facade.errors import BadRequest
from facade.search.model import (
    Criterion,
    Facts,
    Leaf,
    LeafMaker,
    Leaves,
    Match,
    Setting,
    Statement,
    StringValue,
)
from facade.search.values import unescape
from facade.spec.definitions import SearchParameter
from facade.store.index import LONGEST, IndexRows

_LAST = "\U0010ffff"  # the greatest code point
TABLE = "index_string"
KEY: tuple[str, ...] = ("value", "exact")
MODIFIERS = frozenset({"exact", "contains", "missing"})


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """The text without case, accents and surplus blanks."""
    if not text.isascii():
        split = unicodedata.normalize("NFKD", text.casefold())
        text = unicodedata.normalize("NFC", "".join(c for c in split if not unicodedata.combining(c)))
        text = text.casefold()
    return " ".join(text.lower().split())


def _text(params: tuple[int, ...], setting: Setting) -> Leaf:
    def leaf(value: Any, rows: IndexRows) -> None:
        if value.__class__ is str:
            folded = fold(value)
            if folded:
                for param in params:
                    rows.strings.append((param, folded, value))
            else:
                rows.present(params, value)

    return leaf


def _parts(*names: str) -> tuple[tuple[tuple[str, ...], LeafMaker], ...]:
    return tuple(((name,), _text) for name in names)


LEAVES: Leaves = {
    "string": (((), _text),),
    "markdown": (((), _text),),
    "code": (((), _text),),
    "id": (((), _text),),
    "uri": (((), _text),),
    "HumanName": _parts("text", "family", "given", "prefix", "suffix"),
    "Address": _parts("text", "line", "city", "district", "state", "country", "postalCode"),
    "CodeableConcept": ((("text",), _text), (("coding", "display"), _text)),
}


def parse_value(
    text: str, modifier: str | None, parameter: SearchParameter, facts: Facts, setting: Setting
) -> StringValue:
    exact = unescape(text)
    folded = fold(exact)
    if not folded:
        raise BadRequest(
            f"Search parameter `{parameter.code}` has no letter to search for",
            expression=f"http.{parameter.code}",
        )
    return StringValue(folded[:LONGEST], exact[:LONGEST])


def match(criterion: Criterion, facts: Facts) -> Match:
    tests: list[Statement] = []
    for value in criterion.values:
        assert isinstance(value, StringValue)
        if criterion.modifier == "exact":
            tests.append(("i.value=? AND i.exact=?", (value.folded, value.exact)))
        elif criterion.modifier == "equals":  # `_filter`'s eq
            tests.append(("i.value=?", (value.folded,)))
        elif criterion.modifier in ("contains", "ends"):
            tests.append(
                (
                    "i.value LIKE ? ESCAPE '!'",
                    (f"%{_like(value.folded)}{'%' if criterion.modifier == 'contains' else ''}",),
                )
            )
        else:
            tests.append(("i.value>=? AND i.value<?", (value.folded, after_prefix(value.folded))))
    cost = {"exact": 40, "equals": 40, "contains": 95, "ends": 95}.get(criterion.modifier or "", 50)
    return Match(TABLE, tuple(tests), cost)


def after_prefix(prefix: str) -> str:
    """The smallest text, by code point, that is greater than all indexed texts with this prefix."""
    stem = prefix.rstrip(_LAST)
    if not stem:
        return _LAST * (LONGEST + 1)
    last = ord(stem[-1])
    return stem[:-1] + chr(0xE000 if last == 0xD7FF else last + 1)


def _like(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
