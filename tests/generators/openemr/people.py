"""Patients: their demographics, habits and insurance, with what registration desks do to such data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.generators.openemr import names
from tests.generators.openemr.dice import MIDNIGHT, ZERO_DAY, ZERO_TIME, Dice, at, years_before
from tests.generators.openemr.directory import Directory
from tests.generators.openemr.illness import ILLNESSES, Illness
from tests.generators.openemr.writer import Table, Value, Writer

PATIENTS = Table(
    "patient_data",
    "id pid pubpid title fname mname lname DOB sex ss drivers_license street city state postal_code "
    "country_code county phone_home phone_biz phone_cell phone_contact email email_direct status language "
    "race ethnicity ethnoracial religion interpretter providerID ref_providerID deceased_date "
    "deceased_reason mothersname guardiansname guardianrelationship guardianphone guardianemail "
    "guardianaddress guardiancity guardianstate guardianpostalcode guardiancountry guardiansex "
    "contact_relationship occupation date regdate hipaa_allowsms hipaa_allowemail allow_patient_portal "
    "pharmacy_id",
)
HISTORY = Table("history_data", "id date pid tobacco alcohol recreational_drugs coffee history_mother")
INSURANCE = Table(
    "insurance_data",
    "id type provider plan_name policy_number group_number subscriber_fname subscriber_mname "
    "subscriber_lname subscriber_relationship subscriber_DOB subscriber_sex subscriber_street "
    "subscriber_city subscriber_state subscriber_postal_code subscriber_country subscriber_phone "
    "subscriber_employer subscriber_ss copay date pid policy_type accept_assignment",
)


@dataclass(slots=True)
class Patient:
    """Who the rows are about. `pid` decides the rare quirks, so that a few hundred patients show them all."""

    pid: int
    first: str
    last: str
    female: bool
    born: date
    registered: date
    until: date  # today, or the day of death
    died: bool
    doctor: int  # of Directory.doctors
    provider: int  # users.id as the chart has it; now and then of nobody
    illnesses: list[Illness] = field(default_factory=list)
    scans: list[int] = field(default_factory=list)  # documents.id of scanned laboratory reports

    @property
    def age(self) -> int:
        return (self.until - self.born).days // 365


def write_patient(writer: Writer, dice: Dice, directory: Directory, pid: int, today: date) -> Patient:
    """Invent one, and write the row of patient_data."""
    patient = _invent(dice, directory, pid, today)
    _row(writer, dice, directory, patient, today)
    return patient


def _invent(dice: Dice, directory: Directory, pid: int, today: date) -> Patient:
    female = dice.chance(0.52)
    age = dice.between(0, 17) if dice.chance(0.22) else min(98, int(abs(dice.near(48, 22))))
    born = years_before(today, age) - timedelta(days=dice.between(0, 364))
    registered = max(born, today - timedelta(days=dice.between(30, 4700 if dice.chance(0.15) else 2000)))
    died = age > 50 and dice.chance(0.04)
    until = dice.day(registered, today) if died else today
    doctor = dice.between(0, len(directory.doctors) - 1)
    provider = directory.doctors[doctor].id
    if dice.chance(0.04):
        provider = dice.pick((directory.nobody, directory.retired, 0))
    patient = Patient(
        pid=pid, first=dice.pick(names.WOMEN if female else names.MEN), last=dice.pick(names.FAMILIES),
        female=female, born=born, registered=registered, until=until, died=died, doctor=doctor,
        provider=provider,
    )  # fmt: skip
    if pid % 5 < 4:
        patient.illnesses = [ill for ill in ILLNESSES if patient.age >= ill.age and dice.chance(ill.share)]
    return patient


def _row(writer: Writer, dice: Dice, directory: Directory, patient: Patient, today: date) -> None:
    chance, pick, pid = dice.chance, dice.pick, patient.pid
    child = patient.age < 18
    first, last = names.as_typed(patient.first, patient.last, pid)
    city, code, county = pick(names.PLACES)
    middle = pick(names.MIDDLES) if chance(0.5) else ""
    phone = names.phone(dice, pid)
    sex: str = "Female" if patient.female else "Male"
    if pid % 50 == 7:
        sex = pick(("", "Unknown"))
    born: str | None = patient.born.isoformat()
    if pid % 199 == 11:
        born = pick((ZERO_DAY, None))
    status = "single" if child else pick(names.MARITAL)
    dead: str | None = None if chance(0.6) else ZERO_TIME
    if patient.died:
        dead = patient.until.isoformat() + (MIDNIGHT if chance(0.6) else f" {dice.between(10, 23)}:15:00")
    guardian: tuple[Value, ...] = ("",) * 10 if chance(0.5) else (None,) * 10
    if child:
        guardian = (
            f"{pick(names.WOMEN)} {patient.last}", pick(("Mother", "mother", "Legal Guardian")), phone, "",
            "same", city, "CA", code, "USA", "Female",
        )  # fmt: skip
    contact = f"{pick(names.MEN if patient.female else names.WOMEN)} {patient.last}" if chance(0.7) else ""
    seen = at(patient.registered, dice.between(480, 1020), dice.between(0, 59))
    ssn = f"9{dice.between(0, 99):02}{dice.between(1, 99):02}{dice.between(1, 9999):04}"
    if chance(0.6):
        ssn = f"{ssn[:3]}-{ssn[3:5]}-{ssn[5:]}" if chance(0.5) else ""
    writer.add(
        PATIENTS, writer.number(PATIENTS), pid, names.chart_number(pid), names.title(dice, patient.female,
        child),
        first, middle, last, born, sex, ssn,
        f"D{dice.between(1000000, 9999999)}" if chance(0.3) and not child else "",
        f"{dice.between(1, 9999)} {pick(names.STREETS)}" if pid % 40 else "", city,
        pick(names.STATES), names.postal_code(code, pid), pick(("USA", "US", "")),
        county if chance(0.3) else "",
        phone, "" if child else names.phone(dice, pid + 1) if chance(0.3) else "",
        names.phone(dice, pid + 2) if chance(0.6) else "", names.phone(dice, pid + 3) if chance(0.5) else "",
        names.email(patient.first, patient.last, pid) if chance(0.6) else "",
        f"p{pid}@direct.example" if pid % 90 == 3 else "", status,
        pick(names.LANGUAGES), pick(names.RACES), pick(names.ETHNICITIES), pick(("", "", "", "Latina",
        "Latino")),
        pick(names.RELIGIONS), "Sí, español" if chance(0.03) else "", patient.provider or None,
        pick(directory.specialists) if chance(0.1) else 0, dead,
        pick(("Cardiac arrest", "", "Natural causes")) if patient.died else "",
        pick(names.FAMILIES) if chance(0.2) else "", *guardian, contact,
        pick(names.OCCUPATIONS) if patient.age > 20 else "", seen,
        patient.registered.isoformat() if chance(0.8) else None,
        pick(("YES", "NO", "")), pick(("YES", "NO", "")), pick(("YES", "NO", "")),
        pick(directory.pharmacies) if chance(0.7) else 0,
    )  # fmt: skip


def write_history(writer: Writer, dice: Dice, patient: Patient) -> None:
    """Each save of the screen copies the row before it: the newest counts."""
    day = patient.registered
    tobacco: str | None
    for _ in range(1 if dice.chance(0.75) else 2):
        asked = dice.day(day, patient.until)
        if patient.age < 13:
            tobacco, alcohol, drugs = None, None, None
        else:
            kind, options = dice.pick(names.TOBACCO)
            note = dice.pick(("", "", "1 ppd x 20 yrs", 'vapes; "socially"', "pipe"))
            tobacco = f"{note}|{kind}|{asked.isoformat() if kind == 'quittobacco' else ''}"
            if dice.chance(0.7):
                tobacco += f"|{dice.pick(options)}"
            alcohol = f"{dice.pick(('', '2 glasses of wine/week', 'beer'))}|{dice.pick(names.HABITS)}alcohol|"
            drugs = (
                f"|{dice.pick(names.HABITS)}recreational_drugs|"
                if dice.chance(0.6)
                else dice.pick(("", "||"))
            )
        if patient.pid % 60 == 13:
            tobacco, alcohol = "Denies", "||"
        moment: str | None = at(asked, dice.between(480, 1020)) if patient.pid % 70 else ZERO_TIME
        writer.add(
            HISTORY, writer.number(HISTORY), moment, patient.pid, tobacco, alcohol, drugs, "|||",
            dice.pick(("", "DM2", "living, HTN", None)),
        )  # fmt: skip
        day = asked


def write_insurance(writer: Writer, dice: Dice, directory: Directory, patient: Patient) -> None:
    """Three rows for everybody, the unused without provider or date; a later row of a kind ends the first."""
    insurers = directory.insurers
    if patient.age >= 65:
        primary = insurers[0]
    else:
        primary = insurers[1] if dice.chance(0.25) else dice.pick(insurers[2:])
    uninsured = dice.chance(0.12)
    _coverage(writer, dice, patient, "primary", 0 if uninsured else primary, patient.registered, True)
    second = not uninsured and dice.chance(0.2)
    _coverage(
        writer,
        dice,
        patient,
        "secondary",
        dice.pick(insurers[2:]) if second else 0,
        patient.registered,
        False,
    )
    third = second and dice.chance(0.05)
    _coverage(writer, dice, patient, "tertiary", insurers[1] if third else 0, patient.registered, False)
    if not uninsured and dice.chance(0.18) and (patient.until - patient.registered).days > 60:
        changed = dice.day(patient.registered + timedelta(days=30), patient.until)
        lost = dice.chance(0.2)
        _coverage(writer, dice, patient, "primary", 0 if lost else dice.pick(insurers), changed, True)


def _coverage(
    writer: Writer, dice: Dice, patient: Patient, kind: str, insurer: int, since: date, first: bool
) -> None:
    row = writer.number(INSURANCE)
    if not insurer:
        start = since.isoformat() if first and since != patient.registered else ZERO_DAY
        writer.add(
            INSURANCE, row, kind, "", "", "", "", "", "", "", "", ZERO_DAY, "", "", "", "", "", "", "", "",
            "", "",
            start, patient.pid, "", "TRUE",
        )  # fmt: skip
        return
    relation = (
        "child" if patient.age < 18 else dice.pick(("self", "self", "self", "self", "spouse", "other", ""))
    )
    holder = patient.first if relation == "self" else dice.pick(names.WOMEN)
    start = since.isoformat() if dice.chance(0.95) or since != patient.registered else ZERO_DAY
    writer.add(
        INSURANCE, row, kind, str(insurer), dice.pick(("PPO Gold", "HMO", "Medicare Part B", "",
        "Advantage+")),
        f"{dice.pick('ABCX')}{dice.between(10**7, 10**9)}{dice.pick(('', '-01', 'A'))}",
        str(dice.between(1000, 99999)) if dice.chance(0.7) else "", holder, "", patient.last, relation,
        patient.born.isoformat() if relation == "self" else ZERO_DAY, dice.pick(("Female", "Male", "")),
        f"{dice.between(1, 999)} {dice.pick(names.STREETS)}", "San Diego", "CA", "92101", "USA",
        names.phone(dice, patient.pid), dice.pick(names.OCCUPATIONS), "", dice.pick(("", "20", "25.00",
        "10%")),
        start, patient.pid, "", "TRUE",
    )  # fmt: skip
