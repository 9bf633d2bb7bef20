"""A driver's exception as the ConnectorError that says what to do: without SQL, values or passwords.

https://learn.microsoft.com/sql/odbc/reference/appendixes/appendix-a-odbc-error-codes
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from connectors.errors import BadConfiguration, ConnectorError, Rejected, Unreachable

_NATIVE = re.compile(r"\((-?\d+)\)(?=\s*(?:\(SQL\w+\)|;|$))")
_NAMES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"no such (?:column|table|function): ([\w.$]+)",
        r"unknown column '([^']+)'",
        r"unknown table '([^']+)'",
        r"table '([^']+)' doesn't exist",
        r"(?:column|relation|function) \"?([\w.$]+)\"?(?:\([^)]*\))? does not exist",
        r"invalid (?:column|object) name '([^']+)'",
        r"\"(\w+)\": invalid identifier",
        r"duplicate column name '([^']+)'",
    )
)

_LOGIN = {1044, 1045, 1698, 1820, 3118, 4818, 1862, 18456, 18452, 1017, 28000}
_NO_DATABASE = {1049, 4060}
_LOST = {
    2002,
    2003,
    2005,
    2006,
    2013,
    1053,
    1152,
    1158,
    1159,
    1160,
    1161,
    1927,
    4031,
    10053,
    10054,
    20003,
    20004,
    20006,
}
_STOPPED = {1317, 1969, 3024}
_BUSY = {1040, 1203, 1205, 1213, 1222, 3572}
_READ_ONLY = {1290, 1792, 1836}
_NO_TABLE = {1146, 208, 942}
_NO_COLUMN = {1054, 207, 904}
_NO_RIGHT = {1142, 1143, 1370, 229, 230, 1031}

_LOST_TEXT = (
    "gone away", "lost connection", "connection reset", "closed the connection", "terminating connection",
    "server shutdown", "broken pipe", "connection is closed", "connection was closed", "communication link",
    "no connection to the server", "could not receive data", "could not send", "not connected",
    "connection has been lost", "connection was killed", "can't connect", "connection not open",
)  # fmt: skip
_LOGIN_TEXT = ("password authentication failed", "login failed", "access denied", "no pg_hba.conf entry",
               "role \"", "authentication failed", "invalid username", "logon denied")  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """What a driver said, as far as it is needed: `state` is the SQLSTATE, `native` the database's code."""

    state: str
    native: int
    text: str
    """In lower case; for recognising, never for telling."""
    name: str | None
    """The table or column that the database does not know."""

    @property
    def told(self) -> str:
        """For a person who wants to look it up, to be put behind a message; empty if there is nothing."""
        if self.native:
            return f" (SQLSTATE {self.state or 'unknown'}, code {self.native})"
        return f" (SQLSTATE {self.state})" if self.state else ""

    @property
    def lost(self) -> bool:
        """Whether the connection is of no further use."""
        return (
            self.state[:2] == "08"
            or self.state in ("57P01", "57P02", "57P03", "HYT01", "01002")
            or self.native in _LOST
            or any(part in self.text for part in _LOST_TEXT)
        )

    @property
    def stopped(self) -> bool:
        """Whether a limit of time, or we ourselves, ended the statement."""
        return (
            self.state in ("HYT00", "57014", "70100", "HY008")
            or self.native in _STOPPED
            or self.text == "interrupted"
        )

    @property
    def of_value(self) -> bool:
        """Whether one value could not be read, and the rows after it can."""
        return self.state[:2] == "22" or self.state in ("07006", "HY003")


def fault_of(error: BaseException) -> Fault:
    """What may be known of a driver's exception."""
    args = [str(part) for part in error.args]
    state = args[0] if len(args) > 1 and re.fullmatch(r"[0-9A-Z]{5}", args[0]) else ""
    text = args[-1] if args else ""
    codes = _NATIVE.findall(text)
    native = abs(int(codes[0])) if codes else 0
    name = next((found[1] for pattern in _NAMES if (found := pattern.search(text))), None)
    return Fault(state, native, text.lower(), name)


