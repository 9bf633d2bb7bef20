"""A little of OSCAR's own reference data, in our own words, for tables that are empty."""

from __future__ import annotations

from tests.generators.openemr.writer import Table, Value, Writer

HEADINGS = ("OMeds", "SocHistory", "MedHistory", "Concerns", "Reminders", "FamHistory", "RiskFactors")
NEVER = "2013-01-01 00:00:00"

ROWS: tuple[tuple[Table, tuple[tuple[Value, ...], ...]], ...] = (
    (
        Table("appointment_status", "id status description active"),
        tuple(
            (place, letter, text, 1)
            for place, (letter, text) in enumerate(
                (
                    ("t", "To Do"),
                    ("T", "Daysheet Printed"),
                    ("H", "Here"),
                    ("P", "Picked"),
                    ("E", "Empty Room"),
                    ("a", "Customized 1"),
                    ("b", "Customized 2"),
                    ("c", "Customized 3"),
                    ("N", "No Show"),
                    ("C", "Cancelled"),
                    ("B", "Billed"),
                ),
                1,
            )
        ),
    ),
    (
        Table("scheduletemplatecode", "id code description duration confirm bookinglimit"),
        (
            (1, "1", "15 Minute Appointment", "15", "N", 1),
            (2, "2", "30 Minute Appointment", "30", "N", 1),
            (3, "s", "Same Day", "15", "Day", 1),
            (4, "S", "Same Day - R1", "30", "Day", 2),
            (5, "A", "Academic", "", "N", 1),
            (6, "a", "Administrative Work", "15", "N", 1),
            (7, "V", "Vacation", "15", "N", 1),
        ),
    ),
    (
        Table("LookupListItem", "id lookupListId value label"),
        ((1, 1, "Follow-Up", "Follow-Up"), (2, 1, "Others", "Others")),
    ),
    (
        Table("consultationServices", "serviceId serviceDesc active"),
        ((53, "Cardiology", "1"), (54, "Dermatology", "1"), (58, "Referral Doctor", "02")),
    ),
    (
        Table("measurementType", "id type typeDescription measuringInstruction validation createDate"),
        tuple(
            (place, kind, text, instruction, validation, NEVER)
            for place, (kind, text, instruction, validation) in enumerate(
                (
                    ("BP", "Blood Pressure", "sitting position", "6"),
                    ("BP", "Blood Pressure", "supine", "6"),
                    ("HT", "Height", "in cm", "5"),
                    ("WT", "Weight", "in kg", "5"),
                    ("TEMP", "Temperature", "degrees celcius", "3"),
                    ("HR", "Heart Rate", "in bpm (nnn) Range:40-180", "5"),
                    ("02", "Oxygen Saturation", "percent", "4"),
                    ("A1C", "A1C", "Range:0.040-0.200", "3"),
                    ("SKST", "Smoking Status", "Yes/No", "7"),
                    ("NOSK", "Smoking", "Cigarettes per day", "5"),
                    ("LMP", "LMP", "date", "13"),
                    ("FTE", "Foot Exam", "Normal", "7"),
                    ("URIC", "Uric Acid", "umol/L Range 230-530", "14"),
                    ("FOBT", "Fecal Occult Blood", "result", "17"),
                    ("SCR", "Creatinine", "in umol/L", "14"),
                ),
                1,
            )
        ),
    ),
    (
        Table("measurementMap", "id loinc_code ident_code name lab_type"),
        (
            (1, "4548-4", "A1C", "A1C", "FLOWSHEET"),
            (2, "14933-6", "URIC", "Uric Acid", "FLOWSHEET"),
            (3, "10331-7", "-RH", "Rh", "MDS"),
            (4, "X10056", "X10056", "Complete Sample?", "PATHL7"),
        ),
    ),
    (
        Table("icd9", "id icd9 description"),
        (
            (1, "250", "DIABETES MELLITUS*"),
            (2, "25000", "DIABETES MELLITUS W/O COMP"),
            (3, "401", "ESSENTIAL HYPERTENSION*"),
            (4, "4280", "CONGESTIVE HEART FAILURE"),
            (5, "V5869", "LONG-TERM MEDS"),
            (6, "E8121", "MV COLLISION"),
        ),
    ),
    (
        Table("diagnosticcode", "diagnosticcode_no diagnostic_code description status region"),
        (
            (1, "250", "Diabetes mellitus", "A", "ON"),
            (2, "401", "Essential hypertension", "A", "ON"),
            (3, "460", "Acute nasopharyngitis", "A", "ON"),
        ),
    ),
    (
        Table(
            "billingservice",
            "billingservice_no service_code description billingservice_date termination_date",
        ),
        (
            (1, "A007A", "Intermediate assessment", "2001-04-01", "9999-12-31"),
            (2, "G010A", "Urinalysis", "2001-04-01", "2009-12-31"),
            (3, "G010A", "Urinalysis, routine", "2010-01-01", "9999-12-31"),
        ),
    ),
    (
        Table("issue", "issue_id code description role update_date type sortOrderId"),
        (
            (11, "TicklerNote", "Tickler Note", "nurse", NEVER, "system", 0),
            *(
                (65 + place, code, f"{code} as part of cpp", "nurse", NEVER, "system", 0)
                for place, code in enumerate(HEADINGS)
            ),
        ),
    ),
    (Table("tickler_category", "id category"), ((1, "To Call In"), (2, "Reminder Note"))),
    (
        Table("consentType", "id type name description active"),
        ((1, "integrator_patient_consent", "Regional network", "Sharing of chart notes", 1),),
    ),
)
HOUSING = Table("issue", "issue_id code description role update_date type sortOrderId")


def place(writer: Writer) -> None:
    """Rows for what is empty, and an issue of the site's own."""
    for table, rows in ROWS:
        if not writer.scalar(f"SELECT COUNT(*) FROM `{table.name}`"):
            for row in rows:
                writer.add(table, *row)
    writer.commit()
    if not writer.scalar("SELECT COUNT(*) FROM issue WHERE code = 'Housing'"):
        writer.add(
            HOUSING, writer.number(HOUSING), "Housing", "Unstable housing", "CSW", NEVER, "userDefined", 0
        )
        writer.commit()
