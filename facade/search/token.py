"""Token search: codes, identifiers, flags, with or without their system.

https://hl7.org/fhir/R4/search.html#token

An element of type code has no system of its own: it is indexed without one, and a system in the query is
held against those of the element's required value set.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from facade.errors import BadRequest
from facade.search import string
from facade.search.model import (
    Criterion,
    Facts,
    Leaf,
    Leaves,
    Match,
    Setting,
    Statement,
    StringValue,
    TokenValue,
)
from facade.search.string import fold
from facade.search.values import FEW, split_unescaped, unescape
from facade.spec.definitions import SearchParameter
from facade.store.index import LONGEST, IndexRows

TABLE = "index_token"
TEXT_TABLE = "index_token_text"
KEY: tuple[str, ...] = ("code", "system")
MODIFIERS = frozenset({"not", "missing", "text", "of-type", "in", "not-in", "above", "below"})
OF_TYPE = 60_000
"""What is added to a parameter's number for the index rows of identifiers with their type."""
_WITHOUT_SYSTEM = frozenset({"code", "boolean", "id", "string", "uri", "canonical", "ContactPoint"})


def _coding(params: tuple[int, ...], setting: Setting) -> Leaf:
    with_texts = setting.texts

    def leaf(value: Any, rows: IndexRows) -> None:
        get = value.get
        code, system = get("code", ""), get("system", "")
        if (code or system) and code.__class__ is str is system.__class__:
            for param in params:
                rows.tokens.append((param, code, system))
        else:
            rows.present(params, value)
        if with_texts:
            _add_text(get("display"), params, rows)

    return leaf


def _concept(params: tuple[int, ...], setting: Setting) -> Leaf:
    coding = _coding(params, setting)
    with_texts = setting.texts

    def leaf(value: Any, rows: IndexRows) -> None:
        codings = value.get("coding")
        if codings:
            for one in codings:
                coding(one, rows)
        elif value:
            rows.present(params, value)
        if with_texts:
            _add_text(value.get("text"), params, rows)

    return leaf


def _add_text(text: Any, params: tuple[int, ...], rows: IndexRows) -> None:
    """For `:text`."""
    folded = fold(text) if text.__class__ is str else ""
    if folded:
        for param in params:
            rows.texts.append((param, folded))


def _identifier(params: tuple[int, ...], setting: Setting) -> Leaf:
    with_texts = setting.texts

    def leaf(value: Any, rows: IndexRows) -> None:
        get = value.get
        code, system = get("value", ""), get("system", "")
        if (code or system) and code.__class__ is str is system.__class__:
            for param in params:
                rows.tokens.append((param, code, system))
        else:
            rows.present(params, value)
        kind = get("type")
        if kind.__class__ is dict:
            if with_texts:
                _add_text(kind.get("text"), params, rows)
            for coding in kind.get("coding") or () if code else ():
                type_code, type_system = coding.get("code"), coding.get("system", "")
                if type_code.__class__ is str is type_system.__class__:
                    for param in params:
                        rows.tokens.append((param + OF_TYPE, f"{type_code}|{code}", type_system))

    return leaf


def _plain(params: tuple[int, ...], setting: Setting) -> Leaf:
    def leaf(value: Any, rows: IndexRows) -> None:
        if value.__class__ is str and value:
            for param in params:
                rows.tokens.append((param, value, ""))

    return leaf


def _caseless(params: tuple[int, ...], setting: Setting) -> Leaf:
    """R4: "if the underlying data type is string then the search is not case sensitive"."""

    def leaf(value: Any, rows: IndexRows) -> None:
        if value.__class__ is str and value:
            for param in params:
                rows.tokens.append((param, value.casefold(), ""))

    return leaf


def _flag(params: tuple[int, ...], setting: Setting) -> Leaf:
    def leaf(value: Any, rows: IndexRows) -> None:
        if value.__class__ is bool:
            for param in params:
                rows.tokens.append((param, "true" if value else "false", ""))

    return leaf


