"""A blocking connection, of pyodbc or of the embedded SQLite: the same DB-API, with what differs said here.

https://peps.python.org/pep-0249/ · https://github.com/mkleehammer/pyodbc/wiki
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from threading import Lock
from typing import Any

from connectors.errors import Unreachable
from connectors.odbc import values
from connectors.odbc.dialect import Dialect, Driver, dialect_of, driver_of, version_of
from connectors.odbc.failures import connecting
from connectors.odbc.options import Options

_PART = re.compile(r"\s*([^=;]+?)\s*=\s*(\{(?:[^}]|\}\})*\}|[^;]*)\s*(?:;|$)")
_SQL_SERVER_OFFSET = -155

KEPT = 16
"""Statements that a connection keeps prepared."""


@dataclass
class Link:
    """A connection and what it leads to. Its calls block; only `cancel` may come from another thread."""

    connection: Any
    dialect: Dialect
    quote: str
    told: str
    """`MariaDB 10.11.6 through libmaodbc.so`."""
    streams: bool
    """Whether a large result is fetched bit by bit; else the driver keeps it whole in memory."""
    encoding: str | None
    """Text comes as latin-1 and really is this."""
    types: Callable[[bool], None]
    """Switch the converters on before fetching, off before describing."""
    ready: frozenset[type] = frozenset()
    """Kinds of columns that come as the text that a record holds."""
    reusable: bool = True
    cancels_fetch: bool = False
    prepares: bool = False
    """Whether a statement that comes again is worth to be kept prepared."""
    cursor: Any = None
    _executing: bool = False
    _kept: dict[str, Any] = field(default_factory=dict)
    _guard: Lock = field(default_factory=Lock)
    """Held while a handle is freed, and while another thread cancels through it."""

    def execute(self, sql: str, parameters: tuple[Any, ...] = ()) -> Any:
        """Run a statement; its cursor is open until the next."""
        self.close_cursor()
        cursor = self.connection.cursor()
        with self._guard:
            self.cursor, self._executing = cursor, True
        try:
            cursor.execute(sql, *([parameters] if parameters else []))
        finally:
            with self._guard:  # a cancelling under way comes to its end before anything is fetched
                self._executing = False
        return cursor

    def execute_again(self, sql: str, parameters: tuple[Any, ...]) -> Any:
        """The same of a statement that comes again and again: it stays prepared where the driver gains.

        Fetch its rows to their end, or call `close_cursor`; leave it with `rest_cursor`.
        """
        if not self.prepares:
            return self.execute(sql, parameters)
        self.close_cursor()
        cursor = self._kept.pop(sql, None)
        if cursor is None:
            cursor = self.connection.cursor()
        with self._guard:
            self.cursor, self._executing = cursor, True
        try:
            cursor.execute(sql, *([parameters] if parameters else []))
        finally:
            with self._guard:
                self._executing = False
        return cursor

    def rest_cursor(self, sql: str) -> None:
        """The last statement's rows were fetched to their end: it waits for its next use."""
        if not self.prepares:
            self.close_cursor()
            return
        with self._guard:
            cursor, self.cursor = self.cursor, None
            self._kept[sql] = cursor
            if len(self._kept) > KEPT:
                self._kept.pop(next(iter(self._kept))).close()

    def close_cursor(self) -> None:
        """End the last statement."""
        with self._guard:
            if self.cursor is not None:
                cursor, self.cursor = self.cursor, None
                cursor.close()

    def cancel(self) -> None:
        """End the running statement, from any thread, if there is one and its driver can take that now."""
        with self._guard:
            if self.cursor is None or not (self._executing or self.cancels_fetch):
                return
            if hasattr(self.connection, "interrupt"):
                self.connection.interrupt()
            else:
                self.cursor.cancel()

    def close(self) -> None:
        """Hang up."""
        try:
            self.close_cursor()
        finally:
            with self._guard:
                self.cursor = None
                kept, self._kept = self._kept, {}
                for cursor in kept.values():
                    with suppress(Exception):  # of a connection that is lost
                        cursor.close()
                self.connection.close()


def open_link(source: str, options: Options, *, writing: bool) -> Link:
    """Connect; raises a ConnectorError. Blocks."""
    link = _open_file(source, options, writing) if options.url else _open_odbc(source, options, writing)
    ms = int(options.statement_timeout * 1000)
    statements = [] if writing else [*link.dialect.read_only]
    statements += link.dialect.session
    if ms and not (link.streams and link.dialect.timeout_spans_fetch):
        statements += link.dialect.timeout
    for statement in statements:
        try:
            link.execute(statement.format(timeout=f"{ms / 1000:g}", timeout_ms=ms))
        except Exception:  # noqa: S112 an older server without the setting can be read as well
            continue
    link.close_cursor()
    if writing and not options.url:
        link.connection.autocommit = False
    return link


def _open_file(source: str, options: Options, writing: bool) -> Link:
    from sqlcipher3 import dbapi2

    path = Path(options.url or "")
    if not path.is_file():
        raise Unreachable(
            f"source {source}: there is no file {path.name} in {path.parent}; check `url`, "
            "or whether its disk is there"
        )
    mode = "rw" if writing else "ro"
    try:
        connection = dbapi2.connect(
            f"{path.resolve().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=min(options.statement_timeout or 5.0, 5.0),
        )
        connection.execute("SELECT count(*) FROM sqlite_master").close()
    except dbapi2.Error as error:
        raise connecting(error, source, "SQLite", "", []) from None
    encoding = options.encoding
    connection.text_factory = values.decode if encoding is None else _decoder(encoding)
    return Link(
        connection=connection,
        dialect=dialect_of("sqlite"),
        quote='"',
        told=f"SQLite {dbapi2.sqlite_version}, file {path.name}",
        streams=True,
        encoding=None,
        types=lambda _: None,
        cancels_fetch=True,
    )


