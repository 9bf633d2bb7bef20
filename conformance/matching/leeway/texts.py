"""String search, with what is left open: punctuation, which parts of a name count, very long texts.

https://hl7.org/fhir/R4/search.html#string

A search by a whole name or address "may match any" of its parts: those that every server has are taken for
certain, the others are open. How far into a long text a server looks is open too.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from conformance.matching import strings
from conformance.matching.expressions import Found
from conformance.matching.verdict import Verdict, some

CERTAIN = {
    "HumanName": ("family", "given"),
    "Address": ("line", "city", "district", "state", "country", "postalCode"),
}
FAR = 100  # characters into a text; what is found only beyond is open


def fits(found: Found, wanted: str, modifier: str) -> Verdict:
    """`wanted` has no escapes any more."""
    if found.type not in strings.PARTS:
        if not isinstance(found.value, str):
            return None
        return compare(found.value, wanted, modifier)
    certain = some(compare(text, wanted, modifier) for text in parts(found, CERTAIN[found.type]))
    if certain:
        return True
    others = strings.texts(found.type, found.value)
    whole = " ".join(others)
    nowhere = not any(_within(text, wanted) for text in (*others, whole))
    return False if nowhere and certain is False else None


def parts(found: Found, names: tuple[str, ...]) -> list[str]:
    """The texts of these parts of a name or an address."""
    values = [found.value.get(name) for name in names]
    flat = [text for value in values for text in (value if isinstance(value, list) else [value])]
    return [text for text in flat if isinstance(text, str)]


def compare(stored: str, wanted: str, modifier: str) -> Verdict:
    """One text with what is asked for."""
    if modifier == "exact":
        if stored == wanted:
            return True if len(stored) <= FAR else None
        return None if _composed(stored) == _composed(wanted) else False
    pairs = list(zip(readings(stored), readings(wanted), strict=True))
    if modifier == "contains":
        hits = {asked in text[:FAR] for text, asked in pairs}
        far = any(asked in text for text, asked in pairs)
        return _agreed(hits) if hits != {False} or not far else None
    return _agreed({text.startswith(asked) for text, asked in pairs})


def _agreed(hits: set[bool]) -> Verdict:
    return hits.pop() if len(hits) == 1 else None


def _within(text: str, wanted: str) -> bool:
    return any(asked in text for text, asked in zip(readings(text), readings(wanted), strict=True))


def _composed(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


@lru_cache(65536)
def readings(text: str) -> tuple[str, ...]:
    """A text as servers may compare it: punctuation kept, left out, or taken for white space; letters that
    are two in one (ß, œ, ﬁ) taken apart or not."""
    folded = strings.normal(text)
    if folded.isascii() and text.isascii() and all(sign.isalnum() or sign == " " for sign in folded):
        return (folded,) * 6
    bare = "".join(
        sign for sign in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(sign)
    )
    found: list[str] = []
    for one in (folded, " ".join(bare.split())):
        spaced = "".join(sign if sign.isalnum() else " " for sign in one)
        without = "".join(sign for sign in one if sign.isalnum() or sign == " ")
        found += [one, " ".join(spaced.split()), " ".join(without.split())]
    return tuple(found)
