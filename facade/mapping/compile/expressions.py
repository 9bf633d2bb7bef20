"""Expressions to closures."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from facade.mapping.compile.filtering import compile_filter
from facade.mapping.compile.scope import RESERVED, Always, Code, Run, Scope
from facade.mapping.errors import suggest
from facade.mapping.expression import constant_text, is_expression, parse_expression
from facade.mapping.filters.registry import RECORD
from facade.mapping.paths import read_body, read_column, read_slot, walk
from facade.mapping.show import show
from facade.mapping.syntax import (
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
)
from facade.mapping.values import as_number, as_text, clean, one, truth

EMPTY = Code(Always(None), constant=True)


def compile_scalar(text: str, file: str, line: int, scope: Scope) -> Code:
    """A scalar of a file, a constant or an expression."""
    if not is_expression(text):
        return constant(constant_text(text))
    return _compiled(text, file, line, scope)


def compile_condition(text: str, file: str, line: int, scope: Scope) -> Code:
    """A scalar where only an expression makes sense (`$if`, `when`): the `$` that begins a whole may be
    left out."""
    return _compiled(text, file, line, scope)


def _compiled(text: str, file: str, line: int, scope: Scope) -> Code:
    try:
        expression = parse_expression(text)
    except ExpressionError as error:
        scope.problem(file, line, f"in `{text}` at character {error.column + 1}: {error}")
        return EMPTY
    wrong: list[str] = []
    code = compile_expression(expression, scope, wrong)
    for message in wrong:
        scope.problem(file, line, f"in `{text}`: {message}")
    return code


def constant(value: Any) -> Code:
    """Always the same value."""
    return Code(Always(None if value == "" else value), text=str(value), constant=True)


def compile_expression(expression: Expression, scope: Scope, wrong: list[str]) -> Code:
    """Closures for a parsed expression; what is wrong in it is appended to `wrong`."""

    def inner(part: Expression) -> Code:
        return compile_expression(part, scope, wrong)

    text = show(expression)
    match expression:
        case Path():
            return _path(expression, text, scope, wrong)
        case Literal(value):
            return constant(value or None)
        case Number(digits):
            number = Decimal(digits) if "." in digits else int(digits)
            return constant(number)
        case Items(items):
            parts = [inner(item) for item in items]
            return _combine(_items([part.run for part in parts]), text, parts)
        case Filter():
            return compile_filter(expression, text, scope, wrong, inner)
        case Join(operands):
            parts = [inner(operand) for operand in operands]
            return _combine(_join([part.run for part in parts]), text, parts)
        case Fallback(operands):
            parts = [inner(operand) for operand in operands]
            return _combine(_fallback([part.run for part in parts]), text, parts)
        case Compare(left, sign, right):
            parts = [inner(left), inner(right)]
            return _combine(_compare(parts[0].run, sign, parts[1].run), text, parts)
        case In(operand, choices, negated):
            parts = [inner(operand)]
            return _combine(_in(parts[0].run, choices, negated), text, parts)
        case Not(operand):
            parts = [inner(operand)]
            run = parts[0].run
            return _combine(lambda row, context: not truth(run(row, context)), text, parts)
        case Logic(word, operands):
            parts = [inner(operand) for operand in operands]
            return _combine(_logic(word, [part.run for part in parts]), text, parts)


def _combine(run: Run, text: str, parts: Iterable[Code]) -> Code:
    parts = list(parts)
    return Code(
        run,
        text,
        columns=tuple(dict.fromkeys(name for part in parts for name in part.columns)),
        paths=tuple(dict.fromkeys(path for part in parts for path in part.paths)),
        slots=tuple({slot.slot: slot for part in parts for slot in part.slots}.values()),
        filters=tuple(name for part in parts for name in part.filters),
        constant=all(part.constant for part in parts),
    )


def _path(path: Path, text: str, scope: Scope, wrong: list[str]) -> Code:
    root, steps = path.root, path.steps
    if variable := scope.names.get(root):
        return Code(read_slot(variable.slot, steps), text, slots=(variable,))
    if root in RESERVED:
        return _reserved(path, text, scope, wrong)
    if not _known(root, scope, wrong):
        return EMPTY
    if steps:
        return Code(read_body(root, steps), text, columns=(root,), paths=(path,))
    return Code(read_column(root), text, columns=(root,), paths=(path,), column=root)


def _known(column: str, scope: Scope, wrong: list[str]) -> bool:
    scope.slots.read.add(column)
    if scope.columns is None or column in scope.columns:
        return True
    known = {*scope.columns, *scope.names}
    wrong.append(f"the stream `{scope.stream}` has no column `{column}`{suggest(column, known)}")
    return False


def _reserved(path: Path, text: str, scope: Scope, wrong: list[str]) -> Code:
    root, steps = path.root, path.steps
    if root == "key":
        return Code(lambda row, context: context[RECORD].key.strip() or None, text)
    if root == "stream":
        return constant(scope.stream)
    if root == "record":
        if steps and isinstance(steps[0], str):
            first, rest = steps[0], steps[1:]
            _known(first, scope, wrong)
            return Code(read_body(first, rest), text, columns=(first,), paths=(Path(first, rest),))
        scope.slots.read |= scope.columns or frozenset()
        return Code(lambda row, context: clean(walk(dict(row), steps)), text)
    known = scope.site.values if root == "site" else scope.site.concept_maps
    if not steps or steps[0] not in known:
        name = steps[0] if steps and isinstance(steps[0], str) else ""
        what = "`site:` of pack.yaml" if root == "site" else "codes/"
        wrong.append(f"{what} has no `{name}`{suggest(name, known)}")
        return EMPTY
    name = str(steps[0])
    found: Any = scope.site.values[name] if root == "site" else scope.site.concept_maps[name].objects()
    value = clean(walk(found, steps[1:]))
    return Code(Always(value), text, constant=True)


def _items(runs: list[Run]) -> Run:
    def run(row: Any, context: Any) -> Any:
        found: list[Any] = []
        for item in runs:
            value = item(row, context)
            if value.__class__ is list:
                found.extend(value)
            elif value is not None:
                found.append(value)
        return found or None

    return run


def _join(runs: list[Run]) -> Run:
    def run(row: Any, context: Any) -> Any:
        texts = []
        for part in runs:
            value = part(row, context)
            if value is None:
                return None
            texts.append(value if value.__class__ is str else as_text(value))
        return "".join(texts)

    return run


def _fallback(runs: list[Run]) -> Run:
    def run(row: Any, context: Any) -> Any:
        for part in runs:
            value = part(row, context)
            if value is not None:
                return value
        return None

    return run


_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _compare(left: Run, sign: str, right: Run) -> Run:
    compare = _SIGNS[sign]
    if_empty = sign == "!="

    def run(row: Any, context: Any) -> bool:
        a, b = one(left(row, context)), one(right(row, context))
        if a is None or b is None or a.__class__ is dict or b.__class__ is dict:
            return if_empty
        x, y = as_number(a), as_number(b)
        if x is None or y is None:
            return compare(as_text(a), as_text(b))
        return compare(x, y)

    return run


def _in(operand: Run, choices: tuple[Literal | Number, ...], negated: bool) -> Run:
    texts = frozenset(choice.text for choice in choices)
    numbers = frozenset(number for choice in choices if (number := as_number(choice.text)) is not None)

    def run(row: Any, context: Any) -> bool:
        value = one(operand(row, context))
        if value is None or value.__class__ is dict:
            return negated
        found = as_text(value) in texts
        if not found and numbers and (number := as_number(value)) is not None:
            found = number in numbers
        return found is not negated

    return run


def _logic(word: str, runs: list[Run]) -> Run:
    stop = word == "or"

    def run(row: Any, context: Any) -> bool:
        for part in runs:
            value = part(row, context)
            if (value is not None and value is not False) is stop:
                return stop
        return not stop

    return run
