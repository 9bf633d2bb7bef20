"""Visits with their forms: vital signs, notes, the fee sheet; each form reached through the table `forms`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tests.generators.openemr import words
from tests.generators.openemr.dice import MIDNIGHT, Dice, at, fold, gap, weekday
from tests.generators.openemr.directory import Directory, Worker
from tests.generators.openemr.people import Patient
from tests.generators.openemr.writer import Table, Value, Writer

VISITS = Table(
    "form_encounter",
    "id date reason facility facility_id pid encounter onset_date sensitivity pc_catid provider_id "
    "supervisor_id billing_facility referral_source external_id pos_code last_level_closed invoice_refno",
)
FORMS = Table(
    "forms",
    "id date encounter form_name form_id pid user groupname authorized deleted formdir provider_id",
)
VITALS = Table(
    "form_vitals",
    "id date pid user groupname authorized activity bps bpd weight height temperature temp_method pulse "
    "respiration note BMI BMI_status waist_circ head_circ oxygen_saturation",
)
SOAP = Table(
    "form_soap",
    "id date pid user groupname authorized activity subjective objective assessment plan",
)
DICTATION = Table(
    "form_dictation",
    "id date pid user groupname authorized activity dictation additional_notes",
)
INSTRUCTIONS = Table("form_clinical_instructions", "id pid encounter user instruction date activity")
BILLING = Table(
    "billing",
    "id date code_type code pid provider_id user groupname authorized encounter code_text billed activity "
    "modifier units fee justify",
)

GROUP = "Default"
OFFICE_VISITS = ("99202", "99203", "99212", "99213", "99213", "99214", "99395")
ICD10_SINCE = date(2015, 10, 1)


@dataclass(slots=True)
class Visit:
    """A visit; `number` is what every other row calls `encounter`."""

    number: int
    day: date
    minute: int
    provider: int
    deleted: bool


def write_visits(
    writer: Writer, dice: Dice, directory: Directory, patient: Patient, today: date
) -> list[Visit]:
    """Two to four visits for most, none for some, with all that belongs to them; oldest first."""
    count = 0 if patient.pid % 29 == 3 else dice.pick((1, 2, 2, 3, 3, 3, 4, 4, 5, 7))
    days = sorted(weekday(dice.day(patient.registered, patient.until)) for _ in range(count))
    if count and patient.pid % 43 == 6 and not patient.died:
        days[-1] = today
    return [
        _visit(writer, dice, directory, patient, min(day, patient.until), first=place == 0)
        for place, day in enumerate(days)
    ]


def _visit(
    writer: Writer, dice: Dice, directory: Directory, patient: Patient, day: date, first: bool
) -> Visit:
    number, row = writer.sequence(), writer.number(VISITS)
    visit = Visit(number, day, dice.between(32, 66) * 15, patient.provider, patient.pid % 83 == 2 and first)
    site, site_name, place = dice.pick(directory.facilities)
    author = directory.doctors[patient.doctor] if dice.chance(0.6) else dice.pick(directory.staff)
    moment = at(day, visit.minute) if dice.chance(0.2) else day.isoformat() + MIDNIGHT
    supervisor = directory.doctors[0].id if dice.chance(0.08) else 0
    onset: str | None = dice.pick((None, "0000-00-00 00:00:00", "0000-00-00 00:00:00"))
    if dice.chance(0.1):
        onset = (day - timedelta(days=dice.between(1, 30))).isoformat() + MIDNIGHT
    category = 10 if first else dice.pick((5, 5, 9, 9, 13, 12, 14))
    writer.add(
        VISITS, row, moment, dice.pick(words.REASONS), site_name, site, patient.pid, number, onset,
        dice.pick(("normal", "normal", "normal", "high", "", None)) if patient.pid % 7 == 0 else "normal",
        category,
        visit.provider, supervisor, site, "", f"X{number}" if number % 40 == 0 else None,
        dice.pick((place, 0, None)), 0, "",
    )  # fmt: skip
    _form(writer, visit, patient, author, "newpatient", "New Patient Encounter", row)
    if patient.pid % 31 != 8:
        _vitals(writer, dice, visit, patient, dice.pick(directory.staff))
        if dice.chance(0.08):  # taken again before leaving
            _vitals(writer, dice, visit, patient, author)
    _notes(writer, dice, visit, patient, author)
    _fees(writer, dice, visit, patient, author)
    return visit


def _form(
    writer: Writer, visit: Visit, patient: Patient, author: Worker, kind: str, name: str, row: int,
    deleted: bool = False,
) -> None:  # fmt: skip
    entered = at(visit.day, min(visit.minute + 20, 1439), row % 60)
    writer.add(
        FORMS, writer.number(FORMS), entered, visit.number, name, row, patient.pid, author.username, GROUP, 1,
        int(deleted or visit.deleted), kind, author.id,
    )  # fmt: skip


def write_form(
    writer: Writer, visit: Visit, patient: Patient, author: Worker, kind: str, name: str, row: int
) -> None:
    """The row of `forms` of a form that another table keeps."""
    _form(writer, visit, patient, author, kind, name, row)


def _vitals(writer: Writer, dice: Dice, visit: Visit, patient: Patient, author: Worker) -> None:
    """Pounds, inches, Fahrenheit; 0.00 where nothing was measured, and pressures as text."""
    chance, near, row, pid = dice.chance, dice.near, writer.number(VITALS), patient.pid
    age = max(0, (visit.day - patient.born).days) / 365
    grown = min(1.0, 0.3 + age / 24)
    height = round(near(64 if patient.female else 69, 2.5) * grown, 2) if chance(0.7) else 0.0
    weight = round(near(165, 30) * grown * grown, 2) if chance(0.85) else 0.0
    bmi = min(round(weight / height / height * 703, 1), 99.0) if height and weight else 0.0
    status = "" if not bmi else "Underweight" if bmi < 18.5 else "Normal" if bmi < 25 else "Overweight"
    high: str | None
    low: str | None
    high, low = f"{near(126, 14):.0f}", f"{near(78, 9):.0f}"
    if age < 3 or chance(0.1):
        high, low = dice.pick((("", ""), (None, None), ("0", "0")))
    elif row % 53 == 0:
        high, low = dice.pick((("128 ", ""), ("refused", ""), ("142/90", ""), ("130", "p")))
    warm = round(near(98.4, 0.6), 1) if chance(0.7) else 0.0
    if warm and row % 71 == 0:
        warm = round(near(36.9, 0.3), 1)  # typed in Celsius
    moment = at(visit.day, visit.minute + 5) if chance(0.8) else visit.day.isoformat() + MIDNIGHT
    if pid % 101 in (17, 18):
        year = visit.day.year - 1
        moment = gap(year) if pid % 101 == 17 else fold(year)
    writer.add(
        VITALS, row, moment, pid, author.username, GROUP, 1, 0 if row % 97 == 0 else 1, high, low, weight,
        height, warm,
        dice.pick(words.THERMOMETERS) if warm else "", round(near(76, 9), 2) if chance(0.85) else 0.0,
        float(dice.between(11, 22)) if chance(0.6) else 0.0, dice.pick(words.VITAL_NOTES), bmi, status,
        round(near(36, 5), 2) if chance(0.05) else 0.0, round(near(17, 1), 2) if age < 3 else 0.0,
        float(dice.between(93, 100)) if chance(0.6) else 0.0,
    )  # fmt: skip
    _form(writer, visit, patient, author, "vitals", "Vitals", row, deleted=row % 89 == 0)


def _notes(writer: Writer, dice: Dice, visit: Visit, patient: Patient, author: Worker) -> None:
    moment = at(visit.day, visit.minute + 15)
    pid = patient.pid
    if dice.chance(0.45):
        row = writer.number(SOAP)
        writer.add(
            SOAP, row, moment, pid, author.username, GROUP, 1, 0 if row % 67 == 0 else 1,
            dice.pick(words.SUBJECTIVE), dice.pick(words.OBJECTIVE), dice.pick(words.ASSESSMENTS),
            dice.pick(words.PLANS),
        )  # fmt: skip
        _form(writer, visit, patient, author, "soap", "SOAP", row, deleted=row % 59 == 0)
    if dice.chance(0.08):
        row = writer.number(DICTATION)
        writer.add(
            DICTATION, row, moment, pid, author.username, GROUP, 1, 1, dice.pick(words.DICTATIONS),
            dice.pick(("", None, "cc: cardiology")),
        )  # fmt: skip
        _form(writer, visit, patient, author, "dictation", "Speech Dictation", row)
    if dice.chance(0.06):
        row = writer.number(INSTRUCTIONS)
        writer.add(
            INSTRUCTIONS,
            row,
            pid,
            str(visit.number),
            author.username,
            dice.pick(words.INSTRUCTIONS),
            moment,
            1,
        )
        _form(writer, visit, patient, author, "clinical_instructions", "Clinical Instructions", row)


def _fees(writer: Writer, dice: Dice, visit: Visit, patient: Patient, author: Worker) -> None:
    """One visit code, its diagnoses, now and then a procedure and what was paid at the desk."""
    moment = at(visit.day, visit.minute + 25)
    modern = visit.day >= ICD10_SINCE
    system = "ICD10" if modern else "ICD9"

    def line(kind: str, code: str, text: str, modifier: str, fee: str, justify: str = "") -> None:
        row = writer.number(BILLING)
        values: tuple[Value, ...] = (
            row, moment, kind, code, patient.pid, visit.provider, author.id, GROUP, 1, visit.number, text,
            1 if dice.chance(0.7) else 0, 0 if row % 41 == 0 else 1, modifier, 1, fee, justify,
        )  # fmt: skip
        writer.add(BILLING, *values)

    justify = ""
    for illness in dice.some(patient.illnesses, 1 if dice.chance(0.7) else 2):
        code = illness.icd10 if modern else illness.icd9
        line(system, code, illness.title, "", "0.00")
        justify += f"{system}|{code}:"
    if dice.chance(0.85):
        line(
            "CPT4",
            dice.pick(OFFICE_VISITS),
            "Office visit",
            "25" if dice.chance(0.1) else "",
            "125.00",
            justify,
        )
    if dice.chance(0.3):
        kind, code, text, modifier, fee = dice.pick(words.PROCEDURES)
        line(kind, code, text, modifier, fee, justify)
    if dice.chance(0.2):
        line("COPAY", "", "20.00", "", "-20.00")
