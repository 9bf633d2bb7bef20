"""What facade.yaml may say about an ODBC source, checked before anything is connected."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import UTC, time, tzinfo
from difflib import get_close_matches
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from connectors.errors import BadConfiguration
from connectors.odbc.actions import Action, parse_writes
from connectors.odbc.care import Hours

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?")
_SECONDS = {"ms": 0.001, None: 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be text")
    return value.strip()


def _seconds(value: Any) -> float:
    match = _DURATION.fullmatch(str(value).strip())
    if isinstance(value, bool) or match is None:
        raise ValueError("is not a duration; write for example 30s or 5m")
    return float(match[1]) * _SECONDS[match[2]]


def _whole(low: int, high: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if (
            isinstance(value, bool)
            or not re.fullmatch(r"\d{1,9}", str(value))
            or not low <= int(value) <= high
        ):
            raise ValueError(f"is not a whole number from {low} to {high}")
        return int(value)

    return read


def _hours(value: Any) -> Hours:
    match = re.fullmatch(r"\s*(\d\d?):(\d\d)\s*-\s*(\d\d?):(\d\d)\s*", str(value))
    try:
        if match is None:
            raise ValueError
        parts = [int(part) for part in match.groups()]
        return Hours(time(parts[0] % 24, parts[1]), time(parts[2] % 24, parts[3]))
    except ValueError:
        raise ValueError("is not a span of hours; write for example 20:00-06:00") from None


def _zone(value: Any) -> tzinfo:
    try:
        return ZoneInfo(_text(value))
    except (OSError, ValueError, KeyError):
        raise ValueError("is not a time zone such as Europe/Berlin") from None


def _encoding(value: Any) -> str:
    try:
        "".encode(_text(value))
    except LookupError:
        raise ValueError("is not an encoding such as utf-8, latin-1 or cp1252") from None
    return _text(value)


def _case(value: Any) -> str:
    if value not in ("lower", "upper", "as-is"):
        raise ValueError("is not lower, upper or as-is")
    return str(value)


def _sqlite_path(value: Any) -> str:
    parts = urlsplit(_text(value))
    if parts.scheme != "sqlite" or parts.netloc or len(parts.path) < 2:
        raise ValueError("is not sqlite:///PATH (sqlite:////PATH for a path from the root)")
    return unquote(parts.path[1:])


def option(sentence: str, default: str, read: Callable[[Any], Any], value: Any) -> Any:
    """A dataclass field with what the README says of it; `default` as a person would write it."""
    return field(default=value, metadata={"sentence": sentence, "default": default, "read": read})


@dataclass(frozen=True)
class Options:
    """One source's options. Durations are seconds; 0 means no limit. `repr` shows no secret."""

    connection: str | None = field(
        default=None,
        repr=False,
        metadata={"sentence": "The ODBC connection string.", "default": "", "read": _text},
    )
    url: str | None = option(
        "`sqlite:///PATH` instead of `connection`: an SQLite file, without a driver.", "", _sqlite_path, None
    )
    fetch_size: int = option("Rows asked for at a time.", "500", _whole(1, 100_000), 500)
    page_rows: int = option(
        "Rows of one statement where the driver keeps a whole result in memory; 0 never pages.",
        "50000",
        _whole(0, 10_000_000),
        50_000,
    )
    statement_timeout: float = option("How long one statement may take.", "5m", _seconds, 300.0)
    login_timeout: float = option("How long connecting may take.", "10s", _seconds, 10.0)
    max_connections: int = option("Connections open at the same time.", "2", _whole(1, 100), 2)
    rows_per_second: int = option(
        "Rows read per second at most, all streams together; 0 has no limit.", "0", _whole(0, 10**9 - 1), 0
    )
    allowed_hours: Hours | None = option(  # noqa: RUF009 a field
        "When the source may be read, such as 20:00-06:00.", "always", _hours, None
    )
    timezone: tzinfo = option(  # noqa: RUF009 a field
        "The zone of allowed_hours and of the database's own clock.", "UTC", _zone, UTC
    )
    encoding: str | None = option(
        "The encoding of text, where the driver does not know it.", "the driver's", _encoding, None
    )
    columns: str = option("Column names as `lower`, `upper` or `as-is`.", "as-is", _case, "as-is")
    connect_attempts: int = option(
        "Attempts to connect before giving up, with doubling pauses from 0.5s.", "3", _whole(1, 20), 3
    )
    breaker_failures: int = option(
        "Failures in a row after which the source is left alone.", "5", _whole(1, 1000), 5
    )
    breaker_reset: float = option(
        "How long it is left alone; doubled each time it fails again, up to 16 times.", "60s", _seconds, 60.0
    )
    dialect: str | None = option(
        "The database's kind, where its driver does not tell.", "detected", _text, None
    )
    writes: Mapping[str, Action] = field(
        default_factory=dict,
        metadata={
            "sentence": "The statements of each action that may be written.",
            "default": "none",
            "read": parse_writes,
        },
    )


def describe_options() -> list[tuple[str, str, str]]:
    """(name, default, sentence) of every option, in the order of the README's table."""
    return [(item.name, item.metadata["default"], item.metadata["sentence"]) for item in fields(Options)]


def parse_options(source: str, given: Mapping[str, Any]) -> Options:
    """The options of one source; raises BadConfiguration naming the option and what was meant."""
    known: dict[str, Field[Any]] = {item.name: item for item in fields(Options)}
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            close = get_close_matches(name, known, 1)
            meant = f"did you mean `{close[0]}`?" if close else f"known are {', '.join(known)}"
            raise BadConfiguration(f"source {source}: there is no option `{name}`; {meant}")
        if value is None:
            continue
        try:
            values[name] = known[name].metadata["read"](value)
        except ValueError as error:
            raise BadConfiguration(f"source {source}: option `{name}` {error}") from None
    if ("connection" in values) == ("url" in values):
        raise BadConfiguration(
            f"source {source}: give either `connection` (an ODBC connection string) or `url` (sqlite:///PATH)"
        )
    return Options(**values)
