"""Small tables of primary care: what people have, take and are tested for. Local codes throughout."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Drug:
    """Code, name as printed, list 3 form, usual dose, list 1 route, list 2 frequency."""

    code: str
    name: str
    form: int
    dose: str
    route: int
    often: int


@dataclass(frozen=True, slots=True)
class Vaccine:
    """Code, the ages that get it, route, dose as typed, and the share that has had it."""

    code: str
    low: int
    high: int
    route: str
    dose: str
    share: float


@dataclass(frozen=True, slots=True)
class Problem:
    """A chronic condition: ICD-10-CM code, text, share of those past `age` who have it, drugs, panels."""

    icd: str
    text: str
    share: float
    age: int
    drugs: tuple[str, ...] = ()
    panels: tuple[str, ...] = ()
    old: str = ""  # the ICD-9-CM code of rows entered before October 2015


PROBLEMS = (
    Problem(
        "I10", "ESSENTIAL HYPERTENSION", 0.42, 40, ("LISI10", "AMLO5", "HCTZ25", "LOSA50"), ("BMP",), "401.9"
    ),
    Problem("E11.9", "TYPE 2 DIABETES", 0.17, 40, ("METF500",), ("A1C", "BMP"), "250.00"),
    Problem("E78.5", "HYPERLIPIDEMIA", 0.35, 40, ("SIMV20",), ("LIPID",), "272.4"),
    Problem("E03.9", "HYPOTHYROIDISM", 0.07, 30, ("LEVO75",), ("TSH",)),
    Problem("J45.909", "ASTHMA", 0.09, 5, ("ALBUT", "FLUT44")),
    Problem("K21.9", "GERD", 0.14, 25, ("OMEP20",)),
    Problem("F41.9", "ANXIETY", 0.12, 16, ("SERT50",)),
    Problem("E66.9", "OBESITY", 0.2, 15, (), ("LIPID",)),
    Problem("M17.9", "OSTEOARTHRITIS KNEE", 0.2, 55, ("NAPR500",)),
    Problem("G43.909", "MIGRAINE", 0.08, 15, ("NAPR500",)),
    Problem("J30.9", "ALLERGIC RHINITIS", 0.15, 6, ("CETI5",)),
    Problem("I48.91", "ATRIAL FIB", 0.08, 65, ("CARV25",), ("CBC",)),
    Problem("D64.9", "ANEMIA", 0.05, 20, ("FERR325",), ("CBC",)),
    Problem("KP-FALL", "FALLS, LIVES ALONE", 0.08, 75),
)

# reason as typed, ICD-10-CM code, drugs, panels
ACUTE = (
    ("COUGH X 1 WK", "R05.9", (), ()),
    ("SORE THROAT", "J02.9", ("PENV500",), ("STREP",)),
    ("COLD SX", "J06.9", (), ()),
    ("BURNING W/ URINATION", "N39.0", ("CEFU250",), ("UA",)),
    ("EARACHE", "H66.90", ("AMOX250",), ()),
    ("LOW BACK PAIN", "M54.50", ("NAPR500",), ()),
    ("LOW BACK PAIN - DOESN'T WANT MEDS", "M54.50", (), ()),
    ("FATIGUE, R/O INFECTION", "R53.83", (), ("CBC", "CRP")),
)

DRUGS = (
    Drug("LISI10", "LISINOPRIL 10MG TAB", 1, "1", 1, 1),
    Drug("AMLO5", "AMLODIPINE 5MG TAB", 1, "1", 1, 1),
    Drug("HCTZ25", "HYDROCHLOROTHIAZIDE 25MG TAB", 1, "1", 1, 1),
    Drug("LOSA50", "LOSARTAN 50MG TAB", 1, "1", 1, 1),
    Drug("METF500", "METFORMIN ER 500MG TAB", 1, "2", 1, 2),
    Drug("SIMV20", "SIMVASTATIN 20MG TAB", 1, "1", 1, 5),
    Drug("LEVO75", "LEVOTHYROXINE 75MCG TAB", 1, "1", 1, 1),
    Drug("ALBUT", "ALBUTEROL HFA 90MCG INHALER", 3, "2", 2, 7),
    Drug("FLUT44", "FLUTICASONE HFA 44MCG INHALER", 3, "2", 2, 2),
    Drug("OMEP20", "OMEPRAZOLE 20MG CAP", 2, "1", 1, 1),
    Drug("SERT50", "SERTRALINE 50MG TAB", 1, "1", 1, 1),
    Drug("NAPR500", "NAPROXEN 500MG TAB", 1, "1", 1, 2),
    Drug("CETI5", "CETIRIZINE 5MG TAB", 1, "1", 1, 1),
    Drug("CARV25", "CARVEDILOL 25MG TAB", 1, "1", 1, 2),
    Drug("FERR325", "FERROUS SULFATE 325MG TAB", 1, "1", 1, 1),
    Drug("PENV500", "PENICILLIN VK 500MG TAB", 1, "1", 1, 2),
    Drug("CEFU250", "CEFUROXIME 250MG TAB", 1, "1", 1, 2),
    Drug("AMOX250", "AMOXICILLIN 250MG CAP", 2, "1", 1, 3),
    Drug("ASA81", "ASPIRIN 81MG TAB", 1, "1", 1, 1),
    Drug("IBUP200", "IBUPROFEN 200MG TAB", 1, "2", 1, 6),
    Drug("APAP325", "ACETAMINOPHEN 325MG TAB", 1, "2", 1, 6),
    Drug("KCREAM", "KESTREL HOUSE CREAM #4", 4, "1", 3, 2),
)
DRUG = {drug.code: drug for drug in DRUGS}
OVER_THE_COUNTER = ("ASA81", "IBUP200", "APAP325", "CETI5")

LISTS = {
    (1, 1): "PO",
    (1, 2): "INHALED",
    (1, 3): "TOPICAL",
    (2, 1): "QD",
    (2, 2): "BID",
    (2, 3): "TID",
    (2, 4): "QID",
    (2, 5): "QHS",
    (2, 6): "PRN",
    (2, 7): "Q4-6H PRN",
    (3, 1): "TAB",
    (3, 2): "CAP",
    (3, 3): "PUFF",
    (3, 4): "APPLICATION",
    (4, 1): "PT REFUSED",
    (4, 2): "OUT OF STOCK",
    (4, 3): "ALLERGIC",
}

# code, text, reactions
ALLERGENS = (
    ("PCN", "PENICILLIN", ("HIVES", "RASH", "ANAPH")),
    ("SULFA", "SULFA DRUGS", ("RASH", "HIVES")),
    ("ASA", "ASPIRIN", ("SWELL", "SOB")),
    ("COD", "CODEINE", ("NAUSEA", "ITCH")),
    ("PNUT", "PEANUTS", ("ANAPH", "HIVES", "SWELL")),
    ("EGG", "EGGS", ("HIVES", "DIARRH")),
    ("SEAFD", "SHELLFISH", ("HIVES", "SWELL", "SOB")),
    ("LATEX", "LATEX", ("RASH", "ITCH")),
    ("BEE", "BEE STING", ("SWELL", "ANAPH")),
    ("CAT", "CATS", ("ITCH", "SOB")),
    ("", "RED DYE IN CANDY", ('"GETS HYPER"',)),
)


@dataclass(frozen=True, slots=True)
class Test:
    """A laboratory test: how its result is drawn, written, and judged. Without `digits` results are words."""

    code: str
    mean: float = 0
    spread: float = 0
    digits: int = 0
    unit: str = ""
    range: str = ""
    low: float = 0
    high: float = 1e9
    below: float = 0  # the analyser prints "<below" under this
    above: float = 1e9  # and "> above" over this
    words: tuple[str, ...] = ()


URINE_WORDS = ("NEG", "NEG", "NEG", "TRACE", "1+", "2+")
PANELS: dict[str, tuple[Test, ...]] = {
    "BMP": (
        Test("GLU", 104, 22, 0, "MG/DL", "70-99", 70, 99),
        Test("BUN", 15, 4, 0, "MG/DL", "7-20", 7, 20),
        Test("CREA", 0.95, 0.2, 2, "mg/dl", "0.60-1.30", 0.6, 1.3),
        Test("NA", 140, 2.5, 0, "MMOL/L", "135-145", 135, 145),
        Test("K", 4.2, 0.4, 1, "MMOL/L", "3.5-5.1", 3.5, 5.1),
        Test("CL", 102, 2.5, 0, "MMOL/L", "98 - 107", 98, 107),
        Test("CO2", 25, 2, 0, "MMOL/L", "22-29", 22, 29),
        Test("CA", 9.4, 0.4, 1, "MG/DL", "8.6-10.2", 8.6, 10.2),
        Test("EGFR", 74, 18, 0, "ML/MIN", "> 60", 60, 1e9, 0, 60),
    ),
    "LIPID": (
        Test("CHOL", 196, 34, 0, "MG/DL", "<200", 0, 200),
        Test("TRIG", 140, 50, 0, "MG/DL", "<150", 0, 150),
        Test("HDL", 52, 12, 0, "MG/DL", "> 40", 40, 1e9),
        Test("LDL", 116, 28, 0, "MG/DL", "<=130", 0, 130),
    ),
    "CBC": (
        Test("WBC", 7.1, 1.8, 1, "K/UL", "4.5-11.0", 4.5, 11),
        Test("RBC", 4.7, 0.4, 2, "M/UL", "4.20-5.90", 4.2, 5.9),
        Test("HGB", 13.9, 1.4, 1, "G/DL", "12.0-17.5", 12, 17.5),
        Test("HCT", 41.5, 3.5, 1, "%", "36.0-51.0", 36, 51),
        Test("PLT", 252, 55, 0, "K/UL", "150-450", 150, 450),
    ),
    "A1C": (Test("A1C", 7.0, 1.1, 1, "%", "4.0-5.6", 4, 5.6, 4.0),),
    "TSH": (Test("TSH", 2.4, 1.4, 2, "UIU/ML", "0.40-4.50", 0.4, 4.5, 0.01),),
    "CRP": (Test("CRP", 4.0, 6.0, 1, "MG/L", "<5.0", 0, 5, 5.0),),
    "STREP": (Test("STREP", range="NEG", words=("NEG", "NEG", "POS", "Negative")),),
    "UA": (
        Test("USG", 1.017, 0.006, 3, "", "1.005-1.030", 1.005, 1.03),
        Test("UPH", 6.1, 0.7, 1, "", "5.0-8.0", 5, 8),
        Test("UGLU", range="NEG", words=URINE_WORDS),
        Test("UPROT", range="NEG", words=URINE_WORDS),
        Test("UBLD", range="NEG", words=URINE_WORDS),
        Test("UNIT", range="NEG", words=("NEG", "NEG", "POS")),
        Test("ULE", range="NEG", words=("NEG", "NEG", "see note", "POS", "")),
    ),
}

VACCINES = (
    Vaccine("HEPB", 0, 6, "IM", "0.5 ML", 0.9),
    Vaccine("DTAP", 0, 6, "IM", "0.5 ML", 0.9),
    Vaccine("IPV", 0, 6, "IM", "0.5 ML", 0.85),
    Vaccine("MMR", 1, 12, "SC", "0.5 ML", 0.9),
    Vaccine("VAR", 1, 12, "SC", "0.5 ML", 0.8),
    Vaccine("TDAP", 11, 99, "IM", ".5 ML", 0.6),
    Vaccine("FLU", 6, 99, "IM", "0.5 ML", 0.7),
    Vaccine("PPV23", 65, 99, "IM", "0.5", 0.6),
    Vaccine("COVPF", 12, 99, "IM", "0.3 ML", 0.5),
)

# code, text, from age, to age
PROCEDURES = (
    ("ECG", "12 LEAD ECG", 45, 99),
    ("SPIRO", "SPIROMETRY", 8, 80),
    ("SUTUR", "SUTURE LAC", 2, 90),
    ("DEPSC", "DEPRESSION SCREEN PHQ", 12, 99),
    ("COLON", "COLONOSCOPY (OUTSIDE)", 50, 78),
    ("INJIM", "IM INJECTION", 18, 99),
    ("MEDRC", "MED REC", 40, 99),
    ("EARWX", "EAR WAX REMOVED LT", 5, 99),
)
