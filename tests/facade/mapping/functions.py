"""Functions that packs in the tests call through `py`."""

from __future__ import annotations


def shout(value: str) -> str:
    return value.upper() + "!"


def repeat(value: str, times: str) -> str:
    return value * int(times)


def angry(value: str) -> str:
    raise RuntimeError(f"about {value}")
