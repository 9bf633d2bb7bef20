"""Sites, payers, and a staff directory that is not only staff."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from facade.packs.demo.generator.names import FAMILY, MEN, WOMEN
from facade.packs.demo.generator.people import NOBODY, Row, Staff
from facade.packs.demo.generator.shapes import FOREVER, latin1, npi, pad, phone, ymd

SITES = ("MAIN", "WEST", "HILL")
SPECIALTIES = ("FP", "IM", "PED", "FP")
BRANCHES = (
    ("MAIN", "KVFP MAIN OFFICE", "12 ELM ST", "NORTHAMPTON, MA 01060", "413-555-0100", ""),
    ("WEST", "KVFP Westside", "700 RIVER RD", "HOLYOKE MA 01040", "4135550110", ""),
    ("HILL", "KVFP HILLTOP", "3 COLLEGE HWY", "Amherst, MA  01002-1234", "(413) 555-0120", ""),
    ("OLD", "KVFP MILL ST (CLOSED)", "9 OLD MILL RD", "GREENFIELD, MA 01301", "", "06/30/2009"),
)


def site_rows() -> Iterator[Row]:
    """The group, its three branches, and one that closed."""
    yield ("KVG", "G", pad("KESTREL VALLEY FAMILY PRACTICE", 40), "12 ELM ST", "NORTHAMPTON, MA 01060",
           "(413) 555-0100", "413-555-0109", npi(10000001), "")  # fmt: skip
    for code, name, street, town, tel, closed in BRANCHES:
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
        kind = "N" if n >= count else "P" if n % 5 == 3 else "D"
        gone = n in (count - 1, count + 1)
        who, row = _person(rng, n, kind, gone)
        rows.append(row)
        if kind == "N":
            nurses.append(who.login)
        elif not gone:
            doctors.append(who)
    return [*rows, *_no_people()], doctors, nurses


def _person(rng: Random, n: int, kind: str, gone: bool) -> tuple[Staff, Row]:
    given = rng.choice(WOMEN if rng.random() < 0.55 else MEN)
    family = rng.choice(FAMILY)
    middle, suffix = rng.choice(("", "", " A", " J", " M")), {"D": " MD", "N": " RN", "P": ", PA-C"}[kind]
    name = f"{family}, {given}{middle}{suffix}"
    login = f"{given[0]}{family[:6].replace(' ', '')}{n + 1}"
    number = npi(20000000 + n) if kind != "N" else "PENDING" if n % 2 else ""
    left = ymd(date(2016, 5, 1) + timedelta(days=n * 40)) if gone else (0, FOREVER)[n % 2]
    came = ymd(date(2001 + n % 15, 1 + n % 12, 1))
    who = Staff(n + 1, login, SITES[n % 3], 901 + n % 9)
    spec = {"D": SPECIALTIES[n % 4], "N": "RN", "P": "PA"}[kind]
    mail = f"{login.lower()}@kestrelvalley.example" if n % 3 and login.isascii() else ""
    return who, (who.id, kind, latin1(name), pad(spec, 4), pad(number, 12), pad(login, 10), phone(rng), mail,
                 pad(who.site, 6), came, left)  # fmt: skip


def _no_people() -> Iterator[Row]:
    """Rooms, services, an address, and a log-in for tests."""
    for n in range(9):
        label = f"EXAM ROOM {n // 3 + 1}" if n % 3 else "PROCEDURE RM"
        yield (901 + n, "R", latin1(label), "", "", "", "", "", pad(SITES[n % 3], 6), 19940101, 0)
    for number, kind, name, spec, tel, site in (
        (801, "S", "VALLEY REFERENCE LAB", "LAB", "413-555-0150", ""),
        (802, "S", "IN-HOUSE LAB", "LAB", "", "MAIN"),
        (803, "S", "ANSWERING SERVICE", "", "555-0155", ""),
        (804, "A", "COOLEY PHARMACY", "", "(413) 555-0160", ""),
    ):
        code = npi(10000801) if number == 801 else ""
        yield (
            number,
            kind,
            latin1(name),
            pad(spec, 4),
            pad(code, 12),
            "",
            tel,
            "",
            pad(site, 6),
            19940101,
            0,
        )
    yield (NOBODY - 1, "D", latin1("ZZTEST, DOCTOR"), "FP  ", "0000000000  ", "ZZTEST", "", "", "", 0, 0)
