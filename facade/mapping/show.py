"""Expressions back to text; `parse_expression(show(e)) == e` for every expression."""

from __future__ import annotations

import re

from facade.mapping.syntax import (
    All,
    Argument,
    Compare,
    Expression,
    Fallback,
    Filter,
    In,
    Index,
    Items,
    Join,
    Literal,
    Logic,
    Not,
    Number,
    Path,
    Word,
)

_WORD = re.compile(r"\w+")
_LEVELS: dict[type, int] = {Not: 2, Compare: 3, In: 3, Fallback: 4, Join: 5, Filter: 6}


def show(expression: Expression) -> str:
    """The expression's canonical text, without the `$` that begins a whole."""
    match expression:
        case Path(root, steps):
            return "$" + _name(root) + "".join(map(_step, steps))
        case Literal(text):
            return _quote(text, "'")
        case Number(text):
            return text
        case Items(items):
            return "[" + ", ".join(map(show, items)) + "]"
        case Filter(operand, name, arguments):
            call = f"({', '.join(map(_argument, arguments))})" if arguments else ""
            return f"{_at(operand, 6)} | {name}{call}"
        case Join(parts):
            return " ~ ".join(_at(part, 6) for part in parts)
        case Fallback(parts):
            return " ?? ".join(_at(part, 5) for part in parts)
        case Compare(left, operator, right):
            return f"{_at(left, 4)} {operator} {_at(right, 4)}"
        case In(operand, choices, negated):
            word = "not in" if negated else "in"
            return f"{_at(operand, 4)} {word} ({', '.join(map(show, choices))})"
        case Not(operand):
            return f"not {_at(operand, 2)}"
        case Logic("and", parts):
            return " and ".join(_at(part, 2) for part in parts)
        case Logic(_, parts):
            return " or ".join(_at(part, 1) for part in parts)


def _level(expression: Expression) -> int:
    if isinstance(expression, Logic):
        return 1 if expression.word == "and" else 0
    return _LEVELS.get(type(expression), 7)


def _at(expression: Expression, level: int) -> str:
    text = show(expression)
    return text if _level(expression) >= level else f"({text})"


def _argument(argument: Argument) -> str:
    return argument.text if isinstance(argument, Word) else show(argument)


def _step(step: str | Index | All) -> str:
    match step:
        case Index(number):
            return f"[{number}]"
        case All():
            return "[*]"
        case _:
            return "." + _name(step)


def _name(name: str) -> str:
    return name if _WORD.fullmatch(name) else _quote(name, '"')


def _quote(text: str, quote: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(quote, "\\" + quote)
    return quote + escaped.replace("\n", "\\n").replace("\t", "\\t") + quote
