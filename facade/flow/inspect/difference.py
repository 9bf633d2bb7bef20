"""What `facade check --diff` found: by source, resource type and element."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from facade.mapping.cases import ABSENT

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Example:
    """One resource in which an element differs; a side that lacks it holds `ABSENT`."""

    reference: str
    before: Any
    after: Any


@dataclass
class ElementDiff:
    """One element (`Patient.name.family`, indices left out): in how many resources it differs, and how."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    examples: list[Example] = field(default_factory=list)

    def add(self, reference: str, before: Any, after: Any) -> None:
        """Count one difference."""
        if before is ABSENT:
            self.added += 1
        elif after is ABSENT:
            self.removed += 1
        else:
            self.changed += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(Example(reference, before, after))


@dataclass
class TypeDiff:
    """One resource type: how many resources stay as they are, come, change and go; and where they change."""

    same: int = 0
    added: int = 0
    changed: int = 0
    gone: int = 0
    elements: dict[str, ElementDiff] = field(default_factory=dict)
    added_examples: list[str] = field(default_factory=list)
    gone_examples: list[str] = field(default_factory=list)


@dataclass
class SourceDiff:
    """One source. `refused`: records or mappings that would be quarantined and are not yet, by reason.

    `fresh` are the streams that were read from the source; `errors` the streams that could not be compared;
    `left` the streams in the store that the pack no longer has: what they made stays.
    """

    source: str
    types: dict[str, TypeDiff] = field(default_factory=dict)
    refused: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    contested: int = 0
    records: int = 0
    fresh: tuple[str, ...] = ()
    errors: dict[str, str] = field(default_factory=dict)
    left: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether a replay or sync would change anything."""
        return bool(self.refused) or any(one.added or one.changed or one.gone for one in self.types.values())
