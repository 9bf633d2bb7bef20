"""streams/*.sql: headers, and the columns that the SQL gives."""

from __future__ import annotations

import pytest

from facade.mapping.errors import Problem
from facade.mapping.streams import parse_stream, query_columns


def parsed(text: str) -> tuple[object, list[str]]:
    found: list[Problem] = []
    return parse_stream("s", text, "s.sql", found), [f"{p.line}: {p.message}" for p in found]


def test_a_header() -> None:
    found: list[Problem] = []
    stream = parse_stream(
        "s",
        "-- key: pid, seq\n-- mode: incremental\n-- cursor: changed\n-- overlap: 10m\n-- deleted: gone\n"
        "-- page_size: 50\n-- a remark\n\nSELECT 1\n-- key: later\n",
        "s.sql",
        found,
    )
    assert found == []
    assert (stream.key, stream.mode, stream.cursor, stream.overlap, stream.deleted) == (
        ("pid", "seq"),
        "incremental",
        "changed",
        600,
        "gone",
    )
    assert stream.options == {"page_size": "50"}
    assert stream.query == "SELECT 1\n-- key: later"


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("2h", 7200), ("1d", 86400), ("1.5m", 90), ("100", 100)]
)
def test_overlap(text: str, seconds: float) -> None:
    found: list[Problem] = []
    assert parse_stream("s", f"-- key: a\n-- overlap: {text}\nSELECT a", "s.sql", found).overlap == seconds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT a FROM t", ["1: `-- key: column` is missing: which column identifies a row?"]),
        ("-- key: a\n-- mode: incremental\nSELECT a", ["2: an incremental stream needs `-- cursor: "
                                                       "column`, the watermark to read on from"]),
        ("-- key: a\n-- overlap: soon\nSELECT a", ["2: `overlap` is a number, or a time such as 30s "
                                                   "10m 2h 1d"]),
        ("-- key: a\n-- cusor: a\nSELECT a", ["2: unknown header `cusor`; did you mean `cursor`?"]),
        ("-- key: a\n-- dialect: mysql\n-- parent_of: x\n-- every: 5m\n-- note: x\n-- order: "
         "x\nSELECT a", []),
    ],
)  # fmt: skip
def test_what_is_wrong(text: str, said: list[str]) -> None:
    assert parsed(text)[1] == said


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("SELECT a, b AS c, t.d, COUNT(*) AS n FROM t", {"a", "c", "d", "n"}),
        ("SELECT a FROM t UNION ALL SELECT b FROM u", {"a"}),
        ("WITH x AS (SELECT 1 AS a) SELECT a FROM x", {"a"}),
        ("SELECT `a b` AS \"c d\" FROM t", None),
        ("SELECT * FROM t", None),
        ("SELECT t.*, a FROM t", None),
        ("SELECT COUNT(*) FROM t", None),
        ("EXEC sp_patients", None),
        ("not sql at all (", None),
        ("", None),
    ],
)  # fmt: skip
def test_columns(query: str, columns: set[str] | None) -> None:
    stream = parse_stream("s", f"-- key: a\n{query}", "s.sql", [])
    assert query_columns(stream) == columns


def test_columns_by_dialect() -> None:
    mysql = parse_stream(
        "s", "-- key: a\n-- dialect: mysql\nSELECT `a b`, IF(x, 1, 2) AS y FROM t", "s.sql", []
    )
    assert query_columns(mysql) == {"a b", "y"}
    unknown = parse_stream("s", "-- key: a\n-- dialect: mumps\nSELECT a FROM t", "s.sql", [])
    assert query_columns(unknown) is None
