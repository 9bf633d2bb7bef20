"""Laboratory orders, reports and results; results and their ranges are free text, as laboratories send it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tests.generators.openemr.dice import MIDNIGHT, Dice, at
from tests.generators.openemr.directory import Directory
from tests.generators.openemr.people import Patient
from tests.generators.openemr.visits import Visit, write_form
from tests.generators.openemr.writer import Table, Writer

ORDERS = Table(
    "procedure_order",
    "procedure_order_id provider_id patient_id encounter_id date_collected date_ordered order_priority "
    "order_status patient_instructions activity control_id lab_id specimen_type specimen_location "
    "date_transmitted clinical_hx external_id history_order",
)
ORDER_CODES = Table(
    "procedure_order_code",
    "procedure_order_id procedure_order_seq procedure_code procedure_name procedure_source diagnoses "
    "do_not_send procedure_order_title",
)
REPORTS = Table(
    "procedure_report",
    "procedure_report_id procedure_order_id procedure_order_seq date_collected date_collected_tz "
    "date_report date_report_tz source specimen_num report_status review_status report_notes",
)
RESULTS = Table(
    "procedure_result",
    "procedure_result_id procedure_report_id result_data_type result_code result_text date facility units "
    "result range abnormal comments document_id result_status",
)


@dataclass(frozen=True)
class Test:
    """`said` are results that are no plain number; others are near `middle`, with `digits` decimals."""

    code: str
    local: str
    name: str
    units: tuple[str, ...] = ("",)
    middle: float = 0
    spread: float = 0
    digits: int = 0
    low: float = 0
    high: float = 0
    ranges: tuple[str, ...] = ("",)
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Panel:
    code: str
    name: str
    tests: tuple[Test, ...]


PANELS = (
    Panel("58410-2", "CBC w/o differential", (
        Test("6690-2", "WBC", "WBC", ("10*3/uL", "K/uL", "Thous/CU.MM", "x10E3/uL"), 7.2, 1.9, 1, 3.8, 10.8,
             ("3.8-10.8", "3.8 - 10.8")),
        Test("789-8", "RBC", "RBC", ("10*6/uL", "Mil/CU.MM"), 4.7, 0.4, 2, 4.2, 5.8, ("4.20-5.80",)),
        Test("718-7", "HGB", "Hemoglobin", ("g/dL", "G/DL", "GM/DL"), 14, 1.3, 1, 12, 17, ("12.0-17.0",
             "12.0 to 17.0", "M 13.5-17; F 12-15.5")),
        Test("4544-3", "HCT", "Hematocrit", ("%", "Percent"), 42, 3.5, 1, 36, 50, ("36-50",)),
        Test("777-3", "PLT", "Platelets", ("10*3/uL", "K/uL"), 250, 55, 0, 140, 400, ("140-400",
             "(140-400)")))),
    Panel("24323-8", "Comprehensive metabolic panel", (
        Test("2345-7", "GLU", "Glucose", ("mg/dL", "MG/DL", "mg_dl"), 104, 22, 0, 70, 110, ("70-110",
             "65-99 (fasting)")),
        Test("2951-2", "NA", "Sodium", ("mmol/L", "mEq/L"), 140, 2.2, 0, 135, 146, ("135-146",)),
        Test("2823-3", "K", "Potassium", ("mmol/L",), 4.3, 0.4, 1, 3.5, 5.1, ("3.5-5.1", "3.5 - 5.1")),
        Test("2160-0", "CREAT", "Creatinine", ("mg/dL",), 0.95, 0.22, 2, 0.6, 1.3, ("0.60-1.30", "")),
        Test("1742-6", "ALT", "ALT (SGPT)", ("U/L", "IU/L"), 27, 9, 0, 0, 46, ("0-46", "<46")))),
    Panel("24331-1", "Lipid panel", (
        Test("2093-3", "CHOL", "Cholesterol, total", ("mg/dL",), 192, 30, 0, 0, 200, ("<200", "< 200",
             "see note")),
        Test("2571-8", "TRIG", "Triglycerides", ("mg/dL",), 140, 45, 0, 0, 150, ("<150",)),
        Test("2085-9", "HDL", "HDL cholesterol", ("mg/dL",), 50, 11, 0, 40, 200, (">40", "> OR = 40")),
        Test("13457-7", "LDL", "LDL, calculated", ("mg/dL",), 115, 25, 0, 0, 130, ("<130", "optimal <100"),
             ("see note",)))),
    Panel("4548-4", "Hemoglobin A1c", (
        Test("4548-4", "A1C", "Hemoglobin A1c", ("%", "Percent", "% of total Hgb"), 6.8, 1.0, 2, 4, 5.7,
             ("<5.7", "4.0-5.6", "up to 5.7"), (">14.0", ">=14.0")),
        Test("27353-2", "EAG", "Estimated average glucose", ("mg/dL",), 140, 30, 0, 0, 0, ("",)))),
    Panel("3016-3", "TSH", (
        Test("3016-3", "TSH", "TSH", ("uIU/mL", "mIU/L", "u[iU]/mL"), 2.3, 0.9, 3, 0.4, 4.5, ("0.40-4.50",),
             ("<0.01",)),)),
    Panel("2160-0", "Renal function", (
        Test("33914-3", "EGFR", "eGFR", ("mL/min/1.73m2", "mL/min/1.73"), 58, 9, 0, 60, 200, ("> 60", ">=60"),
             ("> 60", ">60")),
        Test("9318-7", "ACR", "Albumin/creatinine ratio, urine", ("mg/g", "mcg/mg creat"), 28, 9, 1, 0, 30,
             ("<30",), ("<5.0",)))),
    Panel("5902-2", "Prothrombin time", (
        Test("6301-6", "INR", "INR", ("", "ratio"), 2.4, 0.5, 1, 2, 3, ("2.0-3.0", "therapeutic 2-3")),
        Test("5902-2", "PT", "PT", ("sec", "seconds", "s"), 25, 4, 1, 9, 11.5, ("9.0-11.5",)))),
    Panel("24356-8", "Urinalysis, complete", (
        Test("5778-6", "COLOR", "Color", said=("Yellow", "yellow", "Amber", "STRAW"), ranges=("Yellow",)),
        Test("5811-5", "SG", "Specific gravity", (" ",), 1.018, 0.006, 3, 1.005, 1.03, ("1.005-1.030",)),
        Test("5803-2", "PH", "pH", ("[pH]", ""), 6.2, 0.5, 1, 5, 8, ("5.0 - 8.0",)),
        Test("5804-0", "PRO", "Protein", said=("Negative", "Trace", "1+", "NEG", "++"), ranges=("Negative",
             "NEG")),
        Test("5792-7", "UGLU", "Glucose, urine", ("mg/dL", ""), said=("Negative", "neg", ">=1000", "250"),
             ranges=("Negative",)),
        Test("5821-4", "UWBC", "WBC, urine", ("/hpf", "/HPF"), said=("0-5", "6 - 10", "TNTC", "none seen"),
             ranges=("0-5", "< OR = 5")))),
    Panel("600-7", "Culture and serology", (
        Test("6463-4", "CULT", "Culture", said=("No growth at 48 hours", "Mixed flora, suggest repeat"),
             ranges=("",)),
        Test("5196-1", "HBSAG", "Hepatitis B surface Ag", said=("Non-reactive", "NON-REACTIVE", "Reactive",
             "Not detected"), ranges=("Non-reactive",)),
        Test("8061-4", "ANA", "ANA titer", ("titer",), said=("1:80", "<1:40", "1:640"), ranges=("<1:40",)),
        Test("1988-5", "CRP", "C-reactive protein", ("mg/L",), 6, 2, 1, 0, 8, ("<8.0",), ("<5.0", "<0.3")),
        Test("30522-7", "FERR", "Occult blood x3", said=("neg/neg/pos", "pos", "Positive"),
             ranges=("neg",)))),
)  # fmt: skip


def write_orders(
    writer: Writer, dice: Dice, directory: Directory, patient: Patient, visits: list[Visit]
) -> None:
    """About two orders of five results; an order still open has no report."""
    wanted = [PANELS[number] for illness in patient.illnesses for number in illness.panels]
    wanted += dice.some(PANELS, 3)
    for panel in wanted[: dice.pick((2, 3, 3, 4, 5))]:
        if visits:
            _order(writer, dice, directory, patient, dice.pick(visits), panel)


def _order(
    writer: Writer, dice: Dice, directory: Directory, patient: Patient, visit: Visit, panel: Panel
) -> None:
    order = writer.number(ORDERS)
    lab, lab_name = dice.pick(directory.labs)
    local = lab == directory.labs[1][0]
    doctor = directory.doctors[patient.doctor]
    status = dice.pick(("complete", "complete", "complete", "complete", "complete", "routed", "pending"))
    if order % 38 == 0:
        status = dice.pick(("canceled", ""))
    drawn = (
        None
        if status == "pending"
        else at(visit.day, visit.minute + 30)
        if order % 40
        else "0000-00-00 00:00:00"
    )
    reason = dice.pick(("", "fasting", "on warfarin; h/o GI bleed"))
    diagnoses = ";".join(f"ICD10:{illness.icd10}" for illness in dice.some(patient.illnesses, 2))
    writer.add(
        ORDERS, order, patient.provider, patient.pid, visit.number if order % 15 else 0, drawn,
        visit.day.isoformat(),
        dice.pick(("normal", "normal", "high", "")), status, dice.pick(("", "", "fast 12 h", None)),
        0 if order % 57 == 0 else 1, f"{lab}{order:07}" if dice.chance(0.5) else "", lab,
        dice.pick(("", "Serum", "URINE")), "", drawn if status == "complete" else None, reason, None, "0",
    )  # fmt: skip
    write_form(writer, visit, patient, doctor, "procedure_order", "Procedure Order", order)
    panels = [panel, dice.pick(PANELS)] if order % 12 == 0 else [panel]
    for place, one in enumerate(panels, 1):
        code = one.tests[0].local if local else one.code
        writer.add(
            ORDER_CODES, order, place, code, one.name, "1", diagnoses if dice.chance(0.6) else "", 0, None
        )
        if status in ("complete", "routed") and dice.chance(0.95 if status == "complete" else 0.3):
            scan = patient.scans.pop() if patient.scans else 0
            _report(writer, dice, directory, visit, order, place, one, local, lab_name, drawn, scan)


def _report(
    writer: Writer, dice: Dice, directory: Directory, visit: Visit, order: int, place: int, panel: Panel,
    local: bool, lab: str, drawn: str | None, scan: int,
) -> None:  # fmt: skip
    report = writer.number(REPORTS)
    zone = dice.pick(("-0800", "-0500", "+0000")) if report % 11 == 0 else ""
    status = (
        "final"
        if dice.chance(0.85)
        else dice.pick(("review", "prelim", "correct", "received", "complete", ""))
    )
    if report % 120 == 0:
        status = dice.pick(("error", "cancel"))
    reported = (
        at(visit.day + timedelta(days=1), 660, report % 60)
        if report % 50
        else visit.day.isoformat() + MIDNIGHT
    )
    writer.add(
        REPORTS, report, order, place, drawn if dice.chance(0.8) else None, zone, reported, zone,
        dice.pick(directory.doctors).id if dice.chance(0.6) else 0,
        f"S{report:06}" if dice.chance(0.4) else "", status,
        dice.pick(("received", "reviewed")), dice.pick((None, "", "", "Specimen slightly hemolyzed.",
        "cc: pt")),
    )  # fmt: skip
    for test in panel.tests:
        _result(writer, dice, test, report, local, lab, reported, status, scan)


def _result(
    writer: Writer,
    dice: Dice,
    test: Test,
    report: int,
    local: bool,
    lab: str,
    reported: str,
    status: str,
    scan: int,
) -> None:
    row = writer.number(RESULTS)
    kind, abnormal, comments = "N", "no", ""
    if test.middle and not (test.said and dice.chance(0.12)):
        value = max(0.0, dice.near(test.middle, test.spread))
        result = f"{value:.{test.digits}f}"
        if test.high and not test.low <= value <= test.high:
            abnormal = "low" if value < test.low else "high"
            if dice.chance(0.2):
                abnormal = {"low": "L", "high": "H"}[abnormal] if row % 2 else f"v{abnormal}"
    else:
        kind, result = "S", dice.pick(test.said)
        abnormal = dice.pick(("no", "yes", ""))
    if test.local == "CULT":
        kind, comments, result = "L", f"{result}\nFinal report; colonies counted twice.\nTech 4", ""
    elif row % 77 == 0:
        kind, result = dice.pick(
            (("F", "see note"), ("E", ""), ("S", "PENDING"), ("N", " 98 "), ("N", "5,400"))
        )
    elif row % 29 == 0:
        comments = dice.pick(("repeated & verified", "(hemolyzed)\n", "Reference range changed 1/2018."))
    writer.add(
        RESULTS, row, report, kind, test.local if local else test.code, test.name,
        reported if dice.chance(0.4) else None, lab if dice.chance(0.7) else "", dice.pick(test.units),
        result,
        dice.pick(test.ranges), abnormal if row % 13 else "", comments, scan,
        status if status in ("final", "prelim", "correct", "error", "cancel") else dice.pick(("final",
        "incomplete", "")),
    )  # fmt: skip
