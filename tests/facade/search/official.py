"""The official examples and search parameters, where the shared data are there."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.paths import SHARED

EXAMPLES = SHARED / "fhir" / "hl7.fhir.r4.examples-subset.tgz"
CORE = SHARED / "fhir" / "hl7.fhir.r4.core-4.0.1.tgz"


def example_resources() -> Iterator[dict[str, Any]]:
    with tarfile.open(EXAMPLES) as archive:
        for member in archive:
            if member.name.endswith(".json"):
                file = archive.extractfile(member)
                assert file is not None
                content = json.load(file, parse_float=Decimal)
                if "resourceType" in content:
                    yield content


def search_parameter_resources() -> Iterator[dict[str, Any]]:
    return members(CORE, "package/SearchParameter-")


def members(path: Path, begin: str) -> Iterator[dict[str, Any]]:
    """The resources of a package whose file names begin so."""
    with tarfile.open(path) as archive:
        for member in archive:
            if member.name.startswith(begin):
                file = archive.extractfile(member)
                assert file is not None
                yield json.load(file)
