"""A site's overlay over a pack: documents merged key by key, each node keeping its own file and line."""

from __future__ import annotations

from facade.mapping.document import Entry, Map, Node, Scalar, Seq
from facade.mapping.errors import Problem, suggest


def merge(base: Node | None, over: Node, problems: list[Problem]) -> Node | None:
    """The base with the overlay over it; None if the overlay removes it."""
    if isinstance(over, Scalar):
        if over.text != "$remove":
            return over
        if base is None:
            problems.append(Problem(over.file, over.line, "`$remove`: the pack has nothing here"))
        return None
    if isinstance(over, Seq):
        return Seq(tuple(_fresh(item, problems) for item in over.items), over.file, over.line)
    if "$append" in over.entries:
        return _append(base, over, problems)
    if not isinstance(base, Map):
        return _fresh(over, problems)
    entries = dict(base.entries)
    for key, entry in over.entries.items():
        old = entries.get(key)
        if old is None and isinstance(entry.value, Scalar) and entry.value.text == "$remove":
            message = f"`{key}: $remove`: the pack has no `{key}` here{suggest(key, entries)}"
            problems.append(Problem(entry.file, entry.line, message))
            continue
        merged = merge(old.value if old else None, entry.value, problems)
        if merged is None:
            entries.pop(key, None)
        else:
            entries[key] = Entry(merged, entry.file, entry.line)
    return Map(entries, base.file, base.line)


def _append(base: Node | None, over: Map, problems: list[Problem]) -> Node:
    entry = over.entries["$append"]
    added = entry.value.items if isinstance(entry.value, Seq) else (entry.value,)
    added = tuple(_fresh(item, problems) for item in added)
    for key, other in over.entries.items():
        if key != "$append":
            problems.append(Problem(other.file, other.line, f"`{key}` cannot stand beside `$append`"))
    if base is None:
        return Seq(added, over.file, over.line)
    kept = base.items if isinstance(base, Seq) else (base,)
    return Seq((*kept, *added), over.file, over.line)


def _fresh(node: Node, problems: list[Problem]) -> Node:
    """Overlay text where the pack has nothing to merge with."""
    if isinstance(node, Map):
        if "$append" in node.entries:
            return _append(None, node, problems)
        entries = {}
        for key, entry in node.entries.items():
            if isinstance(entry.value, Scalar) and entry.value.text == "$remove":
                problems.append(
                    Problem(entry.file, entry.line, f"`{key}: $remove`: the pack has no `{key}` here")
                )
            else:
                entries[key] = Entry(_fresh(entry.value, problems), entry.file, entry.line)
        return Map(entries, node.file, node.line)
    if isinstance(node, Seq):
        return Seq(tuple(_fresh(item, problems) for item in node.items), node.file, node.line)
    return node
