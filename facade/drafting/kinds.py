"""The templates, read: what a table can become, and what is wanted of its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from facade.drafting.data import columns, templates
from facade.drafting.views import Tab


@dataclass(frozen=True)
class Concept:
    """What a template wants to know of a table: names, kind of values, and where it points."""

    name: str
    phrases: tuple[str, ...]
    values: str
    shapes: tuple[str, ...] = ()
    to: str | None = None
    vocabulary: frozenset[str] = frozenset()
    alone: bool = False


@dataclass(frozen=True, eq=False)
class Kind:
    """A template, read: what its tables are called, and its concepts."""

    name: str
    resource: str
    body: Mapping[str, Any]
    concepts: tuple[Concept, ...]

    def concept(self, name: str) -> Concept | None:
        """One of its concepts."""
        return next((one for one in self.concepts if one.name == name), None)


def kinds() -> tuple[Kind, ...]:
    """All templates."""
    found = []
    for body in templates():
        merged: dict[str, Any] = {}
        for group in body.get("use", ()):
            merged.update(columns()[group])
        merged.update(body.get("columns", {}))
        concepts = tuple(
            Concept(
                name=name,
                phrases=tuple(one["is"]),
                values=one["values"],
                shapes=tuple(one.get("shapes", ())),
                to=one.get("to"),
                vocabulary=frozenset(word for phrase in one["is"] for word in phrase.split()),
                alone=one["values"] in ("email", "pressure", "sex", "coded"),
            )
            for name, one in merged.items()
        )
        found.append(Kind(body["name"], body["resource"], body, concepts))
    return tuple(found)


def noise(tab: Tab, kind: Kind) -> frozenset[str]:
    """Words that need no mention in a column's name, as the table says them."""
    own = {word for phrase in kind.body.get("called", ())[:3] for word in phrase.split()}
    return tab.words | frozenset(own) | {"patient"}
