"""Writes r4.json.gz from the official package: `python -m conformance.spec.build hl7.fhir.r4.core-4.0.1.tgz`.

https://hl7.org/fhir/R4/downloads.html

The output is a function of the package alone: a list of slimmed definitions, in order of their file names.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

from conformance.spec.definitions import DATA
from conformance.spec.package import Json, read_package


def build(definitions: list[Json]) -> bytes:
    """The compressed file. Logical models, maps of versions and the package's own statements are left out."""
    kept = [
        one
        for one in definitions
        if one["resourceType"] != "CapabilityStatement" and one.get("kind") != "logical"
    ]
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), 9, mtime=0)


def main(arguments: list[str]) -> None:
    if len(arguments) != 1:
        raise SystemExit(__doc__)
    DATA.write_bytes(build(read_package(Path(arguments[0]))))


if __name__ == "__main__":
    main(sys.argv[1:])
