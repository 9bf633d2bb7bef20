"""The parameter `phonetic`: names that sound alike, by American Soundex.

https://hl7.org/fhir/R4/patient.html#search · https://www.archives.gov/research/census/soundex

R4 calls it a string parameter and leaves the algorithm to the server. A word in another script than Latin has
no sound here and matches itself.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from facade.errors import BadRequest
from facade.search import string
from facade.search.model import Criterion, Facts, Leaf, Leaves, Match, Setting, StringValue
from facade.search.string import fold
from facade.search.values import unescape
from facade.spec.definitions import SearchParameter
from facade.store.index import LONGEST, IndexRows

TABLE = string.TABLE
KEY: tuple[str, ...] = string.KEY
MODIFIERS = frozenset({"missing"})
_DIGITS = {
    letter: digit
    for digit, letters in {"1": "bfpv", "2": "cgjkqsxz", "3": "dt", "4": "l", "5": "mn", "6": "r"}.items()
    for letter in letters
}


@lru_cache(maxsize=65536)
def sounds(text: str) -> tuple[str, ...]:
    """The sound of each word: `Robert` and `Rupert` are both r163."""
    return tuple(dict.fromkeys(_sound(word) for word in fold(text).split()))


def _sound(word: str) -> str:
    letters = [letter for letter in word if "a" <= letter <= "z"]
    if not letters or not "a" <= word[0] <= "z":
        return word
    code, last = letters[0], _DIGITS.get(letters[0], "")
    for letter in letters[1:]:
        digit = _DIGITS.get(letter, "")
        if digit and digit != last:
            code += digit
        if letter not in "hw":  # these two do not part equal sounds, as a vowel does
            last = digit
    return code[:4].ljust(4, "0")


def _spoken(params: tuple[int, ...], setting: Setting) -> Leaf:
    def leaf(value: Any, rows: IndexRows) -> None:
        if value.__class__ is str:
            for sound in sounds(value):
                for param in params:
                    rows.strings.append((param, sound, ""))

    return leaf


LEAVES: Leaves = {
    "string": (((), _spoken),),
    "HumanName": tuple(((name,), _spoken) for name in ("text", "family", "given")),
}


def parse_value(
    text: str, modifier: str | None, parameter: SearchParameter, facts: Facts, setting: Setting
) -> StringValue:
    found = sounds(unescape(text))
    if len(found) != 1:
        raise BadRequest(
            f"Search parameter `{parameter.code}` takes one name", expression=f"http.{parameter.code}"
        )
    return StringValue(found[0][:LONGEST], "")


def match(criterion: Criterion, facts: Facts) -> Match:
    values = [value for value in criterion.values if isinstance(value, StringValue)]
    return Match(TABLE, tuple(("i.value=?", (value.folded,)) for value in values), 52)
