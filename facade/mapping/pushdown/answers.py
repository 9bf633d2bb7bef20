"""What a mapping read backwards says of one wanted value: no row, any row, or tests on columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Every:
    """Any row may give it, so that nothing is narrowed; why, in one line."""

    reason: str


@dataclass(frozen=True, slots=True)
class Never:
    """No row gives it."""


class Span(NamedTuple):
    """A range of a column, in the column's own form: at or after `low` (`after`: later than it), before
    `high`; None is open."""

    low: str | None = None
    after: bool = False
    high: str | None = None


Tests = Mapping[str, "frozenset[str] | Span"]
"""All of them must hold: a column holds one of these texts, or lies in this range."""

Answer = Every | Never | Tests
NEVER = Never()


def either(answers: Sequence[Answer], reason: str) -> Answer:
    """Rows for which one of the answers holds; `reason` is told where they test different columns."""
    found: Answer = NEVER
    for answer in answers:
        if answer is NEVER:
            continue
        if isinstance(answer, Every):
            return answer
        if found is NEVER:
            found = answer
            continue
        found = _joined(found, answer)  # type: ignore[arg-type]
        if not found:
            return Every(reason)
    return found


def _joined(one: Tests, other: Tests) -> Tests:
    joined: dict[str, frozenset[str] | Span] = {}
    for column, test in one.items():
        also = other.get(column)
        if isinstance(test, frozenset) and isinstance(also, frozenset):
            joined[column] = test | also
        elif isinstance(test, Span) and isinstance(also, Span):
            hull = _hull(test, also)
            if hull != Span():
                joined[column] = hull
    return joined


def _hull(one: Span, other: Span) -> Span:
    low, after = None, False
    if one.low is not None and other.low is not None:
        low, after = min((one.low, one.after), (other.low, other.after))
    high = None if one.high is None or other.high is None else max(one.high, other.high)
    return Span(low, after, high)


def both(one: Answer, other: Answer) -> Answer:
    """Rows for which both hold."""
    if isinstance(one, Every) or isinstance(other, Never):
        return other
    if isinstance(other, Every) or isinstance(one, Never):
        return one
    found = dict(one)
    for column, test in other.items():
        known = found.get(column)
        if isinstance(known, frozenset) and isinstance(test, frozenset):
            common = known & test
            if not common:
                return NEVER
            found[column] = common
        else:
            found[column] = test
    return found


def over(answer: Answer, columns: Iterable[str], reason: str) -> Answer:
    """The answer's tests on these columns alone."""
    if isinstance(answer, Every | Never):
        return answer
    return {column: answer[column] for column in columns if column in answer} or Every(reason)
