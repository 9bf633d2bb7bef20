"""`_filter`: conditions joined with and, or and not, and compared with the operators of its own language.

https://hl7.org/fhir/R4/search_filter.html

An operator goes with the path to the parameter that it compares (`Reader`), and means there what that
parameter's type makes of it. Refused by name: filters in brackets within a path, and an operator on a type
that has no such comparison.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from facade.errors import BadRequest
from facade.search.fulltext import parse_words
from facade.search.kinds import ELSEWHERE, PECULIAR
from facade.search.model import Clause, Criterion, DateValue, Junction
from facade.spec.definitions import SearchParameter

if TYPE_CHECKING:
    from facade.search.clauses import Reader

_TOKEN = re.compile(r'\s*(?:(\(|\))|"((?:[^"\\]|\\.)*)"|([^\s()"]+))')
_RANGES = frozenset({"eq", "ne", "gt", "lt", "ge", "le", "ap", "sa", "eb", "pr"})
_BY_TERMS = {"sb": "below", "ss": "above", "in": "in", "ni": "not-in"}
_OPERATORS = {
    "string": frozenset({"eq", "ne", "co", "sw", "ew", "pr"}),
    "token": frozenset({"eq", "ne", "pr", *_BY_TERMS}),
    "date": _RANGES | {"po"},
    "number": _RANGES,
    "quantity": _RANGES,
    "reference": frozenset({"eq", "ne", "re", "pr"}),
    "uri": frozenset({"eq", "ne", "pr", "sb", "ss"}),
    "text": frozenset({"co"}),
    "composite": frozenset({"eq"}),
    "special": frozenset({"eq"}),
}
"""What each type of parameter can be compared by."""
_ALL = frozenset(operator for some in _OPERATORS.values() for operator in some)
MARK = "~"
"""Before an operator, where a query's item would have a modifier."""
MAX_NESTING = 20


def parse_filter(reader: Reader, type: str, text: str) -> list[Clause]:
    """The clauses of a filter, those that `and` joins apart; raises BadRequest and UnknownParameter."""
    tokens = _tokens(text)
    reader.filtering = True
    try:
        clause, rest = _Parser(reader, type).either(tokens, 0)
    finally:
        reader.filtering = False
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


def filter_terms(text: str) -> Iterator[tuple[str, str]]:
    """The modifiers and values of which a filter wants the codes; none of a filter that cannot be read."""
    try:
        tokens = _tokens(text)
    except BadRequest:
        return
    for operator, value in pairwise(tokens):
        if operator[0] in _BY_TERMS and not operator[1]:
            yield _BY_TERMS[operator[0]].removeprefix("not-"), value[0]


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
        if operator not in _ALL:
            raise BadRequest(
                f"`_filter` knows the operators {', '.join(sorted(_ALL))}", expression="http._filter"
            )
        return self._compared(path, operator, _escaped(value) if quoted else value), tokens[3:]

    def _compared(self, path: str, operator: str, value: str) -> Clause:
        if operator != "ne":
            return self._item(path, operator, value)
        there = self._item(path, "pr", "true")
        return Junction("and", (there, Junction("not", (self._item(path, "eq", value),))))

    def _item(self, path: str, operator: str, value: str) -> Clause:
        return self.reader.clause(self.type, f"{path}:{MARK}{operator}", value, 0)


def compare(reader: Reader, parameter: SearchParameter, operator: str, value: str) -> Clause:
    """A comparison with one parameter. Raises BadRequest and UnknownParameter."""
    code = parameter.code
    kind = "text" if code in ELSEWHERE else parameter.kind
    if operator not in _OPERATORS[kind]:
        raise BadRequest(
            f"`_filter` cannot compare the {kind} parameter `{code}` by `{operator}`",
            expression="http._filter",
        )
    if operator == "pr":
        if value not in ("true", "false"):
            raise BadRequest("`_filter`: `pr` takes true or false", expression="http._filter")
        return reader.plain(parameter, "missing", "false" if value == "true" else "true")
    if code in ELSEWHERE:
        return parse_words(code, value)
    if kind == "string":
        modifier = {"eq": "equals", "ew": "ends", "co": "contains"}.get(operator)
        if code in PECULIAR:
            modifier = None
        clause: Clause = reader.criterion(parameter, modifier, value)
    elif operator in _BY_TERMS:
        clause = reader.plain(parameter, _BY_TERMS[operator], value)
    elif kind in ("date", "number", "quantity"):
        clause = reader.plain(parameter, None, f"{'eq' if operator == 'po' else operator}{value}")
    else:
        clause = reader.plain(parameter, None, value)
    if not isinstance(clause, Criterion):
        return clause
    if len(clause.values) > 1 and operator not in _BY_TERMS:
        raise BadRequest("`_filter` compares with one value; join others with or", expression="http._filter")
    if operator == "po":  # the two intervals meet; `ap` would widen what is asked for
        clause = replace(
            clause, values=tuple(replace(v, prefix="ap") for v in clause.values if isinstance(v, DateValue))
        )
    return clause


def _escaped(value: str) -> str:
    """A quoted value is one value: what parts values in a query's item does not part this one."""
    return value.replace("\\", "\\\\").replace(",", "\\,").replace("$", "\\$")
