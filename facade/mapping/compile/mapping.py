"""A mapping file to a plan: from a record to the resources that this mapping makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from facade.mapping.compile.expressions import EMPTY, compile_condition, compile_scalar
from facade.mapping.compile.leaves import Place
from facade.mapping.compile.names import compile_names, parse_for, scalar, set_names
from facade.mapping.compile.scope import Code, Run, Scope, Site, SlotCounter
from facade.mapping.compile.structure import compile_map
from facade.mapping.compile.tracing import traceable
from facade.mapping.document import Map, Scalar, Seq
from facade.mapping.errors import MappingFailure, suggest
from facade.mapping.filters.registry import FIRST_SLOT
from facade.mapping.ids import logical_id
from facade.mapping.values import as_text, many
from facade.spec import definitions
from facade.spec.definitions import Element

KEYS = ("resource", "stream", "when", "for", "let", "id", "profile", "map", "search", "disabled")


@dataclass(frozen=True, slots=True)
class MappingDoc:
    """One mapping as the rest of the facade sees it. `columns` are those that it reads of the record;
    `search` says which column answers a search parameter in the source itself."""

    name: str
    resource: str
    stream: str
    search: Mapping[str, str]
    columns: frozenset[str]
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled mapping; `run(body, context)` gives (id, resource) pairs or raises MappingFailure."""

    doc: MappingDoc
    size: int
    run: Callable[[Any, Any], list[tuple[str, dict[str, Any]]]]


def compile_mapping(
    name: str, node: Map, site: Site, streams: Mapping[str, frozenset[str] | None], *, traced: bool = False
) -> Plan | None:
    """The plan of one file; None, and problems, if it cannot be compiled at all."""
    counter = SlotCounter(FIRST_SLOT)
    scope = Scope(site, "", None, counter, traced)
    for key, entry in node.entries.items():
        if key not in KEYS:
            scope.problem(entry.file, entry.line, f"unknown key `{key}`{suggest(key, KEYS)}")
    type = _required(node, "resource", scope)
    stream = _required(node, "stream", scope)
    source_key = _required(node, "id", scope)
    if type is None or stream is None:
        return None
    if stream.text not in streams:
        scope.problem(
            stream.file, stream.line, f"unknown stream `{stream.text}`{suggest(stream.text, streams)}"
        )
        return None
    if type.text not in definitions.resource_types():
        hint = suggest(type.text, definitions.resource_types())
        scope.problem(type.file, type.line, f"unknown resource type `{type.text}`{hint}")
        return None
    columns = streams[stream.text]
    scope = Scope(site, stream.text, columns, counter, traced)
    steps = _Steps(node, scope, traced)
    scope = steps.scope
    id_code = EMPTY
    if source_key is not None:
        id_code = compile_scalar(source_key.text, source_key.file, source_key.line, scope)
    build = _resource(node, type.text, scope)
    meta = _meta(node, scope)
    search = _search(node, type.text, columns, scope)
    doc = MappingDoc(name, type.text, stream.text, search, frozenset(counter.read), node.file, node.line)
    return Plan(doc, counter.size, _plan(type.text, steps, id_code.run, build, meta))


def _required(node: Map, key: str, scope: Scope) -> Scalar | None:
    entry = node.entries.get(key)
    if entry is None:
        scope.problem(node.file, node.line, f"`{key}:` is missing")
        return None
    return scalar(entry, key, scope)


class _Steps:
    """`for`, then `let`, then `when`."""

    def __init__(self, node: Map, scope: Scope, traced: bool) -> None:
        self.items: Run | None = None
        self.slot = 0
        entry = node.entries.get("for")
        if entry is not None and (parsed := parse_for(entry, "for", scope)):
            scope, self.slot = scope.with_name(*parsed)
            self.items = traceable(parsed[1].run, self.slot, scope)
        self.names: list[tuple[str, int, Run]] = []
        if "let" in node.entries:
            scope, self.names = compile_names(node.entries["let"], "let", scope)
        self.when: Run | None = None
        when = node.entries.get("when")
        if when is not None and (written := scalar(when, "when", scope)):
            self.when = compile_condition(written.text, written.file, written.line, scope).run
        self.scope = scope


