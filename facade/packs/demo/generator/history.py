"""What a patient brought along: insurance, allergies, problems, habits, their own pills and old vaccines."""

from __future__ import annotations

from datetime import date, timedelta

from facade.packs.demo.generator import clinical
from facade.packs.demo.generator.clinical import Problem
from facade.packs.demo.generator.people import Patient
from facade.packs.demo.generator.practice import Practice
from facade.packs.demo.generator.shapes import FOREVER, changed, iso, latin1, pad, us, ymd

ICD9_UNTIL = date(2015, 10, 1)
MEMOS = ("PT AWARE.\r\nRECHECK 6 MO\x1a", "DX BY DR. NÚÑEZ\x0b", "SEE OLD CHART\x0c", "FH: MOTHER & AUNT")


def coverage(practice: Practice, who: Patient, age: int) -> None:
    """INSUR: nobody, one payer, or several; the oldest went out of business in 1999."""
    rng, book = practice.rng, practice.book
    chance = rng.random()
    payers = ["MCARE "] if age >= 65 else ["BSTATE"] if chance < 0.7 else ["MCAID "]
    if chance > 0.93:
        payers = []
    if age >= 65 and chance < 0.5:
        payers.append("BSTATE")
    if practice.odds(0.08):
        payers.append("OLDHMO")
    for rank, payer in enumerate(payers, 1):
        child = age < 19 and payer == "BSTATE"
        subscriber = f"{who.name.split(',', maxsplit=1)[0]}, PARENT" if child else who.name
        begin, end = max(who.known, date(1998, 1, 1)), rng.choice((0, FOREVER, FOREVER))
        if payer == "OLDHMO":
            begin, end = date(1996, 1, 1), 19991231
        relation = "19" if child else "18" if practice.odds(0.85) else rng.choice(("01", "G8", "  "))
        number = f"{'M' if payer == 'MCARE ' else 'BSM'}{rng.randrange(10**8, 10**9)}"
        private = payer == "BSTATE"
        group = pad(f"G{rng.randrange(100, 999)}" if private else "", 10)
        book.add("INSUR", book.next("INSUR"), who.no, str(rank), payer, pad(number, 16), group,
                 "PPO GOLD" if private else "", latin1(subscriber), relation, ymd(begin), end)  # fmt: skip


def allergies(practice: Practice, who: Patient) -> None:
    """ALRGY: a statement that there are none, one or two substances, or no row at all."""
    rng, book = practice.rng, practice.book
    chance, login = rng.random(), practice.nurse()
    found: list[tuple[str, str, tuple[str, ...]]] = []
    if chance < 0.36:
        found = [("NKDA", "NKDA", ())]
    elif chance < 0.4:
        found = [("NKA", "NO KNOWN ALLERGIES", ())]
    elif chance < 0.72:
        found = rng.sample(clinical.ALLERGENS, 2 if practice.odds(0.3) else 1)
    for code, text, reactions in found:
        number, at = book.next("ALRGY"), practice.moment(who.known)
        seen = ";".join(rng.sample(reactions, rng.randrange(len(reactions) + 1)))
        noted = iso(who.known if practice.odds(0.8) else None)
        severity = rng.choice("1233 ") if seen else " "
        book.add("ALRGY", number, who.no, pad(code, 6), text, seen, severity, rng.choice("CCCU"), noted,
                 int(practice.odds(0.04)), login, changed(at))  # fmt: skip
        practice.audit("ALRGY", number, login, at)


