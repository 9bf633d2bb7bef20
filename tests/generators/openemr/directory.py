"""The practice: staff, address book, sites, insurers, pharmacies, laboratories, and its own list entries."""

from __future__ import annotations

from dataclasses import dataclass

from tests.generators.openemr.writer import Table, Value, Writer

USERS = Table(
    "users",
    "id username authorized fname mname lname suffix title active calendar npi federaltaxid upin "
    "state_license_number federaldrugid taxonomy specialty facility_id facility organization abook_type "
    "street streetb city state zip phone phonew1 phonew2 phonecell fax email email_direct url "
    "physician_type",
)
FACILITIES = Table(
    "facility",
    "id name phone fax street city state postal_code country_code federal_ein website email "
    "service_location billing_location pos_code domain_identifier facility_npi facility_taxonomy "
    "facility_code primary_business_entity attn",
)
INSURERS = Table("insurance_companies", "id name attn cms_id ins_type_code x12_receiver_id inactive")
PHARMACIES = Table("pharmacies", "id name transmit_method email ncpdp npi")
ADDRESSES = Table("addresses", "id line1 line2 city state zip plus_four country foreign_id")
PHONES = Table("phone_numbers", "id country_code area_code prefix number type foreign_id")
LABS = Table("procedure_providers", "ppid name npi lab_director")
DRUGS = Table("drugs", "drug_id name ndc_number form size unit route active")
OPTIONS = Table("list_options", "list_id option_id title seq codes toggle_setting_1 toggle_setting_2")

FAMILY_MEDICINE = "207Q00000X"  # the column's default: everybody has it, clerks too
VOICE, FAX = 2, 5  # types of phone_numbers
MARK = "lforsberg"  # the first login that we make: where it is, the practice is


@dataclass(frozen=True)
class Worker:
    """A person with a login."""

    id: int
    username: str
    facility: int


@dataclass(frozen=True)
class Directory:
    """The numbers that patients' rows point to."""

    doctors: tuple[Worker, ...]
    staff: tuple[Worker, ...]
    retired: int
    specialists: tuple[int, ...]
    facilities: tuple[tuple[int, str, int], ...]  # number, name, place of service; where patients are seen
    insurers: tuple[int, ...]
    pharmacies: tuple[int, ...]
    labs: tuple[tuple[int, str], ...]
    drugs: tuple[int, ...]
    nobody: int  # a number that no user has, as of a provider whose row was removed


def npi(stem: int) -> str:
    """A National Provider Identifier of nine digits and their check digit (Luhn, after the prefix 80840)."""
    total = 24
    for place, digit in enumerate(reversed(f"{stem:09}")):
        number = int(digit) * (2 if place % 2 == 0 else 1)
        total += number - 9 if number > 9 else number
    return f"{stem:09}{-total % 10}"


