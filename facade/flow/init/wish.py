"""What is asked of `facade init`, and where the database is: its secrets used, and never written or told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

_PART = re.compile(r"(\s*)([^=;]+?)(\s*=\s*)(\{(?:\$\{[^}]*\}|[^}]|\}\})*\}|[^;]*)")
_SECRET = re.compile(
    r"(?:pwd|pass|password|passphrase)|.*(?:password|passphrase|secret|token|pwd)", re.IGNORECASE
)
_REFERENCE = re.compile(r"\$\{([^}]*)\}")
_DATABASE = ("database", "db", "dbq", "initial catalog", "dsn")
PASSWORD = "EMR_PASSWORD"  # noqa: S105 a variable's name
_URL = "sqlite:///"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


class InitError(Exception):
    """A site cannot be made; the message is one line and says what to do."""


@dataclass(frozen=True)
class Place:
    """Where the database is: the connector's option, its value as it is written, and as it is used now."""

    option: str
    told: str
    used: str = field(repr=False)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What `told` leaves to the environment, by variable."""


@dataclass(frozen=True)
class Wish:
    """Everything that is asked. `options` are further ones of the connector, as they are written."""

    folder: Path
    name: str
    place: Place
    timezone: str
    sample: int = 200
    draft: bool = False
    force: bool = False
    keep_samples: bool = False
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def connecting(self) -> dict[str, Any]:
        """The connector's options."""
        return {self.place.option: self.place.used, **self.options}


def make_wish(
    folder: Path,
    *,
    odbc: str | None,
    url: str | None,
    name: str | None,
    timezone: str,
    environ: Mapping[str, str],
    options: Mapping[str, str],
    **more: Any,
) -> Wish:
    """What was asked, or InitError with what is wrong in it."""
    if (odbc is None) == (url is None):
        raise InitError(
            'say where the database is: either --odbc "Driver=…;Server=…" or --url sqlite:///PATH'
        )
    place = hide(odbc, environ) if odbc is not None else file_place(url or "", folder)
    name = name if name is not None else name_of(place)
    if not _NAME.fullmatch(name):
        raise InitError(f"--name {name}: a name is letters, digits, _ and -, and begins with a letter")
    try:
        ZoneInfo(timezone)
    except (OSError, ValueError, KeyError):
        raise InitError(f"--timezone {timezone} is not a time zone like Europe/Berlin") from None
    return Wish(folder=folder, name=name, place=place, timezone=timezone, options=options, **more)


def hide(connection: str, environ: Mapping[str, str]) -> Place:
    """An ODBC connection string; each secret in it becomes a variable, and variables in it are looked up."""
    secrets: dict[str, str] = {}

    def known(match: re.Match[str]) -> str:
        if match[1] not in environ:
            raise InitError(f"--odbc: the environment variable {match[1]} is not set")
        return environ[match[1]]

    def variable(match: re.Match[str]) -> str:
        before, key, equals, value = match.groups()
        inner = value[1:-1] if value.startswith("{") and value.endswith("}") else value.rstrip()
        if not _SECRET.fullmatch(key) or not inner or _REFERENCE.fullmatch(inner):
            return match[0]
        name = "EMR_" + re.sub(r"\W", "", key).upper() if PASSWORD in secrets else PASSWORD
        secrets[name] = _REFERENCE.sub(known, inner)
        braces = ("{", "}") if value.startswith("{") else ("", "")
        return f"{before}{key}{equals}{braces[0]}${{{name}}}{braces[1]}"

    told = _PART.sub(variable, connection.strip())
    return Place("connection", told, _REFERENCE.sub(known, connection.strip()), secrets)


def file_place(url: str, folder: Path) -> Place:
    """An SQLite file: written relative to the site's folder if it lies in it, else from the root."""
    if not url.startswith(_URL):
        raise InitError("--url takes sqlite:///PATH (sqlite:////PATH for a path from the root)")
    path = Path(unquote(url.removeprefix(_URL))).resolve()
    home = folder.resolve()
    told = path.relative_to(home) if path.is_relative_to(home) else path
    return Place("url", _written(told), _written(path))


def _written(path: Path) -> str:
    return _URL + quote(path.as_posix(), safe="/:~ ").replace(" ", "%20")


def name_of(place: Place) -> str:
    """What to call the source: as its database is called."""
    if place.option == "url":
        word = Path(unquote(place.told.removeprefix(_URL))).stem
    else:
        parts = {key.strip().lower(): value.strip("{} ") for _, key, _, value in _PART.findall(place.told)}
        word = next((parts[key] for key in _DATABASE if parts.get(key)), "")
        word = Path(word.replace("\\", "/")).stem
    word = re.sub(r"[^a-z0-9_-]+", "-", word.lower()).strip("-_")
    return word if _NAME.fullmatch(word) else "emr"
