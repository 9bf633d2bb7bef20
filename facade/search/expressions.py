"""The FHIRPath of search parameters, parsed to a tree.

https://hl7.org/fhirpath/N1/ · https://hl7.org/fhir/R4/searchparameter-registry.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache


class ExpressionError(ValueError):
    """A search expression that cannot be read or does not fit the type; the message names what and where."""


@dataclass(frozen=True, slots=True)
class This:
    """The item that the expression is applied to."""


@dataclass(frozen=True, slots=True)
class Member:
    """`base.name`."""

    base: Node
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """`base.name(args)`."""

    base: Node
    name: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """`base[position]`."""

    base: Node
    position: int


@dataclass(frozen=True, slots=True)
class Cast:
    """`base as type`, `base.as(type)`, `base.ofType(type)`."""

    base: Node
    type: str


@dataclass(frozen=True, slots=True)
class Is:
    """`base is type`."""

    base: Node
    type: str


@dataclass(frozen=True, slots=True)
class Binary:
    """`left op right` of `= != and or |`."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, a number or a boolean."""

    value: str | int | bool


Node = This | Member | Call | Index | Cast | Is | Binary | Literal

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<word>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<text>'(?:[^'\\]|\\.)*')
      | (?P<number>[0-9]+)
      | (?P<sign>!=|[().,\[\]=|$])
    )""",
    re.VERBOSE,
)


def _tokens(source: str) -> list[tuple[str, str]]:
    found, at = [], 0
    text = source.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ExpressionError(f"cannot read {source[at:]!r} in {source!r}")
        kind = match.lastgroup or ""
        found.append((kind, match.group(kind)))
        at = match.end()
    return found


class _Parser:
    """Recursive descent; from the loosest operator to the tightest."""

    def __init__(self, source: str) -> None:
        self.source, self.tokens, self.at = source, _tokens(source), 0

    def whole(self) -> Node:
        node = self.logic("or")
        if self.at < len(self.tokens):
            raise self.wrong()
        return node

    def wrong(self) -> ExpressionError:
        seen = self.tokens[self.at][1] if self.at < len(self.tokens) else "the end"
        return ExpressionError(f"unexpected {seen!r} in {self.source!r}")

    def peek(self, *texts: str) -> bool:
        return (
            self.at < len(self.tokens)
            and self.tokens[self.at][0] != "text"
            and (self.tokens[self.at][1] in texts)
        )

    def take(self, *texts: str) -> bool:
        found = self.peek(*texts)
        self.at += found
        return found

    def expect(self, text: str) -> None:
        if not self.take(text):
            raise self.wrong()

    def one(self, kind: str) -> str:
        if self.at >= len(self.tokens) or self.tokens[self.at][0] != kind:
            raise self.wrong()
        self.at += 1
        return self.tokens[self.at - 1][1]

    def word(self) -> str:
        return self.one("word")

    def logic(self, op: str) -> Node:
        node = self.logic("and") if op == "or" else self.equality()
        while self.take(op):
            node = Binary(op, node, self.logic("and") if op == "or" else self.equality())
        return node

    def equality(self) -> Node:
        node = self.union()
        while self.peek("=", "!="):
            op = self.tokens[self.at][1]
            self.at += 1
            node = Binary(op, node, self.union())
        return node

    def union(self) -> Node:
        node = self.typed()
        while self.take("|"):
            node = Binary("|", node, self.typed())
        return node

    def typed(self) -> Node:
        node = self.postfix()
        while self.peek("as", "is"):
            made = Cast if self.take("as") else Is
            if made is Is:
                self.expect("is")
            node = made(node, self.type_name())
        return node

    def type_name(self) -> str:
        name = self.word()
        return self.word() if name in ("FHIR", "System") and self.take(".") else name

    def postfix(self) -> Node:
        node = self.primary()
        while self.peek(".", "["):
            if self.take("["):
                node = Index(node, int(self.one("number")))
                self.expect("]")
            else:
                self.expect(".")
                node = self.step(node)
        return node

    def step(self, base: Node) -> Node:
        name = self.word()
        if not self.take("("):
            return Member(base, name)
        if name in ("as", "ofType", "is"):
            node: Node = (Is if name == "is" else Cast)(base, self.type_name())
            self.expect(")")
            return node
        args: list[Node] = []
        while not self.take(")"):
            args.append(self.logic("or"))
            if not self.peek(")"):
                self.expect(",")
        return Call(base, name, tuple(args))

    def primary(self) -> Node:
        if self.at >= len(self.tokens):
            raise self.wrong()
        kind, text = self.tokens[self.at]
        if kind == "text":
            self.at += 1
            return Literal(re.sub(r"\\(.)", r"\1", text[1:-1]))
        if kind == "number":
            self.at += 1
            return Literal(int(text))
        if self.take("("):
            node = self.logic("or")
            self.expect(")")
            return node
        if self.take("$"):
            if self.word() != "this":
                raise self.wrong()
            return This()
        if text in ("true", "false"):
            self.at += 1
            return Literal(text == "true")
        return self.step(This())


@lru_cache(maxsize=4096)
def parse_expression(source: str) -> Node:
    """The tree of a search expression; raises ExpressionError."""
    return _Parser(source).whole()
