"""What may be written: the `writes` option, an action's name to its statements.

    writes:
      book:                                   # or `appointment.book`: that stream's only
        already: SELECT id FROM appointment WHERE remark = :command_id
        statements:
          - sql: INSERT INTO appointment (pid, start) VALUES (:pid, :start)
            expect_rows: 1
        key: generated

A `:name` is bound to the command's body, `:key` and `:command_id` to the command's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

_TOKEN = re.compile(
    r"""
    '(?:[^']|'')*' | "(?:[^"]|"")*" | `[^`]*` | --[^\n]* | /\*.*?\*/ | :: | \? | :(?P<name>[A-Za-z_]\w*)
    """,
    re.DOTALL | re.VERBOSE,
)
_ACTION_KEYS = ("statements", "key", "already", "atomic")
_STATEMENT_KEYS = ("sql", "expect_rows")


@dataclass(frozen=True)
class Bound:
    """SQL with `?` for its parameters, and their names in order."""

    sql: str
    names: tuple[str, ...]
    expect_rows: int | None = None


@dataclass(frozen=True)
class Action:
    """One action. `key`: None, `generated`, `:name` or a query. Not `atomic`: it cannot be rolled back."""

    statements: tuple[Bound, ...]
    key: str | Bound | None = None
    already: Bound | None = None
    atomic: bool = True


def parse_bound(sql: str, expect_rows: int | None = None) -> Bound:
    """Named parameters as positional ones; quoted text and comments are left alone. Raises ValueError."""
    names = []

    def replace(found: re.Match[str]) -> str:
        if found[0] == "?":
            raise ValueError("uses `?`; name its parameters like :pid")
        if found["name"] is None:
            return found[0]
        names.append(found["name"])
        return "?"

    return Bound(_TOKEN.sub(replace, sql).strip().rstrip(";"), tuple(names), expect_rows)


def parse_writes(value: Any) -> dict[str, Action]:
    """The `writes` option; raises ValueError."""
    if not isinstance(value, Mapping):
        raise ValueError("must map an action's name to its statements")
    return {str(name): _action(str(name), item) for name, item in value.items()}


def _action(name: str, item: Any) -> Action:
    if isinstance(item, str):
        item = {"statements": [item]}
    _only(name, item, _ACTION_KEYS)
    statements = item.get("statements")
    if isinstance(statements, Mapping):  # numbered or named, where a settings file knows no lists
        statements = list(statements.values())
    if isinstance(statements, str):
        statements = [statements]
    if not isinstance(statements, list) or not statements:
        raise ValueError(f"`{name}` needs `statements`")
    key = item.get("key")
    if key is not None and not isinstance(key, str):
        raise ValueError(f"`{name}`: `key` is `generated`, `:parameter` or a query")
    if key and key != "generated" and not re.fullmatch(r":\w+", key):
        key = parse_bound(key)
    already = item.get("already")
    return Action(
        statements=tuple(_statement(name, one) for one in statements),
        key=key or None,
        already=parse_bound(str(already)) if already else None,
        atomic=str(item.get("atomic", True)).lower() not in ("false", "no", "0"),
    )


def _statement(name: str, item: Any) -> Bound:
    if isinstance(item, str):
        item = {"sql": item}
    _only(name, item, _STATEMENT_KEYS)
    if not isinstance(item.get("sql"), str) or not item["sql"].strip():
        raise ValueError(f"`{name}`: a statement needs `sql`")
    rows = item.get("expect_rows")
    if rows is not None and (isinstance(rows, bool) or not str(rows).isdigit()):
        raise ValueError(f"`{name}`: `expect_rows` is not a whole number")
    return parse_bound(item["sql"], None if rows is None else int(rows))


def _only(name: str, item: Any, known: tuple[str, ...]) -> None:
    if not isinstance(item, Mapping):
        raise ValueError(f"`{name}` must be a mapping of {', '.join(known)}")
    for key in item:
        if key not in known:
            close = get_close_matches(str(key), known, 1)
            raise ValueError(f"`{name}` has no `{key}`" + (f"; did you mean `{close[0]}`?" if close else ""))
