"""What can be wrong: problems of a pack, told all at once; and the failure of one mapping of one record."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in a pack: the file, the line from 1, and what was meant."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class PackError(Exception):
    """A pack that cannot be used; `problems` holds everything found, in the order of files and lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


class MappingFailure(Exception):
    """A record that one mapping cannot map. `reason` never holds a value of the record.

    `path` collects the names of the elements, innermost first, on the way out.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path: list[str] = []

    @property
    def element(self) -> str:
        """The element at fault, without indexes: `name.family`."""
        return ".".join(reversed(self.path))


class ArgumentError(Exception):
    """A filter's constant argument is wrong; becomes a Problem at the line of the expression."""


def suggest(word: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """``; did you mean `x`?`` with the nearest known word, or nothing."""
    candidates = sorted(known)
    folded = {candidate.casefold(): candidate for candidate in reversed(candidates)}
    near = difflib.get_close_matches(word.casefold(), list(folded), n=1, cutoff=likeness)
    return f"; did you mean `{folded[near[0]]}`?" if near else ""
