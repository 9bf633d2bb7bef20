"""One filter of an expression to a closure."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from facade.mapping.compile.scope import Code, Run, Scope
from facade.mapping.errors import ArgumentError, MappingFailure, suggest
from facade.mapping.filters import FILTERS, Environment, FilterSpec
from facade.mapping.syntax import (
    Argument,
    Expression,
    Filter,
    Items,
    Literal,
    Number,
    Path,
    Word,
)
from facade.mapping.values import as_text

Inner = Callable[[Expression], Code]
Call = Callable[[Any, Any, Any], Any]
"""(value, body, context) to the filtered value."""


def compile_filter(expression: Filter, text: str, scope: Scope, wrong: list[str], inner: Inner) -> Code:
    """The operand's closure with the filter around it."""
    operand = inner(expression.operand)
    spec = FILTERS.get(expression.name)
    if spec is None:
        wrong.append(f"unknown filter `{expression.name}`{suggest(expression.name, FILTERS)}")
        return operand
    arguments = [_constant(argument) for argument in expression.arguments]
    dynamic = [inner(argument) for argument in expression.arguments if _constant(argument) is None]  # type: ignore[arg-type]
    environment = scope.site.environment
    made: Callable[..., Any] | None = None
    try:
        if dynamic:
            runs = [
                inner(argument).run if value is None else None  # type: ignore[arg-type]
                for argument, value in zip(expression.arguments, arguments, strict=True)
            ]
            _check_count(spec, len(runs))
            call = _dynamic(spec, environment, arguments, runs)
        else:
            made = spec.build(environment, tuple(arguments))
            call = made if spec.sees_row else _static(made)
    except ArgumentError as error:
        wrong.append(
            f"`{spec.name}` {error}"
            if str(error).startswith(("is ", "takes ", "needs "))
            else f"`{spec.name}`: {error}"
        )
        return operand
    parts = [operand, *dynamic]
    if spec.name == "field":
        _named_columns(expression.operand, scope, wrong)
    if made is not None and spec.takes == "text" and not spec.sees_row:
        run = _on_plain_text(operand.run, made, spec.name, text)
    else:
        run = _APPLY[spec.takes](operand.run, call, spec.name, text)
    return Code(
        run,
        text,
        columns=tuple(dict.fromkeys(name for part in parts for name in part.columns)),
        paths=tuple(dict.fromkeys(path for part in parts for path in part.paths)),
        slots=tuple({slot.slot: slot for part in parts for slot in part.slots}.values()),
        filters=(*(name for part in parts for name in part.filters), spec.name),
        constant=all(part.constant for part in parts) and not spec.sees_row,
        last=spec.name,
        argument=arguments[0] if arguments and isinstance(arguments[0], str) else None,
    )


def _named_columns(operand: Expression, scope: Scope, wrong: list[str]) -> None:
    """Where a concept map leads `field` (`v in $codes.t`, `$v.column | field`), its columns are known."""
    if not isinstance(operand, Path) or len(operand.steps) != 1:
        return
    variable, cell = scope.names.get(operand.root), operand.steps[0]
    table = scope.site.concept_maps.get(variable.code.text.removeprefix("$codes.")) if variable else None
    if table is None:
        return
    for row in table.rows:
        column = row.cells.get(cell) if isinstance(cell, str) else None
        if column is None:
            continue
        scope.slots.read.add(column)
        if scope.columns is not None and column not in scope.columns:
            hint = suggest(column, scope.columns)
            scope.problem(row.file, row.line, f"the stream `{scope.stream}` has no column `{column}`{hint}")


def _constant(argument: Argument | Expression) -> Any:
    match argument:
        case Word(text) | Literal(text) | Number(text):
            return text
        case Items(items) if all(isinstance(item, Literal | Number) for item in items):
            return [item.text for item in items]  # type: ignore[union-attr]
        case _:
            return None


def _check_count(spec: FilterSpec, given: int) -> None:
    variadic = any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in spec.parameters)
    if given > len(spec.parameters) and not variadic:
        raise ArgumentError(f"is written `{spec.signature()}`; {given} arguments are too many")


def _static(made: Callable[..., Any]) -> Call:
    return lambda value, row, context: made(value)


