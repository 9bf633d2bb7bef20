"""One query: what is asked, and what may be made of a server that refuses it."""

from __future__ import annotations

from dataclasses import dataclass, replace

Item = tuple[str, str]
ABSENT = "zq-not-there"


@dataclass(frozen=True, slots=True)
class Query:
    """`requirement` is its key in REQUIREMENTS; `items` are names with modifiers and their values.

    `optional` names what a server need not support (`the modifier :exact`), so that it may refuse; empty
    where the query is no more than what was declared. `positive`: it was made to find a resource.
    """

    requirement: str
    type: str
    items: tuple[Item, ...]
    positive: bool = True
    optional: str = ""

    @property
    def name(self) -> str:
        """The name of the first item, with its modifier."""
        return self.items[0][0]

    @property
    def code(self) -> str:
        """The search parameter asked about."""
        return self.name.partition(":")[0]

    @property
    def subject(self) -> str:
        return f"{self.type}?{'&'.join(dict.fromkeys(name for name, _ in self.items))}"

    def narrowed(self, ids: list[str]) -> Query:
        """The same among these resources only."""
        return replace(self, items=(*self.items, ("_id", ",".join(ids))))


def one(
    requirement: str, type: str, name: str, value: str, *, positive: bool = True, optional: str = ""
) -> Query:
    """A query of a single item; a modifier in its name is optional."""
    _, _, modifier = name.partition(":")
    optional = optional or (f"the modifier :{modifier}" if modifier else "")
    return Query(requirement, type, ((name, value),), positive, optional)
