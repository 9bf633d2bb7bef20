"""The grammar of expressions: text to a tree. `show` goes back.

The grammar is defined in LANGUAGE.md.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NoReturn

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
    Logic,
    Not,
    Number,
    Path,
    Word,
)
from facade.mapping.tokens import Token, tokenize

MAX_DEPTH = 50
MAX_LENGTH = 20_000


class _Parser:
    def __init__(self, text: str) -> None:
        if len(text) > MAX_LENGTH:
            raise ExpressionError(f"an expression has at most {MAX_LENGTH} characters", 0)
        self.tokens = tokenize(text)
        self.at = 0
        self.depth = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def accept(self, *texts: str) -> str | None:
        token = self.next
        if token.kind in ("operator", "word") and token.text in texts:
            self.at += 1
            return token.text
        return None

    def expect(self, text: str) -> None:
        if self.accept(text) is None:
            self.fail(f"`{text}` is missing")

    def fail(self, message: str) -> NoReturn:
        raise ExpressionError(message, self.next.column)

    def whole(self) -> Expression:
        expression = self.expression()
        token = self.next
        if token.kind == "word":
            self.fail(f"`{token.text}` is unexpected; a filter follows `|`, text stands in single quotes")
        if token.kind != "end":
            self.fail(f"`{token.text}` is unexpected")
        return expression

    def expression(self) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"deeper than {MAX_DEPTH} levels")
        parts = [self.conjunction()]
        while self.accept("or"):
            parts.append(self.conjunction())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Logic("or", tuple(parts))

    def conjunction(self) -> Expression:
        parts = [self.negation()]
        while self.accept("and"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else Logic("and", tuple(parts))

    def negation(self) -> Expression:
        count = 0
        while self.accept("not"):
            count += 1
        if count > MAX_DEPTH:
            self.fail(f"deeper than {MAX_DEPTH} levels")
        expression = self.comparison()
        for _ in range(count):
            expression = Not(expression)
        return expression

    def comparison(self) -> Expression:
        left = self.fallback()
        if operator := self.accept("=", "!=", "<", "<=", ">", ">="):
            return Compare(left, operator, self.fallback())
        if self.next.kind == "word" and self.next.text == "not" and self.tokens[self.at + 1].text == "in":
            self.at += 1
            self.expect("in")
            return In(left, self.choices(), negated=True)
        if self.accept("in"):
            return In(left, self.choices())
        return left

    def choices(self) -> tuple[Literal | Number, ...]:
        self.expect("(")
        found: list[Literal | Number] = []
        while True:
            token = self.take()
            if token.kind == "text":
                found.append(Literal(token.text))
            elif token.kind == "number":
                found.append(Number(token.text))
            else:
                self.at -= 1
                self.fail("`in` takes 'texts' and numbers in parentheses")
            if not self.accept(","):
                break
        self.expect(")")
        return tuple(found)

    def fallback(self) -> Expression:
        parts = [self.joined()]
        while self.accept("??"):
            parts.append(self.joined())
        return parts[0] if len(parts) == 1 else Fallback(tuple(parts))

    def joined(self) -> Expression:
        parts = [self.piped()]
        while self.accept("~"):
            parts.append(self.piped())
        return parts[0] if len(parts) == 1 else Join(tuple(parts))

    def piped(self) -> Expression:
        expression = self.primary()
        while self.accept("|"):
            if self.next.kind != "word":
                self.fail("the name of a filter is missing after `|`")
            name = self.take().text
            expression = Filter(expression, name, self.arguments() if self.accept("(") else ())
        return expression

    def arguments(self) -> tuple[Argument, ...]:
        if self.accept(")"):
            return ()
        found: list[Argument] = []
        while True:
            token = self.next
            if token.kind == "word":
                found.append(Word(self.take().text))
            else:
                found.append(self.simple("an argument is a word, 'text', number, path or [list]"))
            if not self.accept(","):
                break
        self.expect(")")
        return tuple(found)

    def simple(self, meant: str) -> Path | Literal | Number | Items:
        token = self.next
        if token.path is not None:
            self.at += 1
            return token.path
        if token.kind == "text":
            self.at += 1
            return Literal(token.text)
        if token.kind == "number":
            self.at += 1
            return Number(token.text)
        if self.accept("["):
            items: list[Expression] = []
            while not self.accept("]"):
                items.append(self.expression())
                if not self.accept(","):
                    self.expect("]")
                    break
            return Items(tuple(items))
        if token.kind == "word":
            self.fail(f"`{token.text}` is neither a path (`${token.text}`) nor text (`'{token.text}'`)")
        self.fail(meant if token.kind != "end" else "the expression ends too early")

    def primary(self) -> Expression:
        if self.accept("("):
            expression = self.expression()
            self.expect(")")
            return expression
        return self.simple("a path, 'text', number, `(` or `[` is missing")


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> Expression:
    """An expression; raises ExpressionError. The `$` that begins a whole one before a literal, parenthesis or
    bracket is allowed everywhere, and never needed here."""
    return _Parser(text).whole()


def is_expression(text: str) -> bool:
    """Whether a scalar of a file is an expression and not a constant."""
    return text[:1] == "$" and text[:2] != "$$"


def constant_text(text: str) -> str:
    """The text that a constant scalar stands for: `$$` begins one that starts with a dollar."""
    return text[1:] if text[:2] == "$$" else text
