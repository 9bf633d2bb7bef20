"""The tree of a parsed expression."""

from __future__ import annotations

from dataclasses import dataclass


class ExpressionError(Exception):
    """The text is no expression; `column` counts characters from 0."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.column = column


@dataclass(frozen=True, slots=True)
class Index:
    """`[n]` of a path."""

    number: int


@dataclass(frozen=True, slots=True)
class All:
    """`[*]` of a path."""


Step = str | Index | All


@dataclass(frozen=True, slots=True)
class Path:
    """`$root.step[0].step`."""

    root: str
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Literal:
    """`'text'`."""

    text: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number, as it was written."""

    text: str


@dataclass(frozen=True, slots=True)
class Word:
    """A bare word; only as an argument of a filter."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """`[a, b]`."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """`operand | name(arguments)`."""

    operand: Expression
    name: str
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class Join:
    """`a ~ b ~ c`."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Fallback:
    """`a ?? b ?? c`."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """`a = b` and its kind."""

    left: Expression
    operator: str
    right: Expression


@dataclass(frozen=True, slots=True)
class In:
    """`a in ('x', 'y')`, or `not in`."""

    operand: Expression
    choices: tuple[Literal | Number, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """`not a`."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Logic:
    """`a and b and c`, or with `or`."""

    word: str
    parts: tuple[Expression, ...]


Expression = Path | Literal | Number | Items | Filter | Join | Fallback | Compare | In | Not | Logic
Argument = Word | Literal | Number | Path | Items
