"""Location's `near`: within a distance of a point.

https://hl7.org/fhir/R4/location.html#positional

A position is kept as a point on the unit sphere: the distance between two is then a sum of products, which
any database can compare without trigonometry.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from facade.errors import BadRequest
from facade.search.model import Near, Statement
from facade.search.values import alternatives, split_unescaped
from facade.spec.definitions import SearchParameter
from facade.store.index import IndexRows

_EARTH = 6_371_008.8  # metres, the mean radius
_UNITS = {
    "km": 1000.0,
    "m": 1.0,
    "cm": 0.01,
    "[mi_i]": 1609.344,
    "mi": 1609.344,
    "[mi_us]": 1609.347,
    "[ft_i]": 0.3048,
    "[nmi_i]": 1852.0,
}
_UNSAID = 50_000.0
"""Metres, where the client does not say how near."""


def index_position(param: int, value: Any, rows: IndexRows) -> None:
    """The row of a Location.position, if it holds numbers that the Earth has."""
    try:
        latitude, longitude = float(value["latitude"]), float(value["longitude"])
    except (KeyError, TypeError, ValueError):
        return
    if abs(latitude) <= 90 and abs(longitude) <= 180:
        rows.positions.append((param, *_point(latitude, longitude)))


def _point(latitude: float, longitude: float) -> tuple[float, float, float]:
    up, east = math.radians(latitude), math.radians(longitude)
    return math.cos(up) * math.cos(east), math.cos(up) * math.sin(east), math.sin(up)


def parse_near(parameter: SearchParameter, text: str) -> Near:
    """`latitude|longitude[|distance|units]`, several with commas; raises BadRequest."""
    return Near(parameter, tuple(_parsed(split_unescaped(one, "|")) for one in alternatives("near", text)))


def _parsed(parts: list[str]) -> tuple[float, float, float]:
    try:
        numbers = [float(part) for part in parts[:3] if part.strip()]
        latitude, longitude = numbers[:2]
    except ValueError:
        raise _wrong() from None
    if len(parts) > 4 or len(numbers) != min(len([p for p in parts[:3] if p.strip()]), 3):
        raise _wrong()
    metres = _UNSAID
    if len(numbers) == 3:
        unit = parts[3].strip() if len(parts) == 4 and parts[3].strip() else "km"
        if unit not in _UNITS:
            raise BadRequest(
                f"`near` knows the units {', '.join(_UNITS)}, not the one given", expression="http.near"
            )
        metres = numbers[2] * _UNITS[unit]
    if not (abs(latitude) <= 90 and abs(longitude) <= 180 and 0 <= metres < math.inf):
        raise _wrong()
    return latitude, longitude, metres


def _wrong() -> BadRequest:
    return BadRequest("`near` takes `latitude|longitude|distance|units`, in degrees", expression="http.near")


def near_test(points: Sequence[tuple[float, float, float]]) -> Statement:
    """The test of an index row `i`."""
    tests, values = [], []
    for latitude, longitude, metres in points:
        tests.append("i.x*?+i.y*?+i.z*?>=?")
        angle = min(metres / _EARTH, math.pi)
        values += [*_point(latitude, longitude), math.cos(angle) - 1e-12]
    return f"({' OR '.join(tests)})", tuple(values)
