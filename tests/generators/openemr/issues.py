"""The table `lists`, where a row's type says what it is: problems, allergies, medication, surgery, dental."""

from __future__ import annotations

from datetime import date, timedelta

from tests.generators.openemr.dice import MIDNIGHT, ZERO_DAY, Dice, at
from tests.generators.openemr.directory import Directory
from tests.generators.openemr.illness import ALLERGIES, ILLNESSES, OVER_THE_COUNTER, SURGERIES, Illness
from tests.generators.openemr.people import Patient
from tests.generators.openemr.visits import GROUP, ICD10_SINCE, Visit
from tests.generators.openemr.writer import Table, Value, Writer

ISSUES = Table(
    "lists",
    "id date type subtype title begdate enddate occurrence referredby extrainfo diagnosis activity "
    "comments pid user groupname outcome destination reaction modifydate severity_al external_id",
)
TOUCHES = Table("lists_touch", "pid type date")
LINKS = Table("issue_encounter", "pid list_id encounter resolved")

COMMENTS = ("", "", "", None, "per pt's wife", "see scanned report\r\npage 2", "dx'd elsewhere (ø records)")


def write_issues(
    writer: Writer, dice: Dice, directory: Directory, patient: Patient, visits: list[Visit]
) -> None:
    for illness in patient.illnesses:
        _problem(writer, dice, directory, patient, illness, visits)
    if dice.chance(0.5):
        _problem(writer, dice, directory, patient, dice.pick(ILLNESSES[13:]), visits)
    allergies = 0 if dice.chance(0.35) else dice.pick((1, 1, 2, 3))
    for title, code, reaction, severity in dice.some(ALLERGIES, allergies):
        _issue(
            writer, dice, directory, patient, "allergy", title, code, reaction=reaction, severity=severity,
            ended=dice.chance(0.06),
        )  # fmt: skip
    if allergies or dice.chance(0.5):  # touched without a row: "none", as the user ticked
        writer.add(TOUCHES, patient.pid, "allergy", at(patient.registered, 600))
    for title in dice.some(OVER_THE_COUNTER, dice.between(0, 3) if patient.age > 15 else 0):
        indication = "ICD10:M54.5" if dice.chance(0.2) else ""
        _issue(writer, dice, directory, patient, "medication", title, indication, ended=dice.chance(0.3))
    if patient.age > 5 and dice.chance(0.3):
        title, code = dice.pick(SURGERIES)
        _issue(writer, dice, directory, patient, "surgery", title, code)
    if patient.pid % 20 == 4:
        _issue(writer, dice, directory, patient, "dental", "Caries", "ICD10:K02.9")


def _problem(
    writer: Writer, dice: Dice, directory: Directory, patient: Patient, illness: Illness, visits: list[Visit]
) -> None:
    over = not illness.chronic and dice.chance(0.7)
    recent = patient.registered >= ICD10_SINCE
    style = dice.random()
    code = f"ICD10:{illness.icd10}" if recent else f"ICD9:{illness.icd9}"
    if style < 0.10:
        other = dice.pick(ILLNESSES)
        code = f"ICD10:{illness.icd10};ICD10:{other.icd10}"
    elif style < 0.18:
        code = f"{'SNOMED-CT' if style < 0.15 else 'SNOMED'}:{illness.snomed}"
    elif style < 0.23:
        code = f"ICD10:{illness.icd10};SNOMED-CT:{illness.snomed}"
    elif style < 0.38:
        code = ""
    row = _issue(
        writer,
        dice,
        directory,
        patient,
        "medical_problem",
        illness.title,
        code,
        ended=over,
        chronic=illness.chronic,
    )
    if visits and dice.chance(0.6):
        writer.add(LINKS, patient.pid, row, dice.pick(visits).number, int(over))


def _issue(
    writer: Writer, dice: Dice, directory: Directory, patient: Patient, kind: str, title: str, code: str, *,
    reaction: str = "", severity: str | None = None, ended: bool = False, chronic: bool = False,
) -> int:  # fmt: skip
    row = writer.number(ISSUES)
    entered = dice.day(patient.registered, patient.until)
    began = dice.day(max(patient.born, entered - timedelta(days=3000)), entered)
    first: str | None = began.isoformat()
    if row % 45 == 0:
        first = f"{began.year}-{began.month:02}-00"
    elif row % 45 == 1:
        first = f"{began.year}-00-00"
    elif row % 9 == 0:
        first = dice.pick((None, ZERO_DAY))
    last: str | None = dice.pick((None, None, ZERO_DAY))
    outcome = 0
    if ended:
        last = dice.day(began, patient.until).isoformat()
        outcome = dice.pick((0, 1, 1, 2))
    elif row % 25 == 0:
        outcome = dice.pick((2, 3, 4, 5))
    author = directory.doctors[patient.doctor] if dice.chance(0.7) else dice.pick(directory.staff)
    changed = dice.day(entered, patient.until)
    values: tuple[Value, ...] = (
        row, entered.isoformat() + MIDNIGHT if dice.chance(0.2) else at(entered, dice.between(480, 1080),
        row % 60),
        kind, "", title, first, last, dice.pick((4, 4, 0, 5)) if chronic else dice.pick((0, 1, 6, 7, 8)),
        dice.pick(("", "", "Dr. Tanaka")), "", code, 0 if row % 33 == 0 else 1, dice.pick(COMMENTS),
        patient.pid,
        author.username if row % 50 else "", GROUP, outcome, "Memorial" if kind == "surgery" else "",
        reaction,
        _changed(changed, row), severity, None,
    )  # fmt: skip
    writer.add(ISSUES, *values)
    return row


def _changed(day: date, row: int) -> str:
    """modifydate moves by itself; here it is written, so that a fill is a function of its seed."""
    return at(day, 480 + row % 600, row % 60)
