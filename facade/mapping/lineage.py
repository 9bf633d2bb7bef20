"""Lineage: what made each element. The mapping's own closures run, each leaf's value marked with its source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from facade.mapping.compile.leaves import Marked, Source
from facade.mapping.compile.scope import Code, Run, Variable
from facade.mapping.filters.registry import READS
from facade.mapping.paths import walk
from facade.mapping.show import show


@dataclass(frozen=True, slots=True)
class Lineage:
    """One element of a resource and where it comes from. `raw` holds the record's values as they were read, by
    path; `element` has indexes (`name[0].family`)."""

    element: str
    value: Any
    stream: str
    columns: tuple[str, ...]
    raw: dict[str, Any]
    expression: str
    filters: tuple[str, ...]
    file: str
    line: int


def traced(run: Run, source: Source) -> Run:
    """The leaf's closure, its values marked."""
    codes = [source.code]
    if not _reads(source.code) and source.guard is not None:
        codes.append(source.guard)

    def leaf(row: Any, context: Any) -> Any:
        reads: list[str] = []
        context[READS] = reads
        value = run(row, context)
        if value is None:
            return None
        raw: dict[str, Any] = {}
        for code in codes:
            _collect(code, row, context, raw)
        for name in reads:
            raw[name] = row.get(name)
        if value.__class__ is list:
            return [Marked(item, source, raw) for item in value]
        return Marked(value, source, raw)

    return leaf


def traced_name(run: Run, slot: int) -> Run:
    """The closure of a name's value, which also keeps what it read by name."""

    def named(row: Any, context: Any) -> Any:
        reads: list[str] = []
        context[READS] = reads
        value = run(row, context)
        context[slot + 1] = reads
        return value

    return named


def _reads(code: Code) -> bool:
    return bool(code.paths or code.slots)


def _collect(code: Code, row: Any, context: Any, raw: dict[str, Any]) -> None:
    for path in code.paths:
        raw.setdefault(show(path)[1:], walk(row.get(path.root), path.steps))
    for variable in code.slots:
        _variable(variable, row, context, raw)


def _variable(variable: Variable, row: Any, context: Any, raw: dict[str, Any]) -> None:
    _collect(variable.code, row, context, raw)
    for name in context[variable.slot + 1] or ():
        raw.setdefault(name, row.get(name))


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
