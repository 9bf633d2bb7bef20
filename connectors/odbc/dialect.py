"""What differs between databases and between ODBC drivers: two tables of facts, and how to find the row.

A database that is not here is read as `generic`: standard SQL, no session settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Dialect:
    """Facts about a database. `{timeout}` in a statement is in seconds, `{timeout_ms}` in milliseconds."""

    name: str
    products: tuple[str, ...] = ()
    """Parts of what SQL_DBMS_NAME says, in lower case."""
    read_only: tuple[str, ...] = ()
    """Make the session read-only."""
    session: tuple[str, ...] = ()
    timeout: tuple[str, ...] = ()
    """Let the server end long statements; only where a limit is set."""
    timeout_spans_fetch: bool = False
    """Whether that limit counts the time in which rows wait to be fetched; not used with streaming then."""
    text_of: str | None = None
    """How a date, time or decimal column is asked for as text, where the driver would bend its value."""
    limit: Literal["limit", "top", "fetch"] = "fetch"
    nested_with: bool = True
    """Whether `WITH` may stand in a derived table."""
    text_times: bool = False
    """Whether dates and times are best bound as text, which the database types itself."""
    generated_key: str | None = None
    """The query that gives the key which the last INSERT made; None: only RETURNING or `select`."""
    ping: str = "SELECT 1"
    in_list: int = 500
    blanks_count: bool = False
    """Whether text with blanks at its end differs from the same without: then padding is looked through."""


@dataclass(frozen=True)
class Driver:
    """Facts about an ODBC driver."""

    name: str
    marks: tuple[str, ...]
    """Parts of its registered name or its library's, in lower case."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Added to the connection string where absent; `{fetch}` is the fetch size."""
    read_only: Mapping[str, str] = field(default_factory=dict)
    streams_from: tuple[int, ...] | None = (0,)
    """The version from which a result is not kept whole in the client's memory; None: never."""
    utf8: bool = False
    """Gives SQL_C_CHAR as UTF-8 (except on Windows), which is faster and survives wrong bytes."""
    texts: bool = False
    """Gives dates, times, decimals and REAL as their exact text when asked for as SQL_C_BINARY."""
    reusable: bool = True
    """Whether a connection may be used again; not where the driver keeps what the schema was."""
    cancels_fetch: bool = False
    """Whether another thread may cancel while rows are fetched: only where that is proven, for some drivers
    free the rows under their reader."""
    prepares: bool = False
    """Whether a statement executed again on its cursor saves a round trip, and nothing is left open by it."""
    install: str = ""


DIALECTS = (
    Dialect(
        "mariadb",
        ("mariadb",),
        read_only=("SET SESSION TRANSACTION READ ONLY",),
        timeout=("SET SESSION max_statement_time = {timeout}",),
        timeout_spans_fetch=True,
        text_of="CAST({column} AS CHAR)",
        limit="limit",
        text_times=True,
        generated_key="SELECT LAST_INSERT_ID()",
    ),
    Dialect(
        "mysql",
        ("mysql", "percona"),
        read_only=("SET SESSION TRANSACTION READ ONLY",),
        timeout=("SET SESSION max_execution_time = {timeout_ms}",),
        timeout_spans_fetch=True,
        text_of="CAST({column} AS CHAR)",
        limit="limit",
        text_times=True,
        generated_key="SELECT LAST_INSERT_ID()",
    ),
    Dialect(
        "postgresql",
        ("postgres",),
        read_only=("SET default_transaction_read_only = on",),
        session=(
            "SET DateStyle = ISO",
            # a database without an encoding would refuse to give bytes that are not UTF-8
            "SELECT set_config('client_encoding', 'SQL_ASCII', false) "
            "WHERE current_setting('server_encoding') = 'SQL_ASCII'",
        ),
        timeout=("SET statement_timeout = {timeout_ms}",),
        text_of="CAST({column} AS text)",
        limit="limit",
        text_times=True,
        generated_key="SELECT lastval()",
    ),
    Dialect(
        "sqlite",
        ("sqlite",),
        read_only=("PRAGMA query_only = ON",),
        limit="limit",
        text_times=True,
        generated_key="SELECT last_insert_rowid()",
        blanks_count=True,
    ),
    Dialect("sqlserver", ("microsoft sql server", "sql server"), limit="top", nested_with=False,
            generated_key="SELECT CAST(@@IDENTITY AS bigint)"),
    Dialect("oracle", ("oracle",), ping="SELECT 1 FROM dual", blanks_count=True),
    Dialect("db2", ("db2",), ping="SELECT 1 FROM sysibm.sysdummy1",
            generated_key="VALUES IDENTITY_VAL_LOCAL()"),
    Dialect("intersystems", ("intersystems", "cache", "iris"), limit="top", nested_with=False,
            generated_key="SELECT LAST_IDENTITY()"),
    Dialect("access", ("access",), limit="top", nested_with=False, generated_key="SELECT @@IDENTITY"),
    Dialect("progress", ("openedge", "progress"), limit="top", nested_with=False,
            ping='SELECT 1 FROM SYSPROGRESS.SYSCALCTABLE'),
    Dialect("generic"),
)  # fmt: skip

