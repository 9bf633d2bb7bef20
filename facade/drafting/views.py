"""Tables and columns with their words, and what their values look like, worked out when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from connectors.base import Catalog, CatalogColumn, Table
from facade.drafting.data import rule, words
from facade.drafting.evidence import Evidence, look
from facade.drafting.tokens import common_prefix, pieces, said

#: Words that say nothing of what a table or column holds.
BLAND = rule("bland")
SKIPPED = {"log": "a log", "backup": "a copy, an import or a temporary table"}


@dataclass(eq=False)
class Col:
    """One column of a table that is looked at."""

    tab: Tab
    column: CatalogColumn
    at: int
    words: frozenset[str]

    @property
    def name(self) -> str:
        """Its name in the database."""
        return self.column.name

    @property
    def kind(self) -> str:
        """What its values are, as `CatalogColumn.kind` says it."""
        return self.column.kind

    @cached_property
    def evidence(self) -> Evidence:
        """Its sampled values."""
        return look(row.get(self.column.name) for row in self.tab.table.sample)

    def order(self) -> tuple[str, int]:
        """Where it stands, whatever the order of tables."""
        return (self.tab.place, self.at)


@dataclass(eq=False)
class Tab:
    """One table that is looked at."""

    table: Table
    words: frozenset[str]
    raw: tuple[str, ...]
    cols: list[Col] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Schema and name."""
        return f"{self.table.schema}.{self.table.name}" if self.table.schema else self.table.name

    @cached_property
    def by_name(self) -> dict[str, Col]:
        """Its columns by folded name."""
        return {one.name.casefold(): one for one in self.cols}

    def col(self, name: str) -> Col | None:
        """A column by its name in any case."""
        return self.by_name.get(name.casefold())

    @property
    def empty(self) -> bool:
        """Whether it surely holds nothing."""
        return self.table.rows == 0 or (self.table.rows is None and not self.table.sample)


@dataclass(frozen=True)
class Seen:
    """The catalog's tables by place, and those left out with the reason."""

    tabs: tuple[Tab, ...]
    skipped: tuple[tuple[str, str], ...]


def see(catalog: Catalog) -> Seen:
    """All tables in the order of their places, without those that a pack never reads."""
    shared = common_prefix(table.name for table in catalog.tables) if len(catalog.tables) >= 4 else None
    tabs = [_tab(table, shared) for table in sorted(catalog.tables, key=lambda one: (one.schema, one.name))]
    known = {one.words for one in tabs}
    kept, skipped = [], []
    for tab in tabs:
        reason = _skip(tab, known)
        if reason:
            skipped.append((tab.place, reason))
        else:
            kept.append(tab)
    return Seen(tuple(kept), tuple(skipped))


def _tab(table: Table, shared: str | None) -> Tab:
    raw = pieces(table.name)
    if shared and len(raw) > 1 and raw[0] == shared:
        raw = raw[1:]
    tab = Tab(table, said(raw) - BLAND or said(raw), raw)
    prefix = common_prefix(column.name for column in table.columns)
    for at, column in enumerate(table.columns):
        split = pieces(column.name)
        if prefix and len(split) > 1 and split[0] == prefix:
            split = split[1:]
        tab.cols.append(Col(tab, column, at, _own_words(split, raw)))
    return tab


def _own_words(split: tuple[str, ...], table: tuple[str, ...]) -> frozenset[str]:
    """A column's words; letters of the table's name glued before a word (VDATE of VISITS) are taken off."""
    found = said(split)
    if len(split) != 1 or found != {split[0]} or split[0] in words():
        return found
    piece, glued = split[0], "".join(table)
    initials = "".join(one[0] for one in table)
    for cut in (1, 2, 3):
        before, rest = piece[:cut], piece[cut:]
        if len(rest) >= 2 and rest in words() and (glued.startswith(before) or initials.startswith(before)):
            meant = said((rest,))
            if not meant <= {"id", "number", "code", "key"}:
                return meant
    return found


def _skip(tab: Tab, known: set[frozenset[str]]) -> str | None:
    if not tab.cols:
        return tab.table.problem or "it has no columns"
    for word, reason in SKIPPED.items():
        if word in tab.words:
            return f"its name says it is {reason}"
    if "deleted" in tab.words and tab.words - {"deleted"} in known:
        return "its name says it holds what was deleted"
    if "archive" in tab.words and (len(tab.words) == 1 or tab.words - {"archive"} in known):
        return "its name says it is an archive"
    if tab.table.problem and not tab.table.sample and tab.table.kind == "view":
        return tab.table.problem
    return None