def _resource(node: Map, type: str, scope: Scope) -> Run:
    written = node.get("map")
    if not isinstance(written, Map):
        entry = node.entries.get("map")
        message = "`map:` is missing" if entry is None else "`map:` takes elements"
        scope.problem(node.file, entry.line if entry else node.line, message)
        return lambda row, context: None
    entries = dict(written.entries)
    for key in ("resourceType", "id"):
        if key in entries:
            entry = entries.pop(key)
            instead = "`resource:`" if key == "resourceType" else "`id:`"
            scope.problem(entry.file, entry.line, f"`{key}` comes from {instead} above, not from `map:`")
    element = Element(type, (type,), 0, 1, None, None, (), type, None, False, False)
    place = Place(type, element, None, ())
    return compile_map(Map(entries, written.file, written.line), place, scope)


def _meta(node: Map, scope: Scope) -> list[Code]:
    entry = node.entries.get("profile")
    if entry is None:
        return []
    written = entry.value
    items = written.items if isinstance(written, Seq) else (written,)
    found = []
    for item in items:
        if isinstance(item, Scalar):
            found.append(compile_scalar(item.text, item.file, item.line, scope))
        else:
            scope.problem(item.file, item.line, "`profile` takes canonical URLs")
    return found


def _search(node: Map, type: str, columns: frozenset[str] | None, scope: Scope) -> dict[str, str]:
    entry = node.entries.get("search")
    if entry is None:
        return {}
    if not isinstance(entry.value, Map):
        scope.problem(entry.file, entry.line, "`search` takes search parameters with their columns")
        return {}
    known = definitions.search_parameters(type)
    found: dict[str, str] = {}
    for code, item in entry.value.entries.items():
        if code not in known:
            scope.problem(
                item.file, item.line, f"{type} has no search parameter `{code}`{suggest(code, known)}"
            )
        written = scalar(item, f"search.{code}", scope)
        if written is None:
            continue
        column = written.text.removeprefix("$")
        if columns is not None and column not in columns:
            message = f"the stream `{scope.stream}` has no column `{column}`{suggest(column, columns)}"
            scope.problem(item.file, item.line, message)
        found[code] = column
    return found


def _plan(type: str, steps: _Steps, key: Run, build: Run, profiles: list[Code]) -> Callable[[Any, Any], Any]:
    names, when = steps.names, steps.when
    fixed = [profile.run({}, []) for profile in profiles] if all(p.constant for p in profiles) else None

    def single(row: Any, context: Any) -> tuple[str, dict[str, Any]] | None:
        if names:
            set_names(names, row, context)
        where = "when"
        try:
            if when is not None:
                held = when(row, context)
                if held is None or held is False:
                    return None
            where = "id"
            source_key = key(row, context)
            if source_key is None:
                return None
            id = logical_id(source_key if source_key.__class__ is str else as_text(source_key))
        except MappingFailure as failure:
            failure.path.append(where)
            raise
        made = build(row, context)
        if made is None:
            return None
        meta = {}
        if profiles:
            found = (
                fixed
                if fixed is not None
                else [v for p in profiles if (v := p.run(row, context)) is not None]
            )
            meta = {"profile": list(found)}
        resource = {"resourceType": type, "id": id, "meta": meta, **made}
        own = made.get("meta")
        if own is not None:
            resource["meta"] = _joined(own, meta)
        return id, resource

    if steps.items is None:

        def one_resource(row: Any, context: Any) -> list[tuple[str, dict[str, Any]]]:
            made = single(row, context)
            return [] if made is None else [made]

        return one_resource
    items, slot = steps.items, steps.slot

    def several(row: Any, context: Any) -> list[tuple[str, dict[str, Any]]]:
        try:
            values = many(items(row, context))
        except MappingFailure as failure:
            failure.path.append("for")
            raise
        found: list[tuple[str, dict[str, Any]]] = []
        ids: set[str] = set()
        for item in values:
            context[slot] = item
            made = single(row, context)
            if made is None:
                continue
            if made[0] in ids:
                twice = MappingFailure("two items of `for` give resources with one id")
                twice.path.append("id")
                raise twice
            ids.add(made[0])
            found.append(made)
        return found

    return several


def _joined(own: dict[str, Any], meta: dict[str, Any]) -> dict[str, Any]:
    profiles = [*meta.get("profile", ()), *own.get("profile", ())]
    return {**own, "profile": profiles} if profiles else {**own}
