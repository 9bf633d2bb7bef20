"""What a server is judged by, and what came of it.

https://www.rfc-editor.org/rfc/rfc2119 · https://hl7.org/fhir/R4/conformance-rules.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from conformance.exchange import Exchange


class Level(StrEnum):
    """How binding a requirement is."""

    SHALL = "SHALL"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Status(StrEnum):
    """How a check ended. Only PASS says that the requirement was seen to hold."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    SKIPPED = "skipped"
    NOT_DECLARED = "not declared"


@dataclass(frozen=True, slots=True)
class Requirement:
    """`id` is the suite, a point and a name (`rest.read.etag`); `text` is one sentence on what a server does;
    `source` is the URL, with the section, of the specification that demands it."""

    id: str
    level: Level
    text: str
    source: str

    @property
    def suite(self) -> str:
        return self.id.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Result:
    """One check: `subject` is what it was tried on (`Observation?date`), empty for the server as a whole.

    `reason` is empty only for a pass; `exchanges` are the requests it made and what was answered, in order.
    """

    requirement: Requirement
    subject: str
    status: Status
    reason: str = ""
    exchanges: tuple[Exchange, ...] = ()
    seconds: float = 0.0


@dataclass(slots=True)
class Tally:
    """A denominator: of the `items` in all (declared parameters, must-support elements), the ones `seen`,
    and why the others were not."""

    name: str
    items: dict[str, bool] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)

    def expect(self, item: str, why: str = "") -> None:
        """This item is one of all; `why` is what is said should it not be seen."""
        self.items.setdefault(item, False)
        if why:
            self.why[item] = why

    def saw(self, item: str) -> None:
        """This item was exercised."""
        self.items[item] = True

    @property
    def seen(self) -> int:
        return sum(self.items.values())

    @property
    def missing(self) -> list[str]:
        return [item for item, seen in self.items.items() if not seen]
