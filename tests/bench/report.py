"""The figures: a table to read and build/bench.json to compare."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """One measured value; `ratio` is value / baseline; `promised` is of the value or of the ratio."""

    name: str
    value: float
    unit: str
    baseline: float | None = None
    ratio: float | None = None
    promised: str = ""
    met: bool | None = None


def at_least(name: str, value: float, unit: str, bound: float, baseline: float | None = None) -> Figure:
    """A figure whose value must reach a bound; the ratio to the baseline is told beside it."""
    ratio = None if baseline is None else round(value / baseline, 3)
    promised = f"≥ {bound:,.0f} {unit}"
    return Figure(name, round(value, 1), unit, _round(baseline), ratio, promised, value >= bound)


def ratio_at_least(name: str, value: float, unit: str, bound: float, baseline: float) -> Figure:
    """A figure whose ratio to the baseline must reach a bound."""
    ratio = value / baseline
    return Figure(
        name, round(value, 1), unit, _round(baseline), round(ratio, 3), f"ratio ≥ {bound}", ratio >= bound
    )


def ratio_at_most(name: str, value: float, unit: str, bound: float, baseline: float) -> Figure:
    """A figure that may be so many times the baseline at most."""
    ratio = value / baseline
    return Figure(
        name, round(value, 1), unit, _round(baseline), round(ratio, 3), f"ratio ≤ {bound}", ratio <= bound
    )


def told(name: str, value: float, unit: str, baseline: float | None = None) -> Figure:
    """A figure without a promise."""
    ratio = None if baseline is None else round(value / baseline, 3)
    return Figure(name, round(value, 1), unit, _round(baseline), ratio)


def at_most(name: str, value: float, unit: str, bound: float) -> Figure:
    """A figure whose value may not exceed a bound."""
    return Figure(name, _round_small(value), unit, None, None, f"≤ {bound:,.0f} {unit}", value <= bound)


def at_most_above(name: str, value: float, unit: str, bound: float, baseline: float) -> Figure:
    """A figure that may exceed the baseline by `bound` at most."""
    promised = f"≤ baseline + {bound:,.0f} {unit}"
    return Figure(
        name,
        round(value, 1),
        unit,
        _round(baseline),
        round(value / baseline, 3),
        promised,
        value <= baseline + bound,
    )


def _round_small(value: float) -> float:
    return round(value, 2)


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def median_of(runs: int, measure: Callable[[], float]) -> float:
    """The median of several runs, after one that is not counted."""
    measure()
    return statistics.median(measure() for _ in range(runs))


def show(figures: list[Figure]) -> None:
    """Print a table."""
    table = Table(
        "name", "value", "unit", "baseline", "ratio", "promised", "met", title="make bench, one core each"
    )
    for figure in figures:
        table.add_row(
            figure.name,
            f"{figure.value:,}",
            figure.unit,
            "" if figure.baseline is None else f"{figure.baseline:,}",
            "" if figure.ratio is None else f"{figure.ratio}",
            figure.promised,
            {True: "yes", False: "[red]NO[/]", None: ""}[figure.met],
        )
    Console(width=140).print(table)


def keep(figures: list[Figure], folder: Path) -> None:
    """Write bench.json."""
    folder.mkdir(exist_ok=True)
    keys = ("name", "value", "unit", "baseline", "ratio")
    rows = [{key: asdict(figure)[key] for key in keys} for figure in figures]
    (folder / "bench.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
