"""Expressions and constants where they fill an element: typed as FHIR defines it, and checked beforehand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from facade.mapping.compile.expressions import compile_scalar
from facade.mapping.compile.primitives import MISFITS, WELL_FORMED, converter
from facade.mapping.compile.scope import Always, Code, Run, Scope
from facade.mapping.compile.tracing import Source, traced
from facade.mapping.document import Scalar
from facade.mapping.errors import MappingFailure, suggest
from facade.mapping.expression import is_expression
from facade.mapping.filters import FILTERS
from facade.mapping.values import as_text
from facade.spec import definitions
from facade.spec.definitions import Element

_TEXTUAL = frozenset(
    {"code", "ref", "id", "date", "datetime", "instant", "time", "join", "upper", "lower", "title", "prefix"}
)


@dataclass(frozen=True, slots=True)
class Place:
    """The element that a value fills. `codes` and `targets` are what binds here, also from the type around it
    (a required binding of a CodeableConcept binds its codings' codes)."""

    label: str
    element: Element
    codes: frozenset[str] | None
    targets: tuple[str, ...]

    @property
    def repeats(self) -> bool:
        return self.element.max is None

    @property
    def primitive(self) -> bool:
        return definitions.is_primitive(self.element.path)


def compile_leaf(node: Scalar, place: Place, scope: Scope) -> Code:
    """A scalar that fills an element; the code's `run` gives the JSON value (or a list, where it repeats)."""
    code = compile_scalar(node.text, node.file, node.line, scope)
    if code.constant:
        code = _constant(code, node, place, scope)
    elif place.primitive:
        _check_filter(code, node, place, scope)
        code = _with(code, _primitive(code, place))
    else:
        _check_complex(code, node, place, scope)
        code = _with(code, _complex(code, place))
    if scope.traced:
        return _with(code, traced(code.run, Source(code, scope.guard, node.file, node.line)))
    return code


def _with(code: Code, run: Run) -> Code:
    return replace(code, run=run)


def _constant(code: Code, node: Scalar, place: Place, scope: Scope) -> Code:
    """Constants are converted and checked once."""
    try:
        value = code.run({}, [None] * 8)
    except MappingFailure as failure:
        scope.problem(node.file, node.line, f"{place.label}: {failure.reason}")
        return code
    if value is None:
        return _with(code, Always(None))
    if not place.primitive:
        if not isinstance(value, (dict, list)):
            _complex_hint(node, place, scope)
        return _with(code, Always(value))
    items = value if isinstance(value, list) else [value]
    convert = converter(place.element.path)
    try:
        converted = [convert(item) if convert else as_text(item) for item in items]
    except MappingFailure as failure:
        said = failure.reason.removeprefix("gives ").partition(";")[0]
        scope.problem(node.file, node.line, f"{place.label}: `{node.text}` is {said}")
        return code
    if place.codes is not None:
        for item in converted:
            check_code(str(item), node.file, node.line, place, scope)
    shared: Any = converted if place.repeats and isinstance(value, list) else converted[0]
    return _with(code, Always(shared))


def check_code(code: str, file: str, line: int, place: Place, scope: Scope) -> None:
    """A code written in the pack must be among those of a required binding."""
    codes = place.codes
    if codes is None or code in codes:
        return
    known = sorted(codes)
    listed = f"; one of: {', '.join(known)}" if len(known) <= 25 else suggest(code, known)
    scope.problem(file, line, f"{place.label} cannot be `{code}`{listed}")


def _check_filter(code: Code, node: Scalar, place: Place, scope: Scope) -> None:
    """What the outermost filter gives must suit the element."""
    type = place.element.path
    if code.last is None:
        return
    if gives := FILTERS[code.last].gives:
        other = "`code`" if code.last in ("coding", "concept") else "another filter"
        scope.problem(
            node.file, node.line, f"{place.label} is a {type}, `{code.last}` gives a {gives}; use {other}"
        )
    elif better := MISFITS.get(type, {}).get(code.last):
        scope.problem(
            node.file, node.line, f"{place.label} is a {type}; use `{better}` in place of `{code.last}`"
        )
    elif code.last == "ref" and code.argument and place.targets and "Resource" not in place.targets:
        if code.argument not in place.targets and code.argument in definitions.resource_types():
            allowed = ", ".join(place.targets)
            scope.problem(
                node.file, node.line, f"{place.label} cannot refer to {code.argument}; only to {allowed}"
            )
    elif code.last == "code":
        _check_table(code, place, scope)


def _check_table(code: Code, place: Place, scope: Scope) -> None:
    table = scope.site.concept_maps.get(code.argument or "")
    if table is None or place.codes is None:
        return
    for row in table.rows:
        if found := row.cells.get("code"):
            check_code(found, row.file, row.line, place, scope)
    if table.unmapped not in ("error", "drop", "keep", "text"):
        check_code(table.unmapped, *table.place, place, scope)


def _check_complex(code: Code, node: Scalar, place: Place, scope: Scope) -> None:
    type = place.element.path
    gives = FILTERS[code.last].gives if code.last else None
    if gives:
        if gives != type:
            scope.problem(node.file, node.line, f"{place.label} is a {type}, `{code.last}` gives a {gives}")
        elif code.last in ("concept", "coding"):
            _check_table(code, place, scope)
    elif code.last in _TEXTUAL or (code.column and scope.columns is not None):
        _complex_hint(node, place, scope)


def _complex_hint(node: Scalar, place: Place, scope: Scope) -> None:
    type = place.element.path
    names = [
        name for name in definitions.elements(type) if name not in ("id", "extension", "modifierExtension")
    ]
    written = f"`{node.text}`" if is_expression(node.text) else "text"
    shown = ", ".join(names[:8])
    kind = place.element.type if place.element.type != "BackboneElement" else "structure"
    scope.problem(
        node.file, node.line, f"{place.label} is a {kind}, {written} is text; write its elements: {shown}"
    )


def _primitive(code: Code, place: Place) -> Run:
    type = place.element.path
    convert = converter(type)
    if convert is not None and code.last in WELL_FORMED.get(type, ()):
        convert = None
    text = code.text
    if place.repeats:
        return _several(code.run, convert, text) if convert else _several_texts(code.run, text)
    if convert is not None:
        return _single(code.run, convert, text)
    return _column_text(code.run, text) if code.column else _single_text(code.run, text)


def _stripped(value: Any) -> str | None:
    return as_text(value).strip() or None


def _said(failure: MappingFailure, text: str) -> MappingFailure:
    return MappingFailure(f"`{text}` {failure.reason}")


def _several_texts(run: Run, text: str) -> Run:
    general = _several(lambda value, context: value, _stripped, text)

    def leaf(row: Any, context: Any) -> Any:
        value = run(row, context)
        if value.__class__ is str:
            return value.strip() or None
        return None if value is None else general(value, context)

    return leaf


def _several(run: Run, convert: Callable[[Any], Any], text: str) -> Run:
    def leaf(row: Any, context: Any) -> Any:
        value = run(row, context)
        if value is None:
            return None
        try:
            if value.__class__ is list:
                return [kept for item in value if (kept := convert(item)) is not None] or None
            return convert(value)
        except MappingFailure as failure:
            raise _said(failure, text) from None

    return leaf


def _single(run: Run, convert: Callable[[Any], Any], text: str) -> Run:
    def leaf(row: Any, context: Any) -> Any:
        value = run(row, context)
        if value is None:
            return None
        try:
            return convert(value[0] if value.__class__ is list else value)
        except MappingFailure as failure:
            raise _said(failure, text) from None

    return leaf


def _single_text(run: Run, text: str) -> Run:
    def leaf(row: Any, context: Any) -> Any:
        value = run(row, context)
        if value.__class__ is str:
            return value.strip() or None
        if value is None:
            return None
        try:
            return as_text(value).strip() or None
        except MappingFailure as failure:
            raise _said(failure, text) from None

    return leaf


def _column_text(run: Run, text: str) -> Run:
    """As `_single_text`, for a column: its text comes trimmed, its numbers are numbers."""

    def leaf(row: Any, context: Any) -> Any:
        value = run(row, context)
        if value.__class__ is str or value is None:
            return value
        try:
            return as_text(value)
        except MappingFailure as failure:
            raise _said(failure, text) from None

    return leaf


def _complex(code: Code, place: Place) -> Run:
    run, text, type, repeats = code.run, code.text, place.element.path, place.repeats
    ready = code.last in ("concept", "coding")

    def leaf(row: Any, context: Any) -> Any:
        value = run(row, context)
        if value is None:
            return None
        items = value if value.__class__ is list else [value]
        for item in items:
            if item.__class__ is not dict:
                raise MappingFailure(f"`{text}` gives text where a structure ({type}) is needed")
        if not ready:
            items = [kept for item in items if (kept := prune(item)) is not None]
        if not items:
            return None
        return items if repeats else items[0]

    return leaf


def prune(value: Any) -> Any:
    """A tree without its empty values and their empty parents; numbers become exact."""
    if value.__class__ is dict:
        return {key: kept for key, item in value.items() if (kept := prune(item)) is not None} or None
    if value.__class__ is list:
        return [kept for item in value if (kept := prune(item)) is not None] or None
    if value.__class__ is str:
        return value.strip() or None
    if value.__class__ is float:
        return Decimal(repr(value))
    return value
