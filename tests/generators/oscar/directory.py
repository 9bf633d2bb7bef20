"""The clinic, always the same: providers, sites, specialists, pharmacies, programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tests.generators.openemr.dice import at
from tests.generators.openemr.writer import Table, Value, Writer
from tests.generators.oscar import lists

PROVIDERS = Table(
    "provider",
    "provider_no last_name first_name provider_type specialty sex dob address phone work_phone ohip_no "
    "rma_no billing_no "
    "hso_no status comments practitionerNo job_title email title lastUpdateDate",
)
ROLES = Table("secUserRole", "id provider_no role_name activeyn lastUpdateDate")
CLINIC = Table(
    "clinic",
    "clinic_no clinic_name clinic_address clinic_city clinic_province clinic_postal clinic_phone clinic_fax "
    "clinic_location_code status",
)
FACILITY_NUMBERS = Table("clinic_location", "id clinic_location_no clinic_no clinic_location_name")
SITES = Table("site", "site_id name short_name phone fax address city province postal status siteUrl")
PROVIDER_SITES = Table("providersite", "provider_no site_id")
SPECIALISTS = Table(
    "professionalSpecialists",
    "specId fName lName proLetters salutation address phone privatePhoneNumber cellPhoneNumber pagerNumber "
    "fax website "
    "email specType referralNo hideFromView institutionId departmentId lastUpdated",
)
INSTITUTIONS = Table("Institution", "id name address city province postal country phone fax website email")
DEPARTMENTS = Table("Department", "id name")
PHARMACIES = Table(
    "pharmacyInfo",
    "recordID name address city province postalCode phone1 phone2 fax email serviceLocationIdentifier status",
)
FACILITIES = Table("Facility", "id name description contactName contactEmail contactPhone disabled")
PROGRAMS = Table("program", "id facilityId name description phone fax email type programStatus")


@dataclass(frozen=True)
class Doctor:
    number: str
    family: str
    given: str
    role: str
    active: bool = True


DOCTORS = (
    Doctor("100001", "Lévesque", "Aurélie", "doctor"),
    Doctor("100002", "MacDonald", "Ewan", "doctor"),
    Doctor("100003", "Øster", "Søren", "locum"),
    Doctor("100004", "Singh", "Harpreet", "RN"),
    Doctor("100005", "O'Hara", "Niamh", "doctor", active=False),
    Doctor("100006", "Room 2", "", "receptionist"),
)
SPECIALTIES = ("Cardiology", "Dermatology", "Neurology", "Radiology")


@dataclass(frozen=True)
class Practice:
    """What patients' rows refer to."""

    clinic: int
    sites: tuple[tuple[int, str], ...]
    specialists: tuple[int, ...]
    services: tuple[int, ...]
    pharmacies: tuple[int, ...]
    program: int
    ward: int
    issues: dict[str, int]
    reasons: tuple[int, ...]
    consent: int


def place(writer: Writer, today: date) -> Practice:
    """The clinic's rows, or those that are there already."""
    lists.place(writer)
    if not writer.scalar("SELECT COUNT(*) FROM provider WHERE provider_no = ?", DOCTORS[0].number):
        _write(writer, today)
        writer.commit()
    column = _column
    names = ("Centre-ville", "Lakeshore", "North")
    return Practice(
        int(writer.scalar("SELECT MIN(clinic_no) FROM clinic")),
        tuple((site, name) for site, name in zip(column(writer, "site_id", "site"), names, strict=False)),
        column(writer, "specId", "professionalSpecialists", "lName <> ''"),
        column(writer, "serviceId", "consultationServices"),
        column(writer, "recordID", "pharmacyInfo", "name <> ''"),
        int(writer.scalar("SELECT MIN(id) FROM program WHERE type = 'Service'")),
        int(writer.scalar("SELECT MIN(id) FROM program WHERE type = 'Bed'")),
        {
            code: int(writer.scalar("SELECT MIN(issue_id) FROM issue WHERE code = ?", code))
            for code in (*lists.HEADINGS, "TicklerNote", "Housing")
        },
        column(writer, "id", "LookupListItem"),
        int(writer.scalar("SELECT MIN(id) FROM consentType")),
    )


def _column(writer: Writer, column: str, table: str, where: str = "1 = 1") -> tuple[int, ...]:
    """Up to fifty numbers of a table."""
    text = writer.scalar(
        f"SELECT GROUP_CONCAT(n ORDER BY n) FROM (SELECT {column} AS n FROM {table} WHERE {where}"
        " ORDER BY 1 LIMIT 50) AS t"
    )
    return tuple(int(one) for one in str(text).split(","))


