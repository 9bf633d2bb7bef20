"""The `$` keys: conditions, loops, names, fragments, switches and absent data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from facade.mapping.compile.elements import (
    STRUCTURE,
    build_object,
    compile_field,
    compile_object,
    compile_value,
)
from facade.mapping.compile.expressions import EMPTY, compile_condition, compile_scalar
from facade.mapping.compile.leaves import Marked, Place, compile_leaf
from facade.mapping.compile.scope import RESERVED, Code, Fragment, Run, Scope
from facade.mapping.document import Entry, Map, Scalar
from facade.mapping.errors import MappingFailure, suggest
from facade.mapping.expression import is_expression
from facade.mapping.values import as_text, many, one, truth
from facade.spec.definitions import Element

Entries = Mapping[str, Entry]
_FOR = re.compile(r"\s*(\w+)\s+in\s+(.+)", re.DOTALL)
_NAME = re.compile(r"[^\W\d]\w*")
_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_ABSENT_EXTENSION = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
REASONS = frozenset(
    ["unknown", "asked-unknown", "temp-unknown", "not-asked", "asked-declined", "masked", "not-applicable", "unsupported", "as-text", "error", "not-a-number", "negative-infinity", "positive-infinity", "not-performed", "not-permitted"]
)


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
        return _use(entries, node, place, scope)
    if "$with" in entries:
        entry = entries.pop("$with")
        scope.problem(entry.file, entry.line, "`$with` without `$use`")
    return compile_object({name: (entry, scope) for name, entry in entries.items()}, node, place, scope)


def scalar(entry: Entry, key: str, scope: Scope) -> Scalar | None:
    """The entry's scalar, or a problem."""
    if isinstance(entry.value, Scalar):
        return entry.value
    scope.problem(entry.file, entry.line, f"`{key}` takes an expression")
    return None


def parse_for(entry: Entry, key: str, scope: Scope) -> tuple[str, Code] | None:
    """`x in expr`."""
    written = scalar(entry, key, scope)
    if written is None:
        return None
    found = _FOR.fullmatch(written.text)
    if found is None:
        scope.problem(entry.file, entry.line, f"`{key}` is written `name in $list`, not `{written.text}`")
        return None
    if not check_name(found[1], entry, key, scope):
        return None
    return found[1], compile_condition(found[2].strip(), written.file, written.line, scope)


def check_name(name: str, entry: Entry, key: str, scope: Scope) -> bool:
    """A name for an expression must be a word, and none of the reserved ones."""
    if name in RESERVED:
        scope.problem(
            entry.file, entry.line, f"`{key}`: the name `{name}` is reserved ({', '.join(RESERVED)})"
        )
        return False
    if not _NAME.fullmatch(name):
        scope.problem(
            entry.file, entry.line, f"`{key}`: `{name}` is no name; a name is letters, digits and _"
        )
        return False
    return True


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


def traceable(run: Run, slot: int, scope: Scope) -> Run:
    """The closure of a name's value; in a traced mapping it keeps what it read."""
    if not scope.traced:
        return run
    from facade.mapping.lineage import traced_name

    return traced_name(run, slot)


def compile_names(entry: Entry, key: str, scope: Scope) -> tuple[Scope, list[tuple[str, int, Run]]]:
    """`{name: expr}`; each is in sight of the next."""
    if not isinstance(entry.value, Map):
        scope.problem(entry.file, entry.line, f"`{key}` takes names and expressions: {{ n: $path }}")
        return scope, []
    setters = []
    for name, item in entry.value.entries.items():
        written = scalar(item, f"{key}.{name}", scope)
        if written is None or not check_name(name, item, key, scope):
            continue
        code = compile_scalar(written.text, written.file, written.line, scope)
        scope, slot = scope.with_name(name, code)
        setters.append((name, slot, traceable(code.run, slot, scope)))
    return scope, setters


def set_names(setters: list[tuple[str, int, Run]], row: Any, context: Any) -> None:
    """Compute the names' values, in order."""
    name = ""
    try:
        for name, slot, run in setters:  # noqa: B007 - the name tells which one failed
            context[slot] = run(row, context)
    except MappingFailure as failure:
        failure.reason = f"the name `{name}`: {failure.reason}"
        raise


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


Setters = list[tuple[str, int, Run]]


def _use(entries: dict[str, Entry], node: Map, place: Place, scope: Scope) -> Run:
    setters: Setters = []
    used = _fragment(entries.pop("$use"), entries.pop("$with", None), scope, setters)
    if used is None:
        return lambda row, context: None
    fragment, inside = used
    structural = [key for key in fragment.map.entries if key in STRUCTURE and key not in ("$use", "$with")]
    if structural:
        for key, entry in entries.items():
            message = f"`{key}` cannot stand beside `$use: {fragment.name}`, whose map begins with `{structural[0]}`"
            scope.problem(entry.file, entry.line, message)
        body = compile_map(fragment.map, place, inside)
    else:
        fields = _expand(dict(fragment.map.entries), inside, setters)
        fields.update({name: (entry, scope) for name, entry in entries.items()})
        body = compile_object(fields, node, place, scope)
    if not setters:
        return body

    def run(row: Any, context: Any) -> Any:
        set_names(setters, row, context)
        return body(row, context)

    return run


