"""Check digits of code systems: a mistyped digit is seen."""

from __future__ import annotations

_D = ("0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
      "5987604321", "6598710432", "7659821043", "8765932104", "9876543210")  # fmt: skip
_P = ("0123456789", "1576283094", "5803796142", "8916043527",
      "9453126870", "4286573901", "2793806415", "7046913258")  # fmt: skip


def loinc_holds(code: str) -> bool:
    """Mod 10, every second digit from the right doubled. https://loinc.org/kb/users-guide/"""
    number, check = code.split("-")
    total = 0
    for place, digit in enumerate(reversed(number)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return int(check) == -total % 10


def snomed_holds(code: str) -> bool:
    """SNOMED CT's check digit, by Verhoeff's dihedral group."""
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = int(_D[check][int(_P[place % 8][int(digit)])])
    return check == 0
