"""Parameters that are described otherwise than their type: `phonetic` (American Soundex) and `near`.

https://hl7.org/fhir/R4/location.html#search · https://www.archives.gov/research/census/soundex
"""

from __future__ import annotations

import math
import re
from itertools import groupby
from typing import Any

from conformance.matching.asked import plain, split
from conformance.matching.strings import normal

_CLASSES = ("bfpv", "cgjkqsxz", "dt", "l", "mn", "r")
_KILOMETRES = {"km": 1.0, "m": 0.001, "[mi_us]": 1.609347, "[mi_i]": 1.609344, "mi": 1.609344}


def spoken(type: str, value: Any) -> list[str]:
    """What `phonetic` listens to: "a portion of either family or given name", and the name as one text."""
    if type != "HumanName":
        return [str(value)]
    named = [value.get("text"), value.get("family"), *(value.get("given") or ())]
    return [name for name in named if name]


def sounds(text: str) -> set[str]:
    """The Soundex of each word."""
    return {_soundex(word) for word in normal(text).split()}


def _soundex(word: str) -> str:
    letters = re.sub("[^a-z]", "", word)
    if not letters or not re.match("[a-z]", word):
        return word
    classed = [_class(letter) for letter in letters[0] + re.sub("[hw]", "", letters[1:])]
    runs = [sound for sound, _ in groupby(classed)]
    digits = "".join(sound for sound in (runs[1:] if classed[0] else runs) if sound.isdigit())
    return (letters[0] + digits + "000")[:4]


def _class(letter: str) -> str:
    return next((str(at) for at, letters in enumerate(_CLASSES, 1) if letter in letters), "")


def near(position: dict[str, Any], wanted: str) -> bool:
    """`latitude|longitude|distance|units`; kilometres if no unit is given."""
    parts = [plain(part) for part in split(wanted, "|")]
    here = [math.radians(float(position[name])) for name in ("latitude", "longitude")]
    there = [math.radians(float(part)) for part in parts[:2]]
    a = math.sin((here[0] - there[0]) / 2) ** 2
    a += math.cos(here[0]) * math.cos(there[0]) * math.sin((here[1] - there[1]) / 2) ** 2
    kilometres = 2 * 6371.0 * math.asin(min(1.0, math.sqrt(a)))
    return kilometres <= float(parts[2]) * _KILOMETRES[parts[3] if len(parts) > 3 and parts[3] else "km"]
