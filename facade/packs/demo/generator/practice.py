"""What every part of the generator shares: the dice, the book, the people at work, and the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from random import Random

from facade.packs.demo.generator.book import Book
from facade.packs.demo.generator.people import Staff
from facade.packs.demo.generator.shapes import pad, stamp


@dataclass(frozen=True, slots=True)
class Practice:
    """The practice on its last day."""

    rng: Random
    book: Book
    doctors: list[Staff]
    nurses: list[str]
    today: date

    def odds(self, chance: float) -> bool:
        """True so often."""
        return self.rng.random() < chance

    def nurse(self) -> str:
        """A nurse's log-in, padded."""
        return pad(self.rng.choice(self.nurses), 10)

    def moment(self, day: date) -> datetime:
        """A time of that working day, on the quarter hour."""
        return datetime.combine(day, time(8 + self.rng.randrange(9), 15 * self.rng.randrange(4)))

    def audit(self, table: str, key: int, login: str, at: datetime) -> None:
        """The trail: who added a row, and sometimes who changed it."""
        number = self.book.next("AUDTRL")
        login = pad("SYSTEM" if self.odds(0.05) else login, 10)
        action = "C" if self.odds(0.06) else "A"
        self.book.add("AUDTRL", number, pad(table, 8), f"{key:010d}", action, login, stamp(at))