def _dynamic(
    spec: FilterSpec, environment: Environment, constants: list[Any], runs: list[Run | None]
) -> Call:
    @lru_cache(maxsize=1024)
    def made(arguments: tuple[Any, ...]) -> Callable[..., Any]:
        return spec.build(environment, arguments)

    variadic = bool(spec.parameters) and spec.parameters[-1].kind is inspect.Parameter.VAR_POSITIONAL
    last = len(spec.parameters) - 1

    def call(value: Any, row: Any, context: Any) -> Any:
        arguments: list[Any] = []
        for number, (fixed, run) in enumerate(zip(constants, runs, strict=True)):
            argument = fixed if run is None else run(row, context)
            if argument is None and spec.kinds[min(number, last)] is not Any:
                if variadic and number >= last:
                    continue
                return None
            arguments.append(argument)
        try:
            function = made(tuple(arguments))
        except TypeError:  # a list or an object as argument cannot be remembered
            function = spec.build(environment, tuple(arguments))
        except ArgumentError:
            raise MappingFailure("got an argument that it does not take") from None
        return function(value, row, context) if spec.sees_row else function(value)

    return call


def _kept(value: Any) -> Any:
    """A filter's result, with empty things as None."""
    if value:
        return None if value.__class__ is str and value.isspace() else value
    return None if value is None or value.__class__ in (str, list, dict) else value


def _failed(error: Exception, name: str, text: str) -> MappingFailure:
    if isinstance(error, MappingFailure):
        reason = error.reason
    else:
        reason = f"failed ({type(error).__name__})"
    return MappingFailure(f"`{name}` {reason}, in `{text}`")


def _on_text(operand: Run, call: Call, name: str, text: str) -> Run:
    def run(row: Any, context: Any) -> Any:
        value = operand(row, context)
        if value is None:
            return None
        try:
            if value.__class__ is list:
                kept = [r for item in value if (r := _kept(call(as_text(item), row, context))) is not None]
                return _flat(kept) or None
            value = call(value if value.__class__ is str else as_text(value), row, context)
        except Exception as error:
            raise _failed(error, name, text) from None
        if value:
            return None if value.__class__ is str and value.isspace() else value
        return _kept(value)

    return run


def _on_plain_text(operand: Run, made: Callable[[str], Any], name: str, text: str) -> Run:
    """As `_on_text`, for constant arguments and a function of the value alone, without detours."""

    def other(value: Any) -> Any:
        if value.__class__ is list:
            return _flat([kept for item in value if (kept := _kept(made(as_text(item)))) is not None]) or None
        return _kept(made(as_text(value)))

    def run(row: Any, context: Any) -> Any:
        value = operand(row, context)
        try:
            if value.__class__ is not str:
                return None if value is None else other(value)
            value = made(value)
        except Exception as error:
            raise _failed(error, name, text) from None
        if value:
            return None if value.__class__ is str and value.isspace() else value
        return _kept(value)

    return run


def _on_value(operand: Run, call: Call, name: str, text: str) -> Run:
    def run(row: Any, context: Any) -> Any:
        value = operand(row, context)
        if value is None:
            return None
        try:
            if value.__class__ is list:
                return [r for item in value if (r := _kept(call(item, row, context))) is not None] or None
            return _kept(call(value, row, context))
        except Exception as error:
            raise _failed(error, name, text) from None

    return run


def _on_items(operand: Run, call: Call, name: str, text: str) -> Run:
    def run(row: Any, context: Any) -> Any:
        value = operand(row, context)
        if value is None:
            return None
        try:
            return _kept(call(value, row, context))
        except Exception as error:
            raise _failed(error, name, text) from None

    return run


def _on_any(operand: Run, call: Call, name: str, text: str) -> Run:
    def run(row: Any, context: Any) -> Any:
        try:
            return _kept(call(operand(row, context), row, context))
        except Exception as error:
            raise _failed(error, name, text) from None

    return run


def _flat(items: list[Any]) -> list[Any]:
    """Filters that give lists (`split`), applied to each item of a list, give one list."""
    if not any(item.__class__ is list for item in items):
        return items
    return [inner for item in items for inner in (item if item.__class__ is list else [item])]


_APPLY: dict[str, Callable[[Run, Call, str, str], Run]] = {
    "text": _on_text,
    "value": _on_value,
    "items": _on_items,
    "any": _on_any,
}
