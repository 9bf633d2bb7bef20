"""What a visit sets going: prescriptions, laboratory work, procedures, papers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from facade.packs.demo.generator import clinical, papers
from facade.packs.demo.generator.clinical import Drug, Test
from facade.packs.demo.generator.people import Patient, Staff
from facade.packs.demo.generator.practice import Practice
from facade.packs.demo.generator.shapes import FOREVER, changed, hhmm, latin1, pad, us, ymd

SHORT = frozenset({"N39.0", "J02.9", "H66.90"})
NOTES = ("TOL WELL\x0b", "NSR, NO ACUTE CHANGE", "PT ANXIOUS\r\nDONE W/O DIFFICULTY\x1a")
PAPERS = (
    ("PN", "PROGRESS NOTE"),
    ("PN", "PROGRESS NOTE"),
    ("HP", "HISTORY & PHYSICAL"),
    ("RF", "REFERRAL"),
    ("CN", "CONSULT"),
    ("SC", "SCANNED PAPER"),
)


@dataclass(frozen=True, slots=True)
class Visit:
    """Who saw whom, and when."""

    number: int
    who: Patient
    doctor: Staff
    at: datetime


def prescribe(practice: Practice, visit: Visit, drug: Drug, icd: str) -> None:
    """RXFILE: for good, or for ten days; some were voided."""
    rng, book, today = practice.rng, practice.book, practice.today
    number, day = book.next("RXFILE"), visit.at.date()
    chronic = icd not in SHORT
    days = rng.choice((30, 90)) if chronic else 10
    over = day + timedelta(days=days)
    state, stop = "A", rng.choice((0, FOREVER))
    if not chronic:
        state, stop = "C" if over < today else "A", ymd(over)
    elif practice.odds(0.15):
        state, stop = "D", ymd(min(day + timedelta(days=rng.randrange(5, 90)), today))
    unit = {1: "TAB", 2: "CAP", 3: "PUFFS", 4: "APPL"}[drug.form]
    sig = f"{drug.dose} {unit} {clinical.LISTS[1, drug.route]} {clinical.LISTS[2, drug.often]}"
    count = str(int(drug.dose) * days * {2: 2, 3: 3}.get(drug.often, 1)) if drug.form != 3 else "1 INH"
    refills = rng.choice(("0", "1", "3", "11", "NR"))
    book.add("RXFILE", number, visit.who.no, visit.number, visit.doctor.id, pad(drug.code, 8), sig,
             pad(drug.dose, 6), drug.route, drug.often, pad(count, 6), pad(refills, 2), ymd(day), stop, state,
             pad(icd, 10), ymd(day) if practice.odds(0.03) else 0, changed(visit.at))  # fmt: skip
    practice.audit("RXFILE", number, visit.doctor.login, visit.at)


def laboratory(practice: Practice, visit: Visit, panel: str, dx: str) -> None:
    """LABORD, and LABRES once there is something."""
    rng, book = practice.rng, practice.book
    number, inside = book.next("LABORD"), panel in {"UA", "STREP"}
    taken = visit.at + timedelta(minutes=10)
    back = visit.at + timedelta(hours=1 if inside else rng.randrange(18, 70))
    done = back.date() < practice.today and practice.odds(0.95)
    drawn = done or practice.odds(0.5)
    state = rng.choices("FCPX", (88, 3, 6, 3))[0] if done else "O"
    book.add("LABORD", number, visit.who.no, visit.number, visit.doctor.id, 802 if inside else 801,
             pad(panel, 6), rng.choice("RRRS "), dx, ymd(visit.at), hhmm(visit.at),
             ymd(taken) if drawn else 0, hhmm(taken) if drawn else "    ", ymd(back) if done else 0,
             hhmm(back) if done else "    ", state, number * 3 + rng.randrange(3))  # fmt: skip
    if state in "OX":
        return
    tests = clinical.PANELS[panel]
    if state == "P":
        tests = tests[: max(1, len(tests) // 2)]
    for place, test in enumerate(tests, 1):
        result, flag = _result(rng, test)
        bounds = test.range if practice.odds(0.95) else "see note"
        bad = "HEMOLYZED; INTERPRET WITH CAUTION" if test.code == "K" and practice.odds(0.04) else ""
        book.add("LABRES", number, place, pad(test.code, 8), result, pad(test.unit, 10), bounds, pad(flag, 2),
                 state, bad)  # fmt: skip


def _result(rng: Random, test: Test) -> tuple[str, str]:
    """What the laboratory wrote, and its flag."""
    if test.words:
        word = rng.choice(test.words)
        return word, "" if word in {"NEG", "Negative", "", "see note"} else "A"
    if rng.random() < 0.012:
        return rng.choice(("see note", "QNS", "HEMOLYZED", "")), ""
    value = max(rng.gauss(test.mean, test.spread), 0.01)
    if value < test.below:
        return f"<{test.below:.{test.digits}f}", ""
    if value > test.above:
        return f"> {test.above:.0f}", ""
    value = round(value, test.digits)
    flag = "L" if value < test.low else "HH" if value > test.high * 1.6 else "H" if value > test.high else ""
    text = f"{value:.{test.digits}f}"
    return text if rng.random() < 0.99 else f"{text} *", flag if flag or rng.random() < 0.8 else "N"


def procedure(practice: Practice, visit: Visit, icd: str) -> None:
    """PROCS: most done here, some elsewhere, some not at all."""
    rng, book = practice.rng, practice.book
    day = visit.at.date()
    fits = [row for row in clinical.PROCEDURES if row[2] <= visit.who.age(day) <= row[3]]
    if not fits:
        return
    code = rng.choice(fits)[0]
    outside = code == "COLON"
    book.add("PROCS", book.next("PROCS"), visit.who.no, visit.number, 0 if outside else visit.doctor.id,
             pad(code, 6), us(day), "    " if outside else hhmm(visit.at + timedelta(minutes=12)),
             rng.choices("CNX", (92, 4, 4))[0], pad(icd, 10),
             latin1(rng.choice(NOTES) if practice.odds(0.3) else ""))  # fmt: skip


def document(practice: Practice, visit: Visit, reason: str) -> None:
    """DOCS: a typed note, or paper that somebody scanned."""
    rng, book = practice.rng, practice.book
    kind, title = rng.choice(PAPERS)
    number, at = book.next("DOCS"), visit.at + timedelta(minutes=40)
    scanned = kind in {"CN", "SC"}
    said = [
        f"S: {reason}",
        "O: WDWN, NAD.  TEMP 98°",
        "A/P: AS DISCUSSED.  ½ TAB IF DIZZY.",
        visit.doctor.login,
    ]
    body = papers.pdf(f"{title} {number}") if scanned else papers.note(title, visit.who.name, said)
    book.add("DOCS", number, visit.who.no, visit.number, visit.doctor.id, pad(kind, 4), title,
             "P" if scanned else "T", body, ymd(at), hhmm(at),
             rng.choices("FPX", (92, 5, 3))[0])  # fmt: skip
    practice.audit("DOCS", number, visit.doctor.login, at)
