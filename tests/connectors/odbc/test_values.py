"""What each database's values become, through its real driver; and the conversions by themselves."""

from __future__ import annotations

import base64
import json
import struct
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Stream
from connectors.odbc import values
from connectors.odbc.fetching import take
from connectors.odbc.records import Unreadable
from tests.connectors.odbc.conftest import Database

EXACT = "12345678901234567890.00000000000000000001"
LONGER = "12345678901234567890123456789012345678901234567890.10"
MARIADB = {  # type, SQL value, in the record
    "whole": ("int", "-7", -7),
    "tiny": ("tinyint(1)", "1", 1),
    "huge": ("bigint unsigned", "18446744073709551615", 18446744073709551615),
    "bit": ("bit(1)", "b'1'", True),
    "bits": ("bit(8)", "b'10000001'", "gQ=="),
    "temperature": ("float(5,2)", "98.6", 98.6),
    "real_": ("float", "0.1", 0.1),
    "double_": ("double", "0.1", 0.1),
    "money": ("decimal(10,2)", "200.00", "200.00"),
    "exact": ("decimal(40,20)", EXACT, EXACT),
    "text_": ("varchar(20)", "'Zoë €😀'", "Zoë €😀"),
    "blanks": ("varchar(20)", "'x '", "x "),
    "latin": ("varchar(20) CHARACTER SET latin1", "x'5A6FEB'", "Zoë"),
    "long_": ("longtext", "REPEAT('é', 70000)", "é" * 70000),
    "bytes_": ("varbinary(10)", "x'00ff'", "AP8="),
    "day": ("date", "'2020-01-02'", "2020-01-02"),
    "zero_day": ("date", "'0000-00-00'", "0000-00-00"),
    "null_day": ("date", "'0001-01-01'", "0001-01-01"),
    "month": ("date", "'2020-05-00'", "2020-05-00"),
    "moment": ("datetime", "'2020-01-02 03:04:05'", "2020-01-02T03:04:05"),
    "micros": ("datetime(6)", "'2020-01-02 03:04:05.000120'", "2020-01-02T03:04:05.000120"),
    "zero_moment": ("datetime", "'0000-00-00 00:00:00'", "0000-00-00T00:00:00"),
    "hours": ("time", "'100:00:00'", "100:00:00"),
    "year_": ("year", "2020", 2020),
    "uuid_": ("uuid", "'123e4567-e89b-12d3-a456-426614174000'", "123e4567-e89b-12d3-a456-426614174000"),
    "enum_": ("enum('a','b')", "'b'", "b"),
    "UPPER": ("int", "1", 1),
    "none": ("int", "NULL", None),
}  # fmt: skip
POSTGRESQL = {
    "whole": ("int", "-7", -7),
    "huge": ("bigint", "9223372036854775807", 9223372036854775807),
    "yes": ("boolean", "true", True),
    "no": ("boolean", "false", False),
    "temperature": ("real", "98.6", 98.6),
    "double_": ("double precision", "0.1", 0.1),
    "nan": ("double precision", "'NaN'", "NaN"),
    "money": ("numeric(10,2)", "200.00", "200.00"),
    "exact": ("numeric", LONGER, LONGER),
    "text_": ("text", "'Zoë €😀'", "Zoë €😀"),
    "padded": ("char(10)", "'ab'", "ab        "),
    "long_": ("text", "repeat('é', 70000)", "é" * 70000),
    "bytes_": ("bytea", "'\\x00ff'", "AP8="),
    "day": ("date", "'2020-01-02'", "2020-01-02"),
    "null_day": ("date", "'0001-01-01'", "0001-01-01"),
    "never": ("date", "'infinity'", "infinity"),
    "moment": ("timestamp", "'2020-01-02 03:04:05.5'", "2020-01-02T03:04:05.5"),
    "ever": ("timestamp", "'infinity'", "infinity"),
    "zoned": ("timestamptz", "'2020-07-02 03:04:05+05:30'", "2020-07-01T21:34:05+00:00"),
    "hours": ("time", "'12:34:56.5'", "12:34:56.5"),
    "json_": ("jsonb", "'{\"a\": 1}'", '{"a": 1}'),
    '"Upper"': ("int", "1", 1),
    "none": ("int", "NULL", None),
}  # fmt: skip
SQLITE = {
    "whole": ("int", "-7", -7),
    "real_": ("real", "0.1", 0.1),
    "text_": ("text", "'Zoë €😀'", "Zoë €😀"),
    "latin": ("text", "CAST(x'5A6FEB' AS text)", "Zoë"),
    "bytes_": ("blob", "x'00ff'", "AP8="),
    "zero_day": ("text", "'0000-00-00'", "0000-00-00"),
    "moment": ("text", "'2020-01-02 03:04:05'", "2020-01-02 03:04:05"),
    "none": ("int", "NULL", None),
}
CASES = {"mariadb": MARIADB, "postgresql": POSTGRESQL, "sqlite": SQLITE, "sqlite-odbc": SQLITE}


