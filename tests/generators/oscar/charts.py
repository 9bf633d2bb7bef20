"""Chart notes with their revisions, and the notes under the chart's own headings."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from tests.generators.openemr.dice import Dice, at
from tests.generators.openemr.writer import Table, Writer
from tests.generators.oscar.desk import Visit
from tests.generators.oscar.directory import Practice
from tests.generators.oscar.people import Patient

NOTES = Table(
    "casemgmt_note",
    "note_id update_date observation_date demographic_no provider_no note signed signing_provider_no "
    "encounter_type "
    "program_no history locked archived uuid appointmentNo",
)
ISSUES = Table(
    "casemgmt_issue", "id demographic_no issue_id acute certain major resolved program_id type update_date"
)
ISSUE_NOTES = Table("casemgmt_issue_notes", "id note_id")
NOTE_EXT = Table("casemgmt_note_ext", "id note_id key_val value date_value")

TEXTS = {
    "OMeds": ("Ginseng", "Huile de foie de morue"),
    "SocHistory": ("Works nights at the mill", "Vit seul; fume à l'occasion"),
    "MedHistory": ("Appendectomy", "Fracture du poignet"),
    "Concerns": ("Chronic back pain",),
    "Reminders": ("Recheck INR", ""),
    "FamHistory": ("Breast cancer", "Infarctus à 50 ans"),
    "RiskFactors": ("Falls",),
}
KINDS = (
    "face to face encounter with client", "telephone encounter with client", "encounter without client", "",
    "Home visit",
)  # fmt: skip


def _note(
    writer: Writer, dice: Dice, patient: Patient, practice: Practice, day: date, text: str, key: str | None,
    *,
    appointment: int = 0, archived: int = 0, locked: str = "0", kind: str = "", hour: int = 600,
) -> int:  # fmt: skip
    number = writer.number(NOTES)
    signed = int(dice.chance(0.8))
    writer.add(
        NOTES, number, at(day, hour + 5), at(day, hour), patient.number, dice.pick((patient.doctor, "gone",
        "-1")),
        text, signed,
        patient.doctor if signed else "", kind, str(practice.program), text, locked, archived, key,
        appointment,
    )  # fmt: skip
    return number


def write_notes(
    writer: Writer, dice: Dice, practice: Practice, patient: Patient, visits: list[Visit]
) -> None:
    for visit in visits:
        if dice.chance(0.6):
            key = str(uuid.UUID(int=dice.between(0, 2**63) << 60))
            for revision in range(dice.between(1, 3)):  # each save is a row
                _note(
                    writer, dice, patient, practice, visit.day, f"S: toux\nO: clear\nrevision {revision}",
                    key,
                    appointment=visit.number, kind=dice.pick(KINDS), hour=visit.minute,
                )  # fmt: skip
    for _ in range(dice.between(0, 2)):
        key = dice.pick((str(uuid.UUID(int=dice.between(0, 2**63) << 60)), None))
        _note(
            writer, dice, patient, practice, dice.day(patient.joined, patient.until),
            dice.pick(("Rx renewed by phone", "  ")), key,
            kind=dice.pick(KINDS), locked=dice.pick(("0", "0", "0", "1")), archived=int(dice.chance(0.1)),
        )  # fmt: skip
    _write_headings(writer, dice, practice, patient)


def _write_headings(writer: Writer, dice: Dice, practice: Practice, patient: Patient) -> None:
    for heading, texts in TEXTS.items():
        if not dice.chance(0.35):
            continue
        day = dice.day(patient.joined, patient.until)
        issue = writer.number(ISSUES)
        writer.add(
            ISSUES,
            issue,
            str(patient.number),
            practice.issues[heading],
            0,
            0,
            0,
            0,
            practice.program,
            "nurse",
            at(day, 600),
        )
        for _ in range(dice.between(1, 2)):
            key = str(uuid.UUID(int=dice.between(0, 2**63) << 60))
            for last in (False, True) if dice.chance(0.3) else (True,):
                number = _note(
                    writer, dice, patient, practice, day, dice.pick(texts), key,
                    archived=int(last and dice.chance(0.1)),
                )  # fmt: skip
                writer.add(ISSUE_NOTES, issue, number)
                _write_words(writer, dice, number, heading, day)
    if dice.chance(0.15):
        writer.add(
            ISSUES, writer.number(ISSUES), str(patient.number), practice.issues["Housing"], dice.between(0,
            1), dice.between(0, 1),
            dice.between(0, 1), dice.between(0, 1), practice.program, "CSW", at(patient.joined, 640),
        )  # fmt: skip


def _write_words(writer: Writer, dice: Dice, note: int, heading: str, day: date) -> None:
    words: list[tuple[str, str, str | None]] = [("Hide Cpp", "0", None)]
    if heading in ("MedHistory", "Concerns", "OMeds", "Reminders"):
        words.append(("Start Date", "", str(day - timedelta(days=400)) if dice.chance(0.5) else None))
        if dice.chance(0.2):
            words.append(("Resolution Date", "", str(day)))
        words.append(("Problem Status", dice.pick(("", "Resolved", "ongoing")), None))
    if heading == "FamHistory":
        words.append(("Relationship", dice.pick(("Father", "Mother", "", "grand-tante")), None))
    words.append(("Age at Onset", dice.pick(("", "45", "teens")), None))
    words.append(("Treatment", dice.pick(("", "Physio")), None))
    for key, value, when in words:
        writer.add(NOTE_EXT, writer.number(NOTE_EXT), note, key, value, when)
