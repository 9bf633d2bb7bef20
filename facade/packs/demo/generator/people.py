"""Who is in the practice: sites, payers, a staff directory that is not only staff, and patients."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from facade.packs.demo.generator.shapes import FOREVER, latin1, npi, pad, phone, stamp, us, ymd

Row = tuple[object, ...]

FAMILY = [
    "ADAMS",
    "BAKER",
    "BENNETT",
    "BROOKS",
    "CARTER",
    "CHEN",
    "CLARKE",
    "COHEN",
    "COLEMAN",
    "COLLINS",
    "COOPER",
    "CRUZ",
    "DAVIES",
    "DIAZ",
    "DOE",
    "EVANS",
    "FISHER",
    "FOSTER",
    "GARCIA",
    "GRANT",
    "GREEN",
    "HALL",
    "HARRIS",
    "HOWARD",
    "HUGHES",
    "JACKSON",
    "JENKINS",
    "JOHNSON",
    "KELLY",
    "KIM",
    "KOWALSKI",
    "LEE",
    "LEWIS",
    "LOPEZ",
    "MARTIN",
    "MILLER",
    "MOORE",
    "MORGAN",
    "MURPHY",
    "NGUYEN",
    "NOVAK",
    "OKAFOR",
    "PATEL",
    "PARKER",
    "PEREZ",
    "PRICE",
    "QUINN",
    "REED",
    "ROSSI",
    "SANTOS",
    "SCHMIDT",
    "SILVA",
    "SMITH",
    "TAYLOR",
    "THOMAS",
    "TURNER",
    "WALKER",
    "WHITE",
    "WILSON",
    "WRIGHT",
    "YOUNG",
] + ["O'BRIEN", "DE LA CRUZ", "MUÑOZ", "MÜLLER", "LEFÈVRE", "SAINT-JEAN", "VAN DYKE", "NÚÑEZ"]
WOMEN = [
    "ALICE",
    "AMY",
    "ANNA",
    "BARBARA",
    "CARMEN",
    "CAROL",
    "CLARA",
    "DIANE",
    "ELENA",
    "EMILY",
    "EMMA",
    "GRACE",
    "HELEN",
    "IRENE",
    "JANE",
    "JOAN",
    "JULIA",
    "KAREN",
    "LAURA",
    "LINDA",
    "LUCY",
    "MARIA",
    "MARY",
    "MEGAN",
    "NANCY",
    "OLIVIA",
    "PAULA",
    "RACHEL",
    "ROSA",
    "RUTH",
    "SARAH",
    "SOFIA",
    "SUSAN",
    "THERESA",
    "ZOE",
] + ["RENÉE", "INÉS", "MARY ANN"]
MEN = [
    "AARON",
    "ADAM",
    "ALAN",
    "ANDREW",
    "BRIAN",
    "CARL",
    "DANIEL",
    "DAVID",
    "EDWARD",
    "ERIC",
    "FRANK",
    "GEORGE",
    "HARRY",
    "HENRY",
    "JACK",
    "JAMES",
    "JOHN",
    "JOSEPH",
    "KEVIN",
    "LEO",
    "LUIS",
    "MARK",
    "MARTIN",
    "MICHAEL",
    "NOAH",
    "OSCAR",
    "PAUL",
    "PETER",
    "RALPH",
    "ROBERT",
    "SAMUEL",
    "SEAN",
    "THOMAS",
    "VICTOR",
    "WILLIAM",
] + ["JOSÉ", "RENÉ", "JEAN-LUC"]
STREETS = (
    "ELM ST",
    "MAIN ST",
    "Maple Ave",
    "OLD MILL RD",
    "N. PLEASANT ST",
    "RIVER RD",
    "Church St.",
    "COLLEGE HWY",
)
TOWNS = (
    ("NORTHAMPTON", 1060),
    ("Amherst", 1002),
    ("HOLYOKE", 1040),
    ("GREENFIELD", 1301),
    ("SPRINGFIELD", 1103),
)
SITES = ("MAIN", "WEST", "HILL")
SPECIALTIES = ("FP", "IM", "PED", "FP")
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


def site_rows() -> Iterator[Row]:
    """The group, its three branches, and one that closed."""
    yield ("KVG", "G", pad("KESTREL VALLEY FAMILY PRACTICE", 40), "12 ELM ST", "NORTHAMPTON, MA 01060",
           "(413) 555-0100", "413-555-0109", npi(10000001), "")  # fmt: skip
    places = (("MAIN", "KVFP MAIN OFFICE", "12 ELM ST", "NORTHAMPTON, MA 01060", "413-555-0100", ""),
              ("WEST", "KVFP Westside", "700 RIVER RD", "HOLYOKE MA 01040", "4135550110", ""),
              ("HILL", "KVFP HILLTOP", "3 COLLEGE HWY", "Amherst, MA  01002-1234", "(413) 555-0120", ""),
              ("OLD", "KVFP MILL ST (CLOSED)", "9 OLD MILL RD", "GREENFIELD, MA 01301", "", "06/30/2009"))  # fmt: skip
    for code, name, street, town, tel, closed in places:
        yield (pad(code, 6), "B", pad(name, 40), street, town, tel, "", pad("", 12), closed)


PAYERS: tuple[Row, ...] = (
    ("BSTATE", "BAY STATE MUTUAL HEALTH", "PO BOX 1900", "SPRINGFIELD, MA 01103", "800-555-0141", "C", 0),
    ("MCARE ", "MEDICARE PART B", "", "", "", "M", 0),
    ("MCAID ", "STATE MEDICAID", "1 STATE PLZ", "BOSTON, MA 02108", "", "D", 0),
    ("WORKRS", "PIONEER WORKERS COMP", "", "HARTFORD, CT 06103", "8005550177", "W", 0),
    ("OLDHMO", "VALLEY HMO (DEFUNCT)", "", "", "", "C", 19991231),
)


def staff(rng: Random, patients: int) -> tuple[list[Row], list[Staff], list[str]]:
    """Rows of the directory, those who see patients, and the log-ins of the nurses."""
    rows: list[Row] = []
    doctors: list[Staff] = []
    nurses: list[str] = []
    count = max(4, min(60, patients // 120))
    for n in range(count + count // 2 + 2):
        woman = rng.random() < 0.55
        given = rng.choice(WOMEN[:30] if woman else MEN[:30])
        family = rng.choice(FAMILY[:58])
        middle = rng.choice(("", "", " A", " J", " M"))
        kind = "D" if n < count else "N"
        if n % 5 == 3 and kind == "D":
            kind = "P"
        suffix = {"D": " MD", "N": " RN", "P": ", PA-C"}[kind]
        login = f"{given[0]}{family[:6].replace(' ', '')}{n + 1}"
        site = SITES[n % 3]
        spec = {"D": SPECIALTIES[n % 4], "N": "RN", "P": "PA"}[kind]
        number = npi(20000000 + n) if kind != "N" else ("PENDING" if n % 2 else "")
        mail = f"{login.lower()}@kestrelvalley.example" if n % 3 else ""
        left = (
            ymd(date(2016, 5, 1) + timedelta(days=n * 40))
            if n in (count - 1, count + 1)
            else (0, FOREVER)[n % 2]
        )
        rows.append((n + 1, kind, latin1(f"{family}, {given}{middle}{suffix}"), pad(spec, 4), pad(number, 12),
                     pad(login, 10), phone(rng), mail, pad(site, 6), ymd(date(2001 + n % 20, 1 + n % 12, 1)), left))  # fmt: skip
        if kind == "N":
            nurses.append(login)
        elif n != count - 1:
            doctors.append(Staff(n + 1, login, site, 900 + (n % 9) + 1))
    for n in range(9):
        label = f"EXAM ROOM {n // 3 + 1}" if n % 3 else "PROCEDURE RM"
        rows.append((901 + n, "R", latin1(label), "", "", "", "", "", pad(SITES[n % 3], 6), 19940101, 0))
    rows += [
        (
            801,
            "S",
            latin1("VALLEY REFERENCE LAB"),
            "LAB",
            npi(10000801),
            "",
            "413-555-0150",
            "",
            "",
            19940101,
            0,
        ),
        (802, "S", latin1("IN-HOUSE LAB"), "LAB", "", "", "", "", pad("MAIN", 6), 19940101, 0),
        (803, "S", latin1("ANSWERING SERVICE"), "", "", "", "555-0155", "", "", 19940101, 0),
        (804, "A", latin1("COOLEY PHARMACY"), "", "", "", "(413) 555-0160", "", "", 19970301, 0),
        (NOBODY - 1, "D", latin1("ZZTEST, DOCTOR"), "FP", pad("0000000000", 12), "ZZTEST", "", "", "", 0, 0),
    ]
    return rows, doctors, nurses


def patient(rng: Random, no: int, doctors: list[Staff], today: date) -> tuple[Patient, Row]:
    """One person and their row in PTMAST."""
    days = int(365.25 * 95 * (1 - rng.random() ** 0.8)) if rng.random() < 0.9 else rng.randrange(30, 3000)
    born = today - timedelta(days=days + 20)
    woman = rng.random() < 0.52
    given, family = rng.choice(WOMEN if woman else MEN), rng.choice(FAMILY)
    middle = rng.choice(("", "", " A", " J", " M", " R."))
    tail = rng.choice((" JR", " SR", " III")) if not woman and rng.random() < 0.06 else ""
    name = f"{family}, {given}{middle}{tail}"
    years = days / 365.25
    met = max(born + timedelta(days=5), today - timedelta(days=rng.randrange(1200, 7000)))
    died = None
    if years > 60 and rng.random() < (years - 55) / 400:
        died = today - timedelta(days=rng.randrange(1, 900))
    doctor = rng.choice(doctors)
    who = Patient(no, born, woman, died, doctor, name, met)
    dob, sex = ymd(born), "2" if woman else "1"
    odd = rng.random()
    if odd < 0.01:
        dob -= dob % 100  # day not known
    elif odd < 0.015:
        dob -= dob % 10000
    elif odd < 0.02:
        dob = 0
    if rng.random() < 0.01:
        sex = rng.choice("9 0")
    town, zip_code = rng.choice(TOWNS)
    plus4 = rng.random() < 0.15
    pcp = NOBODY if rng.random() < 0.02 else (0 if rng.random() < 0.04 else doctor.id)
    nok = "" if rng.random() < 0.4 else _next_of_kin(rng, family)
    aka = f"{rng.choice(FAMILY)}, {given}" if woman and years > 25 and rng.random() < 0.12 else ""
    note = rng.choice(
        ("HARD OF HEARING\x0b", "OWES $20\r\nCALL FIRST", "PREFERS A.M.\x1a", "NIÑO IN 2ND FAMILY\x0c")
    )
    note = note if rng.random() < 0.08 else ""
    updated = datetime(today.year, today.month, today.day, 17, 30) - timedelta(
        seconds=rng.randrange(86400, 80000000)
    )
    return who, (
        no, pad(f"K{no:07d}", 10), latin1(name), latin1(aka), sex,
        sex.translate({49: "M", 50: "F"}) if rng.random() < 0.6 else " ", dob, us(died),
        pad(rng.choice(("1", "1", "1", "1", "2", "3", "4", "7", "9", "")), 2), rng.choice("NNNNHU "),
        rng.choice(("ENG", "ENG", "ENG", "ENG", "SPA", "POR", "VIE", "ZZZ", "   ")),
        rng.choice("MMMSSDWX ") if years > 17 else "S",
        f"{rng.randrange(1, 900)} {rng.choice(STREETS)}" if rng.random() < 0.98 else "HOMELESS",
        f"APT {rng.randrange(1, 40)}" if rng.random() < 0.2 else "", town, "MA" if rng.random() < 0.95 else "ma",
        zip_code * 10000 + rng.randrange(1000, 9999) if plus4 else zip_code,
        phone(rng), phone(rng) if years > 18 and rng.random() < 0.4 else "", phone(rng) if rng.random() < 0.6 else "",
        f"{given.split()[0].lower()}{no}@mail.example".encode("ascii", "ignore").decode() if rng.random() < 0.5 else "n/a",
        _ssn(rng), pcp, pad(doctor.site, 6), latin1(nok), "EMP" if rng.random() < 0.02 else "PT ", latin1(note), stamp(updated),
    )  # fmt: skip


def nobodies(first: int, today: date) -> Iterator[Row]:
    """Rows of PTMAST that are no patient: two tests, and (key negative) two that somebody deleted."""
    for n, (name, kind) in enumerate((("ZZTEST, PATIENT", "TST"), ("TEST, DO NOT USE", "TST"), ("DOE, JOHN", "PT "),
                                      ("GARCIA, ROSA DUPLICATE", "PT "))):  # fmt: skip
        no = first + n if kind == "TST" else -(first + n)
        yield (no, pad(f"K{first + n:07d}", 10), latin1(name), b"", "1", " ", 19600101, "", "9 ", "U", "ENG", "X", "12 ELM ST", "",
               "NORTHAMPTON", "MA", 1060, "", "", "", "", "000-00-0000", 1, "MAIN  ", b"", kind, b"",
               stamp(datetime(today.year, 1, 2, 8, 0)))  # fmt: skip


def ghosts(first: int, doctors: list[Staff], today: date) -> Iterator[Patient]:
    """The same nobodies, whose charts were never cleaned up."""
    for n in range(4):
        yield Patient(
            first + n, date(1960, 1, 1), False, None, doctors[0], "DOE, JOHN", today - timedelta(days=900)
        )


def _next_of_kin(rng: Random, family: str) -> str:
    given, relation = rng.choice(((rng.choice(WOMEN), "WIFE"), (rng.choice(MEN), "HUSBAND"), (rng.choice(WOMEN), "MOTHER"),
                                  (rng.choice(MEN), "SON"), (rng.choice(WOMEN), "Neighbor")))  # fmt: skip
    return f"{family}, {given}|{relation}|{phone(rng)}"


def _ssn(rng: Random) -> str:
    """Numbers that begin with 9 are never issued; as are those that clerks type when there is none."""
    if rng.random() < 0.15:
        return rng.choice(("999-99-9999", "000-00-0000", pad("", 11)))
    digits = f"9{rng.randrange(10, 99)}{rng.randrange(1, 50):02d}{rng.randrange(1, 9999):04d}"
    return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}" if rng.random() < 0.7 else pad(digits, 11)