#: name, telephone, fax, street, city, zip, EIN, seen here, bills, place of service, CLIA, NPI, code
_SITES: tuple[tuple[Value, ...], ...] = (
    ("Mesa Verde Family Medicine", "(619) 555-0100", "(619) 555-0101", "2500 Mesa College Dr", "San Diego",
     "92111", "95-5550001", 1, 1, 11, "05D0555001", npi(155500100), "MVFM"),
    ("Harbor View Clinic  ", "619-555-0110", "", "88 Harbor Dr, Ste 4", "San Diego", "92101-2315",
     "95-5550001",
     1, 0, 22, "", npi(155500101), "HVC"),
    ("El Camino Urgent Care", "6195550120", "6195550121", "1414 El Camino Real", "Encinitas", " 92024", "",
     1, 0, 20, None, "", None),
    ("Bayside Nursing Center", "(619) 555-0130", "(619) 555-0131", "9 Bay Blvd", "Chula Vista", "91910", "",
     1, 0, 31, "", npi(155500103), ""),
    ("Sharp's Memorial Hospital", "(858) 555-0140", "", "7901 Frost St", "San Diego", "92123", "", 1, 0, 21,
     "",
     npi(155500104), "SMH"),
    ("Mesa Verde Billing Office", "(619) 555-0150", "(619) 555-0151", "P.O. Box 12", "San Diego", "92112",
     "95-5550001", 0, 1, None, "", "", "BILL"),
)  # fmt: skip
#: login, provider, first, middle, last, suffix, title, active, in calendar, NPI stem, specialty, site, type
_STAFF: tuple[tuple[Value, ...], ...] = (
    (MARK, 1, "Linnéa", "K", "Forsberg", "MD", "Dr.", 1, 1, 155510001, "Family Medicine", 0,
     "general_physician"),
    ("poconnor", 1, "Padraig", "", "O'Connor", "", "Dr.", 1, 1, 155510002, "Internal Medicine", 0,
     "attending_physician"),
    ("jmuller", 1, "Jürgen", None, "Müller", "DO", "Dr.", 1, 1, 155510003, "Family Medicine", 1, "physician"),
    ("mnguyen", 1, "Mai", "T.", "Nguyễn", "MD", "", 1, 1, 155510004, "Pediatrics", 1, ""),
    ("gokafor", 1, "Grace", "", "Okafor", "NP", "Ms.", 1, 1, 155510005, "", 2, None),
    ("bstein", 1, "Bernard", "", "Stein ", "M.D.", "Dr.", 0, 0, 155510006, "General Practice", 0, ""),
    ("aramirez", 0, "Ana", "", "Ramírez", "RN", "Mrs.", 1, 0, None, "", 0, ""),
    ("twright", 0, "Tom", "", "Wright", "", "", 1, 0, None, "", 1, ""),
    ("frontdesk", 0, "Kim", "", "Delgado", "", "", 1, 0, None, None, 0, None),
    ("billing2", 0, "Sasha", "", "Petrov", "", "", 1, 0, None, "Billing", 5, ""),
    ("admin", 1, "", "", "Administrator", "", "", 1, 0, None, "", 0, ""),
    ("phimail-service", 0, "", "", "", "", "", 0, 0, None, None, None, None),
    ("portal-user", 0, None, None, None, None, None, 0, 0, None, None, None, None),
)  # fmt: skip
_DOCTORS, _HELPERS, _RETIRED = (0, 1, 2, 3, 4), (6, 7, 8), 5
#: kind, first, last, title, organization, specialty, NPI stem, street, city, telephone
_BOOK: tuple[tuple[Value, ...], ...] = (
    ("spe", "Helena", "Lindqvist", "Dr.", "San Diego Heart Group", "Cardiology", 155520001, "300 First Ave",
     "San Diego", "(619) 555-0201"),
    ("spe", "Omar", "Haddad", "Dr.", "", "Gastroenterology", 155520002, "", "", "619.555.0202"),
    ("external_provider", "Yuki", "Tanaka", "", "Coastal Orthopedics", "Orthopedic Surgery", 155520003,
     "41 Coast Hwy", "Oceanside", "(760) 555-0203"),
    ("oth", "Ruth", "Abara", "Ms.", "Senior Transport", "", None, "", "", "(619) 555-0204 x7"),
    ("ccda", "Paul", "Grant", "", "County Health Information Exchange", "", None, "", "", ""),
    ("emr_direct", "Nadia", "Rossi", "Dr.", "", "Endocrinology", 155520004, "", "", ""),
    ("ord_lab", "", "", "", "Lakeside Reference Laboratory", "", 155520005, "1 Lake Pkwy", "La Mesa",
     "(619) 555-0207"),
    ("ord_img", "Desk", "Imaging", "", "Bayview Imaging Associates", "", None, "77 Bay St", "San Diego",
     "(619) 555-0208"),
    ("vendor", "", "", "", "Western Medical Supply", "", None, "", "", "8005550209"),
    ("external_org", "", None, None, "Casa de la Salud", None, None, "12 Calle Ocho", "National City",
     "(619) 555-0210"),
)  # fmt: skip
#: name, attention, payer number, type of plan, receiver, inactive, street, zip, plus four
_INSURERS: tuple[tuple[Value, ...], ...] = (
    ("Medicare of California", "", "01112", 2, "01112", 0, "P.O. Box 100", "93001", ""),
    ("Medi-Cal", "Claims", "MEDCAL", 3, "", 0, "820 Stillwater Rd", "95605", "1630"),
    ("Golden Coast Health Plan", "Provider Relations", "GC001", 9, "GC001", 0, "1 Coast Plaza", "90017", ""),
    ("Pacific Mutual PPO", None, "", 9, None, 0, "", "", ""),
    ("Harbor HMO & Trust", "", "HH77", 9, "", 0, "44 Wharf St", "92132", "0001"),
    ("Old Republic Casualty", "", None, 16, "", 1, "", "", ""),
)
_PHARMACIES: tuple[tuple[Value, ...], ...] = (
    ("Mission Valley Pharmacy", "rx@mvp.example", 555101, "10 Mission Ctr", "92108"),
    ("Farmacia La Reina", "", None, "200 Broadway", "91911"),
    ("MailMeds by Post", None, 555103, "", ""),
)
_LABS = (
    ("Lakeside Reference Laboratory", npi(155530001), 6),
    ("In-house", "", None),
    ("BioPath Diagnostics", npi(155530002), 0),
)
_DRUGS = (
    ("Metformin HCl", "00555-0101-01", 2, "500", 1, 1),
    ("Influenza vaccine", "", 4, "0.5", 9, 10),
    ("Amoxicillin", "00555-0103-05", 3, "500", 1, 1),
    ("Salbutamol HFA", "00555-0104-18", 12, "90", 7, 0),
)
#: What this site added to the lists that every site may edit; no code map knows these.
_OPTIONS = (
    ("apptstat", "&", "& Rescheduled", 90, "", 0, 0),
    ("drug_interval", "19", "every other day", 19, "", 0, 0),
    ("drug_route", "16", "Via PEG tube", 16, "", 0, 0),
    ("reaction", "rash", "Rash", 50, "SNOMED-CT:271807003", 0, 0),
    ("reaction", "anaphylaxis", "Anaphylaxis", 60, "SNOMED-CT:39579001", 0, 0),
)


