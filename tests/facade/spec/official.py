"""The official package and example resources, read once."""

from __future__ import annotations

import json
import tarfile
from decimal import Decimal
from functools import cache
from typing import Any

from facade.spec import build
from tests.paths import SHARED


@cache
def package() -> dict[str, list[dict[str, Any]]]:
    return build.read_package(SHARED / "fhir" / "hl7.fhir.r4.core-4.0.1.tgz")


@cache
def examples() -> dict[str, dict[str, Any]]:
    """By file name without its extension; decimals as Decimal."""
    with tarfile.open(SHARED / "fhir" / "hl7.fhir.r4.examples-subset.tgz") as archive:
        files = {m.name: archive.extractfile(m) for m in archive if m.name.endswith(".json")}
        return {
            name.rpartition("/")[2].removesuffix(".json"): json.loads(file.read(), parse_float=Decimal)
            for name, file in files.items()
            if file
        }
