"""Python's garbage collector, kept from walking the whole heap again and again during a fill.

https://docs.python.org/3/library/gc.html
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_CALM = (20_000, 20, 100)
_state = {"users": 0, "frozen": 0}
_before: list[tuple[int, int, int]] = []


@contextmanager
def calm() -> Iterator[None]:
    """While at least one fill runs: rare collections, of what is new only (a quarter of a fill's time else).

    What a process loaded before its first fill (definitions, packs, code) stays anyway: it is set aside once.
    """
    if not _state["users"]:
        _before.append(gc.get_threshold())
        gc.set_threshold(*_CALM)
        if not _state["frozen"]:
            _state["frozen"] = 1
            gc.collect()
            gc.freeze()
    _state["users"] += 1
    try:
        yield
    finally:
        _state["users"] -= 1
        if not _state["users"]:
            gc.set_threshold(*_before.pop())
