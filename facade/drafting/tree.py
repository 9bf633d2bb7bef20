"""A mapping's tree as YAML text, with comments at the end of its lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_PLAIN = re.compile(r"[A-Za-z0-9$/(<][^\n]*")


@dataclass(frozen=True)
class Leaf:
    """A scalar, and what is said of it."""

    text: str
    comment: str = ""


def emit(node: Mapping[str, Any], indent: int = 0) -> Iterator[str]:
    """The lines of an object."""
    pad = " " * indent
    for key, value in node.items():
        name = _scalar(key)
        if isinstance(value, Leaf):
            yield f"{pad}{name}: {_leaf(value)}"
        elif isinstance(value, dict) and not value:
            yield f"{pad}{name}: {{}}"
        elif (flow := _flow(value)) is not None:
            yield f"{pad}{name}: {flow}"
        elif isinstance(value, dict):
            yield f"{pad}{name}:"
            yield from emit(value, indent + 2)
        else:
            yield f"{pad}{name}:"
            yield from _items(value, indent + 2)


def _items(items: list[Any], indent: int) -> Iterator[str]:
    pad = " " * indent
    for item in items:
        if isinstance(item, Leaf):
            yield f"{pad}- {_leaf(item)}"
        elif isinstance(item, dict):
            lines = list(emit(item, indent + 2))
            yield f"{pad}- {lines[0].lstrip()}"
            yield from lines[1:]
        else:
            yield f"{pad}-"
            yield from _items(item, indent + 2)


def _leaf(leaf: Leaf) -> str:
    text = _scalar(leaf.text)
    return f"{text}  # {leaf.comment}" if leaf.comment else text


def _flow(value: Any) -> str | None:
    """What is short and without comments stands on one line."""
    text = _on_one_line(value)
    return text if text is not None and len(text) <= 100 else None


def _on_one_line(value: Any) -> str | None:
    if isinstance(value, Leaf):
        if value.comment:
            return None
        return f'"{_escaped(value.text)}"' if re.search(r"[,\[\]{}]", value.text) else _scalar(value.text)
    if isinstance(value, dict):
        parts = [(key, _on_one_line(item)) for key, item in value.items()]
        if any(part is None for _, part in parts):
            return None
        return "{ " + ", ".join(f"{_scalar(key)}: {part}" for key, part in parts) + " }"
    some = [_on_one_line(item) for item in value]
    if any(part is None for part in some):
        return None
    return "[" + ", ".join(str(part) for part in some) + "]"


def _scalar(text: str) -> str:
    plain = _PLAIN.fullmatch(text) and text.isprintable() and text == text.strip()
    if not plain or ": " in text or " #" in text or text.endswith(":"):
        return f'"{_escaped(text)}"'
    return text


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in text)
