"""Patients, and the rows of the patient file that are none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from facade.packs.demo.generator.names import FAMILY, MEN, STREETS, TOWNS, WOMEN
from facade.packs.demo.generator.shapes import latin1, pad, phone, stamp, us, ymd

Row = tuple[object, ...]

NOTES = ("HARD OF HEARING\x0b", "OWES $20\r\nCALL FIRST", "PREFERS A.M.\x1a", "NIÑO IN 2ND FAMILY\x0c")
KIN = (("WIFE", WOMEN), ("HUSBAND", MEN), ("MOTHER", WOMEN), ("SON", MEN), ("Neighbor", WOMEN))
NOBODY = 9999  # a provider number that many rows name and no row has


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who sees patients."""

    id: int
    login: str
    site: str
    room: int


@dataclass(frozen=True, slots=True)
class Patient:
    """What the rest of the chart needs to know of a person."""

    no: int
    born: date
    woman: bool
    died: date | None
    pcp: Staff
    name: str
    known: date  # when the practice met them

    def age(self, on: date) -> int:
        """Whole years."""
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))


def patient(rng: Random, no: int, doctors: list[Staff], today: date) -> tuple[Patient, Row]:
    """One person and their row in PTMAST."""
    days = int(365.25 * 95 * (1 - rng.random() ** 0.8)) if rng.random() < 0.9 else rng.randrange(30, 3000)
    born = today - timedelta(days=days + 20)
    years = days / 365.25
    woman = rng.random() < 0.52
    given, family = rng.choice(WOMEN if woman else MEN), rng.choice(FAMILY)
    middle = rng.choice(("", "", " A", " J", " M", " R."))
    tail = rng.choice((" JR", " SR", " III")) if not woman and rng.random() < 0.06 else ""
    met = max(born + timedelta(days=5), today - timedelta(days=rng.randrange(1200, 7000)))
    died = None
    if years > 60 and rng.random() < (years - 55) / 400:
        died = today - timedelta(days=rng.randrange(1, 900))
    who = Patient(no, born, woman, died, rng.choice(doctors), f"{family}, {given}{middle}{tail}", met)
    grown = years > 18
    sex = rng.choice("9 0") if rng.random() < 0.01 else "2" if woman else "1"
    said = {"1": "M", "2": "F"}.get(sex, "U") if rng.random() < 0.6 else " "
    aka = f"{rng.choice(FAMILY)}, {given}" if woman and grown and rng.random() < 0.12 else ""
    mail = f"{given.split()[0].lower()}{no}@mail.example" if given.isascii() and rng.random() < 0.5 else "n/a"
    kin = "" if rng.random() < 0.4 else _next_of_kin(rng, family)
    pcp = rng.choices((who.pcp.id, NOBODY, 0), (94, 2, 4))[0]
    touched = datetime(today.year, today.month, today.day, 17, 30) - timedelta(
        seconds=rng.randrange(80000000)
    )
    return who, (
        no, pad(f"K{no:07d}", 10), latin1(who.name), latin1(aka), sex, said, _birth(rng, born), us(died),
        pad(rng.choice(("1", "1", "1", "1", "2", "3", "4", "7", "9", "")), 2), rng.choice("NNNNHU "),
        rng.choice(("ENG", "ENG", "ENG", "ENG", "SPA", "POR", "VIE", "ZZZ", "   ")),
        rng.choice("MMMSSDWX ") if grown else "S", *_address(rng), phone(rng),
        phone(rng) if grown and rng.random() < 0.4 else "", phone(rng) if rng.random() < 0.6 else "", mail,
        _ssn(rng), pcp, pad(who.pcp.site, 6), latin1(kin), "EMP" if rng.random() < 0.02 else "PT ",
        latin1(rng.choice(NOTES) if rng.random() < 0.08 else ""), stamp(touched),
    )  # fmt: skip


def _birth(rng: Random, born: date) -> int:
    """YYYYMMDD; rarely the day, or the day and the month, or all of it is not known."""
    number, odd = ymd(born), rng.random()
    if odd < 0.01:
        return number - number % 100
    if odd < 0.015:
        return number - number % 10000
    return 0 if odd < 0.02 else number


def _address(rng: Random) -> Row:
    """Street, second line, town, state and a postal code that lost its first zero."""
    town, code = rng.choice(TOWNS)
    if rng.random() < 0.15:
        code = code * 10000 + rng.randrange(1000, 9999)
    street = f"{rng.randrange(1, 900)} {rng.choice(STREETS)}" if rng.random() < 0.98 else "HOMELESS"
    flat = f"APT {rng.randrange(1, 40)}" if rng.random() < 0.2 else ""
    return street, flat, town, "MA" if rng.random() < 0.95 else "ma", code


def nobodies(first: int, today: date) -> Iterator[Row]:
    """Rows of PTMAST that are no patient: two tests, and (key negative) two that somebody deleted."""
    at = stamp(datetime(today.year, 1, 2, 8, 0))
    for number, name, kind in (
        (first, "ZZTEST, PATIENT", "TST"),
        (first + 1, "TEST, DO NOT USE", "TST"),
        (-first - 2, "DOE, JOHN", "PT "),
        (-first - 3, "GARCIA, ROSA DUPLICATE", "PT "),
    ):
        yield (number, pad(f"K{abs(number):07d}", 10), latin1(name), b"", "1", " ", 19600101, "", "9 ", "U",
               "ENG", "X", "12 ELM ST", "", "NORTHAMPTON", "MA", 1060, "", "", "", "", "000-00-0000", 1,
               "MAIN  ", b"", kind, b"", at)  # fmt: skip


def ghosts(first: int, doctors: list[Staff], today: date) -> Iterator[Patient]:
    """The same nobodies, whose charts were never cleaned up."""
    for n in range(4):
        yield Patient(
            first + n, date(1960, 1, 1), False, None, doctors[0], "DOE, JOHN", today - timedelta(days=900)
        )


def _next_of_kin(rng: Random, family: str) -> str:
    relation, names = rng.choice(KIN)
    return f"{family}, {rng.choice(names)}|{relation}|{phone(rng)}"


def _ssn(rng: Random) -> str:
    """Numbers that begin with 9 are never issued; as are those that clerks type when there is none."""
    if rng.random() < 0.15:
        return rng.choice(("999-99-9999", "000-00-0000", pad("", 11)))
    digits = f"9{rng.randrange(10, 99)}{rng.randrange(1, 50):02d}{rng.randrange(1, 9999):04d}"
    return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}" if rng.random() < 0.7 else pad(digits, 11)
