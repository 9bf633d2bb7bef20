"""Three answers to "does this match?": yes, no, and that the specification leaves it open (None)."""

from __future__ import annotations

from collections.abc import Iterable

Verdict = bool | None


def some(verdicts: Iterable[Verdict]) -> Verdict:
    """Whether one at least is true."""
    found: Verdict = False
    for one in verdicts:
        if one:
            return True
        if one is None:
            found = None
    return found


def every(verdicts: Iterable[Verdict]) -> Verdict:
    """Whether all are true."""
    found: Verdict = True
    for one in verdicts:
        if one is None:
            found = None
        elif not one:
            return False
    return found


def negated(verdict: Verdict) -> Verdict:
    """The opposite; what is open stays so."""
    return None if verdict is None else not verdict
