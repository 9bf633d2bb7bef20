"""What `--fidelity` gives: legacy rows, the resources that they must come to, and options.

DIR/rows/<table>.csv        the rows, as the legacy database has them, with a line of column names
DIR/golden/<Type>-<id>.json a resource as the server must give it
DIR/fidelity.yaml           options, each of them optional:

ignore: [meta, text, Patient.address.period]   # elements that are not compared
whole: { Patient: PTMAST }   # the server has a Patient for each row of rows/PTMAST.csv, and no other
down: python outage.py down  # a command that takes the source away; run in DIR, without a shell
up: python outage.py up      # … and brings it back
settle: 30                   # seconds in which the server has to notice either
"""

from __future__ import annotations

import csv
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from conformance.exchange import parse_json

Json = dict[str, Any]
_OPTIONS = {"ignore", "whole", "down", "up", "settle"}


class FolderError(Exception):
    """The folder cannot be used; the text says what is wrong in it."""


@dataclass(frozen=True, slots=True)
class Folder:
    """`golden` is by `Type/id`; `rows` are the numbers of rows by table; `settle` is in seconds."""

    path: Path
    golden: Mapping[str, Json]
    rows: Mapping[str, int]
    ignore: frozenset[str] = frozenset()
    whole: Mapping[str, str] = field(default_factory=dict)
    down: tuple[str, ...] = ()
    up: tuple[str, ...] = ()
    settle: float = 30.0


def read_folder(path: Path) -> Folder:
    """Raises FolderError."""
    if not path.is_dir():
        raise FolderError(f"{path} is not a folder")
    golden = dict(_golden(one) for one in sorted((path / "golden").glob("*.json")))
    if not golden:
        raise FolderError(f"{path / 'golden'} holds no resources (<Type>-<id>.json)")
    rows = {one.stem: _count(one) for one in sorted((path / "rows").glob("*.csv"))}
    options = _options(path / "fidelity.yaml")
    whole = {str(type): str(table) for type, table in dict(options.get("whole") or {}).items()}
    for type, table in whole.items():
        if table not in rows:
            raise FolderError(f"whole: {type}: there is no rows/{table}.csv")
        expected = sum(name.startswith(f"{type}/") for name in golden)
        if rows[table] != expected:
            raise FolderError(
                f"whole: {type}: {table} has {rows[table]} rows, golden has {expected} resources"
            )
    try:
        return Folder(
            path,
            golden,
            rows,
            frozenset(str(one) for one in options.get("ignore") or ()),
            whole,
            tuple(shlex.split(str(options.get("down") or ""))),
            tuple(shlex.split(str(options.get("up") or ""))),
            float(options.get("settle", 30)),
        )
    except (TypeError, ValueError) as error:
        raise FolderError(f"fidelity.yaml: {error}") from None


def _options(path: Path) -> Json:
    if not path.exists():
        return {}
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise FolderError(f"fidelity.yaml cannot be read: {' '.join(str(error).split())}") from None
    if not isinstance(found, dict):
        raise FolderError("fidelity.yaml is not a list of options")
    if unknown := sorted(set(map(str, found)) - _OPTIONS):
        raise FolderError(f"fidelity.yaml: there is no option {unknown[0]}")
    if not isinstance(found.get("whole") or {}, dict) or not isinstance(found.get("ignore") or [], list):
        raise FolderError("fidelity.yaml: whole is types with their tables, ignore a list")
    if bool(found.get("down")) is not bool(found.get("up")):
        raise FolderError("fidelity.yaml: down and up go together")
    return found


def _golden(path: Path) -> tuple[str, Json]:
    try:
        found = parse_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise FolderError(f"{path.name} cannot be read: {error}") from None
    type = found.get("resourceType") if isinstance(found, dict) else None
    if not isinstance(type, str) or not isinstance(found.get("id"), str):
        raise FolderError(f"{path.name} is not a resource with an id")
    if path.stem != f"{type}-{found['id']}":
        raise FolderError(f"{path.name} holds {type}/{found['id']}")
    return f"{type}/{found['id']}", found


def _count(path: Path) -> int:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return sum(1 for _ in csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FolderError(f"rows/{path.name} cannot be read: {error}") from None
