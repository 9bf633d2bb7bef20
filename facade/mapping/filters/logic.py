"""Choices and conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from facade.mapping.errors import MappingFailure
from facade.mapping.filters.registry import filter_
from facade.mapping.values import as_text

_TRUE = frozenset({"true", "t", "yes", "y", "1", "on"})
_FALSE = frozenset({"false", "f", "no", "n", "0", "off"})


@filter_(takes="any")
def default(value: Any) -> Callable[[Any], Any]:
    """Another value where this one is empty.

    `$'' | default('none')` gives `none`
    """
    return lambda given: value if given is None else given


@filter_(takes="value")
def unless(*values: str) -> Callable[[Any], Any]:
    """Empty where the value is one of these: for a legacy system's words for nothing. Numbers are compared
    as text.

    `$'N/A' | unless('N/A', '0.00') ?? 'none'` gives `none`
    """
    nothing = frozenset(values)
    return lambda value: None if as_text(value) in nothing else value


@filter_()
def is_(*values: str) -> Callable[[str], bool]:
    """True where the value is one of these, else false; an empty value stays empty.

    `$'Y' | is('Y', 'J')` gives `true`
    """
    wanted = frozenset(values)
    return lambda text: text in wanted


@filter_()
def bool_() -> Callable[[str], bool]:
    """A boolean of Y/N, yes/no, t/f, true/false, 1/0, on/off in any case; any other value fails.

    `$'Y' | bool` gives `true`
    """
    return _bool


@filter_()
def not_() -> Callable[[str], bool]:
    """The contrary of `bool`; an empty value stays empty.

    `$'0' | not` gives `true`
    """
    return lambda text: not _bool(text)


def _bool(text: str) -> bool:
    word = text.lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise MappingFailure("cannot read the value as yes or no")
