"""What can be set: each with its default, its sentence in the README, and how its text is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import UTC, datetime, time
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

_EMPTY: Mapping[str, Any] = MappingProxyType({})
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SIZE = re.compile(r"(\d{1,6})\s*(KiB|MiB)")
_BYTES = {"KiB": 1024, "MiB": 1024 * 1024}
DAY = 86_400.0


class SettingsError(Exception):
    """The settings are wrong; `problems` are lines like `facade.yaml:3: …`, for the person who wrote them."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _text(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    return value


def _seconds(value: str) -> float:
    match = _DURATION.fullmatch(value.strip())
    if match is None or not float(match[1]):
        raise ValueError("is not a duration; write for example 30s, 5m, 2h or 1d")
    return float(match[1]) * _SECONDS[match[2]]


WEEK = frozenset(range(7))


@dataclass(frozen=True)
class OfDay:
    """A time of day, on the weekdays named (0 is Monday)."""

    at: time
    days: frozenset[int] = WEEK


def _of_day(value: str) -> OfDay:
    days, _, text = value.strip().rpartition(" ")
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text)
    if match is None:
        raise ValueError("is not a time of day; write for example 02:30, or sat,sun 02:30")
    return OfDay(time(int(match[1]), int(match[2])), _weekdays(days) if days else WEEK)


def _weekdays(text: str) -> frozenset[int]:
    """Weekdays as cron writes them: `mon-fri`, `sat,sun`."""
    from apscheduler.triggers.cron.fields import DayOfWeekField

    week = [datetime(2024, 1, day, tzinfo=UTC) for day in range(1, 8)]
    try:
        field = DayOfWeekField("day_of_week", text.replace(" ", "").lower())
    except ValueError:
        raise ValueError("names no weekdays; write for example mon-fri 02:30, or sat,sun 02:30") from None
    return frozenset(day.weekday() for day in week if field.get_next_value(day) == day.weekday())


def _switch(value: str) -> bool:
    if value not in ("true", "false"):
        raise ValueError("is not true or false")
    return value == "true"


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not re.fullmatch(r"\d{1,12}", value) or not low <= int(value) <= high:
            raise ValueError(f"is not a whole number from {low} to {high}")
        return int(value)

    return read


def _percent(value: str) -> float:
    match = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)\s*%", value)
    if match is None or float(match[1]) > 100:
        raise ValueError("is not a percentage; write for example 20%")
    return float(match[1]) / 100


def _size(value: str) -> int:
    match = _SIZE.fullmatch(value.strip())
    if match is None or not int(match[1]):
        raise ValueError("is not a size; write for example 512KiB or 16MiB")
    return int(match[1]) * _BYTES[match[2]]


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("is not a base URL; write for example https://clinic.example/fhir")
    return value.rstrip("/")


