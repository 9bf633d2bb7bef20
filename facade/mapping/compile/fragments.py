"""`$use`: a fragment's fields, under the keys written where it is used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from facade.mapping.compile.elements import STRUCTURE, compile_object
from facade.mapping.compile.expressions import EMPTY
from facade.mapping.compile.leaves import Place
from facade.mapping.compile.names import Setters, compile_names, scalar, set_names
from facade.mapping.compile.scope import Fragment, Run, Scope, Variable
from facade.mapping.document import Entry, Map
from facade.mapping.errors import suggest

CompileMap = Callable[[Map, Place, Scope], Run]


def compile_use(
    entries: dict[str, Entry], node: Map, place: Place, scope: Scope, compile_map: CompileMap
) -> Run:
    """A map with `$use`, and perhaps keys of its own."""
    setters: Setters = []
    used = _fragment(entries.pop("$use"), entries.pop("$with", None), scope, setters)
    if used is None:
        return lambda row, context: None
    fragment, inside = used
    structural = [key for key in fragment.map.entries if key in STRUCTURE and key not in ("$use", "$with")]
    if structural:
        for key, entry in entries.items():
            message = f"`{key}` cannot stand beside `$use`: the fragment begins with `{structural[0]}`"
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
    names: dict[str, Variable | None] = dict.fromkeys(fragment.params)
    if given is not None:
        inner, found = compile_names(given, "$with", scope)
        setters.extend(found)
        for argument, _, _ in found:
            if argument in names:
                names[argument] = inner.names[argument]
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