def problem(practice: Practice, who: Patient, what: Problem, end: date) -> None:
    """PROBLIST: one chronic condition, its onset as well as anybody remembers it."""
    rng, book = practice.rng, practice.book
    first = who.born.year + what.age if what.age > 20 else who.known.year
    year = min(max(first, end.year - rng.randrange(1, 25)), end.year - 1)
    onset = max(date(year, rng.randrange(1, 13), rng.randrange(1, 28)), who.born + timedelta(days=30))
    entered = min(max(onset, who.known) + timedelta(days=rng.randrange(2, 40)), end)
    code = what.icd
    if what.old and entered < ICD9_UNTIL:
        code = what.old
    elif practice.odds(0.3):
        code = code.replace(".", "")
    solved = entered + timedelta(days=rng.randrange(30, 300)) if practice.odds(0.08) else None
    number, at = book.next("PROBLIST"), practice.moment(entered)
    book.add("PROBLIST", number, who.no, who.pcp.id, pad(code, 10), what.text, _remembered(practice, onset),
             us(solved if solved and solved <= end else None),
             latin1(rng.choice(MEMOS) if practice.odds(0.2) else ""),
             "Y" if practice.odds(0.03) else rng.choice("NN "), ymd(entered), changed(at))  # fmt: skip
    practice.audit("PROBLIST", number, who.pcp.login, at)


def _remembered(practice: Practice, onset: date) -> str:
    shape = practice.rng.random()
    if shape < 0.15:
        return f"{onset.month:02d}/00/{onset.year}"
    if shape < 0.3:
        return str(onset.year)
    if shape < 0.36:
        return "00/00/0000"
    return "CHILDHOOD" if shape < 0.4 else us(onset)


def smoking(practice: Practice, who: Patient, age: int, end: date) -> None:
    """SOCHX: asked at the first visit, and sometimes again."""
    if age < 13:
        return
    rng, book = practice.rng, practice.book
    first = min(who.known + timedelta(days=3), end)
    code = rng.choices("123459 ", (10, 4, 22, 52, 3, 4, 5))[0]
    book.add("SOCHX", book.next("SOCHX"), who.no, ymd(first), code, practice.nurse())
    later = end - timedelta(days=rng.randrange(1, 300))
    if later > first and practice.odds(0.2):
        code = "3" if code in "12" else code
        book.add("SOCHX", book.next("SOCHX"), who.no, ymd(later), code, practice.nurse())


def home_drugs(practice: Practice, who: Patient, age: int, end: date) -> None:
    """MEDHX: what they take besides, in their words."""
    rng, book = practice.rng, practice.book
    if age < 18 or practice.odds(0.5):
        return
    since = end - timedelta(days=rng.randrange(60, 4000))
    told = rng.choice((us(since), str(since.year), "00/00/0000", f"{since.month:02d}/00/{since.year}"))
    code = rng.choice(clinical.OVER_THE_COUNTER)
    text = clinical.DRUG[code].name
    if practice.odds(0.25):
        code, text = "", rng.choice(("FISH OIL", "TURMERIC PILLS", "WIFE'S WATER PILL"))
    how = rng.choice(("1 A DAY", "TAKES 2 AT NIGHT", "WHEN IT HURTS", ""))
    entered = min(max(since, who.known) + timedelta(days=9), end)
    book.add("MEDHX", book.next("MEDHX"), who.no, pad(code, 8), text, how, told, rng.choice("YYN "),
             ymd(entered), "Y" if practice.odds(0.03) else "N")  # fmt: skip


def old_vaccines(practice: Practice, who: Patient, age: int) -> None:
    """IMMUN: those that somebody else gave, as a parent or a school card tells."""
    rng, book = practice.rng, practice.book
    for vaccine in clinical.VACCINES:
        if vaccine.low <= age <= vaccine.high and practice.odds(vaccine.share * 0.35):
            when = who.born + timedelta(days=365 * vaccine.low + rng.randrange(60, 300))
            when = min(when, practice.today - timedelta(days=1))
            told = us(when) if practice.odds(0.7) else f"{when.month:02d}/00/{when.year}"
            book.add("IMMUN", book.next("IMMUN"), who.no, 0, 0, pad(vaccine.code, 6), told, pad("", 10), 0,
                     "  ", pad(vaccine.route, 3), vaccine.dose, "Y", rng.choice("N "), 0, "A")  # fmt: skip