async def test_values_arrive_as_they_are(database: Database) -> None:
    cases = CASES[database.kind]
    columns = ", ".join(f"{name} {kind}" for name, (kind, _, _) in cases.items())
    database.run(f"CREATE TABLE v (id int, {columns})")
    database.run(f"INSERT INTO v VALUES (1, {', '.join(sql for _, sql, _ in cases.values())})")
    (record,) = await database.read(Stream("v", "SELECT * FROM v", ("id",)))
    expected = {"id": 1} | {name.strip('"'): value for name, (_, _, value) in cases.items()}
    assert record.body == expected
    assert [type(value) for value in record.body.values()] == [type(value) for value in expected.values()]
    assert json.loads(json.dumps(record.body)) == expected


async def test_text_in_a_database_without_encoding(postgresql: Database) -> None:
    assert postgresql.server is not None
    postgresql.server.run(
        None, "DROP DATABASE IF EXISTS old; CREATE DATABASE old ENCODING 'SQL_ASCII' TEMPLATE template0;"
    )
    postgresql.server.run(
        "old", "CREATE TABLE v (id int, t text); INSERT INTO v VALUES (1, E'Zo\\xEB'), (2, E'\\xC3\\xA9');"
    )
    old = Database(
        "postgresql", {"connection": postgresql.server.odbc("old").replace("Unicode", "ANSI")}, postgresql.run
    )
    records = await old.read(Stream("v", "SELECT * FROM v ORDER BY id", ("id",)))
    assert [record.body["t"] for record in records] == ["Zoë", "é"]


async def test_an_encoding_can_be_said(sqlite: Database) -> None:
    sqlite.run("CREATE TABLE v (id int, t text); INSERT INTO v VALUES (1, CAST(x'CFF0E8' AS text))")
    (record,) = await sqlite.read(Stream("v", "SELECT * FROM v", ("id",)), encoding="cp1251")
    assert record.body["t"] == "При"


@pytest.mark.parametrize(("case", "expected"), [("upper", "NAME"), ("lower", "name"), ("as-is", "Name")])
async def test_column_names(database: Database, case: str, expected: str) -> None:
    quote = "`" if database.kind == "mariadb" else '"'
    database.run(f"CREATE TABLE v (id int, {quote}Name{quote} varchar(9)); INSERT INTO v VALUES (1, 'x');")
    stream = Stream("v", "SELECT * FROM v", ("ID",), options={"columns": case})
    (record,) = await database.read(stream)
    assert record.key == "1"
    assert expected in record.body


class Bad:
    """A cursor whose third row has a value that the driver cannot make."""

    def __init__(self) -> None:
        self.row = 0

    def __iter__(self) -> Bad:
        return self

    def __next__(self) -> tuple[int, ...]:
        self.row += 1
        if self.row == 3:
            raise ValueError("month must be in 1..12")
        if self.row > 5:
            raise StopIteration
        return (self.row,)


def test_a_row_that_cannot_be_fetched_does_not_take_its_neighbours() -> None:
    rows = take(Bad(), 10)
    assert [row if isinstance(row, tuple) else type(row) for row in rows] == [
        (1,),
        (2,),
        Unreadable,
        (4,),
        (5,),
    ]


def test_a_value_that_cannot_be_made_plain_marks_its_record() -> None:
    class Odd(datetime):
        def isoformat(self, *_: Any) -> str:
            raise ValueError

    shapes = (values.Shape("a", "a", datetime), values.Shape("b", "b", date))
    body = values.body_of(shapes, None, frozenset())((Odd(2020, 1, 2), date(2020, 1, 2)))
    assert body == {"a": None, "b": "2020-01-02", values.ERROR: "the value of a cannot be read"}


