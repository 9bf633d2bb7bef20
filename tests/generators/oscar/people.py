"""Demographics as a busy desk types them, their further fields, relatives, cards and programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tests.generators.openemr.dice import Dice, at
from tests.generators.openemr.writer import Table, Writer
from tests.generators.oscar.directory import DOCTORS, Practice

DEMOGRAPHIC = Table(
    "demographic",
    "demographic_no title last_name first_name alias address city province postal previousAddress phone "
    "phone2 email "
    "year_of_birth month_of_birth date_of_birth hin ver hc_type eff_date hc_renew_date chart_no sin "
    "official_lang "
    "spoken_lang provider_no sex patient_status patient_status_date date_joined end_date roster_status "
    "roster_date "
    "roster_termination_date family_doctor country_of_origin lastUpdateUser lastUpdateDate",
)
EXT = Table("demographicExt", "id demographic_no provider_no key_val value date_time hidden")
CUST = Table("demographiccust", "demographic_no cust1 cust2 cust3 cust4 content")
MERGED = Table("demographic_merged", "id demographic_no merged_to deleted")
RELATIONS = Table(
    "relationships",
    "id demographic_no relation_demographic_no relation creation_date creator sub_decision_maker "
    "emergency_contact notes deleted",
)
CONTACTS = Table(
    "Contact",
    "id type lastName firstName address address2 city province country postal residencePhone cellPhone "
    "workPhone "
    "workPhoneExtension email fax updateDate",
)
LINKS = Table(
    "DemographicContact",
    "id facilityId creator created updateDate deleted demographicNo contactId role type category sdm ec "
    "note active",
)
ADMISSIONS = Table(
    "admission",
    "am_id client_id program_id provider_no admission_date admission_from_transfer admission_notes "
    "discharge_date "
    "discharge_from_transfer discharge_notes admission_status lastUpdateDate",
)
CONSENTS = Table(
    "Consent",
    "id demographic_no consent_type_id explicit optout last_entered_by consent_date optout_date edit_date",
)

FAMILIES = (
    "TREMBLAY", "Côté", "GAGNÉ", "Bélanger", "O'Neill", "MacIsaac", "SINGH", "Nguyen", "Müller", "D’Amico",
    "Núñez", "Wong",
    "St-Jean", "Beauchêne", "van der Meer", "ÅKESSON",
)  # fmt: skip
WOMEN = ("Chloé", "ZOË", "Marie-Ève", "Anaïs", "Grace", "Françoise", "Priya", "Mei Ling", "Siobhán", "Noor")
MEN = ("François", "JOSÉ", "Jean-Rémi", "Liam", "Gurpreet", "Søren", "Benoît", "Minh", "Ángel", "Wyatt")
TOWNS = (
    ("Sudbury", "ON", "P3E 1A1"),
    ("Montréal", "QC", "H2X 1Y4"),
    ("Trois-Rivières", "QC", "G9A5H7"),
    ("VANCOUVER", "BC", "V5K 0A1"),
)
RELATIVES = (
    "Mother",
    "Father",
    "Wife",
    "Husband",
    "Son",
    "Daughter",
    "Next of Kin",
    "Power of Attorney",
    "belle-sœur",
)


@dataclass(frozen=True)
class Patient:
    number: int
    woman: bool
    born: date
    joined: date
    doctor: str
    until: date


def write_patient(
    writer: Writer, dice: Dice, practice: Practice, number: int, first: int, today: date
) -> Patient:
    woman = dice.chance(0.52)
    born = dice.day(date(1930, 1, 1), today - timedelta(days=400))
    joined = dice.day(max(born, date(2004, 1, 1)), today - timedelta(days=60))
    dead = number % 31 == 7
    until = dice.day(joined, today) if dead else today
    town, province, postal = dice.pick(TOWNS)
    doctor = dice.pick(DOCTORS[:3]).number
    provider = {3: "", 5: "777777"}.get(number % 29, doctor)
    hin = f"{dice.between(10**9, 10**10 - 1)}"
    card = province if dice.chance(0.9) else dice.pick(("", "OT", "US-NY"))
    year, month, day = _birth(number, born)
    writer.add(
        DEMOGRAPHIC, number, dice.pick(("MS", "MRS", "")) if woman else dice.pick(("MR", "")),
        dice.pick(FAMILIES),
        dice.pick(WOMEN if woman else MEN), dice.pick(("", "", "", "Ti-Guy")),
        f"{dice.between(1, 999)} rue de l'Église",
        town, province, postal, dice.pick(("", "", "12 Old Mill Rd")), f"705-555-{number % 10000:04}",
        dice.pick(("", "705-555-9000")),
        dice.pick(("", f"p{number}@example.org")), year, month, day,
        "" if number % 19 == 4 else f"{hin[:4]} {hin[4:7]} {hin[7:]}" if number % 23 == 5 else hin,
        dice.pick(("", "AB", "xy")), card, dice.pick((None, "2010-01-01", "0001-01-01")), dice.pick((None,
        "2030-05-31")),
        f"C{number}", dice.pick(("", "", "046454286")), dice.pick(("English", "French")),
        dice.pick(("English", "French", "Punjabi", "")), provider,
        "T" if number % 97 == 11 else "F" if woman else "M",
        "DE" if dead else dice.pick(("AC",) * 8 + ("IN", "MO", "FI", "XX")),
        until.isoformat() if dead and number % 2 else "0001-01-01", joined.isoformat(), None,
        roster := dice.pick(("RO", "RO", "NR", "TE", "")), joined.isoformat() if roster else None,
        until.isoformat() if roster == "TE" else "0001-01-01", _family_doctor(dice, number), "CA",
        dice.pick((doctor, "999997", "")), dice.pick((at(joined, 600), "0001-01-01 00:00:00")),
    )  # fmt: skip
    patient = Patient(number, woman, born, joined, doctor, until)
    _write_further(writer, dice, practice, patient, first)
    return patient


def _birth(number: int, born: date) -> tuple[str | None, str | None, str | None]:
    """Three texts: zeros missing, days that are not, nothing at all."""
    rare: dict[int, tuple[str | None, str | None, str | None]] = {
        3: (f"{born.year}", f"{born.month}", f"{born.day}"),
        8: (f"{born.year}", "02", "31"),
        13: (f"{born.year}", f"{born.month:02}", ""),
        21: (f"{born.year}", "00", "00"),
        34: (None, None, None),
        40: ("", "", ""),
    }
    return rare.get(number % 41, (f"{born.year}", f"{born.month:02}", f"{born.day:02}"))


def _family_doctor(dice: Dice, number: int) -> str | None:
    """XML in 80 characters, so that long names are cut in the middle of a tag."""
    xml = dice.pick(
        (
            None,
            None,
            "<rdohip></rdohip><rd></rd>",
            "<rdohip>045120</rdohip><rd>Küng, Zoë</rd>",
            "<rdohip>9</rdohip><rd>A &amp; B Clinic</rd>",
        )
    )
    if number % 37 == 9:
        xml = "<rdohip>123456</rdohip><rd>Association des médecins de famille du Nord-Est de l'Ontario</rd>"
    return xml[:80] if xml else xml


def _write_further(writer: Writer, dice: Dice, practice: Practice, patient: Patient, first: int) -> None:
    number = patient.number
    for key, value in (
        ("demo_cell", "705-555-1111"),
        ("demo_cell", f"705-556-{number % 10000:04}"),
        ("hPhoneExt", "12"),
        ("ethnicity", "-1"),
    ):
        if dice.chance(0.5):
            writer.add(
                EXT, writer.number(EXT), number, patient.doctor, key, value, at(patient.joined, 601), "0"
            )
    if dice.chance(0.6):
        writer.add(
            CUST, number, dice.pick(("100004", "", "gone")), dice.pick(("100003", "")),
            dice.pick(("", "", "Hard of hearing; très sourd")), dice.pick(("", "100004")),
            "<unotes>likes tea</unotes>",
        )  # fmt: skip
    if number % 43 == 6 and number > first:
        writer.add(MERGED, writer.number(MERGED), number, number - 1, 0)
    if number > first and dice.chance(0.35):
        writer.add(
            RELATIONS, writer.number(RELATIONS), number, number - 1, dice.pick(RELATIVES), at(patient.joined,
            610), patient.doctor,
            dice.pick(("0", "1")), dice.pick(("0", "1")), dice.pick(("", "calls weekly")), dice.pick(("0",
            "0", "0", "1")),
        )  # fmt: skip
    if dice.chance(0.3):
        contact = writer.number(CONTACTS)
        writer.add(
            CONTACTS, contact, "PersonalContact", dice.pick(FAMILIES), dice.pick(WOMEN), "3 Pine St", "",
            "Sudbury", "ON", "CA",
            "P3A 2B2", "705-555-3333", "", "705-555-4444", dice.pick(("", "77")), "", "", at(patient.joined,
            615),
        )  # fmt: skip
        writer.add(
            LINKS, writer.number(LINKS), 1, patient.doctor, at(patient.joined, 615), at(patient.joined, 615),
            int(number % 17 == 2),
            number, str(contact), dice.pick(RELATIVES), 2, "personal", dice.pick(("true", "", "false")),
            dice.pick(("true", "")), "", 1,
        )  # fmt: skip
    if number % 11 == 1:
        writer.add(
            LINKS, writer.number(LINKS), 1, patient.doctor, at(patient.joined, 615), at(patient.joined, 615),
            0, number, patient.doctor,
            "Family Doctor", 0, "professional", "", "", "", 1,
        )  # fmt: skip
    writer.add(
        ADMISSIONS, writer.number(ADMISSIONS), number, practice.program, patient.doctor, at(patient.joined,
        0), 0, "new", None, 0,
        None, "current", at(patient.joined, 0),
    )  # fmt: skip
    if number % 13 == 4:
        writer.add(
            ADMISSIONS, writer.number(ADMISSIONS), number, practice.ward, "gone", at(patient.joined, 650), 0,
            "Fièvre",
            at(patient.joined + timedelta(days=4), 600), 0, "", "discharged", at(patient.joined, 650),
        )  # fmt: skip
    if dice.chance(0.25):
        out = int(dice.chance(0.3))
        writer.add(
            CONSENTS, writer.number(CONSENTS), number, practice.consent, 1, out, patient.doctor,
            None if out else at(patient.joined, 620), at(patient.joined, 630) if out else None,
            at(patient.joined, 630),
        )  # fmt: skip
