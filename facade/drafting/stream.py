"""One stream's SQL: the columns that its mappings use, and the joins to other tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from facade.drafting.links import Link
from facade.drafting.tokens import fold
from facade.drafting.views import Col, Tab

_RESERVED = {"key", "stream", "record", "site", "codes", "v", "n", "begins", "and", "or", "not", "in"}
_CLOSING = {"[": "]"}
_NOTHING: tuple[Link, ...] = ()


@dataclass
class StreamDraft:
    """A stream in the making. `use` and `join` say under which name a column then stands in the record."""

    name: str
    tab: Tab
    key: tuple[Col, ...]
    quote: str
    dialect: str
    mode: str = "snapshot"
    cursor: str | None = None
    deleted: str | None = None
    comments: list[str] = field(default_factory=list)
    _aliases: dict[tuple[tuple[Link, ...], Col], str] = field(default_factory=dict)
    _joins: dict[tuple[Link, ...], str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    def use(self, col: Col, through: tuple[Link, ...] = _NOTHING, hint: str = "") -> str:
        """The name in the record of a column of this table, or of one that is joined."""
        known = self._aliases.get((through, col))
        if known:
            return known
        for at in range(len(through)):
            self._join(through[: at + 1])
        wanted = safe(f"{hint}_{col.name}" if hint else col.name)
        alias, count = wanted, 2
        while alias.casefold() in self._taken:
            alias, count = f"{wanted}_{count}", count + 1
        self._taken.add(alias.casefold())
        self._aliases[through, col] = alias
        return alias

    def _join(self, through: tuple[Link, ...]) -> str:
        if through not in self._joins:
            self._joins[through] = f"j{len(self._joins) + 1}"
        return self._joins[through]

    def quoted(self, name: str) -> str:
        """A name as this database encloses it."""
        closing = _CLOSING.get(self.quote, self.quote)
        return f"{self.quote}{name.replace(closing, closing * 2)}{closing}"

    def text(self) -> str:
        """The file streams/NAME.sql."""
        key = ", ".join(self.use(col) for col in self.key)
        lines = [f"-- key: {key}", f"-- dialect: {self.dialect}"] if self.dialect else [f"-- key: {key}"]
        lines.append(f"-- mode: {self.mode}")
        if self.cursor:
            lines += [f"-- cursor: {self.cursor}", "-- overlap: 10m"]
        if self.deleted:
            lines.append(f"-- deleted: {self.deleted}")
        lines += [f"-- {comment}" for comment in self.comments]
        columns = []
        for (through, col), alias in self._aliases.items():
            place = self._joins[through] if through else "t"
            written = f"{place}.{self.quoted(col.name)}"
            columns.append(written if alias == col.name else f"{written} AS {self.quoted(alias)}")
        lines.append("SELECT\n  " + ",\n  ".join(columns))
        lines.append(
            f"FROM {self._place(self.tab)} AS t"
            if self.dialect != "oracle"
            else f"FROM {self._place(self.tab)} t"
        )
        word = "" if self.dialect == "oracle" else "AS "
        for through, alias in self._joins.items():
            link = through[-1]
            left = self._joins[through[:-1]] if through[:-1] else "t"
            lines.append(
                f"LEFT JOIN {self._place(link.to.tab)} {word}{alias}"
                f" ON {alias}.{self.quoted(link.to.name)} = {left}.{self.quoted(link.col.name)}"
            )
        return "\n".join(lines) + "\n"

    def _place(self, tab: Tab) -> str:
        name = self.quoted(tab.table.name)
        return f"{self.quoted(tab.table.schema)}.{name}" if tab.table.schema else name

    @property
    def tables(self) -> tuple[Tab, ...]:
        """This table and those joined."""
        return (self.tab, *(through[-1].to.tab for through in self._joins))


def safe(name: str) -> str:
    """A word that an expression, a header and a file name can hold; a name that is one stays as it is."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) and name.casefold() not in _RESERVED:
        return name
    word = re.sub(r"[^A-Za-z0-9]+", "_", fold(name)).strip("_") or "column"
    if word[0].isdigit():
        word = f"c{word}"
    return f"{word}_" if word.casefold() in _RESERVED else word
