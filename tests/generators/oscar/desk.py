"""Templates, the days they hold for, and appointments in all their letters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tests.generators.openemr.dice import Dice, at, clock, weekday
from tests.generators.openemr.writer import Table, Writer
from tests.generators.oscar.directory import DOCTORS, Practice
from tests.generators.oscar.people import Patient

TEMPLATES = Table("scheduletemplate", "provider_no name summary timecode")
DAYS = Table("scheduledate", "id sdate provider_no available priority reason hour creator status")
APPOINTMENTS = Table(
    "appointment",
    "appointment_no provider_no appointment_date start_time end_time name demographic_no notes reasonCode "
    "reason location "
    "resources type status createdatetime updatedatetime creator remarks urgency",
)
CLAIMS = Table(
    "billing_on_cheader1",
    "id header_id demographic_no provider_no appointment_no billing_date visittype status facilty_num",
)
LINES = Table("billing_on_item", "id ch1_id service_code ser_num service_date dx dx1 dx2 status")

PAST = ("B", "B", "BS", "HV", "E", "P", "t", "tS", "N", "C", "CS", "c", "a", "H")
AHEAD = ("t", "t", "T", "a", "c", "C", "N")


@dataclass(frozen=True)
class Visit:
    """An appointment; `came` if a visit was made of it."""

    number: int
    day: date
    minute: int
    came: bool


def template(*pieces: tuple[int, int, str], length: int = 96) -> str:
    """A day's text from (hour, hour, letter)."""
    text = ["_"] * length
    per_hour = length // 24
    for begin, end, letter in pieces:
        text[begin * per_hour : end * per_hour] = letter * ((end - begin) * per_hour)
    return "".join(text)


def write_schedule(writer: Writer, practice: Practice, today: date) -> None:
    """A fortnight behind and five weeks ahead: own and public templates, a day changed twice, days off."""
    writer.add(
        TEMPLATES,
        "Public",
        "P:Day",
        "public day",
        template((9, 12, "1"), (13, 15, "2"), (15, 16, "s"), (16, 17, "S")),
    )
    writer.add(
        TEMPLATES, "Public", "P:Teach", "teaching", template((8, 10, "A"), (10, 12, "1"), (13, 14, "a"))
    )
    writer.add(TEMPLATES, "100002", "P:Day", "his own day", template((8, 11, "1"), (11, 12, "V"), length=288))
    writer.add(TEMPLATES, "100003", "Halves", "half hours", template((9, 12, "1"), length=48) + " ")
    for offset in range(-14, 36):
        day = today + timedelta(days=offset)
        if day.weekday() > 4:
            continue
        for place, doctor in enumerate(DOCTORS[:3]):
            hour = ("P:Day", "P:Day", "Halves")[place] if day.weekday() != 2 else "P:Teach"
            off = place == 1 and day.weekday() == 4
            writer.add(
                DAYS, writer.number(DAYS), day.isoformat(), doctor.number, "0" if off else "1", "b",
                "Congé" if off else "", "" if off else hour, "oscardoc", "A",
            )  # fmt: skip
            if offset == 3 or (day.weekday() == 1 and place == 0):  # saved twice, and once deleted
                writer.add(
                    DAYS,
                    writer.number(DAYS),
                    day.isoformat(),
                    doctor.number,
                    "1",
                    "b",
                    "",
                    "P:Teach",
                    "oscardoc",
                    "A",
                )
                writer.add(
                    DAYS,
                    writer.number(DAYS),
                    day.isoformat(),
                    doctor.number,
                    "1",
                    "b",
                    "",
                    "P:Day",
                    "oscardoc",
                    "D",
                )
    writer.add(DAYS, writer.number(DAYS), "0001-01-01", "100001", "1", "b", "", "P:Day", "oscardoc", "A")
    writer.add(DAYS, writer.number(DAYS), str(today), "888888", "1", "b", "", "P:Day", "oscardoc", "A")
    writer.add(
        DAYS, writer.number(DAYS), str(today), "100004", "1", "b", "", "no such template", "oscardoc", "A"
    )
    for offset, (name, reason) in enumerate(
        (("Do_Not_Book", "Réunion"), ("Walk-in, Somebody", ""), ("", ""))
    ):
        day = weekday(today + timedelta(days=offset + 7))
        _appointment(writer, day, 9 * 60, 44, "100001", 0, name, "t", practice, reason)
    writer.add(
        APPOINTMENTS, writer.number(APPOINTMENTS), "100001", "0001-01-01", "00:00:00", "00:00:00", "", 0,
        None, None, None, None, None,
        None, "t", None, None, None, None, None,
    )  # fmt: skip


