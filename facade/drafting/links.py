"""Which column of a table points at which other: declared, by a key's name, or by the table's."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from facade.drafting.views import Col, Tab

_PLAIN = frozenset(
    ["id", "number", "code", "name", "key", "value", "description", "type", "note", "date", "time", "status"]
)
_REFERS = frozenset(["id", "number", "code"])


@dataclass(frozen=True)
class Link:
    """A column that holds a key of another table, how that is known, and how surely."""

    col: Col
    to: Col
    confidence: float
    how: str


class Links:
    """All links of a catalog. A table's own key is the one that others use."""

    def __init__(self, tabs: tuple[Tab, ...]) -> None:
        self.tabs = tabs
        self._by_place = {tab.place.casefold(): tab for tab in tabs}
        self._by_place.update({tab.table.name.casefold(): tab for tab in reversed(tabs)})
        self._uses: Counter[str] = Counter(
            col.name.casefold() for tab in tabs for col in tab.cols if not col.words <= _PLAIN
        )
        self._keys: dict[Tab, tuple[Col, ...]] = {}
        self._named: dict[str, list[Col]] = defaultdict(list)
        self._worded: dict[frozenset[str], list[Tab]] = defaultdict(list)
        for tab in tabs:
            for col in self._single_keys(tab):
                if not col.words <= _PLAIN:
                    self._named[col.name.casefold()].append(col)
            self._worded[tab.words - {"type"} if len(tab.words) > 1 else tab.words].append(tab)
            self._worded[tab.words].append(tab)
        self._links: dict[Tab, tuple[Link, ...]] = {}
        self._by_col: dict[Tab, dict[Col, Link]] = {}

    def key(self, tab: Tab) -> tuple[Col, ...]:
        """The columns that identify a row: what others refer to, else the primary key, else what the sample
        says is different in each row; empty if nothing is."""
        if tab not in self._keys:
            self._keys[tab] = self._find_key(tab)
        return self._keys[tab]

    def links(self, tab: Tab) -> tuple[Link, ...]:
        """The links of a table, at most one for each column."""
        if tab not in self._links:
            declared = {}
            for foreign in tab.table.foreign_keys:
                if len(foreign.columns) == len(foreign.to_columns) == 1:
                    target = self._by_place.get(foreign.to_table.casefold())
                    col = tab.col(foreign.columns[0])
                    to = target.col(foreign.to_columns[0]) if target else None
                    if col and to:
                        declared[col] = Link(col, to, 0.99, f"foreign key to {to.tab.place}")
            found = [declared.get(col) or self._implied(col) for col in tab.cols]
            self._links[tab] = tuple(link for link in found if link)
        return self._links[tab]

    def link(self, col: Col) -> Link | None:
        """Where this column points."""
        if col.tab not in self._by_col:
            self._by_col[col.tab] = {one.col: one for one in self.links(col.tab)}
        return self._by_col[col.tab].get(col)

    def _single_keys(self, tab: Tab) -> list[Col]:
        names = [one[0] for one in (tab.table.primary_key, *tab.table.unique) if len(one) == 1]
        found = [col for name in dict.fromkeys(names) if (col := tab.col(name))]
        known = {col.name for col in found}
        found += [
            col
            for col in tab.cols
            if col.name not in known
            and self._uses[col.name.casefold()] >= 2
            and col.words <= tab.words | _REFERS
            and col.words & tab.words
            and col.evidence.unique
            and col.evidence.seen >= 5
        ]
        if not found and not tab.table.primary_key and not tab.table.unique:
            for col in tab.cols[:2]:
                if col.evidence.unique and col.evidence.seen >= 2 and col.words <= tab.words | _PLAIN:
                    return [col]
        return found

    def _find_key(self, tab: Tab) -> tuple[Col, ...]:
        singles = self._single_keys(tab)
        primary = tuple(col for name in tab.table.primary_key if (col := tab.col(name)))
        best = max(singles, key=lambda col: (self._votes(col), -col.at), default=None)
        if best is not None and (
            not primary
            or (len(primary) == 1 and self._votes(best) > self._votes(primary[0]))
            or (len(primary) > 1 and self._votes(best) > 1)
        ):
            return (best,)
        if primary:
            return primary
        if best is not None:
            return (best,)
        for unique in tab.table.unique:
            cols = tuple(col for name in unique if (col := tab.col(name)))
            if cols and all(not col.column.nullable for col in cols):
                return cols
        return self._sampled_key(tab)

    def _votes(self, col: Col) -> int:
        return 0 if col.words <= _PLAIN else self._uses[col.name.casefold()] - 1

    def _sampled_key(self, tab: Tab) -> tuple[Col, ...]:
        """Of a table without keys: the fewest columns whose values differ in every sampled row."""
        rows = tab.table.sample
        usable = [
            col
            for col in tab.cols
            if col.kind not in ("binary", "other", "decimal") and col.evidence.longest <= 64
        ]
        usable = [col for col in usable if col.evidence.filled or not rows]
        ids = [
            col for col in usable if col.words & {"id", "number", "key"} and col.words <= tab.words | _PLAIN
        ]
        if not rows:
            return tuple((ids or [col for col in tab.cols if col.words & _REFERS] or usable)[:1])
        for col in (*ids, *usable[:3]):
            if col.evidence.unique and col.kind in ("text", "integer") and not _dated(col):
                return (col,)
        refers = [col for col in usable if self.link(col)]
        ordered = [
            *refers,
            *(col for col in usable if col not in refers and col.evidence.filled == len(rows)),
        ]
        taken: list[Col] = []
        kinds = 0
        for col in ordered[:12]:
            different = len({tuple(row.get(one.name) for one in (*taken, col)) for row in rows})
            if different > kinds:
                taken.append(col)
                kinds = different
            if kinds == len(rows):
                break
        # A sample is not the table: what says when and what is part of such a key too.
        for col in ordered:
            if col not in taken and len(taken) < 5 and (_dated(col) or "code" in col.words):
                taken.append(col)
        return tuple(sorted(taken[:6], key=lambda one: one.at))

    def _implied(self, col: Col) -> Link | None:
        if col.kind not in ("text", "integer", "decimal", "other") or col.words <= _PLAIN:
            return None
        own = col.tab
        wanted = col.words - _REFERS or col.words
        if own.words == wanted and (col.name,) == own.table.primary_key:
            return None  # others point here
        named = [to for to in self._named.get(col.name.casefold(), ()) if to.tab is not own]
        # Of several tables with a key of this name, the one that is called so; a side table never is.
        for to in sorted(named, key=lambda one: (one.tab.words != wanted, one.tab.empty, one.order())):
            if contained(col, to) and (to.tab.words & wanted or len(named) == 1):
                return Link(col, to, 0.9, f"named as the key of {to.tab.place}")
        for target in self._worded.get(wanted, ()):
            if target is own:
                continue
            key = self.key(target)
            if len(key) == 1 and contained(col, key[0]) and (col.words & _REFERS or col.evidence.filled):
                return Link(col, key[0], 0.75, f"named after {target.place}")
        return None


def contained(col: Col, to: Col) -> bool:
    """Whether the values may be keys of the other column: they are among them, as far as the samples tell."""
    mine, theirs = col.evidence, to.evidence
    if not mine.filled or not theirs.filled:
        numeric = {"integer", "decimal"}
        return (col.kind in numeric) == (to.kind in numeric) or not (mine.filled or theirs.filled)
    values = {value for value in mine.counts if value != "0"}
    if not values:
        return True
    shared = sum(value in theirs.counts for value in values) / len(values)
    whole = to.tab.table.rows is not None and to.tab.table.rows <= theirs.seen
    if whole:
        return shared >= 0.6
    return shared > 0 or abs(mine.part("number") - theirs.part("number")) < 0.2


def _dated(col: Col) -> bool:
    return (
        col.kind in ("date", "timestamp")
        or col.evidence.part("iso_date", "iso_datetime", "compact_date") > 0.9
    )
