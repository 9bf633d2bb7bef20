"""Documents, hospital reports, consultation requests with what is attached, ticklers."""

from __future__ import annotations

from datetime import date, timedelta

from tests.generators.openemr.dice import Dice, at
from tests.generators.openemr.writer import Table, Writer
from tests.generators.oscar.desk import Visit
from tests.generators.oscar.directory import Practice
from tests.generators.oscar.people import Patient

DOCUMENTS = Table(
    "document",
    "document_no doctype docClass docSubClass docdesc docxml docfilename doccreator responsible source "
    "sourceFacility "
    "updatedatetime status contenttype contentdatetime observationdate reviewer reviewdatetime "
    "number_of_pages appointment_no",
)
FILED = Table("ctl_document", "module module_id document_no status")
HOSPITAL = Table(
    "HRMDocument",
    "id timeReceived reportType reportStatus reportFile reportDate sourceFacility description",
)
HOSPITAL_FILED = Table("HRMDocumentToDemographic", "id demographicNo hrmDocumentId timeAssigned")
CONSULTATIONS = Table(
    "consultationRequests",
    "requestId referalDate serviceId specId appointmentDate appointmentTime reason clinicalInfo "
    "currentMeds allergies "
    "providerNo demographicNo status statusText concurrentProblems urgency patientWillBook lastUpdateDate",
)
ATTACHED = Table("consultdocs", "id requestId document_no doctype deleted attach_date provider_no")
TICKLERS = Table(
    "tickler",
    "tickler_no demographic_no program_id message status update_date service_date creator priority "
    "task_assigned_to category_id",
)
COMMENTS = Table("tickler_comments", "id tickler_no message provider_no update_date")


def write_documents(writer: Writer, dice: Dice, patient: Patient, visits: list[Visit]) -> list[int]:
    """The numbers of what was filed."""
    numbers = []
    for _ in range(dice.between(0, 2)):
        number, day = writer.number(DOCUMENTS), dice.day(patient.joined, patient.until)
        page = "<p>Lettre à l'école</p>" if dice.chance(0.2) else None
        writer.add(
            DOCUMENTS, number, dice.pick(("lab", "consult", "radiology", "others", "", "Légal")), "", "",
            "Résumé de sortie", page,
            f"{day:%Y%m%d}12 scan.pdf" if dice.chance(0.9) else "", patient.doctor, dice.pick((patient.doctor,
            "")), dice.pick((None, "Hôpital")),
            dice.pick((None, "HSN")), dice.pick((at(day, 830), None)), dice.pick(("A", "A", "A", "H", "D")),
            "text/html" if page else dice.pick(("application/pdf", "", "image/tiff")), at(day, 829),
            dice.pick((str(day), "0001-01-01")),
            dice.pick(("", patient.doctor)), None, 1,
            visits[0].number if visits and dice.chance(0.3) else None,
        )  # fmt: skip
        writer.add(FILED, "demographic", patient.number, number, dice.pick(("A", "A", None, "D")))
        numbers.append(number)
    if patient.number % 9 == 2:
        report, day = writer.number(HOSPITAL), patient.joined
        writer.add(
            HOSPITAL, report, at(day, 840), "Medical Records Report", dice.pick(("S", "C")),
            "in/report 1.xml", dice.pick((at(day, 0), None)),
            "4015", dice.pick((None, "Discharge")),
        )  # fmt: skip
        writer.add(
            HOSPITAL_FILED, writer.number(HOSPITAL_FILED), str(patient.number), str(report), at(day, 841)
        )
    return numbers


def write_requests(
    writer: Writer, dice: Dice, practice: Practice, patient: Patient, today: date, documents: list[int],
    labs: list[int]
) -> None:  # fmt: skip
    if dice.chance(0.5):
        number, day = writer.number(CONSULTATIONS), dice.day(patient.joined, patient.until)
        writer.add(
            CONSULTATIONS, number, day.isoformat(), dice.pick(practice.services),
            dice.pick((*practice.specialists, 0)),
            dice.pick((str(day + timedelta(days=40)), "0001-01-01", None)), dice.pick(("10:15:00", "00:00:00",
            None)), "Évaluation S.V.P.",
            "HTA", dice.pick(("", "Ramipril")), "", dice.pick((patient.doctor, "gone", "-1")), patient.number,
            dice.pick(("1", "2", "3", "4", "5", "9")), "", "", dice.pick(("1", "2", "3", "")),
            int(dice.chance(0.2)), at(day, 850),
        )  # fmt: skip
        if documents and dice.chance(0.7):
            writer.add(
                ATTACHED, writer.number(ATTACHED), number, documents[-1], "D", None, str(day), patient.doctor
            )
        for lab in labs[:1]:
            writer.add(
                ATTACHED,
                writer.number(ATTACHED),
                number,
                lab,
                "L",
                dice.pick((None, None, "Y")),
                str(day),
                patient.doctor,
            )
    for _ in range(dice.between(0, 2)):
        number, day = writer.number(TICKLERS), dice.day(patient.joined, today)
        writer.add(
            TICKLERS, number, patient.number, 0, dice.pick(("Rappeler pour résultats", "<b>Recheck</b> BP")),
            dice.pick(("A", "A", "C", "D")),
            dice.pick((at(day, 860), "0001-01-01 00:00:00")), at(day + timedelta(days=7), 0), patient.doctor,
            dice.pick(("Normal", "High", "Low")), dice.pick((patient.doctor, "gone", None)), dice.pick((1,
            None)),
        )  # fmt: skip
        if dice.chance(0.3):
            writer.add(
                COMMENTS, writer.number(COMMENTS), number, "pas de réponse", patient.doctor, at(day, 870)
            )
