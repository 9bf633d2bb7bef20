"""What the invented patients suffer from, and the codes that the practice gives it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Illness:
    """`share` of those of at least `age` have it; `drugs` index medicines.DRUGS, `panels` laboratory's."""

    title: str
    icd10: str
    icd9: str
    snomed: str
    age: int
    share: float
    chronic: bool
    drugs: tuple[int, ...] = ()
    panels: tuple[int, ...] = ()


ILLNESSES = (
    Illness("Essential hypertension", "I10", "401.9", "59621000", 30, 0.30, True, (1, 2), (1,)),
    Illness("Diabetes mellitus type 2", "E11.9", "250.00", "44054006", 30, 0.14, True, (0,), (3, 1)),
    Illness("Hyperlipidemia", "E78.5", "272.4", "55822004", 35, 0.25, True, (3,), (2,)),
    Illness("Asthma", "J45.909", "493.90", "195967001", 3, 0.10, True, (4,), ()),
    Illness("Hypothyroidism", "E03.9", "244.9", "40930008", 25, 0.07, True, (5,), (4,)),
    Illness("Depression", "F32.9", "311", "35489007", 14, 0.11, True, (6,), ()),
    Illness("GERD", "K21.9", "530.81", "235595009", 18, 0.14, True, (7,), ()),
    Illness("Chronic kidney disease, stage 3", "N18.3", "585.3", "433144002", 55, 0.08, True, (), (1, 5)),
    Illness("Osteoarthritis of knee", "M17.9", "715.96", "239873007", 45, 0.12, True, (8,), ()),
    Illness("Atrial fibrillation", "I48.91", "427.31", "49436004", 60, 0.06, True, (9,), (6,)),
    Illness("Obesity", "E66.9", "278.00", "414916001", 12, 0.20, True, (), ()),
    Illness("Allergic rhinitis", "J30.9", "477.9", "61582004", 4, 0.15, True, (10,), ()),
    Illness("Migraine", "G43.909", "346.90", "37796009", 12, 0.08, True, (), ()),
    Illness("Acute upper respiratory infection", "J06.9", "465.9", "54150009", 0, 0.30, False, (), (8,)),
    Illness("Otitis media", "H66.90", "382.9", "65363002", 0, 0.12, False, (11,), ()),
    Illness("Urinary tract infection", "N39.0", "599.0", "68566005", 10, 0.12, False, (12,), (7,)),
    Illness("Low back pain", "M54.5", "724.2", "279039007", 18, 0.22, False, (8,), ()),
    Illness("Streptococcal sore throat", "J02.0", "034.0", "43878008", 2, 0.08, False, (11,), (8,)),
)

#: title, coding, reaction, severity; as the allergy screens of several years left them
ALLERGIES = (
    ("penicillin", "RXCUI:7980", "hives", "moderate"),
    ("Penicillin G", "", "HIVES & itching", None),
    ("sulfonamides", "RXCUI:10831", "rash", "mild_to_moderate"),
    ("codeine", "", "nausea", "mild"),
    ("Peanuts", "SNOMED-CT:91935009", "anaphylaxis", "life_threatening_severity"),
    ("Latex", "SNOMED:111088007", "unassigned", "unassigned"),
    ("iodine", "", "shortness_of_breath", "severe"),
    ("Bee venom", "", "", ""),
    ("Aspirin", "RXCUI:1191", "", None),
    ("cats", "", "sneezing; eyes water", "mild"),
    ("NKDA", "", "", None),
)

#: title, coding as typed (CPT4 with its modifier after a dash)
SURGERIES = (
    ("Appendectomy", "CPT4:44950"),
    ("Blepharoplasty, both sides", "CPT4:15823-50"),
    ("Cholecystectomy, laparoscopic", "CPT4:47562"),
    ("C-section x2", ""),
    ("Tonsillectomy", "SNOMED-CT:173422009"),
    ("Knee replacement R", "CPT4:27447"),
    ("hernia", ""),
)

OVER_THE_COUNTER = (
    "Aspirin 81 mg",
    "Vitamin D3 2000 IU",
    "fish oil",
    "Tylenol prn",
    "St. John's Wort",
    "melatonin",
)
