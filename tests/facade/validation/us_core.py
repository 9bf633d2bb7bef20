"""The US Core packages: their library, their examples, and their profiles as they stand in the package."""

from __future__ import annotations

import json
import tarfile
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from facade.validation.library import Library
from tests.paths import SHARED

VERSIONS = ("3.1.1", "6.1.0", "7.0.0")


def package(version: str) -> Path:
    return SHARED / "fhir" / f"hl7.fhir.us.core-{version}.tgz"


@cache
def library(version: str) -> Library:
    return Library([package(version)])


@cache
def files(version: str, folder: str) -> dict[str, dict[str, Any]]:
    """By file name without its extension; decimals as Decimal."""
    with tarfile.open(package(version)) as archive:
        members = [m for m in archive if m.name.startswith(folder) and m.name.endswith(".json")]
        found = {}
        for member in members:
            file = archive.extractfile(member)
            if file is not None and not member.name.endswith(".index.json"):
                name = member.name.rpartition("/")[2].removesuffix(".json")
                found[name] = json.loads(file.read(), parse_float=Decimal)
    return found


def examples(version: str) -> dict[str, dict[str, Any]]:
    return files(version, "package/example/")


@cache
def snapshots(version: str) -> dict[str, list[dict[str, Any]]]:
    """The elements of each profile by its URL."""
    structures = files(version, "package/StructureDefinition-").values()
    return {s["url"]: s["snapshot"]["element"] for s in structures}
