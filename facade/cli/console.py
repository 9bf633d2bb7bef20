"""The one console, and the shapes that commands share: tables, progress, error lines."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from facade.flow.report.words import age

__all__ = ["StreamBars", "age", "console", "error_line", "errors", "table", "utc_now"]

console = Console()
errors = Console(stderr=True)


def error_line(text: str) -> None:
    """One line on standard error, unfolded, so that it can be searched for."""
    errors.print(f"[red bold]error[/] {escape(text)}", soft_wrap=True)


def table(*columns: str) -> Table:
    """A table; a column whose name ends in `#` holds numbers, in `!` words that are not to be broken."""
    result = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        name = column.rstrip("#!")
        result.add_column(
            name,
            justify="right" if column.endswith("#") else "left",
            overflow="fold",
            no_wrap=column != name or not result.columns,
        )
    return result


class StreamBars:
    """Progress on standard error, one line per stream; silent where nobody watches."""

    def __init__(self) -> None:
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[told]}"),
            TimeElapsedColumn(),
            console=errors,
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> StreamBars:
        self._bars.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bars.stop()

    def told(self, stream: str, read: int, changed: int, rate: float) -> None:
        """How far a sync is: records read and changed, and records per second."""
        self.show(stream, read, None, f"{read:,} rows, {changed:,} changed, {rate:,.0f}/s")

    def show(self, stream: str, done: int, total: int | None, told: str) -> None:
        """Draw one stream's line anew."""
        if stream not in self._tasks:
            self._tasks[stream] = self._bars.add_task(stream, total=total, told="")
        self._bars.update(self._tasks[stream], completed=done, told=told)


def utc_now() -> datetime:
    """The present; the only clock that commands hand down."""
    return datetime.now(UTC)
