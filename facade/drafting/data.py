"""The room's data files, read once: words, templates, codes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_HERE = Path(__file__).parent


@cache
def words() -> Mapping[str, tuple[str, ...]]:
    """Each legacy word with the words that it means."""
    found: dict[str, tuple[str, ...]] = {}
    for meaning, variants in _load("lexicon/words.yaml").items():
        for variant in (*meaning.split(), *variants) if " " not in meaning else variants:
            found.setdefault(str(variant), tuple(meaning.split()))
    return found


@cache
def rule(name: str) -> frozenset[str]:
    """A set of words with a part to play in reading names."""
    return frozenset(_load("lexicon/rules.yaml")[name])


@cache
def columns() -> Mapping[str, Mapping[str, Any]]:
    """Groups of columns that several templates share: what each is called, and what values it holds."""
    return dict(_load("lexicon/columns.yaml"))


@cache
def codes() -> Mapping[str, Mapping[str, Any]]:
    """For each kind of code: its policy, and the words by which a legacy value is known."""
    return dict(_load("lexicon/codes.yaml"))


@cache
def templates() -> tuple[Mapping[str, Any], ...]:
    """What a table can become, by file name."""
    return tuple(
        {"name": path.stem, **_load(f"templates/{path.name}")}
        for path in sorted((_HERE / "templates").glob("*.yaml"))
    )


def _load(path: str) -> dict[str, Any]:
    loaded = yaml.load((_HERE / path).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    assert isinstance(loaded, dict)
    return loaded
