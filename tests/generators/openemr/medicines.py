"""Prescriptions, whose form, unit, route and interval are integers of editable lists, and immunizations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tests.generators.openemr.dice import MIDNIGHT, ZERO_DAY, Dice, at
from tests.generators.openemr.directory import Directory
from tests.generators.openemr.people import Patient
from tests.generators.openemr.visits import Visit
from tests.generators.openemr.writer import Table, Writer

PRESCRIPTIONS = Table(
    "prescriptions",
    "id patient_id filled_by_id pharmacy_id date_added date_modified provider_id encounter start_date "
    "end_date drug drug_id rxnorm_drugcode form dosage quantity size unit route interval substitute "
    "refills per_refill medication note active datetime user erx_source indication prn txDate",
)
IMMUNIZATIONS = Table(
    "immunizations",
    "id patient_id administered_date immunization_id cvx_code manufacturer lot_number administered_by_id "
    "administered_by education_date vis_date note create_date update_date created_by updated_by "
    "amount_administered amount_administered_unit expiration_date route administration_site "
    "added_erroneously completion_status information_source refusal_reason ordering_provider",
)


@dataclass(frozen=True)
class Drug:
    """`form`, `unit`, `route`, `interval` are options of lists; `stock` is a row of `drugs`, or -1."""

    name: str
    rxnorm: int
    form: int
    dosage: str
    quantity: str
    size: str
    unit: int
    route: int
    interval: int
    indication: str = ""
    prn: str = ""
    stock: int = -1


DRUGS = (
    Drug("Metformin HCl 500 mg", 861007, 2, "1", "60", "500", 1, 1, 1, "DM2", stock=0),
    Drug("Lisinopril 10 MG Oral Tablet", 314076, 2, "1", "30", "10", 1, 1, 9, "HTN"),
    Drug("amlodipine", 197361, 2, "0.5", "45 tablets", "5", 1, 1, 12),
    Drug("Atorvastatin 20mg", 617310, 2, "1", "90", "20", 1, 1, 16, "ICD10:E78.5"),
    Drug("Salbutamol HFA 90 mcg", 745679, 12, "1-2", "1", "90", 7, 0, 7, "asthma", "wheezing", 3),
    Drug("Levothyroxine 75 mcg", 966222, 2, "1", "90", "75", 7, 1, 10),
    Drug("Sertraline 50mg", 312941, 2, "one tab", "30", "50", 1, 1, 9),
    Drug("omeprazole", 0, 3, "1", "", "20", 1, 1, 19),
    Drug("Ibuprofen 600", 197806, 2, "1", "40", "600", 1, 1, 17, "pain"),
    Drug("WARFARIN SODIUM 5MG", 855332, 2, "1", "30", "5", 1, 1, 13, "afib"),
    Drug("Fluticasone nasal", 1797907, 12, "2", "1", "50", 7, 12, 9),
    Drug("Amoxicillin 400 mg/5 mL", 0, 1, "5", "100 ml", "400", 6, 1, 2, "", stock=2),
    Drug("Nitrofurantoin 100 mg", 0, 3, "1", "14", "100", 1, 1, 1),
    Drug("Hydrocortisone 1% cream", 106258, 10, "", "1 tube", "", 0, 4, 0, "rash", "itch"),
    Drug("Jevity", 0, 4, "240", "30", "", 9, 16, 3),
    Drug("Lantus", 285018, 7, "12", "1", "100", 0, 9, 16),
)
#: CVX, option of the old list (0 = none), maker, amount, unit, route, site
ADULT = (
    ("141", 0, "PMC", 0.5, "9", "intramuscular", "left_deltoid"),
    ("140", 35, "SKB", 0.5, "mL", "10", "Left arm"),
    ("115", 0, "SKB", 0.5, "9", "intramuscular", "right_deltoid"),
    ("33", 31, "MSD", 0.5, "9", "intramuscular", "left_arm"),
    ("121", 0, "MSD", 0.65, "9", "9", "right_arm"),
    ("113", 6, "Sanofi", 0.5, "", "", ""),
    ("52", 0, "SKB", 1.0, "9", "intramuscular", "left_deltoid"),
    ("88", 34, "", 0.0, "", "", ""),
)
CHILD = (
    ("20", 1, "SKB", 0.5, "9", "intramuscular", "left_thigh"),
    ("10", 11, "PMC", 0.5, "9", "9", "right_thigh"),
    ("3", 23, "MSD", 0.5, "9", "9", "left_arm"),
    ("21", 25, "MSD", 0.5, "9", "9", "right_arm"),
    ("8", 0, "MSD", 0.5, "9", "intramuscular", "left_vastus_lateralis"),
    ("133", 19, "WAL", 0.5, "9", "intramuscular", "right_vastus_lateralis"),
    ("49", 15, "MSD", 0.5, "mL", "intramuscular", "LT"),
    ("116", 0, "MSD", 2.0, "9", "1", ""),
)


def write_prescriptions(
    writer: Writer, dice: Dice, directory: Directory, patient: Patient, visits: list[Visit]
) -> None:
    drugs = [DRUGS[number] for illness in patient.illnesses for number in illness.drugs]
    drugs += dice.some(DRUGS[13:], dice.pick((0, 0, 1)))
    drugs += dice.some(DRUGS, 1)
    for drug in drugs[: dice.pick((1, 2, 2, 3, 4))]:
        _prescription(writer, dice, directory, patient, visits, drug)


def _prescription(
    writer: Writer, dice: Dice, directory: Directory, patient: Patient, visits: list[Visit], drug: Drug
) -> None:
    row = writer.number(PRESCRIPTIONS)
    visit = dice.pick(visits) if visits else None
    day = visit.day if visit else dice.day(patient.registered, patient.until)
    end: str | None = dice.pick((None, ZERO_DAY))
    if dice.chance(0.35):
        end = (day + timedelta(days=dice.between(5, 400))).isoformat()
    author = directory.doctors[patient.doctor]
    prn = drug.prn if dice.chance(0.5) else dice.pick(("", "0", None))
    rxnorm = drug.rxnorm if dice.chance(0.6) else dice.pick((0, None))
    active = 1 if row % 9 else dice.pick((0, -1))
    writer.add(
        PRESCRIPTIONS, row, patient.pid, 0, dice.pick(directory.pharmacies) if dice.chance(0.6) else 0,
        day.isoformat(),
        day.isoformat(), patient.provider, visit.number if visit and dice.chance(0.7) else 0,
        day.isoformat() if row % 30 else ZERO_DAY, end, drug.name if row % 150 else "",
        directory.drugs[drug.stock] if drug.stock >= 0 else 0, rxnorm, drug.form, drug.dosage, drug.quantity,
        drug.size,
        drug.unit, drug.route, drug.interval, dice.pick((0, 1, 1, 2)), dice.pick((0, 0, 1, 3, 11)), 0,
        dice.pick((0, 1)), dice.pick(("", "", "take w/ food", None)), active,
        at(day, 615, row % 60) if dice.chance(0.8) else dice.pick((None, "0000-00-00 00:00:00")),
        author.username,
        0, drug.indication if dice.chance(0.6) else None, prn,
        day.isoformat() if dice.chance(0.1) else ZERO_DAY,
    )  # fmt: skip


def write_immunizations(
    writer: Writer, dice: Dice, directory: Directory, patient: Patient, visits: list[Visit]
) -> None:
    child = patient.age < 12
    for vaccine in dice.some(CHILD if child else ADULT, dice.pick((2, 3, 4, 5) if child else (1, 2, 3, 4))):
        day = dice.pick(visits).day if visits and dice.chance(0.6) else dice.day(patient.born, patient.until)
        _immunization(writer, dice, directory, patient, day, vaccine)


def _immunization(
    writer: Writer, dice: Dice, directory: Directory, patient: Patient, day: date,
    vaccine: tuple[str, int, str, float, str, str, str],
) -> None:  # fmt: skip
    cvx, option, maker, amount, unit, route, site = vaccine
    row = writer.number(IMMUNIZATIONS)
    old = option and row % 6 == 0  # entered before there were CVX codes
    here = dice.chance(0.7)
    status, reason = "Completed", ""
    if row % 37 == 0:
        status = dice.pick(("Refused", "Not_Administered"))
        reason = dice.pick(("parental_decision", "religious_exemption", "other", "patient_decision", ""))
    elif row % 19 == 0:
        status = dice.pick(("Partially_Administered", "", ""))
    given = here and not reason
    nurse = dice.pick(directory.staff)
    writer.add(
        IMMUNIZATIONS, row, patient.pid,
        (day.isoformat() + MIDNIGHT if dice.chance(0.7) else at(day,
         600 + row % 300)) if row % 47 else dice.pick((None, "0000-00-00 00:00:00")),
        option if old else 0, None if old else cvx, maker if given else "", f"L{row:06}A" if given else "",
        nurse.id if here else 0, dice.pick(("", "Tom W., LVN", "County clinic")) if row % 8 == 0 else "",
        day.isoformat() if here else ZERO_DAY, date(2012 + row % 8, 7, 26).isoformat() if here else ZERO_DAY,
        dice.pick(("", "", "tolerated well", None)), at(min(day, patient.until), 615, row % 60),
        at(min(day, patient.until), 616, row % 60), nurse.id, nurse.id, amount if given else 0.0,
        unit if given else "",
        (day + timedelta(days=300)).isoformat() if given else None, route if given else "",
        site if given else "", 1 if row % 109 == 0 else 0, status, "new_immunization_record" if here else
        dice.pick(("hist_inf_src_unspecified", "other_provider", "parent_written_record", "school_record",
        "")), reason,
        directory.doctors[patient.doctor].id if dice.chance(0.5) else 0,
    )  # fmt: skip