def _write(writer: Writer, today: date) -> None:
    stamp = at(today - timedelta(days=900), 540)
    for place, doctor in enumerate(DOCTORS):
        comments: Value = f"<xml_p_cell>705-555-01{place:02}</xml_p_cell><xml_p_fax></xml_p_fax>"
        writer.add(
            PROVIDERS, doctor.number, doctor.family, doctor.given, doctor.role,
            SPECIALTIES[place % 4] if place < 3 else "",
            "F" if place % 2 == 0 else "M", "0001-01-01", "", "", f"705-555-020{place}", f"01234{place}",
            "", f"98765{place}", "", "1" if doctor.active else "0", comments if place < 5 else None,
            f"1122{place}" if place < 4 else "", "Nurse" if doctor.role == "RN" else "",
            f"dr{place}@example.org", "Dr." if place < 3 else "", stamp,
        )  # fmt: skip
        writer.add(ROLES, writer.number(ROLES), doctor.number, doctor.role, 1, stamp)
    writer.add(
        PROVIDERS, "-1", "", "system", "", "", "", None, None, None, None, None, None, None, None, "1", None,
        None, None,
        None, None, stamp,
    )  # fmt: skip
    if not writer.scalar("SELECT COUNT(*) FROM clinic"):
        writer.add(
            CLINIC, 1, "Clinique Saint-Élie", "1 rue de l’Église", "Sudbury", "ON", "P3E 1A1", "705-555-0100",
            "705-555-0101", "1994", "A",
        )  # fmt: skip
        writer.add(FACILITY_NUMBERS, 1, "1994", 1, "University Hospital")
        writer.add(FACILITY_NUMBERS, 2, "0000", 1, "Not Applicable")
        writer.add(FACILITY_NUMBERS, 3, "9999", 77, "Home Visit")
    for number, (name, short, status) in enumerate(
        (("Centre-ville", "CV", 1), ("Lakeshore", "LS", 1), ("North", "N", 0)), 1
    ):
        writer.add(
            SITES, number, name, short, f"705-555-030{number}", "", f"{number} King St.", "Sudbury", "ON",
            f"P3E1A{number}",
            status, "",
        )  # fmt: skip
        for doctor in DOCTORS[:4]:
            writer.add(PROVIDER_SITES, doctor.number, number)
    institution = writer.number(INSTITUTIONS)
    writer.add(
        INSTITUTIONS, institution, "Hôpital Régional", "41 Ramsey Lake Rd", "Sudbury", "Ontario", "P3E 5J1",
        "", "705-555-0500",
        "", "", "",
    )  # fmt: skip
    department = writer.number(DEPARTMENTS)
    writer.add(DEPARTMENTS, department, "Cardiologie")
    for place, (given, family) in enumerate(
        (("Zoë", "Küng"), ("Raj", "Patel"), ("", "Imaging Associates"), ("Ann", "St. Pierre"), ("X", ""))
    ):
        writer.add(
            SPECIALISTS, writer.number(SPECIALISTS), given, family, "MD, FRCPC" if given else "",
            "Dr." if given else "",
            f"{place + 10} Paris St\nSudbury ON", f"(705) 555-06{place:02}", "", "", "", "705-555-0699",
            "", "",
            SPECIALTIES[place % 4], f"04512{place}" if place < 3 else "", int(place == 3),
            institution if place == 0 else 0,
            department if place == 0 else 0, stamp,
        )  # fmt: skip
    for place, name in enumerate(("Pharmacie Côté", "Northern Drugs", "")):
        writer.add(
            PHARMACIES, writer.number(PHARMACIES), name, f"{place} Elm St", "Sudbury", "ON",
            f"P3C 1T{place}",
            f"705-555-07{place:02}", "", "705-555-0799", "", f"SL{place}" if place else "",
            str(int(place != 1)),
        )  # fmt: skip
    facility = writer.scalar("SELECT MIN(id) FROM Facility")
    if facility is None:
        facility = 1
        writer.add(FACILITIES, 1, "Default Facility", "Please rename", None, None, None, 0)
    for name, kind in (("OSCAR", "Service"), ("Ward 4", "Bed"), ("Deceased", "community")):
        writer.add(PROGRAMS, writer.number(PROGRAMS), int(facility), name, name, "", "", "", kind, "active")
