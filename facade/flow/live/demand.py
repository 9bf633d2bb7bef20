"""How fresh a client wants its answer, how fresh it is, and what has to be said of it.

https://www.rfc-editor.org/rfc/rfc9111#section-5.2.1
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from facade.errors import NotFresh, Unavailable
from facade.flow.live.freshness import Code, Known, Trouble


@dataclass(frozen=True, slots=True)
class Demand:
    """The request's Cache-Control, as far as it concerns us; seconds.

    `max_stale` is what the client bears beyond what is fresh; `stale_if_error` how old an answer may be when
    the source fails.
    """

    no_cache: bool = False
    max_age: float | None = None
    max_stale: float = 0.0
    stale_if_error: float = inf
    only_if_cached: bool = False

    @property
    def explicit(self) -> bool:
        """Whether the client says how old the answer may be."""
        return self.no_cache or self.max_age is not None

    def bears(self, fresh: float) -> float:
        """The age that will do, of what is fresh for `fresh` seconds."""
        if self.no_cache:
            return 0.0
        return (fresh if self.max_age is None else self.max_age) + self.max_stale


NO_DEMAND = Demand()


@dataclass(frozen=True, slots=True)
class Answer:
    """One stream's part of an answer: when what is given of it was asked, on the registry's clock.

    `by_book`: it was not asked now, and is what the book of runs says. `given`: how many records its source
    gave for this answer, if it was asked for it.
    """

    stream: Known
    asked: float | None
    trouble: Trouble | None = None
    by_book: bool = False
    given: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer says of itself: when the oldest of its streams was asked (None if one never was), and
    what is wrong. `given` is how many records each stream that was asked for it gave."""

    asked: float | None
    troubles: tuple[Trouble, ...] = ()
    given: tuple[tuple[Known, int], ...] = ()


def as_it_is(one: Known, now: float, *, strict: bool) -> Answer:
    """A stream that is not asked, with what is known to be wrong with it."""
    if (why := one.failing) is not None:
        return replace(stale(one, now, "transient", why), by_book=True)
    if one.asked is None and strict:
        text = f"{one.name} has not been read whole yet: what is missing will come."
        return Answer(one, None, Trouble("incomplete", text), by_book=True)
    return Answer(one, one.asked, by_book=True)


def stale(one: Known, now: float, code: Code, why: str) -> Answer:
    """What the store holds of a stream, and why that is not what its source holds."""
    since = "has never been read whole" if one.asked is None else f"is as it was {ago(now - one.asked)}"
    return Answer(one, one.asked, Trouble(code, f"{one.name} {since}: {why.rstrip('.')}."))


def tell(answers: Sequence[Answer], now: float, demand: Demand) -> Told:
    """The streams' parts as one answer.

    Raises Unavailable where nothing is stored and a source fails, for that is not an empty answer; and where
    the answer is older than `stale-if-error` allows.
    """
    troubles = tuple(answer.trouble for answer in answers if answer.trouble is not None)
    failures = [trouble for trouble in troubles if trouble.code != "incomplete"]
    if failures and not any(one.asked is not None or one.stream.holds for one in answers):
        raise Unavailable(failures[0].text)
    for answer in answers:
        age = inf if answer.asked is None else now - answer.asked
        if answer.trouble is not None and age > demand.stale_if_error:
            raise Unavailable(answer.trouble.text)
    return sum_up(answers)


def sum_up(answers: Sequence[Answer]) -> Told:
    """The streams' parts as one answer, whatever is wrong with them."""
    troubles = tuple(answer.trouble for answer in answers if answer.trouble is not None)
    given = tuple((one.stream, one.given) for one in answers if one.given is not None)
    return Told(_oldest(answers), troubles, given)


def together(parts: Sequence[Told]) -> Told:
    """What an answer says of itself that has several parts: each trouble once."""
    troubles = dict.fromkeys(trouble for part in parts for trouble in part.troubles)
    return Told(_oldest(parts), tuple(troubles), tuple(one for part in parts for one in part.given))


def _oldest(parts: Sequence[Answer | Told]) -> float | None:
    """When the oldest was asked; None if that is not known of all."""
    times = [part.asked for part in parts if part.asked is not None]
    return min(times) if len(times) == len(parts) > 0 else None


def check_cached(answers: Sequence[Answer], now: float, demand: Demand, *, strict: bool) -> None:
    """`only-if-cached`: raises NotFresh where what is stored is too old, or was never read."""
    why = "and only-if-cached forbids to ask its source"
    for answer in answers:
        name, asked = answer.stream.name, answer.asked
        if asked is None and strict:
            raise NotFresh(f"{name} has not been read whole yet, {why}.")
        if asked is not None and now - asked > demand.bears(inf):
            raise NotFresh(f"{name} is as it was {ago(now - asked)}, older than was asked for, {why}.")


def ago(seconds: float) -> str:
    """For a person: `42 seconds ago`, in the largest unit of which there are two."""
    count, unit = int(seconds), "second"
    for size, larger in ((60, "minute"), (60, "hour"), (24, "day")):
        if count < 2 * size:
            break
        count, unit = count // size, larger
    return f"{count} {unit}{'' if count == 1 else 's'} ago"