DRIVERS = (
    Driver(
        "mariadb",
        ("mariadb", "maodbc"),
        {"CHARSET": "utf8mb4", "NO_CACHE": "1", "FORWARDONLY": "1"},
        streams_from=(3, 1, 17),
        utf8=True,
        prepares=True,
        install="apt-get install odbc-mariadb",
    ),
    Driver(
        "mysql",
        ("mysql", "myodbc"),
        {"CHARSET": "utf8mb4", "NO_CACHE": "1", "FORWARD_CURSOR": "1"},
        install="MySQL Connector/ODBC",
    ),
    Driver(
        "postgresql",
        ("postgres", "psqlodbc"),
        {"UseDeclareFetch": "1", "Fetch": "{fetch}", "BoolsAsChar": "0"},
        utf8=True,
        cancels_fetch=True,
        install="apt-get install odbc-postgresql",
    ),
    Driver(
        "sqlite",
        ("sqlite",),
        {"NoCreat": "1", "StepAPI": "1", "Timeout": "5000"},
        utf8=True,
        texts=True,
        reusable=False,
        install="apt-get install libsqliteodbc, or use `url: sqlite:///PATH`, which needs none",
    ),
    Driver(
        "freetds",
        ("freetds", "tdsodbc"),
        {"TDS_Version": "7.4", "ClientCharset": "UTF-8"},
        install="apt-get install tdsodbc",
    ),
    Driver(
        "sqlserver",
        ("sql server", "msodbcsql", "sqlncli"),
        read_only={"ApplicationIntent": "ReadOnly"},
        install="Microsoft ODBC Driver for SQL Server",
    ),
    Driver("oracle", ("oracle", "sqora"), install="Oracle Instant Client ODBC"),
    Driver("intersystems", ("intersystems", "iris", "cache"), install="the InterSystems ODBC driver"),
    Driver("access", ("access", "mdbtools"), read_only={"ReadOnly": "1"},
           install="the Microsoft Access Database Engine, of Python's bitness"),
    Driver("progress", ("openedge", "progress"), install="the Progress OpenEdge driver"),
    Driver("other", ()),
)  # fmt: skip

GENERIC = DIALECTS[-1]
OTHER_DRIVER = DRIVERS[-1]


def dialect_of(product: str) -> Dialect:
    """The facts for what SQL_DBMS_NAME says, or for a dialect's own name."""
    text = product.lower()
    for dialect in DIALECTS:
        if text == dialect.name or any(part in text for part in dialect.products):
            return dialect
    return GENERIC


def driver_of(name: str) -> Driver:
    """The facts for a driver's registered name or library."""
    text = name.lower().replace("\\", "/").rsplit("/", 1)[-1]
    for driver in DRIVERS:
        if any(part in text for part in driver.marks):
            return driver
    return OTHER_DRIVER


def version_of(text: str) -> tuple[int, ...]:
    """`03.01.0015` as (3, 1, 15); what is not a number ends it."""
    parts = []
    for part in text.split("."):
        if not part.strip().isdigit():
            break
        parts.append(int(part))
    return tuple(parts)