def place(writer: Writer) -> Directory:
    """Write the practice, or find the one that an earlier fill wrote."""
    first = writer.scalar("SELECT MIN(id) FROM users WHERE username = ?", MARK)
    if first is None:
        return _write(writer)
    return _directory(
        int(first),
        int(writer.scalar("SELECT MIN(id) FROM facility WHERE name = ?", _SITES[0][0])),
        [int(writer.scalar("SELECT MIN(id) FROM insurance_companies WHERE name = ?",
        row[0])) for row in _INSURERS],
        [int(writer.scalar("SELECT MIN(id) FROM pharmacies WHERE name = ?", row[0])) for row in _PHARMACIES],
        int(writer.scalar("SELECT MIN(ppid) FROM procedure_providers WHERE name = ?", _LABS[0][0])),
        int(writer.scalar("SELECT MIN(drug_id) FROM drugs WHERE name = ?", _DRUGS[0][0])),
    )  # fmt: skip


def _directory(
    user: int, site: int, insurers: list[int], pharmacies: list[int], lab: int, drug: int
) -> Directory:
    def workers(places: tuple[int, ...]) -> tuple[Worker, ...]:
        return tuple(
            Worker(user + place, str(_STAFF[place][0]), site + int(_STAFF[place][11] or 0))
            for place in places
        )

    return Directory(
        doctors=workers(_DOCTORS),
        staff=workers(_HELPERS),
        retired=user + _RETIRED,
        specialists=tuple(user + len(_STAFF) + place for place in range(3)),
        facilities=tuple(
            (site + n, str(row[0]), int(row[9] or 0)) for n, row in enumerate(_SITES) if row[7] == 1
        ),
        insurers=tuple(insurers),
        pharmacies=tuple(pharmacies),
        labs=tuple((lab + n, row[0]) for n, row in enumerate(_LABS)),
        drugs=tuple(drug + n for n in range(len(_DRUGS))),
        nobody=user + 700,
    )