def connecting(
    error: BaseException, source: str, driver: str, install: str, known: list[str]
) -> ConnectorError:
    """Why a connection could not be made."""
    if isinstance(error, ImportError):
        if "libodbc" in str(error):
            what = "unixODBC is not installed: apt-get install unixodbc (macOS: brew install unixodbc)"
        else:
            what = "the Python package pyodbc is not installed: pip install pyodbc"
        return BadConfiguration(f"source {source}: {what}")
    fault = fault_of(error)
    if fault.state in ("IM002", "IM003", "IM012", "IM014") or "can't open lib" in fault.text:
        have = f"; installed are {', '.join(known)}" if known else "; none is installed"
        hint = f" ({install})" if install else ""
        return BadConfiguration(
            f"source {source}: the ODBC driver or data source {driver!r} is not known here{hint}{have}"
        )
    if fault.state[:2] == "28" or fault.native in _LOGIN or any(part in fault.text for part in _LOGIN_TEXT):
        return BadConfiguration(
            f"source {source}: the database refuses the login; check user, password and its right to connect "
            f"from here{fault.told}"
        )
    if fault.native in _NO_DATABASE or ('database "' in fault.text and "does not exist" in fault.text):
        return BadConfiguration(
            f"source {source}: the server is there, but has no database of this name{fault.told}"
        )
    if "file is not a database" in fault.text or "file is encrypted" in fault.text:
        return BadConfiguration(f"source {source}: the file is not an SQLite database, or it is encrypted")
    if fault.state == "HYT00" or "timeout" in fault.text or "timed out" in fault.text:
        why = "no answer in time; is the host right, and does a firewall let this machine through?"
    elif fault.native == 2005 or "translate host name" in fault.text or "unknown server host" in fault.text:
        why = "the host's name is not known"
    elif fault.native in _BUSY or fault.state == "53300" or "too many" in fault.text:
        why = "it has no connection left for us"
    else:
        why = "is it running, and are host and port right?"
    return Unreachable(f"source {source}: the database cannot be reached: {why}{fault.told}")


def running(
    error: BaseException, source: str, what: str, *, sql: str = "", timeout: float = 0, writing: bool = False
) -> ConnectorError:
    """Why a statement failed; `what` names it (`stream patient`), `sql` vouches for a name in the message."""
    fault = fault_of(error)
    here = f"source {source}, {what}"
    if fault.stopped:
        limit = f"took longer than {timeout:g}s" if timeout else "was stopped by the database"
        return Unreachable(
            f"{here}: the statement {limit} and was ended; add an index, narrow it, or raise "
            "statement_timeout"
        )
    if fault.lost:
        return Unreachable(f"{here}: the connection to the database was lost{fault.told}")
    if (
        fault.native in _BUSY
        or fault.state in ("40001", "40P01", "55P03", "53300")
        or "is locked" in fault.text
    ):
        return Unreachable(f"{here}: the database is busy; it will be tried again{fault.told}")
    if fault.state[:2] == "53" or "disk is full" in fault.text or "disk i/o" in fault.text:
        return Unreachable(f"{here}: the database is out of resources, such as disk space{fault.told}")
    name = fault.name if fault.name and _vouched(fault.name, sql) else None
    named = f" `{name}`" if name else ""
    if (
        fault.native in _READ_ONLY
        or fault.state == "25006"
        or "readonly" in fault.text
        or "read-only" in fault.text
    ):
        return Rejected(f"{here}: the statement would change the database, and this session is read-only")
    if fault.native in _NO_RIGHT or fault.state == "42501":
        return Rejected(f"{here}: the login has no right to this; grant it, or leave it out{fault.told}")
    if fault.native in _NO_COLUMN or fault.state in ("42S22", "42703") or "no such column" in fault.text:
        return Rejected(
            f"{here}: the database has no column{named} that the SQL names; correct the stream, or override "
            f"it in the overlay{fault.told}"
        )
    if fault.native in _NO_TABLE or fault.state in ("42S02", "42P01") or "no such table" in fault.text:
        return Rejected(
            f"{here}: the database has no table{named} that the SQL names; correct the stream, or override "
            f"it in the overlay{fault.told}"
        )
    if "duplicate column name" in fault.text:
        return Rejected(f"{here}: the SQL gives two columns the same name{named}; give each its own alias")
    if fault.state[:2] == "23" or "constraint failed" in fault.text:
        return Rejected(f"{here}: the change breaks a rule of the database, such as a unique key{fault.told}")
    if fault.state[:2] in ("42", "37") or "syntax error" in fault.text:
        return Rejected(f"{here}: the database does not understand the SQL; correct it{fault.told}")
    if fault.state[:2] == "22":
        return Rejected(f"{here}: a value does not fit its column{fault.told}")
    verb = "change" if writing else "query"
    return Rejected(f"{here}: the database refuses the {verb}{fault.told}")


def _vouched(name: str, sql: str) -> bool:
    """Whether the name stands in our own SQL, and so cannot be data."""
    last = name.rsplit(".", 1)[-1]
    return bool(re.search(rf"(?<!\w){re.escape(last)}(?!\w)", sql, re.IGNORECASE))