def _appointment(
    writer: Writer, day: date, minute: int, last: int, provider: str, patient: int, name: str, status: str,
    practice: Practice,
    reason: str, *, urgent: bool = False, place: str = "", kind: str = "",
) -> int:  # fmt: skip
    number = writer.number(APPOINTMENTS)
    writer.add(
        APPOINTMENTS, number, provider, day.isoformat(), clock(minute), clock(minute + last), name, patient,
        "", practice.reasons[0],
        reason, place, "", kind, status, at(day - timedelta(days=9), 555), at(day - timedelta(days=2), 556),
        "oscardoc, doctor",
        "", "critical" if urgent else "",
    )  # fmt: skip
    return number


def write_appointments(
    writer: Writer, dice: Dice, practice: Practice, patient: Patient, today: date
) -> list[Visit]:
    """Some three behind, one ahead; those that came may be billed."""
    visits = []
    for _ in range(dice.between(1, 5)):
        day = weekday(dice.day(patient.joined, patient.until - timedelta(days=1)))
        if day >= today:
            continue
        minute, status = dice.between(36, 64) * 15, dice.pick(PAST)
        number = _appointment(
            writer, day, minute, dice.pick((14, 14, 29, -5 if dice.chance(0.05) else 14)),
            dice.pick((patient.doctor, patient.doctor, "gone")),
            patient.number, "PATIENT, SOME", status, practice, dice.pick(("", "Contrôle", "BP check")),
            place=dice.pick(("", "Lakeshore", "upstairs")), kind=dice.pick(("", "Physical")),
        )  # fmt: skip
        came = status[0] not in "CN" and (status[0] in "HPEB" or status[1:] in ("S", "V"))
        visits.append(Visit(number, day, minute, came))
        if status[0] == "B" or dice.chance(0.1):
            _claim(writer, dice, patient, day, number if dice.chance(0.9) else 0)
    if patient.until == today and dice.chance(0.7):
        day = weekday(today + timedelta(days=dice.between(0, 30)))
        _appointment(
            writer, day, dice.between(36, 66) * 15, dice.pick((14, 29)), patient.doctor, patient.number,
            "PATIENT, SOME",
            dice.pick(AHEAD), practice, "", urgent=dice.chance(0.1),
        )  # fmt: skip
    return visits


def _claim(writer: Writer, dice: Dice, patient: Patient, day: date, appointment: int) -> None:
    claim = writer.number(CLAIMS)
    deleted = dice.chance(0.1)
    writer.add(
        CLAIMS, claim, 0, patient.number, patient.doctor, appointment, day.isoformat(), dice.pick(("00", "02",
        "05")),
        "D" if deleted else "S", "1994",
    )  # fmt: skip
    for code in dice.some(("A007A", "G010A", "Z101A", "E430A", "K013A"), dice.between(1, 3)):
        writer.add(
            LINES, writer.number(LINES), claim, code, "1", day.isoformat(), dice.pick(("250", "401", "460",
            "")),
            dice.pick(("", "", "250")), "", dice.pick(("S", "S", "S", "D")),
        )  # fmt: skip
