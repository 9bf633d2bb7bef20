"""The columns of a plain SELECT are those that sqlglot sees."""

from __future__ import annotations

import random

import pytest

from facade.mapping.select_list import plain_columns
from facade.mapping.streams import parse_stream, parsed_columns
from facade.packs import read_pack, shipped_packs


@pytest.mark.parametrize("pack", shipped_packs())
def test_the_shipped_streams_are_plain(pack: str) -> None:
    for path, text in read_pack(pack).layers[0].items():
        if path.startswith("streams/"):
            stream = parse_stream(path, text, path, [])
            dialect = stream.options.get("dialect")
            columns = plain_columns(stream.query, dialect)
            assert columns
            assert columns == parsed_columns(stream.query, dialect)


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("SELECT a, t.b, t.c AS d, 'x, y' AS e FROM t", {"a", "b", "d", "e"}),
        ("SELECT DISTINCT a FROM t", {"a"}),
        ('SELECT "a b", t."c" FROM t', {"a b", "c"}),
        ("SELECT (SELECT max(b) FROM u), 1 AS n FROM t", None),
        ("SELECT (SELECT max(b) FROM u) AS b, f(1, 2) AS n FROM t", {"b", "n"}),
        ("SELECT a -- x, y\n, /* z, */ b FROM t", {"a", "b"}),
        ("SELECT a /*! , b */ FROM t", None),
        ("SELECT 'it''s, so' AS a FROM t", {"a"}),
        ("SELECT 'x\\' AS a, ' AS b FROM t", None),
        ("SELECT NULL, current_date FROM t", None),
        ("SELECT a IS DISTINCT FROM b AS c, d FROM t", None),
        ("SELECT a FROM t UNION SELECT b FROM u", None),
        ("SELECT a FROM (SELECT b FROM u UNION SELECT c FROM v) AS a", {"a"}),
        ("SELECT a b FROM t", None),
        ("SELECT a.* FROM t", None),
        ("SELECT a, FROM t", None),
        ("SELECT f(a)) AS b FROM t", None),
        ("SELECT 1 AS a", None),
        ("WITH u AS (SELECT 1) SELECT a FROM u", None),
    ],
)
def test_plain(query: str, columns: set[str] | None) -> None:
    assert plain_columns(query) == columns


def test_quotes_by_dialect() -> None:
    assert plain_columns('SELECT "a" FROM t', "mysql") is None  # a text there
    assert plain_columns("SELECT `a` FROM t", "mysql") == {"a"}
    assert plain_columns("SELECT `a` FROM t") is None
    assert plain_columns("SELECT a FROM t", "mumps") is None


_PIECES = (
    *("SELECT", "FROM", "AS", ",", ",", "(", ")", ".", "*", "a", "b", "t", "f(a)", "t.c", "'x'", '"q"', "1"),
    *("DISTINCT", "UNION", "NULL", "a AS d", "b AS e", "CASE", "END", "INTO", "/* a */", "||", "="),
)


@pytest.mark.parametrize("dialect", [None, "mysql", "sqlite"])
def test_what_is_read_is_what_sqlglot_reads(dialect: str | None) -> None:
    random.seed(8)
    seen = 0
    for _ in range(1000):
        query = f"SELECT {' '.join(random.choices(_PIECES, k=random.randint(1, 7)))} FROM t"
        columns, parsed = plain_columns(query, dialect), parsed_columns(query, dialect)
        if columns is not None and parsed is not None:
            assert columns == parsed, query
            seen += 1
    assert seen > 20
