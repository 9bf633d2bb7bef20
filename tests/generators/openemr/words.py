"""What people write into free text, line ends, quotes and question marks included."""

from __future__ import annotations

REASONS = (
    "Follow-up", "annual physical", "Cough x 3 days", "med refill", "HTN f/u; labs?", "Well child check",
    "Back pain",
    "dizziness, \"room spins\"", "Establish care", "Diabetes check", "fever 101°F since last night", "",
    "Rash on L arm",
)  # fmt: skip
THERMOMETERS = ("Oral", "Oral", "Tympanic Membrane", "Temporal Artery", "Axillary", "Rectal", "")
VITAL_NOTES = ("", "", "", "", "", "", None, "pt. anxious", "white coat?", "clothes on")
SUBJECTIVE = (
    "Patient feels well. No new complaints.",
    "C/o headache since Monday.\r\nDenies fever.  Takes ibuprofen w/ relief.",
    'Here with mother. "He won\'t eat."',
    "Dolor de espalda desde hace 2 días. Niño activo.",
    "",
)
OBJECTIVE = (
    "NAD. Lungs clear.",
    "BP as above.\nHeart: RRR, no murmur",
    "T 38.1°C; TMs red L>R",
    "",
    "see vitals",
)
ASSESSMENTS = ("Stable.", "1. HTN - at goal\n2. DM2 - A1c <7", "Viral URI", "r/o strep?", "")
PLANS = (
    "RTC 3 mo",
    "Continue meds; labs today.",
    "Amox 500 tid x10d & recheck",
    "fluids, rest {handout given}",
    "",
)
DICTATIONS = (
    "Dear Dr. Lindqvist,\r\n\r\nThank you for seeing this pleasant patient with palpitations.\r\n",
    "Operative note to follow. Path: C:\\dictation\\2017\\0042.wav",
)
INSTRUCTIONS = (
    "Drink plenty of water. Return if worse.",
    "Tome 1 pastilla 2 veces al día.",
    "Ice 20 min; elevate.",
)
#: code type, code, text, modifier, fee
PROCEDURES = (
    ("CPT4", "36415", "Venipuncture", "", "15.00"),
    ("CPT4", "93000", "Electrocardiogram", "", "65.00"),
    ("CPT4", "90471", "Immunization administration", "", "25.00"),
    ("CPT4", "11102", "Tangential biopsy of skin", "59", "140.00"),
    ("HCPCS", "J1885", "Ketorolac injection", "", "22.50"),
    ("HCPCS", "G0439", "Annual wellness visit", "", "110.00"),
    ("TAX", "SALES", "sales tax", "", "1.75"),
)
#: title of the list note_type, text
NOTES = (
    (
        "Unassigned",
        "2019-05-02 10:15 (admin to frontdesk) Pt called re: refill.\n2019-05-02 11:00 (frontdesk) done",
    ),
    ("Lab Results", "Called w/ results, pt's daughter took message"),
    ("Prior Auth", "Approved thru 12/31 #A-77812"),
    ("Bill/Collect", "2nd notice sent; balance $40.00"),
    ("Chart Note", "Old chart in box 12 – scanned?"),
    ("Pharmacy", "Wants 90 day supply"),
    ("Patient Reminders", ""),
    ("Referral", "Cardiología: Dra. Núñez"),
)
