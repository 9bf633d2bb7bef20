"""streams/*.sql: the header to a Stream, and the columns that the SQL is seen to give."""

from __future__ import annotations

import re
from functools import lru_cache

from connectors.base import Stream
from facade.mapping.errors import Problem, suggest
from facade.mapping.select_list import plain_columns

_HEADER = re.compile(r"--\s*([A-Za-z_][\w.]*)\s*:\s*(.*?)\s*")
_OVERLAP = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([smhd]?)")
_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_MODES = ("snapshot", "incremental", "live")
_KNOWN = ("key", "mode", "cursor", "overlap", "deleted")
MAX_AGE = "max_age"


def parse_stream(name: str, text: str, file: str, problems: list[Problem]) -> Stream:
    """A stream's header and query; problems name the header's line."""
    header, lines, query = _header(text)
    options = {key: value for key, value in header.items() if key not in _KNOWN}

    def wrong(key: str, message: str) -> None:
        problems.append(Problem(file, lines.get(key, 1), message))

    for option in options:
        if option != MAX_AGE and (hint := suggest(option, (*_KNOWN, MAX_AGE), 0.75)):
            wrong(option, f"unknown header `{option}`{hint}")
    mode = header.get("mode", "snapshot")
    if mode not in _MODES:
        wrong("mode", f"`mode` is snapshot, incremental or live, not `{mode}`{suggest(mode, _MODES)}")
        mode = "snapshot"
    cursor = header.get("cursor") or None
    if mode == "incremental" and not cursor:
        wrong("mode", "an incremental stream needs `-- cursor: column`, the watermark to read on from")
    overlap = _OVERLAP.fullmatch(header.get("overlap", "0"))
    if overlap is None:
        wrong("overlap", "`overlap` is a number, or a time such as 30s 10m 2h 1d")
    if _OVERLAP.fullmatch(header.get(MAX_AGE, "0")) is None:
        wrong(MAX_AGE, "`max_age` is a time such as 5s, for which a slice that was asked is not asked again")
    key = tuple(column for part in header.get("key", "").split(",") if (column := part.strip()))
    if not key and query:
        wrong("key", "`-- key: column` is missing: which column identifies a row?")
    return Stream(
        name=name,
        query=query,
        key=key,
        mode=mode,  # type: ignore[arg-type]
        cursor=cursor,
        overlap=float(overlap[1]) * _SECONDS[overlap[2]] if overlap else 0,
        deleted=header.get("deleted") or None,
        options=options,
    )


def max_age_of(stream: Stream) -> float:
    """Seconds for which a slice of a live stream need not be asked again; 0 without the header."""
    found = _OVERLAP.fullmatch(stream.options.get(MAX_AGE, "0"))
    return float(found[1]) * _SECONDS[found[2]] if found else 0.0


def check_header_columns(
    stream: Stream, columns: frozenset[str] | None, text: str, file: str, problems: list[Problem]
) -> None:
    """The columns that the header names must be among those that the SQL gives."""
    if columns is None:
        return
    lines = _header(text)[1]
    named = {"cursor": stream.cursor, "deleted": stream.deleted}
    for header, column in [*(("key", column) for column in stream.key), *named.items()]:
        if column and column not in columns:
            message = f"`{header}` names `{column}`, which the SQL does not give{suggest(column, columns)}"
            problems.append(Problem(file, lines.get(header, 1), message))


def query_columns(stream: Stream) -> frozenset[str] | None:
    """The columns of the stream's SELECT; None where the text does not tell (`*`, no SQL, a strange
    dialect)."""
    return _columns(stream.query, stream.options.get("dialect")) if stream.query else None


@lru_cache(maxsize=256)
def _columns(query: str, dialect: str | None) -> frozenset[str] | None:
    columns = plain_columns(query, dialect)
    return columns if columns is not None else parsed_columns(query, dialect)


def parsed_columns(query: str, dialect: str | None = None) -> frozenset[str] | None:
    """The same of any SELECT that sqlglot understands."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        tree = sqlglot.parse_one(query, dialect=dialect)
    except (SqlglotError, ValueError, RecursionError):
        return None
    if not isinstance(tree, exp.Query) or tree.is_star:
        return None
    named = [column for column in tree.selects if isinstance(column, exp.Alias | exp.Column)]
    if len(named) < len(tree.selects):  # the database names it as it likes
        return None
    return frozenset(column.alias_or_name for column in named)


def _header(text: str) -> tuple[dict[str, str], dict[str, int], str]:
    header: dict[str, str] = {}
    at: dict[str, int] = {}
    lines = text.split("\n")
    for number, line in enumerate(lines):
        stripped = line.strip()
        found = _HEADER.fullmatch(stripped)
        if found:
            header[found[1]] = found[2]
            at[found[1]] = number + 1
        elif stripped and not stripped.startswith("--"):
            return header, at, "\n".join(lines[number:]).strip()
    return header, at, ""
