"""SQL over lists of values, a few thousand at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

PART = 2000
"""Values in one IN list; PostgreSQL bears 65,535 parameters."""

Execute = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]


def marks(count: int) -> str:
    """`(?,?,?)`."""
    return "(" + ",".join("?" * count) + ")"


def by_parts(
    execute: Execute, sql: str, values: Sequence[Any], before: Sequence[Any] = ()
) -> list[tuple[Any, ...]]:
    """Run `sql`, which ends in `IN`, over the values; `before` are the parameters that come first."""
    rows: list[tuple[Any, ...]] = []
    for start in range(0, len(values), PART):
        part = values[start : start + PART]
        rows += execute(f"{sql} {marks(len(part))}", (*before, *part))
    return rows
