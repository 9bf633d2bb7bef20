"""Scanned documents, whose content is not in the database, and notes about patients."""

from __future__ import annotations

from datetime import timedelta

from tests.generators.openemr.dice import ZERO_DAY, Dice, at
from tests.generators.openemr.directory import Directory
from tests.generators.openemr.people import Patient
from tests.generators.openemr.visits import GROUP, Visit
from tests.generators.openemr.words import NOTES
from tests.generators.openemr.writer import Table, Writer

DOCUMENTS = Table(
    "documents",
    "id type size date url mimetype pages owner revision foreign_id docdate hash list_id storagemethod "
    "encounter_id audit_master_approval_status",
)
FILED = Table("categories_to_documents", "category_id document_id")
NOTE_ROWS = Table(
    "pnotes",
    "id date body pid user groupname activity authorized title assigned_to deleted message_status "
    "is_msg_encrypted",
)

LAB_REPORT = 2
#: category, file name, media type
_SCANS = (
    (LAB_REPORT, "labs 2019.pdf", "application/pdf"),
    (3, "referral_letter.pdf", "application/pdf"),
    (5, "id-front.jpg", "image/jpeg"),
    (6, "advance directive.tif", "image/tiff"),
    (10, "photo.png", "image/png"),
    (13, "summary.xml", "text/xml"),
    (3, "informe médico.pdf", "application/pdf"),
    (4, "notes.txt", ""),
)


def write_documents(
    writer: Writer, dice: Dice, directory: Directory, patient: Patient, visits: list[Visit]
) -> None:
    for _ in range(dice.pick((0, 0, 0, 1, 1, 2))):
        row = writer.sequence()
        day = dice.day(patient.registered, patient.until)
        category, name, media = dice.pick(_SCANS)
        remote = dice.chance(0.06)
        url = (
            f"https://records.example/d/{row}"
            if remote
            else f"file:///var/www/openemr/sites/default/documents/{patient.pid}/{name}"
        )
        digest = f"{int(dice.random() * 2**53):014x}{int(dice.random() * 2**53):014x}{row:012x}"[:40]
        writer.add(
            DOCUMENTS, row, "web_url" if remote else "file_url", dice.between(800, 4_000_000), at(day, 700,
            row % 60), url,
            media, dice.pick((None, 1, 3)), dice.pick(directory.staff).id, at(day, 701, row % 60),
            patient.pid,
            (day - timedelta(days=dice.between(0, 40))).isoformat() if dice.chance(0.8) else ZERO_DAY,
            digest if dice.chance(0.8) and not remote else "", 0, 0,
            dice.pick(visits).number if visits and dice.chance(0.4) else 0,
            2 if row % 31 == 0 else 1,
        )  # fmt: skip
        writer.add(FILED, category, row)
        if category == LAB_REPORT:
            patient.scans.append(row)


def write_notes(writer: Writer, dice: Dice, directory: Directory, patient: Patient) -> None:
    for _ in range(dice.pick((0, 1, 1, 2, 3))):
        row = writer.number(NOTE_ROWS)
        title, body = dice.pick(NOTES)
        encrypted = row % 70 == 0
        writer.add(
            NOTE_ROWS, row, at(dice.day(patient.registered, patient.until), dice.between(480, 1080),
            row % 60),
            "006vZ2Fyc2U=" if encrypted else body, patient.pid,
            dice.pick(directory.staff).username if row % 25 else "portal-user", GROUP, dice.pick((0, 1, 1)),
            1, title,
            dice.pick((directory.doctors[0].username, "-patient-", "")), 1 if row % 43 == 0 else 0,
            dice.pick(("New", "Done", "Read")), int(encrypted),
        )  # fmt: skip
