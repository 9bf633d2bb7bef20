"""The filters, one function each, grouped in files; importing this registers them all."""

from __future__ import annotations

from facade.mapping.filters import (  # noqa: F401 - imported to register
    codes,
    dates,
    escape,
    logic,
    numbers,
    references,
    structure,
    text,
)
from facade.mapping.filters.registry import FILTERS, Environment, FilterSpec

__all__ = ["FILTERS", "Environment", "FilterSpec"]
