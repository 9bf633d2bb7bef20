"""The `$` keys: conditions, loops, names, fragments, switches and absent data."""

from __future__ import annotations

from typing import Any

from facade.mapping.compile.absent import compile_absent
from facade.mapping.compile.elements import STRUCTURE, compile_object, compile_value
from facade.mapping.compile.expressions import compile_condition
from facade.mapping.compile.fragments import compile_use
from facade.mapping.compile.leaves import Place
from facade.mapping.compile.names import compile_names, parse_for, scalar, set_names
from facade.mapping.compile.scope import Run, Scope
from facade.mapping.compile.tracing import traceable
from facade.mapping.document import Entry, Map
from facade.mapping.values import as_text, many, one, truth


def compile_map(node: Map, place: Place, scope: Scope) -> Run:
    """A map where a value stands: its `$` keys from the outermost in, then its elements."""
    entries = dict(node.entries)
    if "$absent" not in entries:
        return _peel(entries, node, place, scope)
    reason = compile_absent(entries.pop("$absent"), place, scope)
    if place.primitive:  # one item of several: its extension would stand in another list
        scope.problem(
            node.file, node.line, f"{place.label}: `$absent` stands beside `$value` of the whole element"
        )
    body = _peel(entries, node, place, scope)

    def either(row: Any, context: Any) -> Any:
        found = body(row, context)
        return reason(row, context) if found is None else found

    return either


def _peel(entries: dict[str, Entry], node: Map, place: Place, scope: Scope) -> Run:
    if "$for" in entries:
        return _for(entries.pop("$for"), entries, node, place, scope)
    if "$let" in entries:
        return _let(entries.pop("$let"), entries, node, place, scope)
    if "$if" in entries:
        return _if(entries.pop("$if"), entries, node, place, scope)
    if "$switch" in entries:
        return _switch(entries.pop("$switch"), entries, node, place, scope)
    if "$value" in entries:
        return _value(entries.pop("$value"), entries, node, place, scope)
    for stray, partner in (
        ("$then", "$if"),
        ("$else", "$if"),
        ("$default", "$switch"),
        ("$empty", "$switch"),
    ):
        if stray in entries:
            entry = entries.pop(stray)
            scope.problem(entry.file, entry.line, f"`{stray}` without `{partner}`")
    if "$use" in entries:
        return compile_use(entries, node, place, scope, compile_map)
    if "$with" in entries:
        entry = entries.pop("$with")
        scope.problem(entry.file, entry.line, "`$with` without `$use`")
    return compile_object({name: (entry, scope) for name, entry in entries.items()}, node, place, scope)


def _for(entry: Entry, rest: dict[str, Entry], node: Map, place: Place, scope: Scope) -> Run:
    parsed = parse_for(entry, "$for", scope)
    if parsed is None:
        return _peel(rest, node, place, scope)
    name, code = parsed
    inner, slot = scope.with_name(name, code)
    items, body = traceable(code.run, slot, scope), _peel(rest, node, place, inner)

    def several(row: Any, context: Any) -> Any:
        found: list[Any] = []
        for item in many(items(row, context)):
            context[slot] = item
            value = body(row, context)
            if value is None:
                continue
            if value.__class__ is list:
                found.extend(value)
            else:
                found.append(value)
        return found or None

    return several


def _let(entry: Entry, rest: dict[str, Entry], node: Map, place: Place, scope: Scope) -> Run:
    inner, setters = compile_names(entry, "$let", scope)
    body = _peel(rest, node, place, inner)

    def named(row: Any, context: Any) -> Any:
        set_names(setters, row, context)
        return body(row, context)

    return named


def _if(entry: Entry, rest: dict[str, Entry], node: Map, place: Place, scope: Scope) -> Run:
    written = scalar(entry, "$if", scope)
    if written is None:
        return _peel(rest, node, place, scope)
    code = compile_condition(written.text, written.file, written.line, scope)
    condition, inner = code.run, scope.with_guard(code)
    then, other = rest.pop("$then", None), rest.pop("$else", None)
    if then is None and other is None:
        body = _peel(rest, node, place, inner)

        def only(row: Any, context: Any) -> Any:
            value = condition(row, context)
            return body(row, context) if value is not None and value is not False else None

        return only
    if rest:
        first = next(iter(rest.values()))
        scope.problem(
            first.file, first.line, "beside `$then` and `$else` stand no other keys; put them inside"
        )
    yes = _branch(then, place, inner)
    no = _branch(other, place, inner)
    return lambda row, context: (yes if truth(condition(row, context)) else no)(row, context)


def _branch(entry: Entry | None, place: Place, scope: Scope) -> Run:
    if entry is None:
        return lambda row, context: None
    return compile_value(entry.value, place, scope)


def _switch(entry: Entry, rest: dict[str, Entry], node: Map, place: Place, scope: Scope) -> Run:
    written = scalar(entry, "$switch", scope)
    if written is None:
        return lambda row, context: None
    code = compile_condition(written.text, written.file, written.line, scope)
    inner, subject = scope.with_guard(code), code.run
    default = _branch(rest.pop("$default", None), place, inner)
    empty = _branch(rest.pop("$empty", None), place, inner)
    cases: dict[str, Run] = {}
    for key, case in rest.items():
        if key in STRUCTURE:
            scope.problem(
                case.file, case.line, f"`{key}` cannot stand beside `$switch`; put it inside a case"
            )
            continue
        cases[key[1:] if key.startswith("$$") else key] = _branch(case, place, inner)

    def chosen(row: Any, context: Any) -> Any:
        value = one(subject(row, context))
        if value is None:
            return empty(row, context)
        return cases.get(value if value.__class__ is str else as_text(value), default)(row, context)

    return chosen


def _value(entry: Entry, rest: dict[str, Entry], node: Map, place: Place, scope: Scope) -> Run:
    for key, other in rest.items():
        better = f"; write it under `_{place.element.name}`" if key == "extension" else ""
        scope.problem(other.file, other.line, f"`{key}` cannot stand beside `$value`{better}")
    return compile_value(entry.value, place, scope)
