"""The moment of a resource: the one date by which a chart is put in order, kept with each of its references.

A search for a patient's resources by date reads them off one place of the index of references: to look up the
date of each would cost several times as much.
"""

from __future__ import annotations

from functools import cache

from facade.search.covered import numbers_of, one_row
from facade.spec import definitions
from facade.spec.definitions import SearchParameter
from facade.store.index import IndexRows

_CODES = ("date", "authoredon", "onset-date", "period", "authored-on", "created", "issued")


@cache
def moment_parameter(type: str) -> SearchParameter | None:
    """The parameter of a type that tells its moment: a date of which a resource has at most one."""
    known = definitions.search_parameters(type)
    dates = (known[code] for code in _CODES if code in known and known[code].kind == "date")
    return next((one for one in dates if one_row(one)), None)


def moment_of(type: str, rows: IndexRows) -> tuple[int, int] | None:
    """[low, high) in microseconds, from a resource's own rows; None if it has no such date."""
    parameter = moment_parameter(type)
    if parameter is None:
        return None
    numbers = numbers_of(parameter)
    return next(((low, high) for number, low, high in rows.dates if number in numbers), None)
