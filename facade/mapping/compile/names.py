"""Names for expressions: `for`, `let`, `with`, at the top of a mapping and inside it."""

from __future__ import annotations

import re
from typing import Any

from facade.mapping.compile.expressions import compile_condition, compile_scalar
from facade.mapping.compile.scope import RESERVED, Code, Run, Scope
from facade.mapping.compile.tracing import traceable
from facade.mapping.document import Entry, Map, Scalar
from facade.mapping.errors import MappingFailure

_FOR = re.compile(r"\s*(\w+)\s+in\s+(.+)", re.DOTALL)
_NAME = re.compile(r"[^\W\d]\w*")
Setters = list[tuple[str, int, Run]]
"""Name, place in the context, and closure of the value."""


def scalar(entry: Entry, key: str, scope: Scope) -> Scalar | None:
    """The entry's scalar, or a problem."""
    if isinstance(entry.value, Scalar):
        return entry.value
    scope.problem(entry.file, entry.line, f"`{key}` takes an expression")
    return None


def parse_for(entry: Entry, key: str, scope: Scope) -> tuple[str, Code] | None:
    """`x in expr`."""
    written = scalar(entry, key, scope)
    if written is None:
        return None
    found = _FOR.fullmatch(written.text)
    if found is None:
        scope.problem(entry.file, entry.line, f"`{key}` is written `name in $list`, not `{written.text}`")
        return None
    if not check_name(found[1], entry, key, scope):
        return None
    return found[1], compile_condition(found[2].strip(), written.file, written.line, scope)


def check_name(name: str, entry: Entry, key: str, scope: Scope) -> bool:
    """A name for an expression must be a word, and none of the reserved ones."""
    if name in RESERVED:
        scope.problem(
            entry.file, entry.line, f"`{key}`: the name `{name}` is reserved ({', '.join(RESERVED)})"
        )
        return False
    if not _NAME.fullmatch(name):
        scope.problem(
            entry.file, entry.line, f"`{key}`: `{name}` is no name; a name is letters, digits and _"
        )
        return False
    return True


def compile_names(entry: Entry, key: str, scope: Scope) -> tuple[Scope, Setters]:
    """`{name: expr}`; each is in sight of the next."""
    if not isinstance(entry.value, Map):
        scope.problem(entry.file, entry.line, f"`{key}` takes names and expressions: {{ n: $path }}")
        return scope, []
    setters = []
    for name, item in entry.value.entries.items():
        written = scalar(item, f"{key}.{name}", scope)
        if written is None or not check_name(name, item, key, scope):
            continue
        code = compile_scalar(written.text, written.file, written.line, scope)
        scope, slot = scope.with_name(name, code)
        setters.append((name, slot, traceable(code.run, slot, scope)))
    return scope, setters


def set_names(setters: Setters, row: Any, context: Any) -> None:
    """Compute the names' values, in order."""
    name = ""
    try:
        for name, slot, run in setters:  # noqa: B007 - the name tells which one failed
            context[slot] = run(row, context)
    except MappingFailure as failure:
        failure.reason = f"the name `{name}`: {failure.reason}"
        raise
