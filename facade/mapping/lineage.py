"""Lineage: what made each element, told by the mapping's own closures, whose leaves mark their values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from facade.mapping.compile.tracing import Marked


@dataclass(frozen=True, slots=True)
class Lineage:
    """One element of a resource and where it comes from. `raw` holds the record's values as they were read,
    by path; `element` has indexes (`name[0].family`)."""

    element: str
    value: Any
    stream: str
    columns: tuple[str, ...]
    raw: dict[str, Any]
    expression: str
    filters: tuple[str, ...]
    file: str
    line: int


def unmark(value: Any, element: str, stream: str, found: list[Lineage]) -> Any:
    """The plain value of a traced tree; its leaves' lineage is appended to `found`."""
    if isinstance(value, Marked):
        found.extend(_lines(value, element, stream))
        return value.value
    if isinstance(value, dict):
        return {
            name: unmark(item, f"{element}.{name}" if element else name, stream, found)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [unmark(item, f"{element}[{number}]", stream, found) for number, item in enumerate(value)]
    return value


def _lines(marked: Marked, element: str, stream: str) -> Iterator[Lineage]:
    source = marked.source
    code = source.code
    text = code.text
    if code.constant and source.guard is not None:
        text = f"{text} (where {source.guard.text})"
    for name, value in _leaves(marked.value, element):
        yield Lineage(
            name, value, stream, tuple(marked.raw), marked.raw, text, code.filters, source.file, source.line
        )


def _leaves(value: Any, element: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _leaves(item, f"{element}.{name}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _leaves(item, f"{element}[{number}]")
    else:
        yield element, value
