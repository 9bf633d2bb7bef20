"""A pack's mappings and cases by name: what its tests are called, known without compiling the pack."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from facade.packs import read_pack

_CASE = re.compile(r"^- case: (.+)\n  mapping: (\w+)$", re.M)


def case_names(pack: str) -> list[tuple[str, str]]:
    """The mapping and the name of each case, in their order."""
    files = read_pack(pack).layers[0]
    texts = [text for name, text in sorted(files.items()) if name.startswith("cases/")]
    return [(mapping, str(yaml.safe_load(name))) for text in texts for name, mapping in _CASE.findall(text)]


def mapping_names(pack: str) -> list[str]:
    """The mappings, by name."""
    names = read_pack(pack).layers[0]
    return sorted(Path(name).stem for name in names if name.startswith("resources/"))