def _store(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql://")):
        raise ValueError("is not a store; write sqlite:///facade.db or postgresql://user@host/database")
    return value


def _origins(value: str) -> tuple[str, ...]:
    """Origins as browsers send them, apart by commas or blanks; `*` is any, nothing is none."""
    origins = tuple(value.replace(",", " ").split())
    for origin in origins:
        parts = urlsplit(origin)
        if origin != "*" and (
            parts.scheme not in ("http", "https") or origin != f"{parts.scheme}://{parts.netloc.lower()}"
        ):
            raise ValueError("is not a list of origins; write for example https://app.example, or *")
    return origins


def _paths(value: str) -> tuple[Path, ...]:
    return tuple(Path(one.strip()) for one in value.split(",") if one.strip())


def _types(value: str) -> tuple[str, ...]:
    """Names of resource types; whether there are such, and who owns them, is known with the packs."""
    return tuple(dict.fromkeys(one.strip() for one in value.split(",") if one.strip()))


def setting(
    sentence: str,
    default: str | None = None,
    read: Callable[[str], Any] = _text,
    *,
    listed: bool = False,
    **more: Any,
) -> Any:
    """A dataclass field with what the README says of it; `default` is text, as a person would write it.

    One that is `listed` may be written as a YAML list too; it is read as its items with commas between.
    """
    value = None if default is None else read(default)
    metadata = {"sentence": sentence, "default": default, "read": read, "listed": listed}
    return field(default=value, metadata=metadata, **more)


@dataclass(frozen=True)
class StreamSettings:
    """One stream of a source, where it differs from its source."""

    every: float | None = setting("How often this stream is read, where it differs.", read=_seconds)
    full_every: float | None = setting("How often it is read whole, where it differs.", read=_seconds)
    full_at: OfDay | None = setting(  # noqa: RUF009 a field
        "When it is read whole, where it differs.", read=_of_day
    )


@dataclass(frozen=True)
class SourceSettings:
    """One legacy system. Durations are seconds; `options` are the connector's own and may hold secrets."""

    name: str = ""
    kind: str = setting("The connector: a name in the entry-point group facade.connectors.", "odbc")
    pack: str = setting("The pack that knows this system: a shipped pack's name, or a folder.")
    overlay: Path | None = setting("A folder that overrides this source's pack.", read=Path)  # noqa: RUF009 a field
    every: float = setting("How often each stream is read.", "5m", _seconds)
    full_every: float | None = setting(
        "How often an incremental stream is read whole, to find what its cursor missed; 24h without full_at.",
        read=_seconds,
    )
    full_at: OfDay | None = setting(  # noqa: RUF009 a field
        "When it is read whole, such as 02:30 or sat,sun 02:30, in the site's zone; if missed, soon after.",
        read=_of_day,
    )
    max_vanished: float = setting(
        "A full read in which a larger part of the known rows is missing deletes nothing.", "20%", _percent
    )
    live_timeout: float = setting(
        "How long a client waits for a slice of a live stream before it gets what is stored.", "5s", _seconds
    )
    refresh_timeout: float = setting(
        "How long it waits for a whole stream, where it demands fresh data that no slice gives.",
        "10s",
        _seconds,
    )
    streams: Mapping[str, StreamSettings] = field(default_factory=dict)
    overlays: tuple[Path, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def every_of(self, stream: str) -> float:
        """Seconds between two reads of a stream."""
        own = self.streams.get(stream)
        return self.every if own is None or own.every is None else own.every

    def full_at_of(self, stream: str) -> OfDay | None:
        """The time of day when a stream is read whole."""
        own = self.streams.get(stream)
        return self.full_at if own is None or own.full_at is None else own.full_at

    def full_every_of(self, stream: str) -> float | None:
        """Seconds between two reads of the whole stream; None where only its time of day counts."""
        own = self.streams.get(stream)
        every = self.full_every if own is None or own.full_every is None else own.full_every
        return DAY if every is None and self.full_at_of(stream) is None else every


@dataclass(frozen=True)
class SearchSettings:
    """Limits of a search."""

    default_count: int = setting("Matches on a page when the client does not say.", "50", _whole(1, 10_000))
    max_count: int = setting("Matches on a page at most; a larger _count is cut.", "500", _whole(1, 10_000))


@dataclass(frozen=True)
class Settings:
    """Everything that can be set. Paths are absolute; `repr` shows no secret."""

    base_url: str = setting(
        "The URL that clients know this server by.", "http://localhost:<port>/fhir", _base_url
    )
    host: str = setting("The address to listen on.", "127.0.0.1")
    port: int = setting("The port to listen on.", "8000", _whole(1, 65535))
    store: str = setting(
        "Where resources are kept: sqlite:///PATH or postgresql://….",
        "sqlite:///facade.db",
        _store,
        repr=False,
    )
    key_file: Path = setting(  # noqa: RUF009 a field
        "The key that encrypts an SQLite store; made on first start.", "facade.key", Path
    )
    overlay: Path | None = setting("A folder that overrides the packs of all sources.", read=Path)  # noqa: RUF009 a field
    packages: tuple[Path, ...] = setting(
        "Implementation guides (.tgz, a list) whose profiles $validate knows.", "", _paths, listed=True
    )
    metrics: bool = setting("Whether /metrics tells Prometheus how the sources do.", "true", _switch)
    max_body: int = setting("How long a resource or Bundle that a client sends may be.", "16MiB", _size)
    cors: tuple[str, ...] = setting(
        "The origins whose web pages may use this server, such as https://app.example; * is any.",
        "",
        _origins,
        listed=True,
    )
    local: tuple[str, ...] = setting(
        "FHIR types that clients may write, kept in the store alone: a list, or all that no source makes.",
        "",
        _types,
        listed=True,
    )
    admin_token: str | None = setting(
        "Who sends this as Authorization: Bearer may ask how a search is answered (_explain=true).",
        read=_text,
        repr=False,
    )
    sources: Mapping[str, SourceSettings] = field(default_factory=dict)
    site: Mapping[str, str] = field(default_factory=dict)
    search: SearchSettings = field(default_factory=SearchSettings)


SITE_SENTENCE = "Values for $site.NAME in the packs, such as timezone; each replaces the pack's own."
OPTIONS_SENTENCE = "Any other key is an option of the connector; see its README."


def describe_settings() -> list[tuple[str, str, str]]:
    """(name, default or "", sentence) of every setting, in the order of the README's table."""
    rows = list(_describe(Settings, ""))
    rows += _describe(SearchSettings, "search.")
    rows.append(("site.<name>", "", SITE_SENTENCE))
    rows += _describe(SourceSettings, "sources.<name>.")
    rows += _describe(StreamSettings, "sources.<name>.streams.<stream>.")
    rows.append(("sources.<name>.<option>", "", OPTIONS_SENTENCE))
    return rows


def _describe(kind: type[Any], prefix: str) -> Iterator[tuple[str, str, str]]:
    for item in readable(kind).values():
        yield prefix + item.name, item.metadata["default"] or "", item.metadata["sentence"]


def readable(kind: type[Any]) -> dict[str, Field[Any]]:
    """The fields that can be set, by name."""
    return {item.name: item for item in fields(kind) if "sentence" in item.metadata}
