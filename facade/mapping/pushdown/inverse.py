"""Expressions read backwards: from the text that is wanted to the texts that columns must hold for it.

What is found may be more than what gives that text, and never less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from facade.mapping.pushdown.answers import NEVER, Answer, Every, Never, both, either
from facade.mapping.pushdown.filters import INVERSES, Maps, Several
from facade.mapping.pushdown.sight import Read, Unknown
from facade.mapping.syntax import Fallback, Filter, Items, Join, Literal, Number, Path

Inverse = Callable[[str], Answer]
MIXED = "it may stand in one column or in another"
NO_INVERSE = "what makes it has no inverse"
_MANY_WAYS = 64
_TOO_MANY = Every("it can be put together in too many ways")
_NOT_KNOWN = Every("no column of it is known")


def inverse(read: Read, maps: Maps) -> Inverse:
    """The expression backwards."""
    match read:
        case Path(column, ()):
            return _column(column)
        case Literal(text) | Number(text):
            return _constant(text)
        case Filter():
            return _filter(read, maps)
        case Join((Path(column, ()), Unknown())):
            return _beginning("", column)
        case Join((Literal(start), Path(column, ()), Unknown())):
            return _beginning(start, column)
        case Join(parts):
            return _join([_part(part, maps) for part in parts])
        case Fallback(parts) | Items(parts):
            return _any([inverse(part, maps) for part in parts])
        case _:
            return lambda wanted: Every(NO_INVERSE)


def columns_read(read: Read) -> Iterator[str]:
    """The columns in an expression, whether it has an inverse or not."""
    match read:
        case Path(column, _):
            yield column
        case Filter(operand, _, arguments):
            yield from columns_read(operand)
            for argument in arguments:
                if isinstance(argument, Path):
                    yield argument.root
        case Join(parts) | Fallback(parts) | Items(parts):
            for part in parts:
                yield from columns_read(part)
        case _:
            pass


def columns_found(read: Read, maps: Maps) -> frozenset[str]:
    """The columns that its inverse can test."""
    match read:
        case Path(column, ()):
            return frozenset({column})
        case Filter(operand, _, _):
            return columns_found(operand, maps) if _backwards(read, maps) is not None else frozenset()
        case Join(parts) | Fallback(parts) | Items(parts):
            return frozenset().union(*(columns_found(part, maps) for part in parts))
        case _:
            return frozenset()


def _column(column: str) -> Inverse:
    def run(wanted: str) -> Answer:
        if not wanted or wanted != wanted.strip():  # a record's texts are read without blanks at both ends
            return NEVER
        return {column: frozenset((wanted,))}

    return run


def _constant(text: str) -> Inverse:
    always = Every("rows with any value there may give it")
    return lambda wanted: always if wanted == text and text else NEVER


def _any(parts: list[Inverse]) -> Inverse:
    return lambda wanted: either([part(wanted) for part in parts], MIXED)


def _backwards(read: Filter, maps: Maps) -> Callable[[str], Several] | None:
    make = INVERSES.get(read.name)
    arguments: list[Any] = []
    for argument in read.arguments:
        if isinstance(argument, Path | Unknown):
            return None
        if isinstance(argument, Items):
            return None
        arguments.append(argument.text)
    if make is None or (read.name == "trim" and not isinstance(read.operand, Path)):
        return None
    try:
        return make(maps, *arguments)
    except (TypeError, KeyError):  # wrong arguments are told where the filter is compiled
        return None


def _filter(read: Filter, maps: Maps) -> Inverse:
    back = _backwards(read, maps)
    if back is None:
        return lambda wanted: Every(f"`{read.name}` has no inverse")
    operand = inverse(read.operand, maps)

    def run(wanted: str) -> Answer:
        texts = back(wanted)
        if isinstance(texts, Every):
            return texts
        if len(texts) == 1:
            return operand(next(iter(texts)))
        return either([operand(text) for text in texts], MIXED)

    return run


Part = str | Inverse | None
"""Of a joined text: a constant, an expression, or anything but nothing."""


def _part(read: Read, maps: Maps) -> Part:
    match read:
        case Literal(text) | Number(text):
            return text
        case Unknown():
            return None
        case _:
            return inverse(read, maps)


def _join(parts: list[Part]) -> Inverse:
    """Each way to cut the wanted text into the parts; a part is never empty, or the whole would be."""
    if "" in parts:
        return lambda wanted: NEVER

    def run(wanted: str) -> Answer:
        ways = []
        for cut in _cuts(wanted, parts):
            answer: Answer = _NOT_KNOWN
            for part, text in zip(parts, cut, strict=True):
                if part is not None and not isinstance(part, str):
                    answer = both(answer, part(text))
            if not isinstance(answer, Never):
                ways.append(answer)
            if len(ways) > _MANY_WAYS:
                return _TOO_MANY
        return either(ways, MIXED)

    return run


def _beginning(start: str, column: str) -> Inverse:
    """What `_join` finds for a column with something unknown after it, at once: ids of series are made so."""

    def run(wanted: str) -> Answer:
        if not wanted.startswith(start):
            return NEVER
        own = wanted[len(start) :]
        if len(own) > _MANY_WAYS:
            return _TOO_MANY
        texts = frozenset([own[:end] for end in range(1, len(own))])
        if own != own.strip() or " " in own:
            texts = frozenset(text for text in texts if text == text.strip())
        return {column: texts} if texts else NEVER

    return run


def _cuts(wanted: str, parts: list[Part]) -> Iterator[tuple[str, ...]]:
    if not parts:
        if not wanted:
            yield ()
        return
    first, rest = parts[0], parts[1:]
    if isinstance(first, str):
        if wanted.startswith(first):
            for cut in _cuts(wanted[len(first) :], rest):
                yield (first, *cut)
        return
    if not rest:
        if wanted:
            yield (wanted,)
        return
    fewest = sum(len(part) if isinstance(part, str) else 1 for part in rest)
    for end in range(1, len(wanted) - fewest + 1):
        for cut in _cuts(wanted[end:], rest):
            yield (wanted[:end], *cut)