def _decoder(encoding: str) -> Callable[[bytes], str]:
    repair = values.repairer(encoding)
    return lambda raw: repair(raw.decode("latin-1"))


def _open_odbc(source: str, options: Options, writing: bool) -> Link:
    try:
        import pyodbc
    except ImportError as error:
        raise connecting(error, source, "", "", []) from None
    pyodbc.pooling = False  # the driver manager's pool would keep sessions that we closed
    text = options.connection or ""
    attributes = attributes_of(text)
    name = _driver_name(attributes, pyodbc.dataSources)
    driver = driver_of(name)
    extra = dict(driver.attributes) | ({} if writing else dict(driver.read_only))
    text = text.rstrip("; ") + "".join(
        f";{key}={value.format(fetch=options.fetch_size)}"
        for key, value in extra.items()
        if key.lower() not in attributes
    )
    arguments: dict[str, Any] = {"autocommit": True, "timeout": max(1, round(options.login_timeout))}
    try:
        try:
            connection = pyodbc.connect(text, readonly=not writing, **arguments)
        except pyodbc.Error as error:
            if error.args[:1] not in (("HYC00",), ("HY092",), ("HY024",)):
                raise
            connection = pyodbc.connect(text, **arguments)  # a driver that knows no read-only mode
    except (pyodbc.Error, UnicodeError) as error:
        raise connecting(error, source, name, driver.install, pyodbc.drivers()) from None
    return _describe_odbc(pyodbc, connection, driver, options)


def _describe_odbc(pyodbc: Any, connection: Any, driver: Driver, options: Options) -> Link:
    def info(number: int, otherwise: str) -> str:
        try:
            return str(connection.getinfo(number)).strip("\x00 ") or otherwise
        except pyodbc.Error:
            return otherwise

    product = info(pyodbc.SQL_DBMS_NAME, "an unnamed database")
    library = info(pyodbc.SQL_DRIVER_NAME, driver.name)
    if driver.name == "other":
        driver = driver_of(library)
    version = ".".join(map(str, version_of(info(pyodbc.SQL_DBMS_VER, "").split(" ")[0])))
    windows = os.name == "nt"
    encoding = options.encoding or ("utf-8" if driver.utf8 and not windows else None)
    if encoding:
        connection.setdecoding(pyodbc.SQL_CHAR, encoding="latin-1", ctype=pyodbc.SQL_CHAR)
        if driver.utf8 and not windows:
            connection.setdecoding(pyodbc.SQL_WCHAR, encoding="latin-1", ctype=pyodbc.SQL_CHAR)
    dialect = dialect_of(options.dialect or product)
    converters: dict[int, Callable[[bytes], Any]] = {}  # each costs a look at every value
    if dialect.name in ("sqlserver", "generic"):
        converters[_SQL_SERVER_OFFSET] = values.raw_timestamp_offset
    if driver.texts:
        converters |= {
            pyodbc.SQL_TYPE_DATE: values.raw_text,
            pyodbc.SQL_TYPE_TIME: values.raw_text,
            pyodbc.SQL_TYPE_TIMESTAMP: values.raw_timestamp,
            pyodbc.SQL_DECIMAL: values.raw_text,
            pyodbc.SQL_NUMERIC: values.raw_text,
            pyodbc.SQL_REAL: values.raw_single,
        }

    def types(on: bool) -> None:
        if converters:
            connection.clear_output_converters()
        for kind, convert in converters.items() if on else ():
            connection.add_output_converter(kind, convert)

    ready = driver.streams_from is not None and (
        driver.streams_from == (0,) or version_of(info(pyodbc.SQL_DRIVER_VER, "0")) >= driver.streams_from
    )
    return Link(
        connection=connection,
        dialect=dialect,
        quote=info(pyodbc.SQL_IDENTIFIER_QUOTE_CHAR, ""),
        told=f"{product} {version} through {library}".replace("  ", " "),
        streams=ready,
        encoding=encoding,
        types=types,
        ready=_ready(driver, dialect),
        reusable=driver.reusable,
        cancels_fetch=driver.cancels_fetch,
        prepares=driver.prepares,
    )


def _ready(driver: Driver, dialect: Dialect) -> frozenset[type]:
    if driver.texts:
        return frozenset((date, time, datetime, Decimal))
    if dialect.text_of is not None:
        return frozenset((date, time, Decimal))
    return frozenset()


def attributes_of(connection: str) -> dict[str, str]:
    """The attributes of a connection string, names in lower case, values without braces."""
    return {
        key.lower(): value[1:-1].replace("}}", "}") if value.startswith("{") else value.rstrip()
        for key, value in _PART.findall(connection)
    }


def _driver_name(attributes: dict[str, str], sources: Callable[[], dict[str, str]]) -> str:
    """What the connection string, or the data source that it names, says of the driver."""
    if "driver" in attributes:
        return attributes["driver"]
    wanted = attributes.get("dsn", "")
    try:
        return next((driver for name, driver in sources().items() if name.lower() == wanted.lower()), wanted)
    except Exception:
        return wanted
