"""Texts that differ in capital letters only: what `upper`, `lower` and a folding map cannot tell apart."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

MOST = 256
"""Texts that are worth asking for."""
_LAST = 0x20000  # past it no letter has a capital and a small form
Change = Callable[[str], str]


def before(text: str, change: Change) -> frozenset[str] | None:
    """Every text that the change makes into this one, and perhaps more; None if there are too many."""
    table = _table(change)
    ways: list[set[str]] = [{""}]
    for end in range(1, len(text) + 1):
        made: set[str] = set()
        for start in range(max(0, end - 3), end):
            piece = text[start:end]
            same = (piece,) if len(piece) == 1 and change(piece) == piece else ()
            for letter in (*table.get(piece, ()), *same):
                made.update(begun + letter for begun in ways[start])
        if len(made) > MOST:
            return None
        ways.append(made)
    return frozenset(ways[-1])


@cache
def _table(change: Change) -> dict[str, tuple[str, ...]]:
    """What becomes of each letter, read backwards: up to three letters from one (`ß` gives `SS`)."""
    found: dict[str, list[str]] = {}
    for code in range(_LAST):
        letter = chr(code)
        if (changed := change(letter)) != letter:
            found.setdefault(changed, []).append(letter)
    if change is str.lower:  # a capital sigma at the end of a word becomes another letter than elsewhere
        found.setdefault("\u03c2", []).append("\u03a3")
    return {text: tuple(letters) for text, letters in found.items()}