def _write(writer: Writer) -> Directory:
    sites = [_site(writer, row) for row in _SITES]
    users = [_login(writer, row, sites) for row in _STAFF]
    book = [_entry(writer, row) for row in _BOOK]
    insurers = []
    for name, attention, payer, kind, receiver, inactive, street, code, plus_four in _INSURERS:
        company = writer.sequence()
        writer.add(INSURERS, company, name, attention, payer, kind, receiver, inactive)
        _reach(writer, company, street, code, plus_four)
        insurers.append(company)
    pharmacies = []
    for name, email, ncpdp, street, code in _PHARMACIES:
        company = writer.sequence()
        writer.add(PHARMACIES, company, name, 1, email, ncpdp, None)
        _reach(writer, company, street, code, "")
        pharmacies.append(company)
    labs = []
    for title, number, director in _LABS:
        labs.append(writer.number(LABS))
        writer.add(LABS, labs[-1], title, number, book[director] if director is not None else 0)
    drugs = []
    for title, ndc, form, size, unit, route in _DRUGS:
        drugs.append(writer.number(DRUGS))
        writer.add(DRUGS, drugs[-1], title, ndc, form, size, unit, route, 1)
    for option in _OPTIONS:
        writer.add(OPTIONS, *option)
    return _directory(users[0], sites[0], insurers, pharmacies, labs[0], drugs[0])


def _site(writer: Writer, row: tuple[Value, ...]) -> int:
    name, phone, fax, street, city, code, ein, seen, bills, place, clia, number, short = row
    site = writer.number(FACILITIES)
    writer.add(
        FACILITIES, site, name, phone, fax, street, city, "CA", code, "USA", ein, None, None, seen, bills,
        place,
        clia, number, "261QP2300X" if place == 11 else "", short, 1 if place == 11 else 0,
        "Jo Billings" if bills else "",
    )  # fmt: skip
    return site


def _login(writer: Writer, row: tuple[Value, ...], sites: list[int]) -> int:
    (login, provider, first, middle, last, suffix, title, active, calendar, stem, specialty, site, kind) = row
    user = writer.number(USERS)
    number = npi(stem) if isinstance(stem, int) else ""
    mail = f"{login}@clinic.example" if last else None
    writer.add(
        USERS, user, login, provider, first, middle, last, suffix, title, active, calendar, number,
        "95-5550001" if number else "", "", f"A{user:06}" if number else None,
        f"AF555{user:04}" if number else "",
        FAMILY_MEDICINE, specialty, sites[site] if isinstance(site, int) else 0, "", "", "", "", "", "", "",
        "",
        "(619) 555-0100" if number else "", "(619) 555-0100" if last else None, "", "", "", mail, "", "",
        kind,
    )  # fmt: skip
    return user


def _entry(writer: Writer, row: tuple[Value, ...]) -> int:
    kind, first, last, title, organization, specialty, stem, street, city, phone = row
    user = writer.number(USERS)
    number = npi(stem) if isinstance(stem, int) else ""
    direct = "n.rossi@direct.example" if kind == "emr_direct" else ""
    writer.add(
        USERS, user, "", 0, first, "", last, "", title, 1, 0, number, "", "", "", "", FAMILY_MEDICINE,
        specialty, 0,
        "", organization, kind, street, "", city, "CA" if city else "", "", "", phone, "", "", "", "", direct,
        "", None,
    )  # fmt: skip
    return user


def _reach(writer: Writer, company: int, street: Value, code: Value, plus_four: Value) -> None:
    """A company's address and telephone numbers, tied to it by nothing but a number from the one sequence."""
    writer.add(
        ADDRESSES, writer.sequence(), street, "", "San Diego" if street else "", "CA" if street else "", code,
        plus_four, "USA", company,
    )  # fmt: skip
    writer.add(PHONES, writer.sequence(), "+1", "619", "555", f"{company % 10000:04}", VOICE, company)
    writer.add(PHONES, writer.sequence(), "+1", "", "", "", FAX, company)