@given(st.binary())
def test_decoding_never_fails_and_keeps_utf8(raw: bytes) -> None:
    text = values.decode(raw)
    try:
        assert text == raw.decode()
    except UnicodeDecodeError:
        assert len(text) == len(raw)
    assert values.repairer("utf-8")(raw.decode("latin-1")) == text


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_single_precision_keeps_the_number(number: float) -> None:
    assert struct.pack("<f", values.single(number)) == struct.pack("<f", number)
    assert values.single(float(f"{number:.15g}")) == values.single(number)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("1E+3"), "1000"), (Decimal("0.10"), "0.10"), (Decimal("NaN"), "NaN"),
        (float("inf"), "Infinity"), (float("nan"), "NaN"), (b"\x00\xff", "AP8="), (True, True),
        (datetime(1, 1, 1), "0001-01-01T00:00:00"), (time(1, 2, 3), "01:02:03"),
        (date(44, 3, 15), "0044-03-15"),
    ],
)  # fmt: skip
def test_plain(value: Any, expected: Any) -> None:
    assert values.plain(value) == expected


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2020-01-02 03:04:05", "2020-01-02T03:04:05"),
        ("2020-01-02 03:04:05.120", "2020-01-02T03:04:05.120"),
        ("2020-01-02 03:04:05.5-03", "2020-01-02T03:04:05.5-03:00"),
        ("2020-01-02 03:04:05+0530", "2020-01-02T03:04:05+05:30"),
        ("0044-03-15 00:00:00 BC", "0044-03-15 00:00:00 BC"),
        ("infinity", "infinity"),
        ("garbage that is long", "garbage that is long"),
    ],
)
def test_iso_text(text: str, iso: str) -> None:
    assert values.iso_text(text) == iso


def test_sql_servers_time_with_offset() -> None:
    raw = struct.pack("<6hI2h", 2020, 7, 2, 3, 4, 5, 120_000_000, -3, -30)
    assert values.raw_timestamp_offset(raw) == "2020-07-02T03:04:05.12-03:30"


def test_base64_is_of_the_bytes() -> None:
    assert values.plain(bytearray(b"\x01\x02")) == base64.b64encode(b"\x01\x02").decode()


_VALUES: dict[type | None, Any] = {
    str: st.text(max_size=5) | st.just("Zo\u00c3\u00ab") | st.text("\ud800a", max_size=2),
    int: st.integers(),
    float: st.floats() | st.integers(0, 3),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False) | st.just("1.50"),
    datetime: st.datetimes() | st.sampled_from(["2020-01-02 03:04:05", "0044-03-15 00:00 BC", "infinity"]),
    date: st.dates() | st.just("0000-00-00"),
    None: st.none() | st.integers() | st.floats() | st.text(max_size=3) | st.binary(max_size=3),
    bytes: st.binary(max_size=4),
}


@st.composite
def columns_and_rows(draw: Any) -> tuple[list[values.Shape], list[tuple[Any, ...]]]:
    kinds = draw(st.lists(st.sampled_from(list(_VALUES)), min_size=1, max_size=4))
    shapes = [
        values.Shape(f"c{at}", f"c{at}", kind, draw(st.sampled_from([0, 7]))) for at, kind in enumerate(kinds)
    ]
    rows = st.tuples(*(st.none() | _VALUES[kind] for kind in kinds))
    return shapes, draw(st.lists(rows, min_size=0, max_size=20))


@given(columns_and_rows(), st.sampled_from([None, "utf-8"]), st.booleans())
def test_columns_become_what_rows_do(
    drawn: tuple[list[values.Shape], list[tuple[Any, ...]]], encoding: str | None, ready: bool
) -> None:
    shapes, rows = drawn
    if encoding:  # then text comes as latin-1
        rows = [
            tuple(
                value.encode("utf-8", "replace").decode("latin-1") if isinstance(value, str) else value
                for value in row
            )
            for row in rows
        ]
    kinds = frozenset((date, datetime, Decimal)) if ready else frozenset[type]()
    if ready:
        rows = [tuple(str(v) if type(v) in kinds else v for v in row) for row in rows]
    one, many = values.body_of(shapes, encoding, kinds), values.bodies_of(shapes, encoding, kinds)
    assert repr(many(rows)) == repr([one(row) for row in rows])
