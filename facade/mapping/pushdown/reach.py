"""From a mapping's document to what fills one of its elements, through the `$` keys and fragments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from facade.mapping.document import Entry, Map, Node, Scalar, Seq
from facade.mapping.pushdown.sight import ABSENT, ITEM, UNKNOWN, Read, Sight
from facade.mapping.syntax import Compare, In, Literal
from facade.mapping.values import as_number

_FOR = re.compile(r"\s*(\w+)\s+in\s+(.+)", re.DOTALL)
Case = tuple[Read, tuple[str, ...]]
Fields = Mapping[str, tuple[Node, Sight]]
"""An object's elements, each with what its place can see."""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that may fill the element: an object's `fields`, or what a scalar gives (`read`), from which
    the `rest` of the path still leads on. It is there only if each of `cases` (a value, the texts of which it
    must be one) holds. `text` is the scalar as it is written."""

    fields: Fields | None
    read: Read
    rest: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()
    text: str = ""

    def inside(self, name: str) -> Iterator[Found]:
        """What fills one of its elements; something unknown, where that cannot be seen."""
        if self.fields is None:
            yield replace(self, read=UNKNOWN)
        elif name in self.fields:
            node, sight = self.fields[name]
            for found in reach(node, (), sight):
                yield replace(found, cases=(*self.cases, *found.cases))


def first_sight(document: Map, sight: Sight) -> Sight:
    """What the elements of a mapping see: the names of its `for` and `let`."""
    if isinstance(node := document.get("for"), Scalar):
        sight = _with_item(node, sight)
    if "let" in document.entries:
        sight = _with_names(document.entries["let"], sight)
    return sight


def reach(node: Node, path: tuple[str, ...], sight: Sight) -> Iterator[Found]:
    """All that may stand at the end of a path of JSON names, below a node."""
    if isinstance(node, Scalar):
        yield Found(None, sight.scalar(node), path, text=node.text)
    elif isinstance(node, Seq):
        for item in node.items:
            yield from reach(item, path, sight)
    else:
        yield from _map(dict(node.entries), path, sight)


def _map(entries: dict[str, Entry], path: tuple[str, ...], sight: Sight) -> Iterator[Found]:
    """The keys from the outermost in, as they are compiled."""
    if entries.pop("$absent", None):
        yield Found(None, ABSENT, path)
    if item := entries.pop("$for", None):
        sight = _with_item(item.value, sight)
    if names := entries.pop("$let", None):
        sight = _with_names(names, sight)
    if condition := entries.pop("$if", None):
        case = _case(condition.value, sight)
        if "$then" in entries:
            yield from _only(case, reach(entries["$then"].value, path, sight))
        if "$else" in entries:
            yield from reach(entries["$else"].value, path, sight)
        if "$then" not in entries and "$else" not in entries:
            yield from _only(case, _rest(entries, path, sight))
    else:
        yield from _rest(entries, path, sight)


def _only(case: Case | None, all_found: Iterator[Found]) -> Iterator[Found]:
    for found in all_found:
        yield replace(found, cases=(case, *found.cases)) if case else found


def _case(node: Node, sight: Sight) -> Case | None:
    """What `$if` demands, if that is a text or one of several. Numbers are equal in many spellings."""
    condition = sight.condition(node) if isinstance(node, Scalar) else UNKNOWN
    match condition:
        case Compare(left, "=", Literal(text)) if as_number(text) is None:
            return left, (text,)
        case In(operand, choices, False) if all(as_number(choice.text) is None for choice in choices):
            return operand, tuple(choice.text for choice in choices)
        case _:
            return None


def _rest(entries: dict[str, Entry], path: tuple[str, ...], sight: Sight) -> Iterator[Found]:
    if "$switch" in entries:
        yield from _switch(entries, path, sight)
    elif "$value" in entries:
        yield from reach(entries["$value"].value, path, sight)
    else:
        yield from _object(entries, path, sight)


def _switch(entries: dict[str, Entry], path: tuple[str, ...], sight: Sight) -> Iterator[Found]:
    subject = entries.pop("$switch").value
    read = sight.condition(subject) if isinstance(subject, Scalar) else UNKNOWN
    for key, entry in entries.items():
        for found in reach(entry.value, path, sight):
            if key in ("$default", "$empty"):
                yield found
            else:
                case = key[1:] if key.startswith("$$") else key
                yield replace(found, cases=((read, (case,)), *found.cases))


def _object(entries: dict[str, Entry], path: tuple[str, ...], sight: Sight) -> Iterator[Found]:
    if "$use" in entries:
        used = _fragment(entries, sight)
        if used is None:
            yield Found(None, UNKNOWN, path)
            return
        map, inside = used
        if any(key[:1] == "$" and key[:2] != "$$" for key in map.entries if key not in ("$use", "$with")):
            yield from _map(dict(map.entries), path, inside)
            return
    fields = _fields(entries, sight)
    if not path:
        yield Found(fields, UNKNOWN)
    elif path[0] in fields:
        node, inner = fields[path[0]]
        yield from reach(node, path[1:], inner)


def _fields(entries: Mapping[str, Entry], sight: Sight) -> dict[str, tuple[Node, Sight]]:
    """An object's elements, a fragment's first."""
    fields: dict[str, tuple[Node, Sight]] = {}
    if "$use" in entries and (used := _fragment(entries, sight)):
        fields.update(_fields(used[0].entries, used[1]))
    own = {name: (entry.value, sight) for name, entry in entries.items() if name not in ("$use", "$with")}
    return {**fields, **own}


def _fragment(entries: Mapping[str, Entry], sight: Sight) -> tuple[Map, Sight] | None:
    name = entries["$use"].value
    fragment = sight.site.fragments.get(name.text) if isinstance(name, Scalar) else None
    if fragment is None or fragment.name in sight.fragments:
        return None
    given = entries.get("$with")
    named = given.value.entries if given and isinstance(given.value, Map) else {}
    outer = _with_names(given, sight) if given else sight
    names = {param: outer.names[param] if param in named else Literal("") for param in fragment.params}
    return fragment.map, replace(sight, names=names, fragments=(*sight.fragments, fragment.name))


def _with_item(node: Node, sight: Sight) -> Sight:
    found = _FOR.fullmatch(node.text) if isinstance(node, Scalar) else None
    return sight.with_name(found[1], ITEM) if found else sight


def _with_names(entry: Entry, sight: Sight) -> Sight:
    if isinstance(entry.value, Map):
        for name, item in entry.value.entries.items():
            read = sight.scalar(item.value) if isinstance(item.value, Scalar) else UNKNOWN
            sight = sight.with_name(name, read)
    return sight
