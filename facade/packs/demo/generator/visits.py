"""VISITS, VITALS and the vaccines given there."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from facade.packs.demo.generator import clinical, orders
from facade.packs.demo.generator.clinical import Problem
from facade.packs.demo.generator.orders import Visit
from facade.packs.demo.generator.people import NOBODY, Patient
from facade.packs.demo.generator.practice import Practice
from facade.packs.demo.generator.shapes import decimal, hhmm, pad, us, ymd


def visit(practice: Practice, who: Patient, day: date, problems: list[Problem], *, first: bool) -> None:
    """One visit and all that followed from it."""
    rng, book = practice.rng, practice.book
    doctor = who.pcp if practice.odds(0.8) else rng.choice(practice.doctors)
    this = Visit(book.next("VISITS"), who, doctor, practice.moment(day))
    kind, reason, codes, drugs, panels = _reason(practice, who.age(day), problems)
    state = rng.choices("COX", (94, 3, 3))[0]
    done = this.at + timedelta(minutes=rng.choice((15, 20, 30, 45)))
    written = ";".join(code if practice.odds(0.7) else code.replace(".", "") for code in codes)
    written += ";" if practice.odds(0.3) else ""
    book.add("VISITS", this.number, who.no, NOBODY if practice.odds(0.01) else doctor.id, pad(doctor.site, 6),
             0 if kind == "TEL" else doctor.room, ymd(day), hhmm(this.at) if practice.odds(0.98) else "    ",
             hhmm(done) if state == "C" else "    ", pad("NP" if first and kind == "OV" else kind, 4), state,
             reason, written if state == "C" else "", ymd(day),
             hhmm(done + timedelta(minutes=5)))  # fmt: skip
    if state == "X":
        return
    if kind != "TEL":
        if practice.odds(0.92):
            vitals(practice, this, any(problem.icd == "I10" for problem in problems))
        _vaccine(practice, this)
    for drug, icd in drugs:
        orders.prescribe(practice, this, clinical.DRUG[drug], icd)
    for panel, dx in panels:
        orders.laboratory(practice, this, panel, dx)
    if practice.odds(0.22):
        orders.procedure(practice, this, codes[0])
    if practice.odds(0.3):
        orders.document(practice, this, reason)


Reason = tuple[str, str, list[str], list[tuple[str, str]], list[tuple[str, str]]]
"""The kind of visit, the reason as typed, diagnoses, (drug, diagnosis), (panel, diagnoses)."""


def _reason(practice: Practice, age: int, problems: list[Problem]) -> Reason:
    rng = practice.rng
    if problems and practice.odds(0.55):
        due = rng.sample(problems, min(len(problems), 1 + rng.randrange(3)))
        codes = [problem.icd for problem in due]
        drugs = [
            (rng.choice(problem.drugs), problem.icd)
            for problem in due
            if problem.drugs and practice.odds(0.5)
        ]
        wanted = dict.fromkeys(panel for problem in due for panel in problem.panels)
        panels = [(panel, ";".join(codes)) for panel in wanted if practice.odds(0.6)]
        return "FU", f"F/U {due[0].text}", codes, drugs, panels
    if practice.odds(0.4):
        if age < 18:
            return "WELL", "WELL CHILD", ["Z00.129"], [], []
        return "ANN", "PHYSICAL", ["Z00.00"], [], [("LIPID", "")] if age > 40 and practice.odds(0.4) else []
    text, icd, acute_drugs, acute_panels = rng.choice(clinical.ACUTE)
    kind = rng.choice(("OV", "OV", "SICK", "URG", "TEL"))
    return kind, text, [icd], [(drug, icd) for drug in acute_drugs], [(panel, "") for panel in acute_panels]


def vitals(practice: Practice, this: Visit, hypertension: bool) -> None:
    """One row, in pounds, inches and Fahrenheit, with zeros for what nobody measured."""
    rng, who = practice.rng, this.who
    years = (this.at.date() - who.born).days / 365.25
    grown = 61.0 if who.woman else 66.0
    height = min(19.5 + 2.9 * min(years, 15), grown if years > 14 else 99) + rng.gauss(0, 1.5)
    weight = max(7.0, 8 + 5.6 * min(years, 16) if years < 18 else height * 2.45 + rng.gauss(0, 25))
    head = 13.5 + 4.5 * min(years, 1.2) + rng.gauss(0, 0.3) if years < 2 else 0.0
    taken = [rng.random() > 0.18 for _ in range(6)]
    practice.book.add("VITALS", practice.book.next("VITALS"), this.number, who.no, ymd(this.at),
                      hhmm(this.at + timedelta(minutes=3)), _pressure(rng, years, hypertension),
                      decimal(weight * taken[0]), decimal(height * taken[1]),
                      round(rng.gauss(98.3, 0.6), 1) * taken[2],
                      int(rng.gauss(76 if years > 10 else 105, 9)) * taken[3],
                      rng.randrange(12, 20) * taken[4], rng.choice((96, 97, 98, 99, 100)) * taken[5],
                      decimal(head), practice.nurse())  # fmt: skip


def _pressure(rng: Random, years: float, hypertension: bool) -> str:
    high = int(rng.gauss(136 if hypertension else 119 if years > 15 else 104, 11))
    low = int(high * 0.63 + rng.gauss(0, 4))
    odd = rng.random()
    if years < 3 or odd < 0.05:
        return rng.choice(("", "0/0", "/", "NOT DONE"))
    if odd < 0.08:
        return f"{high} / {low}"
    return f"{high}/P" if odd < 0.1 else f"{high}/{low}"


def _vaccine(practice: Practice, this: Visit) -> None:
    rng, book, day = practice.rng, practice.book, this.at.date()
    due = [vaccine for vaccine in clinical.VACCINES if vaccine.low <= this.who.age(day) <= vaccine.high]
    if not due or practice.odds(0.78):
        return
    vaccine, number, refused = rng.choice(due), book.next("IMMUN"), practice.odds(0.06)
    lot = "" if refused else f"{rng.choice('ABCU')}{rng.randrange(1000, 9999)}{rng.choice('XYZ')}"
    book.add("IMMUN", number, this.who.no, this.number, this.doctor.id, pad(vaccine.code, 6), us(day),
             pad(lot, 10), 0 if refused else ymd(day + timedelta(days=400)),
             "  " if refused else rng.choice(("LD", "RD", "LT", "  ")),
             pad("" if refused else vaccine.route, 3), "" if refused else vaccine.dose, rng.choice("N "),
             "Y" if refused else rng.choice("N "), rng.randrange(1, 4) if refused else 0,
             "X" if practice.odds(0.02) else "A")  # fmt: skip
    practice.audit("IMMUN", number, this.doctor.login, datetime.combine(day, this.at.time()))
