"""`_filter`: conditions joined with and, or and not, and compared with the operators of its own language.

https://hl7.org/fhir/R4/search_filter.html

Not supported, and refused by name: filters in brackets within a path, and the operators `sb` and `ss` on what
has no levels here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from facade.errors import BadRequest
from facade.search.model import Clause, Criterion, Junction

if TYPE_CHECKING:
    from facade.search.clauses import Reader

_TOKEN = re.compile(r'\s*(?:(\(|\))|"((?:[^"\\]|\\.)*)"|([^\s()"]+))')
_AS_PREFIX = frozenset({"gt", "lt", "ge", "le", "ap", "sa", "eb"})
_MODIFIERS = {"co": "contains", "sb": "below", "ss": "above", "in": "in", "ni": "not-in"}
_OPERATORS = frozenset({"eq", "ne", "sw", "ew", "pr", "po", "re", *_AS_PREFIX, *_MODIFIERS})
MAX_NESTING = 20


def parse_filter(reader: Reader, type: str, text: str) -> list[Clause]:
    """The clauses of a filter, those that `and` joins apart; raises BadRequest and UnknownParameter."""
    tokens = _tokens(text)
    clause, rest = _Parser(reader, type).either(tokens, 0)
    if rest:
        raise _wrong()
    return list(clause.parts) if isinstance(clause, Junction) and clause.op == "and" else [clause]


Token = tuple[str, bool]
"""The text, and whether it was in quotes."""


def _tokens(text: str) -> list[Token]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _wrong()
        quoted = match[2] is not None
        found.append((re.sub(r"\\(.)", r"\1", match[2]) if quoted else match[1] or match[3], quoted))
        at = match.end()
    if not found or len(found) > 1000:
        raise _wrong()
    return found


def _wrong() -> BadRequest:
    return BadRequest(
        '`_filter` takes conditions such as `family eq "smith" and (birthdate gt 1980 or active eq true)`',
        expression="http._filter",
    )


class _Parser:
    """Recursive descent; each method gives a clause and the tokens after it."""

    def __init__(self, reader: Reader, type: str) -> None:
        self.reader, self.type = reader, type

    def either(self, tokens: list[Token], depth: int) -> tuple[Clause, list[Token]]:
        return self._series("or", tokens, depth)

    def _series(self, word: str, tokens: list[Token], depth: int) -> tuple[Clause, list[Token]]:
        parts: list[Clause] = []
        while True:
            part, tokens = self._series("and", tokens, depth) if word == "or" else self._one(tokens, depth)
            parts.append(part)
            if not tokens or tokens[0] != (word, False):
                break
            tokens = tokens[1:]
        return (
            parts[0] if len(parts) == 1 else Junction("or" if word == "or" else "and", tuple(parts))
        ), tokens

    def _one(self, tokens: list[Token], depth: int) -> tuple[Clause, list[Token]]:
        if not tokens or depth > MAX_NESTING:
            raise _wrong()
        if tokens[0] == ("not", False):
            part, rest = self._one(tokens[1:], depth + 1)
            return Junction("not", (part,)), rest
        if tokens[0] == ("(", False):
            part, rest = self.either(tokens[1:], depth + 1)
            if not rest or rest[0] != (")", False):
                raise _wrong()
            return part, rest[1:]
        if len(tokens) < 3 or tokens[0][1] or tokens[1][1] or tokens[2] in ((")", False), ("(", False)):
            raise _wrong()
        (path, _), (operator, _), (value, quoted) = tokens[:3]
        if "[" in path:
            raise BadRequest("`_filter`: brackets in a path are not supported", expression="http._filter")
        if operator not in _OPERATORS:
            raise BadRequest(
                f"`_filter` knows the operators {', '.join(sorted(_OPERATORS))}", expression="http._filter"
            )
        return self._compared(path, operator, _escaped(value) if quoted else value), tokens[3:]

    def _compared(self, path: str, operator: str, value: str) -> Clause:
        """A comparison as the item of a query that means it."""
        if operator == "pr":
            if value not in ("true", "false"):
                raise BadRequest("`_filter`: `pr` takes true or false", expression="http._filter")
            return self._item(f"{path}:missing", "false" if value == "true" else "true")
        if operator in _AS_PREFIX:
            return self._item(path, operator + value)
        if operator in _MODIFIERS:
            return self._item(f"{path}:{_MODIFIERS[operator]}", value)
        if operator == "po":
            return self._item(path, f"ap{value}")
        if operator in ("eq", "ew") and self._is_text(path):
            return self._item(f"{path}:{'equals' if operator == 'eq' else 'ends'}", value)
        if operator == "ne":
            same = self._compared(path, "eq", value)
            return Junction("and", (self._item(f"{path}:missing", "false"), Junction("not", (same,))))
        return self._item(path, value)

    def _is_text(self, path: str) -> bool:
        parameter = self.reader.parameters(self.type).get(path)
        return parameter is not None and parameter.kind == "string"

    def _item(self, name: str, value: str) -> Clause:
        code, _, modifier = name.partition(":")
        if modifier in ("equals", "ends"):
            parameter = self.reader.parameters(self.type)[code]
            self.reader.made += 1
            return self.reader.criterion(parameter, modifier, value)
        clause = self.reader.clause(self.type, name, value, 0)
        if isinstance(clause, Criterion) and len(clause.values) > 1 and modifier not in _MODIFIERS.values():
            raise BadRequest(
                "`_filter` compares with one value; join others with or", expression="http._filter"
            )
        return clause


def _escaped(value: str) -> str:
    """A quoted value is one value: what parts values in a query's item does not part this one."""
    return value.replace("\\", "\\\\").replace(",", "\\,").replace("$", "\\$")
