"""A repeating primitive and its extensions: two lists that must stay in step.

https://hl7.org/fhir/R4/json.html#primitive
"""

from __future__ import annotations

from typing import Any

from facade.mapping.compile.elements import compile_value
from facade.mapping.compile.leaves import Place
from facade.mapping.compile.scope import Run, Scope
from facade.mapping.document import Entry, Seq


def paired_fields(
    name: str, entries: tuple[Entry, Entry], places: tuple[Place, Place], scope: Scope
) -> list[tuple[str, Run]]:
    """The fields `name` and `_name`, with null where one of a pair is empty; empty pairs vanish."""
    (values, extras), (place, extra_place) = entries, places
    if not (isinstance(values.value, Seq) and isinstance(extras.value, Seq)):
        scope.problem(extras.file, extras.line, f"beside `_{name}`, write both as lists")
        return []
    ours, theirs = values.value.items, extras.value.items
    if len(ours) != len(theirs):
        message = (
            f"`_{name}` has {len(theirs)} items and `{name}` {len(ours)}; write {{}} where there is nothing"
        )
        scope.problem(extras.file, extras.line, message)
        return []
    pairs = [
        (compile_value(value, place, scope, item=True), compile_value(extra, extra_place, scope, item=True))
        for value, extra in zip(ours, theirs, strict=True)
    ]
    slot = scope.slots.next()

    def both(row: Any, context: Any) -> Any:
        found = []
        for value_run, extra_run in pairs:
            value, extra = value_run(row, context), extra_run(row, context)
            if value.__class__ is list:
                value = value[0]
            if value is not None or extra is not None:
                found.append((value, extra))
        context[slot] = found
        return [value for value, _ in found] if any(value is not None for value, _ in found) else None

    def extras_of(row: Any, context: Any) -> Any:
        found = [extra for _, extra in context[slot]]
        return found if any(extra is not None for extra in found) else None

    return [(name, both), (f"_{name}", extras_of)]
