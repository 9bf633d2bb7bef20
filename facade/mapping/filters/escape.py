"""The way out: a plain Python function."""

from __future__ import annotations

import importlib
import types
from collections.abc import Callable
from typing import Any

from facade.mapping.errors import ArgumentError
from facade.mapping.filters.registry import filter_
from facade.mapping.values import clean


@filter_(takes="items")
def py(function: str, *arguments: Any) -> Callable[[Any], Any]:
    """A Python function `module:function` is called with the value (whole, if it is a list) and the further
    arguments, and gives a plain value, list or dict, or None for nothing. It must be pure. If it raises, the
    mapping of this record fails.

    `$recurrence | py(clinic.dates:occurrences)`
    """
    module_name, _, name = function.partition(":")
    if not name:
        raise ArgumentError("is written `py(module:function)`")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise ArgumentError(f"cannot import `{module_name}` ({error})") from None
    found = getattr(module, name, None)
    if not isinstance(found, types.FunctionType):
        raise ArgumentError(f"`{module_name}` has no function `{name}`")
    call = found
    return lambda value: clean(call(value, *arguments))
