"""Names, places and list entries of invented patients, and how desks type them."""

from __future__ import annotations

from tests.generators.openemr.dice import Dice

WOMEN = (
    "María", "Emily", "Aaliyah", "Sofía", "Linh", "Grace", "Zoë", "Renée", "Chloé", "Dorothy", "Yesenia",
    "Hannah",
    "Ingrid", "Fatima", "Rosa", "Beatriz", "Priya", "Mei-Ling", "Olga", "Ruth", "Agnieszka", "Kimberly",
    "Tamika",
    "Noor", "Josephine", "Siobhán", "Ana Lucía", "Mary Ann", "Itzel", "Gudrún",
)  # fmt: skip
MEN = (
    "José", "James", "Luis", "André", "Minh", "Wei", "DeShawn", "Björn", "François", "Robert", "Ángel",
    "Samuel",
    "Omar", "Rafael", "Søren", "Patrick", "Vikram", "Hiroshi", "Dmitri", "Tyrone", "Łukasz", "Kevin", "Jesús",
    "Ahmed", "Walter", "Seán", "Juan Carlos", "Billy-Joe", "Cuauhtémoc", "Ian",
)  # fmt: skip
FAMILIES = (
    "García", "Smith", "Müller", "O'Brien", "Nguyễn", "Johnson", "de la Cruz", "Hernández", "D'Angelo",
    "Kowalski",
    "Rodríguez", "Williams", "Núñez", "Brown", "van der Berg", "Peña", "Jones", "Lee", "Smith-Jones",
    "O’Neill",
    "Martínez", "Patel", "Kim", "Østergaard", "Washington", "St. John", "Çelik", "Ibáñez", "Novák", "Li",
    "Åberg",
    "Abdul-Rahman", "Tran", "McDonald", "Yazzie", "Begay", "Kealoha", "Santos", "Reyes", "Okonkwo",
    "Goldstein",
    "Ivanova", "Takahashi", "Singh", "Dupré", "Baker", "Carter", "Flores", "Gutiérrez", "Hill", "Zuñiga",
    "Wu",
)  # fmt: skip
MIDDLES = ("A", "B.", "Lee", "Ann", "J", "de Jesús", "M.", "R", "Ray", "T.", "K", "Marie")
STREETS = (
    "Main St", "Mesa College Dr", "El Cajon Blvd", "W. Broadway", "Ocean View Ln #4", "Av. de la Playa",
    "1st Avenue",
    "Mission Gorge Rd, Apt 12B", "Camino del Río", "Harbor Dr", "University Ave", "Paseo Ladera",
)  # fmt: skip
PLACES = (
    ("San Diego", "92101", "San Diego"), ("SAN DIEGO", "92115", "San Diego"), ("Chula Vista", "91910",
     "San Diego"),
    ("La Mesa", "91942", "San Diego"), ("El Cajon", "92020", "San Diego"), ("National City", "91950",
     "San Diego"),
    ("Encinitas", "92024", "San Diego"), ("Cañon City", "81212", "Fremont"), ("Temecula", "92590",
     "Riverside"),
    ("san diego", "92103", ""), ("San Ysidro", "92173", "San Diego"), ("Española", "87532", "Rio Arriba"),
)  # fmt: skip
STATES = ("CA", "CA", "CA", "CA", "CA", "Ca", "California", "ca", "")
MARITAL = ("married", "married", "single", "divorced", "widowed", "separated", "domestic partner", "")
LANGUAGES = (
    "english", "english", "english", "english", "spanish", "spanish", "vietnamese", "tagalog", "arabic",
    "chinese",
    "declne_to_specfy", "", "",
)  # fmt: skip
RACES = (
    "white", "white", "white", "Asian", "black_or_afri_amer", "amer_ind_or_alaska_native",
    "native_hawai_or_pac_island", "african_american", "declne_to_specfy", "", "",
)  # fmt: skip
ETHNICITIES = (
    "hisp_or_latin", "hisp_or_latin", "not_hisp_or_latin", "not_hisp_or_latin", "declne_to_specfy", "",
)  # fmt: skip
RELIGIONS = ("", "", "", "baptist", "islam", "judaism", "lutheran", "agnosticism")
OCCUPATIONS = (
    "teacher",
    "retired - Navy",
    "Self employed",
    "nurse",
    "cook",
    "",
    "construction",
    "IT / software",
)
#: The radio button, and the options of the list smoking_status that go with it.
TOBACCO = (
    ("currenttobacco", ("1", "2", "5", "15", "16")),
    ("quittobacco", ("3",)),
    ("nevertobacco", ("4",)),
    ("nevertobacco", ("4",)),
    ("not_applicabletobacco", ("9",)),
    ("", ("9", "4")),
)
HABITS = ("current", "quit", "never", "never", "not_applicable")


def as_typed(first: str, last: str, pid: int) -> tuple[str, str]:
    """Now and then in capitals, in small letters, padded, or with its UTF-8 read as latin1 once too often."""
    quirk = pid % 61
    if quirk == 1:
        return first.upper(), last.upper()
    if quirk == 2:
        return first.lower(), last.lower()
    if quirk == 3:
        return f"{first} ", f"  {last}"
    if quirk == 4:
        return "JosÃ©", "NÃºÃ±ez"
    return first, last


def title(dice: Dice, female: bool, child: bool) -> str:
    if child or dice.chance(0.2):
        return ""
    return dice.pick(("Ms.", "Mrs.", "Ms")) if female else "Mr."


def chart_number(pid: int) -> str:
    """patient_data.pubpid is the pid unless somebody typed the number of the paper chart."""
    return f"MV-{pid:07}" if pid % 23 == 5 else str(pid)


def phone(dice: Dice, pid: int) -> str:
    number = dice.between(100, 199)
    style = pid % 6
    if style == 0:
        return f"(619) 555-0{number}"
    if style == 1:
        return f"619-555-0{number}"
    if style == 2:
        return f"6195550{number}"
    if style == 3:
        return f"619.555.0{number}"
    return f"(858) 555-0{number} x{number % 90}" if pid % 12 == 4 else f"+1 760 555 0{number}"


def postal_code(code: str, pid: int) -> str:
    if pid % 37 == 9:
        return f" {code}"
    return f"{code}-{pid % 10000:04}" if pid % 5 == 0 else code


def email(first: str, last: str, pid: int) -> str:
    plain = "".join(c for c in f"{first}.{last}".lower() if c.isascii() and (c.isalnum() or c == "."))
    return f"{plain}{pid % 1000}@mail.example"
