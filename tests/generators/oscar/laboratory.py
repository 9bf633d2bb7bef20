"""What is measured here, and what laboratories send: HL7 v2 reports with results, and the older CML feed."""

from __future__ import annotations

import base64
from datetime import date

from tests.generators.openemr.dice import Dice, at
from tests.generators.openemr.writer import Table, Writer
from tests.generators.oscar.desk import Visit
from tests.generators.oscar.people import Patient

MEASUREMENTS = Table(
    "measurements",
    "id type demographicNo providerNo dataField measuringInstruction comments dateObserved dateEntered "
    "appointmentNo",
)
WORDS = Table("measurementsExt", "id measurement_id keyval val")
MESSAGES = Table("hl7TextMessage", "lab_id fileUploadCheck_id message type serviceName created")
INFOS = Table(
    "hl7TextInfo",
    "id lab_no result_status obr_date priority requesting_client discipline report_status accessionNum "
    "filler_order_num "
    "sending_facility label",
)
ROUTINGS = Table("patientLabRouting", "id demographic_no lab_no lab_type created")
READERS = Table("providerLabRouting", "id provider_no lab_no status lab_type")
CML = Table(
    "labPatientPhysicianInfo",
    "id accession_num service_date lab_status doc_name comment1 comment2 collection_date lastUpdateDate",
)
CML_LINES = Table(
    "labTestResults",
    "id labPatientPhysicianInfo_id line_type title test_name abn minimum maximum units result description",
)

HERE = (
    ("BP", ("130/85", "118/76", "95 / 60", "not taken"), "sitting position"),
    ("HT", ("187", "162.5"), "in cm"),
    ("WT", ("95", "61.20", "<40"), "in kg"),
    ("TEMP", ("37", "38.4"), "degrees celcius"),
    ("HR", ("85", "72"), "in bpm (nnn) Range:40-180"),
    ("02", ("98", "97%"), "percent"),
    ("A1C", ("0.068",), "Range:0.040-0.200"),
    ("SKST", ("Yes", "no", "quit last year"), "Yes/No"),
    ("NOSK", ("10",), "Cigarettes per day"),
    ("LMP", ("2020-02-29", "last week"), "date"),
    ("FTE", ("Yes", "N", "toe missing"), "Normal"),
    ("URIC", ("301", "1e3"), "umol/L Range 230-530"),
    ("FOBT", ("negative", "pos"), "result"),
    ("SITE", ("7",), "null"),
)
TESTS = (
    ("718-7", "Hemoglobin", "g/L", "133", "165", "", ("158", "126")),
    ("14682-9", "Créatinine", "umol/L", "70", "", "", ("68", "<20")),
    ("33914-3", "Estimated GFR", "mL/min", "", "", ">=60", ("113", ">120")),
    ("X10056", "Complete Sample?", "", "", "", "", ("Yes", "see note")),
    ("-RH", "Rh", "", "", "", "", ("Positive",)),
    ("WBC 1", "Leucocytes", "10*9/L", "", "", "4.0-11.0", ("7.20", "")),
)


def write_measurements(writer: Writer, dice: Dice, patient: Patient, visits: list[Visit]) -> None:
    for visit in visits:
        for kind, values, instruction in dice.some(HERE, dice.between(0, 6)):
            writer.add(
                MEASUREMENTS, writer.number(MEASUREMENTS), kind, patient.number, dice.pick((patient.doctor,
                "gone")), dice.pick(values),
                instruction, dice.pick(("", "après effort")), dice.pick((f"{visit.day} 00:00:00",
                at(visit.day, visit.minute))),
                at(visit.day, visit.minute + 5), visit.number if dice.chance(0.6) else 0,
            )  # fmt: skip


def write_reports(writer: Writer, dice: Dice, patient: Patient) -> list[int]:
    """The numbers of the HL7 v2 reports."""
    numbers = []
    for _ in range(dice.between(0, 2)):
        day = dice.day(patient.joined, patient.until)
        lab, name = writer.number(MESSAGES), dice.pick(("LIFELABS", "LifeLabs", "Dynacare Médical"))
        message = f"MSH|^~\\&|{name}|||||||ORU^R01\rPID|||{patient.number}\r"
        writer.add(
            MESSAGES,
            lab,
            1,
            base64.b64encode(message.encode("latin-1")).decode(),
            name[:8].upper(),
            "oscar",
            at(day, 800),
        )
        for status in dice.pick((("F",), ("P", "F"))):
            writer.add(
                INFOS, writer.number(INFOS), lab, "A", dice.pick((at(day, 790), f"{day:%Y%m%d}", "")), "R",
                "DR WHO", "HAEM1/CHEM4",
                status, f"13-{lab}", "", dice.pick(("", "Sudbury")), None,
            )  # fmt: skip
        writer.add(
            ROUTINGS,
            writer.number(ROUTINGS),
            0 if dice.chance(0.08) else patient.number,
            lab,
            "HL7",
            at(day, 801),
        )
        writer.add(
            READERS,
            writer.number(READERS),
            dice.pick((patient.doctor, "0")),
            lab,
            dice.pick(("A", "N")),
            "HL7",
        )
        _write_results(writer, dice, patient, day, lab, name)
        numbers.append(lab)
    if patient.number % 15 == 6:
        _write_cml(writer, dice, patient)
    return numbers


def _write_results(writer: Writer, dice: Dice, patient: Patient, day: date, lab: int, name: str) -> None:
    for code, title, unit, low, high, text, values in dice.some(TESTS, dice.between(1, 5)):
        number = writer.number(MEASUREMENTS)
        writer.add(
            MEASUREMENTS, number, "SCR" if code == "14682-9" else "", patient.number, "0", dice.pick(values),
            "", "", at(day, 795),
            at(day, 802), 0,
        )  # fmt: skip
        words = {
            "lab_no": str(lab), "abnormal": dice.pick(("N", "N", "A", "H", "L", "?")), "identifier": code,
            "name": title, "labname": name,
            "accession": f"13-{lab}", "request_datetime": at(day, 700), "datetime": dice.pick((at(day, 800),
            "soon")),
            "olis_status": dice.pick(("F", "F", "P", "C", "")), "unit": unit, "minimum": low, "maximum": high,
            "range": text,
            "other_id": "0-0", "comments": dice.pick(("", "à répéter")),
        }  # fmt: skip
        for key, value in words.items():
            if value:
                writer.add(WORDS, writer.number(WORDS), number, key, value)


def _write_cml(writer: Writer, dice: Dice, patient: Patient) -> None:
    report, day = writer.number(CML), patient.joined
    writer.add(
        CML, report, f"C{report}", dice.pick((str(day), f"{day:%d-%b-%y}")), dice.pick(("F", "P")), "WHO, DR",
        "fasting", "",
        dice.pick((str(day), "")), at(day, 810),
    )  # fmt: skip
    writer.add(ROUTINGS, writer.number(ROUTINGS), patient.number, report, "CML", at(day, 811))
    for kind, title, name, result in (
        ("C", "CHEM", "Sodium", "140"),
        ("C", "CHEM", "Culture", "no growth"),
        ("D", "", "", ""),
    ):
        writer.add(
            CML_LINES, writer.number(CML_LINES), report, kind, title, name, dice.pick(("N", "A", "")),
            "135" if result == "140" else "", "145" if result == "140" else "",
            "mmol/L" if result == "140" else "", result, "",
        )  # fmt: skip
