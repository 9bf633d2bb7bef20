"""Disease registry, allergies, drugs with their scripts and dispensing, preventions."""

from __future__ import annotations

from datetime import date, timedelta

from tests.generators.openemr.dice import Dice, at
from tests.generators.openemr.writer import Table, Writer
from tests.generators.oscar.directory import Practice
from tests.generators.oscar.people import Patient

REGISTRY = Table(
    "dxresearch",
    "dxresearch_no demographic_no start_date update_date status dxresearch_code coding_system association "
    "providerNo",
)
ALLERGIES = Table(
    "allergies",
    "allergyid demographic_no entry_date DESCRIPTION TYPECODE reaction drugref_id archived start_date "
    "age_of_onset "
    "severity_of_reaction onset_of_reaction regional_identifier life_stage position lastUpdateDate "
    "providerNo",
)
DRUGS = Table(
    "drugs",
    "drugid provider_no demographic_no rx_date end_date written_date BN customName takemin takemax "
    "freqcode duration durunit "
    "quantity dispensingUnits repeat nosubs prn special special_instruction archived GN ATC script_no "
    "regional_identifier "
    "unit method route drug_form create_date dosage unitName long_term non_authoritative past_med "
    "outside_provider_name "
    "outside_provider_ohip archived_reason archived_date position comment start_date_unknown "
    "lastUpdateDate dispenseInternal",
)
SCRIPTS = Table(
    "prescription", "script_no provider_no demographic_no date_prescribed rx_comments lastUpdateDate"
)
REASONS = Table(
    "drugReason",
    "id drugId codingSystem code primaryReasonFlag archivedFlag demographicNo providerNo dateCoded",
)
PREFERRED = Table("demographicPharmacy", "id pharmacyID demographic_no status preferredOrder")
DISPENSINGS = Table(
    "DrugDispensing", "id drugId dateCreated quantity unit dispensingProviderNo providerNo notes archived"
)
PREVENTIONS = Table(
    "preventions",
    "id demographic_no creation_date prevention_date provider_no provider_name prevention_type deleted "
    "refused next_date never "
    "creator lastUpdateDate",
)
PREVENTION_EXT = Table("preventionsExt", "id prevention_id keyval val")

CODES = (
    ("icd9", "25000"), ("icd9", "401"), ("icd9", "4280"), ("icd9", "V5869"), ("icd9", "E8121"), ("icd9",
    "99999"),
    ("SnomedCore", "38341003"), ("icd10", "E11.9"), ("", "250"), ("icd9", ""),
)  # fmt: skip
MEDICINES = (
    ("AVA-RAMIPRIL 5MG", "RAMIPRIL", "C09AA05", "02363283", "CAPSULE", "5.0 MG"),
    ("METFORMIN 500MG", "METFORMIN", "A10BA02", "02162822", "TABLET", "500 MG"),
    ("SALBUTAMOL HFA", "SALBUTAMOL", "R03AC02", "", "METERED-DOSE AEROSOL", "100 MCG"),
    (None, None, None, None, None, None),
)


def write_problems(writer: Writer, dice: Dice, practice: Practice, patient: Patient) -> None:
    for _ in range(dice.between(0, 3)):
        system, code = dice.pick(CODES)
        writer.add(
            REGISTRY, writer.number(REGISTRY), patient.number, dice.pick((patient.joined.isoformat(),
            "0001-01-01")),
            at(patient.joined, 700), dice.pick(("A", "A", "A", "C", "D")), code, system, 0,
            dice.pick((patient.doctor, None)),
        )  # fmt: skip
    if dice.chance(0.5):
        writer.add(
            PREFERRED,
            writer.number(PREFERRED),
            dice.pick(practice.pharmacies),
            patient.number,
            dice.pick(("1", "0")),
            1,
        )


def write_allergies(writer: Writer, dice: Dice, patient: Patient) -> None:
    for _ in range(dice.between(0, 2)):
        kind, text, din = dice.pick(
            (
                (8, "PENICILLINS", "43507"),
                (13, "AVA-RAMIPRIL 5MG", "02363283"),
                (0, "Noix de Grenoble", ""),
                (0, "NKDA", None),
                (11, "", None),
            )
        )
        writer.add(
            ALLERGIES, writer.number(ALLERGIES), patient.number, dice.pick((patient.joined.isoformat(),
            "0001-01-01")), text, kind,
            dice.pick(("hives", "Éruption cutanée", "", None)), dice.pick((None, "43507")), dice.pick(("0",
            "0", "0", "0", "1")),
            dice.pick((None, "1999-05-01")), dice.pick(("", "0", "12")), dice.pick(("1", "2", "3", "4", "0")),
            dice.pick(("1", "2", "3", "4", "0")), din, dice.pick(("", "C", "A")), 0, at(patient.joined, 710),
            patient.doctor,
        )  # fmt: skip


