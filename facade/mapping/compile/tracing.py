"""Traced runs: the same closures, each leaf's value marked with its source and with what it read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from facade.mapping.compile.scope import Code, Run, Scope, Variable
from facade.mapping.filters.registry import READS
from facade.mapping.paths import walk
from facade.mapping.show import show


@dataclass(frozen=True, slots=True)
class Source:
    """Where a leaf is written, for lineage."""

    code: Code
    guard: Code | None
    file: str
    line: int


class Marked:
    """In a traced run: a leaf's value together with its source and what it read."""

    __slots__ = ("raw", "source", "value")

    def __init__(self, value: Any, source: Source, raw: dict[str, Any]) -> None:
        self.value = value
        self.source = source
        self.raw = raw


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


def traceable(run: Run, slot: int, scope: Scope) -> Run:
    """The closure of a name's value; in a traced mapping it keeps what it read."""
    return traced_name(run, slot) if scope.traced else run