def _expand(entries: dict[str, Entry], scope: Scope, setters: Setters) -> dict[str, tuple[Entry, Scope]]:
    """A fragment's fields, those of the fragments that it uses first."""
    fields: dict[str, tuple[Entry, Scope]] = {}
    if "$use" in entries:
        used = _fragment(entries.pop("$use"), entries.pop("$with", None), scope, setters)
        if used is not None:
            fields.update(_expand(dict(used[0].map.entries), used[1], setters))
    fields.update({name: (entry, scope) for name, entry in entries.items()})
    return fields


def _fragment(
    use: Entry, given: Entry | None, scope: Scope, setters: Setters
) -> tuple[Fragment, Scope] | None:
    """The fragment and the scope inside it, which sees the record and its own parameters."""
    written = scalar(use, "$use", scope)
    if written is None:
        return None
    name, fragments = written.text, scope.site.fragments
    fragment = fragments.get(name)
    if fragment is None:
        scope.problem(use.file, use.line, f"unknown fragment `{name}`{suggest(name, fragments)}")
        return None
    if name in scope.fragments:
        scope.problem(use.file, use.line, f"the fragment `{name}` uses itself")
        return None
    names = dict.fromkeys(fragment.params)
    if given is not None:
        inner, found = compile_names(given, "$with", scope)
        setters.extend(found)
        for argument, _, _ in found:
            if argument in names:
                names[argument] = inner.names[argument]  # type: ignore[assignment]
                continue
            hint = suggest(argument, fragment.params)
            scope.problem(
                given.file, given.line, f"the fragment `{name}` has no parameter `{argument}`{hint}"
            )
    inside = replace(scope, names={}, fragments=(*scope.fragments, name))
    for param, variable in names.items():
        if variable is None:
            inside, _ = inside.with_name(param, EMPTY)
        else:
            inside = replace(inside, names={**inside.names, param: variable})
    return fragment, inside


def compile_absent(entry: Entry, place: Place, scope: Scope) -> Run:
    """What stands for an empty value: a coding on a CodeableConcept that no required binding closes, elsewhere
    the extension.

    https://hl7.org/fhir/R4/extension-data-absent-reason.html
    """
    written = scalar(entry, "$absent", scope)
    if written is None:
        return lambda row, context: None
    if not is_expression(written.text) and written.text not in REASONS:
        hint = suggest(written.text, REASONS) or f"; one of: {', '.join(sorted(REASONS))}"
        scope.problem(entry.file, entry.line, f"`$absent` cannot be `{written.text}`{hint}")
    element = Element("valueCode", ("code",), 0, 1, None, frozenset(REASONS), (), "code", None, False, False)
    reason = compile_leaf(written, Place(f"{place.label}.$absent", element, None, ()), scope).run
    if place.element.path == "CodeableConcept" and place.codes is None:
        return build_object([("coding", _one_item(_coding(reason)))])
    url = compile_leaf(replace(written, text=_ABSENT_EXTENSION), Place("url", element, None, ()), scope).run
    return build_object([("extension", _one_item(build_object([("url", url), ("valueCode", reason)])))])


def _coding(reason: Run) -> Run:
    def coding(row: Any, context: Any) -> Any:
        code = reason(row, context)
        if code is None:
            return None
        plain = code.value if isinstance(code, Marked) else code
        return {"system": _ABSENT, "code": code, "display": plain.replace("-", " ").title()}

    return coding


def _one_item(run: Run) -> Run:
    def items(row: Any, context: Any) -> Any:
        value = run(row, context)
        return None if value is None else [value]

    return items


def absent_fields(name: str, entry: Entry, place: Place, scope: Scope) -> list[tuple[str, Run]] | None:
    """The fields of an element written with `$absent`; None if it is not."""
    if not isinstance(entry.value, Map) or "$absent" not in entry.value.entries:
        return None
    rest = dict(entry.value.entries)
    reason = compile_absent(rest.pop("$absent"), place, scope)
    value = compile_field(replace(entry.value, entries=rest), place, scope)
    if not place.primitive:
        shaped = _one_item(reason) if place.repeats else reason

        def either(row: Any, context: Any) -> Any:
            found = value(row, context)
            return shaped(row, context) if found is None else found

        return [(name, either)]
    slot = scope.slots.next()
    extra = _one_item(reason) if place.repeats else reason

    def remembered(row: Any, context: Any) -> Any:
        context[slot] = found = value(row, context)
        return found

    return [
        (name, remembered),
        (f"_{name}", lambda row, context: extra(row, context) if context[slot] is None else None),
    ]
