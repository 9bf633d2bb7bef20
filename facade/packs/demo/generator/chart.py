"""A patient's years at the practice: visits, and what each of them left in the tables."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

from facade.packs.demo.generator import clinical, papers
from facade.packs.demo.generator.book import Book
from facade.packs.demo.generator.clinical import Problem, Test
from facade.packs.demo.generator.people import NOBODY, Patient, Staff
from facade.packs.demo.generator.shapes import (
    FOREVER,
    changed,
    decimal,
    hhmm,
    iso,
    latin1,
    pad,
    stamp,
    us,
    ymd,
)

DRUG = {row[0]: row for row in clinical.DRUGS}
ICD9_UNTIL = date(2015, 10, 1)


class Chart:
    """Writes one patient after the other into the book."""

    def __init__(self, rng: Random, book: Book, doctors: list[Staff], nurses: list[str], today: date) -> None:
        self.rng, self.book, self.doctors, self.nurses, self.today = rng, book, doctors, nurses, today

    def write(self, who: Patient) -> list[Problem]:
        """Everything about `who` but their appointments; gives their chronic problems."""
        rng = self.rng
        end = who.died or self.today
        age = who.age(end)
        problems = [p for p in clinical.PROBLEMS if age >= p.age and rng.random() < p.share]
        self._coverage(who, age)
        self._allergies(who)
        for problem in problems:
            self._problem(who, problem, end)
        self._smoking(who, age, end)
        self._home_drugs(who, age, end)
        self._old_shots(who, age)
        visits = rng.randrange(1, 4) + min(len(problems), 3) + (rng.random() < 0.3)
        span = max((end - max(who.known, end - timedelta(days=1100))).days, 2)
        days = sorted(end - timedelta(days=rng.randrange(1, span)) for _ in range(visits))
        for n, day in enumerate(days):
            self._visit(who, day - timedelta(days=max(0, day.weekday() - 4)), problems, first=n == 0)
        return problems

    def _now(self, day: date) -> datetime:
        """A moment of that working day, on the quarter hour."""
        return datetime.combine(day, time(8 + self.rng.randrange(9), 15 * self.rng.randrange(4)))

    def _audit(self, table: str, key: int, login: str, at: datetime, action: str = "A") -> None:
        login = "SYSTEM" if self.rng.random() < 0.05 else login
        self.book.add(
            "AUDTRL",
            self.book.next("AUDTRL"),
            pad(table, 8),
            f"{key:010d}",
            action,
            pad(login, 10),
            stamp(at),
        )

    def _coverage(self, who: Patient, age: int) -> None:
        rng, book = self.rng, self.book
        chance = rng.random()
        plans = [("MCARE ", "1")] if age >= 65 else [("BSTATE", "1")] if chance < 0.7 else [("MCAID ", "1")]
        if chance > 0.93:
            plans = []
        if age >= 65 and chance < 0.5:
            plans.append(("BSTATE", "2"))
        if rng.random() < 0.08:
            plans.append(("OLDHMO", "3"))
        for payer, rank in plans:
            child = age < 19 and payer == "BSTATE"
            subscriber = f"{who.name.split(',', maxsplit=1)[0]}, PARENT" if child else who.name
            begin = max(who.known, date(1998, 1, 1)) if payer != "OLDHMO" else date(1996, 1, 1)
            end = 19991231 if payer == "OLDHMO" else rng.choice((0, FOREVER, FOREVER))
            relation = "19" if child else "18" if rng.random() < 0.85 else rng.choice(("01", "G8", "  "))
            number = f"{'M' if payer == 'MCARE ' else 'BSM'}{rng.randrange(10**8, 10**9)}"
            group = pad(f"G{rng.randrange(100, 999)}", 10) if payer == "BSTATE" else pad("", 10)
            plan = "PPO GOLD" if payer == "BSTATE" else ""
            book.add("INSUR", book.next("INSUR"), who.no, rank, payer, pad(number, 16), group, plan, latin1(subscriber),
                     relation, ymd(begin), end)  # fmt: skip

    def _allergies(self, who: Patient) -> None:
        rng, book = self.rng, self.book
        chance = rng.random()
        login = self.rng.choice(self.nurses)
        if chance < 0.4:
            picks = [
                ("NKDA" if chance < 0.36 else "NKA", "NKDA" if chance < 0.36 else "NO KNOWN ALLERGIES", ())
            ]
        elif chance < 0.72:
            picks = list(rng.sample(clinical.ALLERGENS, 1 + (rng.random() < 0.3)))
        else:
            picks = []
        for code, text, reactions in picks:
            number = book.next("ALRGY")
            seen = ";".join(rng.sample(reactions, rng.randrange(len(reactions) + 1)))
            noted = who.known if rng.random() < 0.8 else None
            at = self._now(who.known)
            book.add("ALRGY", number, who.no, pad(code, 6), text, seen, rng.choice("1233 ") if seen else " ",
                     rng.choice("CCCU"), iso(noted), int(rng.random() < 0.04), pad(login, 10), changed(at))  # fmt: skip
            self._audit("ALRGY", number, login, at)

    def _problem(self, who: Patient, problem: Problem, end: date) -> None:
        rng, book = self.rng, self.book
        first = who.born.year + problem.age if problem.age > 20 else who.known.year
        onset = date(
            min(max(first, end.year - rng.randrange(1, 25)), end.year - 1),
            rng.randrange(1, 13),
            rng.randrange(1, 28),
        )
        onset = max(onset, who.born + timedelta(days=30))
        shape = rng.random()
        told = us(onset)
        if shape < 0.15:
            told = f"{onset.month:02d}/00/{onset.year}"
        elif shape < 0.3:
            told = str(onset.year)
        elif shape < 0.36:
            told = "00/00/0000"
        elif shape < 0.4:
            told = "CHILDHOOD"
        entered = min(max(onset, who.known) + timedelta(days=rng.randrange(2, 40)), end)
        code = problem.icd
        if problem.old and entered < ICD9_UNTIL:
            code = problem.old
        elif rng.random() < 0.3:
            code = code.replace(".", "")
        solved = us(entered + timedelta(days=rng.randrange(30, 300))) if rng.random() < 0.08 else ""
        if solved and datetime.strptime(solved, "%m/%d/%Y").date() > end:
            solved = ""
        memo = rng.choice(
            ("PT AWARE.\r\nRECHECK 6 MO\x1a", "DX BY DR. NÚÑEZ\x0b", "SEE OLD CHART\x0c", "FH: MOTHER & AUNT")
        )
        number, at = book.next("PROBLIST"), self._now(entered)
        book.add("PROBLIST", number, who.no, who.pcp.id, pad(code, 10), problem.text, told, solved,
                 latin1(memo if rng.random() < 0.2 else ""), "Y" if rng.random() < 0.03 else rng.choice("NN "), ymd(entered),
                 changed(at))  # fmt: skip
        self._audit("PROBLIST", number, who.pcp.login, at)

    def _smoking(self, who: Patient, age: int, end: date) -> None:
        if age < 13:
            return
        rng, book = self.rng, self.book
        code = rng.choices("123459 ", (10, 4, 22, 52, 3, 4, 5))[0]
        book.add("SOCHX", book.next("SOCHX"), who.no, ymd(min(who.known + timedelta(days=3), end)), code,
                 pad(rng.choice(self.nurses), 10))  # fmt: skip
        if rng.random() < 0.2:
            later = end - timedelta(days=rng.randrange(1, 300))
            if later > who.known + timedelta(days=3):
                book.add("SOCHX", book.next("SOCHX"), who.no, ymd(later), "3" if code in "12" else code,
                         pad(rng.choice(self.nurses), 10))  # fmt: skip

    def _home_drugs(self, who: Patient, age: int, end: date) -> None:
        rng, book = self.rng, self.book
        if age < 18 or rng.random() > 0.5:
            return
        since = end - timedelta(days=rng.randrange(60, 4000))
        told = rng.choice((us(since), str(since.year), "00/00/0000", f"{since.month:02d}/00/{since.year}"))
        code = rng.choice(clinical.OVER_THE_COUNTER)
        text = DRUG[code][1]
        if rng.random() < 0.25:
            code, text = "", rng.choice(("FISH OIL", "TURMERIC PILLS", "WIFE'S WATER PILL"))
        book.add("MEDHX", book.next("MEDHX"), who.no, pad(code, 8), text,
                 rng.choice(("1 A DAY", "TAKES 2 AT NIGHT", "WHEN IT HURTS", "")), told, rng.choice("YYN "),
                 ymd(min(max(since, who.known) + timedelta(days=9), end)), "Y" if rng.random() < 0.03 else "N")  # fmt: skip

    def _old_shots(self, who: Patient, age: int) -> None:
        """Vaccines that somebody else gave, as the patient or a school card tells."""
        for code, low, high, route, dose, share in clinical.VACCINES:
            if low <= age <= high and self.rng.random() < share * 0.35:
                when = min(
                    who.born + timedelta(days=365 * low + self.rng.randrange(60, 300)),
                    self.today - timedelta(days=1),
                )
                self._shot(who, 0, 0, when, (code, route, dose), historical=True)

    def _shot(
        self,
        who: Patient,
        visit: int,
        doctor: int,
        when: date,
        what: tuple[str, str, str],
        *,
        historical: bool,
    ) -> None:
        rng, book = self.rng, self.book
        code, route, dose = what
        refused = not historical and rng.random() < 0.06
        number = book.next("IMMUN")
        given = us(when) if not historical or rng.random() < 0.7 else f"{when.month:02d}/00/{when.year}"
        lot = (
            ""
            if refused or historical
            else f"{rng.choice('ABCU')}{rng.randrange(1000, 9999)}{rng.choice('XYZ')}"
        )
        book.add("IMMUN", number, who.no, visit, doctor, pad(code, 6), given, pad(lot, 10),
                 ymd(when + timedelta(days=400)) if lot else 0, rng.choice(("LD", "RD", "LT", "  ")) if lot else "  ",
                 pad("" if refused else route, 3), "" if refused else dose, "Y" if historical else rng.choice("N "),
                 "Y" if refused else rng.choice("N "), rng.randrange(1, 4) if refused else 0,
                 "X" if rng.random() < 0.02 else "A")  # fmt: skip
        if not historical:
            self._audit("IMMUN", number, who.pcp.login, self._now(when))

    def _visit(self, who: Patient, day: date, problems: list[Problem], *, first: bool) -> None:
        rng, book = self.rng, self.book
        number, begin = book.next("VISITS"), self._now(day)
        doctor = who.pcp if rng.random() < 0.8 else rng.choice(self.doctors)
        reason, codes, drugs, panels = "", [], [], []
        if problems and rng.random() < 0.55:
            due = rng.sample(problems, min(len(problems), 1 + rng.randrange(3)))
            reason, kind = f"F/U {due[0].text}", "FU"
            codes = [p.icd for p in due]
            drugs = [(rng.choice(p.drugs), p.icd) for p in due if p.drugs and rng.random() < 0.5]
            panels = [
                (panel, due)
                for panel in dict.fromkeys(x for p in due for x in p.panels)
                if rng.random() < 0.6
            ]
        elif rng.random() < 0.4:
            reason, kind = "PHYSICAL", "WELL" if who.age(day) < 18 else "ANN"
            codes = ["Z00.129" if who.age(day) < 18 else "Z00.00"]
            panels = [("LIPID", [])] if who.age(day) > 40 and rng.random() < 0.4 else []
        else:
            text, icd, acute_drugs, acute_panels = rng.choice(clinical.ACUTE)
            reason, codes, kind = text, [icd], rng.choice(("OV", "OV", "SICK", "URG", "TEL"))
            drugs = [(drug, icd) for drug in acute_drugs]
            panels = [(panel, []) for panel in acute_panels]
        state = rng.choices("COX", (94, 3, 3))[0]
        minutes = rng.choice((15, 20, 30, 45))
        written = ";".join(c if rng.random() < 0.7 else c.replace(".", "") for c in codes) + (
            ";" if rng.random() < 0.3 else ""
        )
        book.add("VISITS", number, who.no, NOBODY if rng.random() < 0.01 else doctor.id, pad(doctor.site, 6),
                 0 if kind == "TEL" else doctor.room, ymd(day), hhmm(begin) if rng.random() < 0.98 else "    ",
                 hhmm(begin + timedelta(minutes=minutes)) if state == "C" else "    ", pad("NP" if first and kind == "OV" else kind, 4),
                 state, reason, written if state == "C" else "", ymd(day), hhmm(begin + timedelta(minutes=minutes + 5)))  # fmt: skip
        if state == "X":
            return
        if kind != "TEL":
            self._vitals(who, number, begin, problems)
            self._shots_today(who, number, doctor, day)
        for drug, icd in drugs:
            self._prescribe(who, number, doctor, begin, drug, icd)
        for panel, due in panels:
            self._laboratory(who, number, doctor, begin, panel, ";".join(p.icd for p in due))
        if rng.random() < 0.22:
            self._procedure(who, number, doctor, begin, codes[0])
        if rng.random() < 0.3:
            self._document(who, number, doctor, begin, reason)

    def _vitals(self, who: Patient, visit: int, at: datetime, problems: list[Problem]) -> None:
        rng = self.rng
        if rng.random() < 0.08:
            return
        age = (at.date() - who.born).days / 365.25
        height = min(19.5 + 2.9 * min(age, 15), (61 if who.woman else 66) if age > 14 else 99) + rng.gauss(
            0, 1.5
        )
        weight = max(7.0, (8 + 5.6 * min(age, 16)) if age < 18 else height * 2.45 + rng.gauss(0, 25))
        pressure = any(p.icd == "I10" for p in problems)
        high = int(rng.gauss(136 if pressure else 119 if age > 15 else 104, 11))
        low = int(high * 0.63 + rng.gauss(0, 4))
        text = f"{high}/{low}"
        odd = rng.random()
        if age < 3 or odd < 0.05:
            text = rng.choice(("", "0/0", "/", "NOT DONE"))
        elif odd < 0.08:
            text = f"{high} / {low}"
        elif odd < 0.1:
            text = f"{high}/P"
        skip = [rng.random() < 0.18 for _ in range(6)]
        self.book.add("VITALS", self.book.next("VITALS"), visit, who.no, ymd(at), hhmm(at + timedelta(minutes=3)), text,
                      decimal(0 if skip[0] else weight), decimal(0 if skip[1] else height),
                      0.0 if skip[2] else round(rng.gauss(98.3, 0.6), 1), 0 if skip[3] else int(rng.gauss(76 if age > 10 else 105, 9)),
                      0 if skip[4] else rng.randrange(12, 20), 0 if skip[5] else rng.choice((96, 97, 98, 99, 100)),
                      decimal(13.5 + 4.5 * min(age, 1.2) + rng.gauss(0, 0.3) if age < 2 else 0), pad(rng.choice(self.nurses), 10))  # fmt: skip

    def _shots_today(self, who: Patient, visit: int, doctor: Staff, day: date) -> None:
        due = [v for v in clinical.VACCINES if v[1] <= who.age(day) <= v[2]]
        if due and self.rng.random() < 0.22:
            code, _, _, route, dose, _ = self.rng.choice(due)
            self._shot(who, visit, doctor.id, day, (code, route, dose), historical=False)

    def _prescribe(self, who: Patient, visit: int, doctor: Staff, at: datetime, drug: str, icd: str) -> None:
        rng, book = self.rng, self.book
        code, name, form, dose, route, often = DRUG[drug]
        number, day = book.next("RXFILE"), at.date()
        chronic = often != 3 and icd not in {"N39.0", "J02.9", "H66.90"}
        days = rng.choice((30, 90)) if chronic else 10
        stop = rng.choice((0, FOREVER)) if chronic else ymd(day + timedelta(days=days))
        state = "A" if chronic else "C" if day + timedelta(days=days) < self.today else "A"
        if chronic and rng.random() < 0.15:
            state, stop = "D", ymd(min(day + timedelta(days=rng.randrange(5, 90)), self.today))
        unit = {1: "TAB", 2: "CAP", 3: "PUFFS", 4: "APPL"}[form]
        sig = f"{dose} {unit} {clinical.LISTS[route - 1][2]} {clinical.LISTS[often + 2][2]}"
        count = int(dose) * days * {1: 1, 2: 2, 3: 3}.get(often, 1)
        book.add("RXFILE", number, who.no, visit, doctor.id, pad(code, 8), sig, pad(dose, 6), route, often,
                 pad(str(count), 6) if form != 3 else "1 INH ", pad(rng.choice(("0", "1", "3", "11", "NR")), 2), ymd(day), stop,
                 state, pad(icd, 10), ymd(day) if rng.random() < 0.03 else 0, changed(at))  # fmt: skip
        self._audit("RXFILE", number, doctor.login, at)

    def _laboratory(self, who: Patient, visit: int, doctor: Staff, at: datetime, panel: str, dx: str) -> None:
        rng, book = self.rng, self.book
        number = book.next("LABORD")
        inside = panel in {"UA", "STREP"}
        back = at + timedelta(hours=1 if inside else rng.randrange(18, 70))
        done = back.date() < self.today and rng.random() < 0.95
        state = rng.choices("FCPX", (88, 3, 6, 3))[0] if done else "O"
        drawn = done or rng.random() < 0.5
        taken = at + timedelta(minutes=10)
        book.add("LABORD", number, who.no, visit, doctor.id, 802 if inside else 801, pad(panel, 6), rng.choice("RRRS "), dx,
                 ymd(at), hhmm(at), ymd(taken) if drawn else 0, hhmm(taken) if drawn else "    ", ymd(back) if done else 0,
                 hhmm(back) if done else "    ", state, number * 3 + rng.randrange(3))  # fmt: skip
        if state in "OX":
            return
        tests = clinical.PANELS[panel]
        for place, test in enumerate(tests if state != "P" else tests[: max(1, len(tests) // 2)], 1):
            result, flag = _result(rng, test)
            book.add("LABRES", number, place, pad(test.code, 8), result, pad(test.unit, 10), test.range if rng.random() < 0.95 else "see note",
                     pad(flag, 2), "P" if state == "P" else state,
                     "HEMOLYZED; INTERPRET WITH CAUTION" if test.code == "K" and rng.random() < 0.04 else "")  # fmt: skip

    def _procedure(self, who: Patient, visit: int, doctor: Staff, at: datetime, icd: str) -> None:
        rng, book = self.rng, self.book
        fits = [p for p in clinical.PROCEDURES if p[2] <= who.age(at.date()) <= p[3]]
        if not fits:
            return
        code = rng.choice(fits)[0]
        note = rng.choice(
            (
                "TOL WELL\x0b",
                "NSR, NO ACUTE Δ".replace("Δ", "CHANGE"),
                "PT ANXIOUS\r\nDONE W/O DIFFICULTY\x1a",
            )
        )
        book.add("PROCS", book.next("PROCS"), who.no, visit, 0 if code == "COLON" else doctor.id, pad(code, 6), us(at.date()),
                 hhmm(at + timedelta(minutes=12)) if code != "COLON" else "    ", rng.choices("CNX", (92, 4, 4))[0], pad(icd, 10),
                 latin1(note if rng.random() < 0.3 else ""))  # fmt: skip

    def _document(self, who: Patient, visit: int, doctor: Staff, at: datetime, reason: str) -> None:
        rng, book = self.rng, self.book
        kind, title = rng.choice((("PN", "PROGRESS NOTE"), ("PN", "PROGRESS NOTE"), ("HP", "HISTORY & PHYSICAL"),
                                  ("RF", "REFERRAL"), ("CN", "CONSULT"), ("SC", "SCANNED PAPER")))  # fmt: skip
        number, scanned = book.next("DOCS"), kind in {"CN", "SC"}
        lines = [
            f"S: {reason}",
            "O: WDWN, NAD.  TEMP 98°",
            "A/P: AS DISCUSSED.  ½ TAB IF DIZZY.",
            f"SIGNED {doctor.login}",
        ]
        body = papers.pdf(f"{title} {number}") if scanned else papers.note(title, who.name, lines)
        at += timedelta(minutes=40)
        book.add("DOCS", number, who.no, visit, doctor.id, pad(kind, 4), title, "P" if scanned else "T", body, ymd(at), hhmm(at),
                 rng.choices("FPX", (92, 5, 3))[0])  # fmt: skip
        self._audit("DOCS", number, doctor.login, at)


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
    flag = "L" if value < test.low else "H" if value > test.high else ""
    text = f"{value:.{test.digits}f}"
    if flag == "H" and value > test.high * 1.6:
        flag = "HH"
    return (text if rng.random() < 0.99 else text + " *"), flag if flag or rng.random() < 0.8 else "N"
