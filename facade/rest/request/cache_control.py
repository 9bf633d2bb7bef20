"""What a client says of the age of its answer.

https://www.rfc-editor.org/rfc/rfc9111#section-5.2.1 · https://www.rfc-editor.org/rfc/rfc5861#section-4
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import inf

from facade.flow.live.demand import NO_DEMAND, Demand

_DIRECTIVE = re.compile(r'\s*([A-Za-z0-9-]+)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^\s,"]*))?\s*(?:,|$)')
_LONGEST = 2**31
"""Seconds; more means this (RFC 9111, 1.2.2)."""


@lru_cache(512)
def demand_of(header: bytes) -> Demand:
    """The demand of a Cache-Control header. What is unknown or malformed is ignored; of two bounds the
    stricter holds."""
    if not header:
        return NO_DEMAND
    found = _directives(header.decode("latin-1"))
    ages = [seconds for value in found.get("max-age", ()) if (seconds := _seconds(value)) is not None]
    on_error = [s for value in found.get("stale-if-error", ()) if (s := _seconds(value)) is not None]
    return Demand(
        no_cache=any(value is None for value in found.get("no-cache", ())),
        max_age=min(ages, default=None),
        max_stale=_max_stale(found.get("max-stale", [])),
        stale_if_error=min(on_error, default=inf),
        only_if_cached="only-if-cached" in found,
    )


def _directives(text: str) -> dict[str, list[str | None]]:
    """Directives by name, each with its arguments; None for none."""
    found: dict[str, list[str | None]] = {}
    at = 0
    while at < len(text):
        match = _DIRECTIVE.match(text, at)
        if match is None:  # not a directive: go on after the next comma
            at = text.find(",", at) + 1 or len(text)
            continue
        value = match[2]
        found.setdefault(match[1].lower(), []).append(None if value is None else value.strip('"'))
        at = match.end()
    return found


def _seconds(value: str | None) -> float | None:
    if value is None or not (value.isascii() and value.isdigit()):
        return None
    return float(min(int(value[:12]), _LONGEST))


def _max_stale(values: list[str | None]) -> float:
    """The age beyond freshness; without an argument, any."""
    known = [inf if value is None else _seconds(value) for value in values]
    return min((one for one in known if one is not None), default=0.0)