LEAVES: Leaves = {
    "Coding": (((), _coding),),
    "CodeableConcept": (((), _concept),),
    "Identifier": (((), _identifier),),
    "ContactPoint": ((("value",), _plain),),
    "boolean": (((), _flag),),
    "string": (((), _caseless),),
    **dict.fromkeys(("code", "id", "uri", "canonical", "url", "oid", "uuid"), (((), _plain),)),
}


def parse_value(
    text: str, modifier: str | None, parameter: SearchParameter, facts: Facts, setting: Setting
) -> TokenValue | StringValue:
    if modifier == "text":
        return string.parse_value(text, None, parameter, facts, setting)
    if "string" in facts.types:
        text = text.casefold()
    parts = split_unescaped(text, "|")
    if modifier == "of-type":
        return _of_type(parameter, [unescape(part) for part in parts])
    if len(parts) > 2:
        raise BadRequest(
            f"Search parameter `{parameter.code}` takes `code` or `system|code`",
            expression=f"http.{parameter.code}",
        )
    if len(parts) == 1:
        return TokenValue(None, unescape(text)[:LONGEST])
    system, code = (unescape(part) for part in parts)
    if not system and not code:
        raise BadRequest(
            f"Search parameter `{parameter.code}` has neither system nor code",
            expression=f"http.{parameter.code}",
        )
    return TokenValue(system, code[:LONGEST] or None)


def _of_type(parameter: SearchParameter, parts: list[str]) -> TokenValue:
    if len(parts) != 3 or not all(part.strip() for part in parts):
        raise BadRequest(
            f"`{parameter.code}:of-type` takes `system|code|value`, all three",
            expression=f"http.{parameter.code}:of-type",
        )
    return TokenValue(parts[0], f"{parts[1]}|{parts[2]}"[:LONGEST])


def match(criterion: Criterion, facts: Facts) -> Match:
    modifier = criterion.modifier
    if modifier == "text":
        return replace(string.match(replace(criterion, modifier=None), facts), table=TEXT_TABLE)
    if modifier == "of-type":
        tests = [
            (f"i.code=? AND {_in_system(value.system)[0]}", (value.code, *_in_system(value.system)[1]))
            for value in criterion.values
        ]
        return Match(TABLE, tuple(tests), 10, offset=OF_TYPE)
    if not criterion.values:  # a value set without a code
        return Match(TABLE, (("1=0", ()),), 0, negated=modifier in ("not", "not-in"))
    return _coded(criterion, facts)


def _coded(criterion: Criterion, facts: Facts) -> Match:
    plain = facts.types <= _WITHOUT_SYSTEM
    codes: dict[str | None, list[str]] = {}  # by system
    tests: list[Statement] = []
    for value in criterion.values:
        assert isinstance(value, TokenValue)
        system = "" if plain and value.system in (None, *facts.systems) else value.system
        if value.code is None:
            tests.append(_in_system(system))
        else:
            codes.setdefault(system, []).append(value.code)
    ordered = not tests and None not in codes
    for system, wanted in codes.items():
        sql, values = _in_system(system)
        sql = f" AND {sql}" if sql else ""
        if len(wanted) > FEW:
            ordered = False
            tests.append((f"i.code IN ({','.join('?' * len(wanted))}){sql}", (*wanted, *values)))
        else:
            tests += [(f"i.code=?{sql}", (code, *values)) for code in wanted]
    cost = 10 if "Identifier" in facts.types else 20 if "ContactPoint" in facts.types else 90 if plain else 60
    return Match(TABLE, tuple(tests), cost, ordered, criterion.modifier in ("not", "not-in"))


def _in_system(system: str | None) -> Statement:
    if system is None:
        return "", ()
    if not system:
        return "i.system=0", ()
    return "i.system=(SELECT id FROM system_uri WHERE uri=?)", (system,)
