"""Paths: from a place in a record to the values there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from facade.mapping.syntax import (
    Index,
    Step,
)
from facade.mapping.values import clean


def walk(value: Any, steps: tuple[Step, ...]) -> Any:
    """The raw value at the end of the steps, None if there is none."""
    for number, step in enumerate(steps):
        if value is None:
            return None
        if step.__class__ is str:
            value = _into(value, step)
        elif isinstance(step, Index):
            items = value if value.__class__ is list else [value]
            value = items[step.number] if -len(items) <= step.number < len(items) else None
        else:
            return _each(value, steps[number + 1 :])
    return value


def _into(value: Any, name: str) -> Any:
    while value.__class__ is list:
        value = value[0] if value else None
    if value.__class__ is dict:
        return value.get(name)
    # a field without components is its own first component
    return value if name == "1" else None


def _each(value: Any, rest: tuple[Step, ...]) -> list[Any]:
    found: list[Any] = []
    for item in value if value.__class__ is list else [value]:
        inner = walk(item, rest)
        if inner.__class__ is list:
            found.extend(inner)
        else:
            found.append(inner)
    return found


Read = Callable[[Any, Any], Any]


def read_column(name: str) -> Read:
    """Reads one column of the body."""

    def read(row: Any, context: Any) -> Any:
        value = row.get(name)
        if value.__class__ is str:
            return value.strip() or None
        return None if value is None else clean(value)

    return read


def read_body(root: str, steps: tuple[Step, ...]) -> Read:
    """Reads a path of the body."""
    return lambda row, context: clean(walk(row.get(root), steps))


def read_slot(slot: int, steps: tuple[Step, ...]) -> Read:
    """Reads a path of a name's value."""
    if not steps:
        return lambda row, context: context[slot]
    if len(steps) == 1 and isinstance(steps[0], str):
        name = steps[0]

        def read(row: Any, context: Any) -> Any:
            value = context[slot]
            if value.__class__ is dict:
                value = value.get(name)
                return (value.strip() or None) if value.__class__ is str else clean(value)
            return clean(walk(value, steps))

        return read
    return lambda row, context: clean(walk(context[slot], steps))
