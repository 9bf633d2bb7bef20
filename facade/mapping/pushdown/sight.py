"""What an expression of a mapping means without the names around it: they are put in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from facade.mapping.compile.expressions import compile_expression
from facade.mapping.compile.scope import Scope, Site, SlotCounter
from facade.mapping.document import Scalar
from facade.mapping.expression import constant_text, is_expression, parse_expression
from facade.mapping.filters.registry import FIRST_SLOT
from facade.mapping.syntax import (
    Argument,
    Compare,
    Expression,
    ExpressionError,
    Fallback,
    Filter,
    In,
    Items,
    Join,
    Literal,
    Path,
)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that no column holds as it stands. It may be any text."""

    text: str = ""


UNKNOWN = Unknown()
ABSENT = Unknown("absent")
"""What `$absent` gives: a coding on a concept, which may be asked for; elsewhere an extension."""
ITEM = Unknown("item")
"""What differs between the items of one record."""
Read = Expression | Unknown
"""An expression over columns and constants alone; operands may be Unknown too."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a place of a mapping can see: the pack's site and maps, and names with what they stand for."""

    site: Site
    stream: str
    key: tuple[str, ...]
    names: Mapping[str, Read] = field(default_factory=dict)
    fragments: tuple[str, ...] = ()

    def with_name(self, name: str, read: Read) -> Sight:
        """The same with one more name."""
        return replace(self, names={**self.names, name: read})

    def scalar(self, node: Scalar) -> Read:
        """What a scalar of a mapping gives."""
        if not is_expression(node.text):
            return Literal(constant_text(node.text))
        return self.condition(node)

    def condition(self, node: Scalar) -> Read:
        """What a scalar gives where only an expression can stand."""
        return self.text(node.text)

    def text(self, text: str) -> Read:
        """An expression's text, read."""
        try:
            return self.read(parse_expression(text))
        except ExpressionError:  # told where it is compiled
            return UNKNOWN

    def read(self, expression: Expression) -> Read:
        """The expression with names, constants of the site and reserved roots resolved."""
        match expression:
            case Path():
                return self._path(expression)
            case Filter(operand, name, arguments):
                return Filter(self.read(operand), name, tuple(map(self._argument, arguments)))  # type: ignore[arg-type]
            case Join(parts):
                return _joined(tuple(map(self.read, parts)))
            case Fallback(parts):
                return Fallback(tuple(map(self.read, parts)))  # type: ignore[arg-type]
            case Items(parts):
                return Items(tuple(map(self.read, parts)))  # type: ignore[arg-type]
            case In(operand, choices, negated):
                return In(self.read(operand), choices, negated)  # type: ignore[arg-type]
            case Compare(left, sign, right):
                return Compare(self.read(left), sign, self.read(right))  # type: ignore[arg-type]
            case _:
                return expression

    def _argument(self, argument: Argument) -> Argument:
        if isinstance(argument, Path):
            return self._path(argument)  # type: ignore[return-value]
        return argument

    def _path(self, path: Path) -> Read:
        root, steps = path.root, path.steps
        if root in self.names:
            known = self.names[root]
            if not steps:
                return known
            if isinstance(known, Path):
                return Path(known.root, (*known.steps, *steps))
            return ITEM if known is ITEM else UNKNOWN
        if root in ("site", "codes"):
            return self._constant(path)
        if root == "stream":
            return Literal(self.stream)
        if root == "key":  # of several columns, it is joined and escaped by the connector
            return Path(self.key[0]) if len(self.key) == 1 and not steps else UNKNOWN
        if root == "record":
            return Path(steps[0], steps[1:]) if steps and isinstance(steps[0], str) else UNKNOWN
        return path

    def _constant(self, path: Path) -> Read:
        scope = Scope(self.site, self.stream, None, SlotCounter(FIRST_SLOT))
        value = compile_expression(path, scope, []).run({}, [None] * FIRST_SLOT)
        return Literal(value) if isinstance(value, str) else UNKNOWN


def _joined(parts: tuple[Read, ...]) -> Read:
    texts = [part.text for part in parts if isinstance(part, Literal) and part.text]
    return Literal("".join(texts)) if len(texts) == len(parts) else Join(parts)  # type: ignore[arg-type]