def write_drugs(writer: Writer, dice: Dice, practice: Practice, patient: Patient, today: date) -> None:
    for _ in range(dice.between(0, 3)):
        script, day = writer.number(SCRIPTS), dice.day(patient.joined, patient.until)
        writer.add(
            SCRIPTS,
            script,
            patient.doctor,
            patient.number,
            day.isoformat(),
            dice.pick((None, "Bubble pack")),
            at(day, 720),
        )
        for _ in range(dice.between(1, 2)):
            _write_drug(writer, dice, patient, script, day)


def _write_drug(writer: Writer, dice: Dice, patient: Patient, script: int, day: date) -> None:
    brand, generic, atc, din, form, dosage = dice.pick(MEDICINES)
    drug, archived = writer.number(DRUGS), int(dice.chance(0.15))
    low = dice.pick((1.0, 0.5, 1.0, 2.0))
    outside = dice.chance(0.1)
    writer.add(
        DRUGS, drug, dice.pick((patient.doctor, patient.doctor, "-1")), patient.number, day.isoformat(),
        dice.pick((str(day + timedelta(days=90)), "0001-01-01")),
        dice.pick((day.isoformat(), "0001-01-01")), brand, None if brand else "Crème maison à 2 %", low,
        dice.pick((low, low, low + 1)),
        dice.pick(("OD", "BID", "Q4-6H", "QHS", "PRN", "au bes", "")), dice.pick(("28", "3", "")),
        dice.pick(("D", "M", "")),
        dice.pick(("28", "90", "D", "1 box")), dice.pick((None, "tabs")), dice.pick((0, 1, 3)),
        dice.between(0, 1) // 1,
        int(dice.chance(0.2)), "Take with food\nQty:28", None, archived, generic, atc, script, din, "MG",
        "Take",
        dice.pick(("PO", "TOP", "xx", "")), form, at(day, 721), dosage, None, int(dice.chance(0.3)),
        int(dice.chance(0.05)), 0,
        "Dr. Ailleurs" if outside else "", "045999" if outside else "",
        dice.pick(("deleted", "represcribed", "adverseReaction")) if archived else "", at(day,
        730) if archived else None, 0,
        dice.pick((None, "sans lactose")), int(dice.chance(0.05)), at(day, 721), 0,
    )  # fmt: skip
    if dice.chance(0.3):
        writer.add(
            REASONS,
            writer.number(REASONS),
            drug,
            "icd9",
            dice.pick(("401", "25000")),
            1,
            0,
            patient.number,
            patient.doctor,
            str(day),
        )
    if dice.chance(0.1):
        writer.add(
            DISPENSINGS, writer.number(DISPENSINGS), drug, at(day, 740), 28, "tabs",
            dice.pick((patient.doctor, "gone", "-1")), patient.doctor,
            None, int(dice.chance(0.1)),
        )  # fmt: skip


def write_preventions(writer: Writer, dice: Dice, patient: Patient) -> None:
    for _ in range(dice.between(0, 4)):
        kind = dice.pick(
            ("Flu", "Td", "Pneumovax", "dTap", "HPV", "MMR", "PAP", "MAM", "FOBT", "Traveller's")
        )
        number, day = writer.number(PREVENTIONS), dice.day(patient.joined, patient.until)
        writer.add(
            PREVENTIONS, number, patient.number, at(day, 750), dice.pick((str(day), at(day, 745), None)),
            dice.pick((patient.doctor, "-1", "gone")),
            dice.pick((None, "Santé publique")), kind, dice.pick(("0",) * 9 + ("1",)),
            dice.pick(("0",) * 6 + ("1", "2", "3")),
            dice.pick((None, "2030-01-01")), dice.pick(("0", "0", "1")), int(patient.doctor), at(day, 750),
        )  # fmt: skip
        for key, value in (
            ("location", dice.pick(("", "clinic"))), ("lot", dice.pick(("", "L1234"))), ("route",
            dice.pick(("", "left deltoid", "IM", "Left arm"))),
            ("dose", dice.pick(("", "0.5 ml", "one"))), ("manufacture", dice.pick(("", "GSK"))), ("name", ""),
            ("neverReason", dice.pick(("", "allergic"))), ("result", dice.pick(("", "normal"))), ("comments",
            dice.pick(("", "bien toléré"))),
        ):  # fmt: skip
            writer.add(PREVENTION_EXT, writer.number(PREVENTION_EXT), number, key, value)
