"""Searches for what a pack's resources hold, of every parameter that its database is said to answer."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from facade.mapping import Pack
from facade.mapping.pushdown.dates import Dates
from facade.search import Setting, extract
from facade.search.covered import numbers_of
from facade.spec import definitions

_PREFIXES = ("", "eq", "gt", "lt", "ge", "le", "sa", "eb", "ap")


def searches(
    pack: Pack, mapping: str, resource: dict[str, Any], setting: Setting, chance: random.Random
) -> Iterator[tuple[str, str]]:
    """Items of a query that mostly find the resource, and sometimes its neighbours only."""
    doc = pack.mappings[mapping]
    rows = extract(resource, setting)
    for code, entry in doc.search.items():
        numbers = numbers_of(definitions.search_parameters(doc.resource)[code])
        if isinstance(entry, Dates):
            for param, low, high in rows.dates:
                if param in numbers:
                    micros = chance.choice([m for m in (low, high) if abs(m) < 2**60] or [0])
                    yield code, _date(micros, setting, chance)
        for param, value, system in rows.tokens:
            if param in numbers and value and not set(value) & set(",|$\\"):
                yield code, chance.choice((value, f"{system}|{value}", f"{value},zz", "zz"))
        for param, target in rows.references:
            if param in numbers:
                yield code, chance.choice((target, target.rpartition("/")[2], f"{target},{target}9"))
    yield "_id", resource["id"]


def _date(micros: int, setting: Setting, chance: random.Random) -> str:
    moment = datetime(1970, 1, 1) + timedelta(
        microseconds=micros, hours=chance.choice((-30, -5, -1, 0, 0, 1, 5, 30))
    )
    text = moment.isoformat(timespec="seconds") + "Z"
    return chance.choice(_PREFIXES) + chance.choice((text, text[:10], text[:7], text[:4], text[:10]))
