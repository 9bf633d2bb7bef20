"""Times as a person says them."""

from __future__ import annotations

from datetime import timedelta


def age(lag: timedelta | None) -> str:
    """How long something took or is ago: `never`, `12 s`, `3 h`."""
    if lag is None:
        return "never"
    seconds = int(lag.total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{max(seconds, 0)} s"
