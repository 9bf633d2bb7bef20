"""By which tables a pack knows its database: the key `recognise` of pack.yaml."""

from __future__ import annotations

from collections.abc import Iterable

from facade.mapping.document import Map, Node, Scalar, Seq, parse_document
from facade.mapping.errors import Problem, suggest
from facade.packs import PackFiles

_FORM = "`recognise:` takes `tables: [name, …]`, tables that only this system has"


def recognised_tables(files: PackFiles) -> tuple[str, ...]:
    """The tables that tell this pack's database from others; none if the pack does not say."""
    node = parse_document(files.layers[0].get("pack.yaml", ""), "pack.yaml", [])
    return read_recognise(node.get("recognise"), []) if isinstance(node, Map) else ()


def recognises(tables: tuple[str, ...], there: Iterable[str]) -> bool:
    """Whether all of a pack's tables are there, whatever their case."""
    return bool(tables) and {name.lower() for name in tables} <= {name.lower() for name in there}


def read_recognise(node: Node | None, problems: list[Problem]) -> tuple[str, ...]:
    """What stands under the key; problems name the line."""
    if node is None or (isinstance(node, Scalar) and not node.text):
        return ()
    if not isinstance(node, Map):
        problems.append(Problem(node.file, node.line, _FORM))
        return ()
    for key, entry in node.entries.items():
        if key != "tables":
            hint = suggest(key, ("tables",))
            problems.append(Problem(entry.file, entry.line, f"unknown key `{key}`{hint}"))
    written = node.get("tables")
    items = written.items if isinstance(written, Seq) else ()
    names = tuple(item.text for item in items if isinstance(item, Scalar) and item.text)
    if not names or len(names) < len(items):
        problems.append(Problem(node.file, node.line, _FORM))
    return names
