"""The front desk: templates of the week, slots of the next fortnight, appointments, blocks and series."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from facade.packs.demo.generator.people import Patient, Staff
from facade.packs.demo.generator.practice import Practice
from facade.packs.demo.generator.shapes import FOREVER, hhmm, pad, ymd

WEEKS = ("0111110", "0101010", "0010101", "0111100")  # Sunday first
AHEAD = 14
LENGTH = 30


class Desk:
    """Keeps the slots of the coming days, and gives them to patients."""

    def __init__(self, practice: Practice) -> None:
        self.rng, self.book, self.today = practice.rng, practice.book, practice.today
        self.doctors, book, rng, today = practice.doctors, practice.book, practice.rng, practice.today
        self._free: dict[int, list[tuple[int, datetime]]] = {}
        self._taken: dict[int, str] = {}
        self._slots: list[tuple[int, int, datetime]] = []
        for schedule, doctor in enumerate(self.doctors, 1):
            week = WEEKS[schedule % len(WEEKS)]
            book.add("SCHTMPL", schedule, doctor.id, pad(doctor.site, 6), week, "0900", "1600",
                     ymd(date(today.year - 1, 1, 1)), FOREVER if schedule % 2 else 0)  # fmt: skip
            mine = []
            for n in range(1, AHEAD + 1):
                day = today + timedelta(days=n)
                if week[(day.weekday() + 1) % 7] == "1":
                    mine += [datetime.combine(day, time(9 + i // 2, LENGTH * (i % 2))) for i in range(14)]
            numbered = [(book.next("SLOTBK"), at) for at in mine]
            self._slots += [(number, schedule, at) for number, at in numbered]
            self._free[doctor.id] = numbered
            rng.shuffle(self._free[doctor.id])

    def write(self, who: Patient, problems: int) -> None:
        """Past and coming appointments of one patient."""
        rng = self.rng
        for _ in range(rng.randrange(3)):
            end = who.died or self.today
            at = datetime.combine(
                end - timedelta(days=rng.randrange(1, 400)), time(9 + rng.randrange(8), 15 * rng.randrange(4))
            )
            if at.date() > who.known:
                self._book(who, who.pcp, at, rng.choices("<>X?-", (40, 30, 12, 10, 8))[0], 0)
        if who.died or rng.random() > 0.3 + 0.1 * problems:
            return
        free = self._free[who.pcp.id]
        if free:
            slot, at = free.pop()
            self._taken[slot] = "B"
            self._book(who, who.pcp, at, rng.choices(" *~X", (70, 15, 12, 3))[0], slot)
        else:
            at = datetime.combine(
                self.today + timedelta(days=rng.randrange(15, 90)), time(9 + rng.randrange(8), 0)
            )
            self._book(who, who.pcp, at, " ", 0)
        if rng.random() < 0.06:
            self._series(who)

    def today_at_the_door(self, patients: list[Patient]) -> None:
        """Today: some have arrived, some are in a room, one is late."""
        for n, who in enumerate(patients):
            at = datetime.combine(self.today, time(9 + n % 8, 15 * (n % 4)))
            self._book(who, who.pcp, at, "@!<  "[n % 5], 0)

    def close(self) -> None:
        """The blocks in the doctors' days, and the slots as they ended."""
        for doctor in self.doctors:
            for n in range(1, AHEAD + 1, 3):
                day = self.today + timedelta(days=n)
                noon = datetime.combine(day, time(12, 0))
                why = self.rng.choice(("LUNCH", "STAFF MTG", "ADMIN"))
                self._add(0, doctor, noon, length=60, kind="BLK", state="-", reason=why)
        for number, schedule, at in self._slots:
            state = self._taken.get(number) or self.rng.choices("FUT", (88, 8, 4))[0]
            self.book.add("SLOTBK", number, schedule, ymd(at), hhmm(at), LENGTH, state)

    def _series(self, who: Patient) -> None:
        """Physiotherapy, allergy shots: one row stands for many days."""
        rng = self.rng
        first = datetime.combine(self.today + timedelta(days=rng.randrange(1, 8)), time(16, 15))
        every, count = rng.choice((1, 2)), rng.randrange(3, 7)
        if rng.random() < 0.5:
            skipped = ymd(first + timedelta(weeks=every)) if rng.random() < 0.5 else ""
            rule = f"W|{every}|{count}||{skipped}"
            if rng.random() < 0.3:
                rule = f"W|{every}||{ymd(first + timedelta(weeks=every * count))}|{skipped}"
        else:
            rule = f'a:3:{{s:4:"freq";s:1:"W";s:5:"every";i:{every};s:5:"count";s:1:"{count}";}}'
        self._add(
            who.no, who.pcp, first, length=15, kind="SHOT", state=" ", reason="ALLERGY SHOTS", recur=rule
        )

    def _book(self, who: Patient, doctor: Staff, at: datetime, state: str, slot: int) -> None:
        kind = self.rng.choice(("OV", "FU", "ANN", "SICK"))
        reason = self.rng.choice(("", "BP CHECK", "MED REFILL", "FORM FOR WORK", "f/u labs"))
        length = LENGTH if slot else self.rng.choice((15, 20, 30))
        self._add(who.no, doctor, at, length=length, kind=kind, state=state, reason=reason, slot=slot)

    def _add(self, patient: int, doctor: Staff, at: datetime, *, length: int, kind: str, state: str,
             reason: str, slot: int = 0, recur: str = "") -> None:  # fmt: skip
        made = min(at.date() - timedelta(days=self.rng.randrange(1, 60)), self.today)
        cancelled = self.rng.choice(("PT", "PR", "WX", "  ")) if state == "X" else "  "
        self.book.add("APPTBK", self.book.next("APPTBK"), patient, doctor.id, pad(doctor.site, 6),
                      doctor.room, ymd(at), hhmm(at), length, pad(kind, 4), state, reason, cancelled, recur,
                      slot, ymd(made), ymd(made), "1000")  # fmt: skip
