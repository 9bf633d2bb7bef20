"""A mapping file to a plan: from a record to the resources that this mapping makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from facade.mapping.compile.expressions import compile_condition, compile_scalar
from facade.mapping.compile.leaves import Place, compile_leaf
from facade.mapping.compile.names import Setters, compile_names, parse_for, scalar
from facade.mapping.compile.plan import Key, Make, Steps, as_id, assemble
from facade.mapping.compile.scope import Always, Run, Scope, Site, SlotCounter
from facade.mapping.compile.structure import compile_map
from facade.mapping.compile.tracing import Source, traceable, traced
from facade.mapping.document import Map, Scalar, Seq
from facade.mapping.errors import suggest
from facade.mapping.filters.registry import FIRST_SLOT
from facade.mapping.pushdown.inverse import Inverse
from facade.mapping.pushdown.section import Answerable, Fixed, read_id, read_search
from facade.mapping.pushdown.sight import Sight
from facade.spec import definitions
from facade.spec.definitions import Element

KEYS = ("resource", "stream", "when", "for", "let", "id", "profile", "claims", "map", "search", "disabled")


@dataclass(frozen=True, slots=True)
class MappingDoc:
    """One mapping as the rest of the facade sees it. `columns` are those that it reads of the record.

    `search` holds the search parameters that the source itself can answer, `fixed` those that are alike for
    all records, and `rows_of` leads from a logical id to the rows that can make it (facade.mapping.pushdown).
    `profiles` are those that its resources claim, as far as they are written out.
    """

    name: str
    resource: str
    stream: str
    search: Mapping[str, Answerable]
    fixed: Fixed
    rows_of: Inverse
    columns: frozenset[str]
    file: str
    line: int
    profiles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled mapping; `run(body, context)` gives (id, resource) pairs or raises MappingFailure."""

    doc: MappingDoc
    size: int
    run: Make


def compile_mapping(
    name: str,
    node: Map,
    site: Site,
    streams: Mapping[str, frozenset[str] | None],
    *,
    keys: Mapping[str, tuple[str, ...]] | None = None,
    traced_run: bool = False,
) -> Plan | None:
    """The plan of one file; None, and problems, if it cannot be compiled at all.

    `streams` are the columns of each, None where they are not known; `keys` those that make its key.
    """
    counter = SlotCounter(FIRST_SLOT)
    scope = Scope(site, "", None, counter, traced_run)
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
    scope = Scope(site, stream.text, columns, counter, traced_run)
    steps = compile_steps(node, scope)
    scope = steps.scope
    id_key = Key(Always(None))
    if source_key is not None:
        code = compile_scalar(source_key.text, source_key.file, source_key.line, scope)
        mark = Source(code, None, source_key.file, source_key.line)
        id_key = Key(code.run, traced(as_id(code.run), mark) if traced_run else None)
    build = _resource(node, type.text, scope)
    profiles = _profiles(node, scope)
    sight = Sight(site, stream.text, (keys or {}).get(stream.text, ()))
    search = {} if traced_run else read_search(node, type.text, sight, scope, columns)
    read = frozenset(counter.read)
    doc = MappingDoc(
        name,
        type.text,
        stream.text,
        search,
        Fixed(node, type.text, sight),
        read_id(node, sight),
        read,
        node.file,
        node.line,
        _claimed(node, scope),
    )
    run = assemble(type.text, steps, id_key, build, profiles)
    return Plan(doc, counter.size, run)


def _required(node: Map, key: str, scope: Scope) -> Scalar | None:
    entry = node.entries.get(key)
    if entry is None:
        scope.problem(node.file, node.line, f"`{key}:` is missing")
        return None
    return scalar(entry, key, scope)


def compile_steps(node: Map, scope: Scope) -> Steps:
    """`for`, then `let`, then `when`; the scope of the rest is among them."""
    items: Run | None = None
    slot = 0
    entry = node.entries.get("for")
    if entry is not None and (parsed := parse_for(entry, "for", scope)):
        scope, slot = scope.with_name(*parsed)
        items = traceable(parsed[1].run, slot, scope)
    names: Setters = []
    if "let" in node.entries:
        scope, names = compile_names(node.entries["let"], "let", scope)
    when: Run | None = None
    condition = node.entries.get("when")
    if condition is not None and (written := scalar(condition, "when", scope)):
        when = compile_condition(written.text, written.file, written.line, scope).run
    return Steps(items, slot, names, when, scope)


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


def _claimed(node: Map, scope: Scope) -> tuple[str, ...]:
    """The profiles that are written out: those of all its resources, and those of some."""
    found: dict[str, None] = {}
    for key in ("profile", "claims"):
        written = node.get(key)
        for item in written.items if isinstance(written, Seq) else (written,):
            if isinstance(item, Scalar) and not item.text.startswith("$"):
                found[item.text] = None
            elif key == "claims" and item is not None:
                scope.problem(item.file, item.line, "`claims` takes canonical URLs, written out")
    return tuple(found)


def _profiles(node: Map, scope: Scope) -> list[Run]:
    entry = node.entries.get("profile")
    if entry is None:
        return []
    written = entry.value
    items = written.items if isinstance(written, Seq) else (written,)
    element = definitions.elements("Meta")["profile"]
    found = []
    for item in items:
        if isinstance(item, Scalar):
            found.append(compile_leaf(item, Place("profile", element, None, ()), scope).run)
        else:
            scope.problem(item.file, item.line, "`profile` takes canonical URLs")
    return found
