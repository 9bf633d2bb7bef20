"""codes/*.csv: concept maps from a legacy value to codes, with a declared policy for values without a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from facade.mapping.errors import MappingFailure, Problem, suggest

Coding = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the legacy value, its cells by column (empty cells left out), and where it is written."""

    value: str
    cells: Mapping[str, str]
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class ConceptMap:
    """A table of rows with its policy; `lookup` gives the rows of a value, or follows the policy."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    unmapped: str = "error"
    match: str = "exact"
    system: str | None = None
    place: tuple[str, int] = ("pack.yaml", 1)
    by_value: dict[str, tuple[Row, ...]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for row in self.rows:
            key = self.fold(row.value)
            self.by_value[key] = (*self.by_value.get(key, ()), row)

    def fold(self, value: str) -> str:
        """The value as it is compared."""
        return value.strip().casefold() if self.match == "fold" else value

    def objects(self) -> list[dict[str, str]]:
        """The rows as `$codes.name` gives them."""
        return [dict(row.cells) for row in self.rows]

    def coding(self, row: Row) -> Coding | None:
        """The row as a Coding; None if its code is empty."""
        code = row.cells.get("code")
        if code is None:
            return None
        system = row.cells.get("system", self.system)
        display = row.cells.get("display")
        coding = {} if system is None else {"system": system}
        coding["code"] = code
        if display is not None:
            coding["display"] = display
        return coding

    def codings(self, value: str) -> list[Coding] | None:
        """The codings of a value; None if there is no row."""
        rows = self.by_value.get(self.fold(value))
        if rows is None:
            return None
        return [coding for row in rows if (coding := self.coding(row)) is not None]

    def policy_codings(self, value: str) -> list[Coding]:
        """What the policy makes of a value without a row; `text` and `drop` give none."""
        if self.unmapped == "error":
            raise MappingFailure(f"a value has no row in codes/{self.name}.csv")
        if self.unmapped in ("drop", "text"):
            return []
        code = value if self.unmapped == "keep" else self.unmapped
        if self.unmapped != "keep":
            for row in self.rows:
                if row.cells.get("code") == code and (coding := self.coding(row)):
                    return [coding]
        return [{"code": code} if self.system is None else {"system": self.system, "code": code}]


@dataclass(slots=True)
class Table:
    """A CSV file read: its columns after the first, and its rows."""

    first: str
    columns: tuple[str, ...]
    rows: list[Row]


def read_table(text: str, file: str, problems: list[Problem]) -> Table | None:
    """A concept map's file; None, and problems, if it has no header."""
    reader = csv.reader(io.StringIO(text), strict=True)
    table: Table | None = None
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if not any(stripped):
                continue
            if table is None:
                table = _columns(stripped, file, reader.line_num, problems)
            elif len(stripped) > len(table.columns) + 1:
                message = (
                    f"{len(stripped)} cells for {len(table.columns) + 1} columns; quote one with a comma"
                )
                problems.append(Problem(file, reader.line_num, message))
            else:
                named = zip((table.first, *table.columns), stripped, strict=False)
                kept = {name: cell for name, cell in named if cell}
                table.rows.append(Row(stripped[0], kept, file, reader.line_num))
    except csv.Error as error:
        problems.append(Problem(file, reader.line_num, f"not CSV: {error}"))
        return None
    if table is None:
        problems.append(Problem(file, 1, "empty; its first line names the columns"))
    return table


def _columns(names: list[str], file: str, line: int, problems: list[Problem]) -> Table:
    for number, name in enumerate(names):
        if not name:
            problems.append(Problem(file, line, f"column {number + 1} has no name"))
        elif name in names[:number]:
            problems.append(Problem(file, line, f"the column `{name}` is here twice"))
    return Table(names[0], tuple(names[1:]), [])


def merge_tables(base: Table | None, over: Table) -> Table:
    """The overlay's rows in place of all the base's rows of the same values; new values at the end."""
    if base is None:
        return over
    columns = (*base.columns, *(name for name in over.columns if name not in base.columns))
    renamed = [
        Row(
            row.value,
            {base.first if name == over.first else name: cell for name, cell in row.cells.items()},
            row.file,
            row.line,
        )
        for row in over.rows
    ]
    replaced: dict[str, list[Row]] = {}
    for row in renamed:
        replaced.setdefault(row.value, []).append(row)
    rows: list[Row] = []
    for row in base.rows:
        if row.value in replaced:
            rows.extend(replaced[row.value])
            replaced[row.value] = []
        else:
            rows.append(row)
    for remaining in replaced.values():
        rows.extend(remaining)
    return Table(base.first, columns, rows)


def build_concept_map(
    name: str, table: Table, policy: Mapping[str, str], place: tuple[str, int], problems: list[Problem]
) -> ConceptMap:
    """A concept map of a table and its entry in pack.yaml (at `place`)."""
    for key in policy:
        if key not in ("unmapped", "match", "system"):
            hint = suggest(key, ("unmapped", "match", "system"))
            problems.append(Problem(*place, f"codes.{name}: unknown key `{key}`{hint}"))
    match = policy.get("match", "exact")
    if match not in ("exact", "fold"):
        problems.append(Problem(*place, f"codes.{name}: `match` is exact or fold, not `{match}`"))
    unmapped = policy.get("unmapped", "error") or "error"
    return ConceptMap(
        name, table.columns, tuple(table.rows), unmapped, match, policy.get("system") or None, place
    )
