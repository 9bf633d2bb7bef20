"""What the sampled values of a column look like. Nothing here is ever written out but counts and shapes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

_SHAPES: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "iso_date": r"\d{4}-\d\d?-\d\d?",
        "iso_datetime": r"\d{4}-\d\d?-\d\d?[T ]\d\d?:\d\d(:\d\d)?(\.\d+)?( ?(Z|[+-]\d\d:?\d\d))?",
        "compact_date": r"(1[89]|20)\d\d(0[0-9]|1[0-2])([0-2]\d|3[01])|0{8}",
        "compact_datetime": r"(19|20)\d\d(0\d|1[0-2])([0-2]\d|3[01])([01]\d|2[0-3])[0-5]\d([0-5]\d)?",
        "slash_date": r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}",
        "slash_datetime": r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4} \d\d?:\d\d(:\d\d)?",
        "short_date": r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2}",
        "time": r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?",
        "compact_time": r"([01]\d|2[0-3])[0-5]\d([0-5]\d)?",
        "number": r"[-+]?\d+([.]\d+)?",
        "comma_number": r"[-+]?\d+,\d+",
        "compared": r"[<>]=? *\d+([.,]\d+)?",
        "email": r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}",
        "phone": r"\+?[\d(][\d\s()./-]{5,}\d",
        "sex": (
            r"(?i)m|f|w|h|v|k|u|x|o|male|female|man|woman|m(ä|a|ae)nnlich|weiblich|homme|femme|masculin[oe]?"
            r"|f[eé]minine?|femenino|feminino|hombre|mujer|maschio|femmina|vrouw|[0129]"
        ),
        "boolean": r"(?i)y|n|yes|no|t|f|true|false|0|1|on|off|j|s",
        "icd10": r"[A-TV-Z]\d[0-9A-Z](\.?[0-9A-Z]{1,4})?",
        "icd9": r"(\d{3}|V\d\d|E\d{3})(\.?\d{1,2})?",
        "loinc": r"\d{1,5}-\d",
        "snomed": r"[1-9]\d{5,17}",
        "atc": r"[A-HJLMNPR-V]\d\d[A-Z]{2}\d\d",
        "ndc": r"\d{4,5}-\d{3,4}-\d{1,2}|\d{11}",
        "npi": r"[12]\d{9}",
        "cvx": r"\d{2,3}",
        "cpt": r"\d{5}|\d{4}[FTU]|[A-V]\d{4}",
        "pressure": r"\d{2,3} ?/ ?\d{2,3}",
        "uuid": r"(?i)[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}",
        "url": r"(?i)(https?|ftp|file)://\S+|\\\\\S+|(/[\w.-]+){2,}",
        "xml": r"(?s)\s*<(\?xml|\w+[\s>/]).*>\s*",
        "rtf": r"(?s)\{\\rtf.*",
        "php": r"(?s)(a|O|s|i|b|d):\d+[:;].*",
        "json": r'(?s)\s*(\{\s*"|\[\s*[\{"\d]).*[\]}]\s*',
        "word": r"[^\W\d_][\w'’. -]*",
        "ascii": r"[ -~]+",
        "kin": r".+",
    }.items()
}
_EMPTY = {
    "0000-00-00",
    "0000-00-00 00:00:00",
    "0001-01-01",
    "0001-01-01T00:00:00",
    "00000000",
    "0000-00-00T00:00:00",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A column's sample: `filled` values of `seen` rows, how many dates of nothing, and the values themselves
    with their counts, for those parts of a draft that may see them."""

    seen: int
    filled: int
    zero_dates: int
    counts: Counter[str] = field(repr=False)
    longest: int
    _parts: dict[str, float] = field(default_factory=dict, repr=False, compare=False)

    @property
    def distinct(self) -> int:
        """How many different values."""
        return len(self.counts)

    @property
    def unique(self) -> bool:
        """No value twice, and none missing."""
        return 0 < self.seen == self.filled == self.distinct

    def part(self, *names: str) -> float:
        """The part of the values that have one of these shapes (at most: shapes may overlap)."""
        return min(1.0, sum(self._part(name) for name in names))

    def _part(self, name: str) -> float:
        if name not in self._parts:
            shape = _SHAPES[name]
            met = sum(count for text, count in self.counts.items() if shape.fullmatch(text))
            self._parts[name] = met / self.filled if self.filled else 0.0
        return self._parts[name]

    def numbers(self) -> list[float]:
        """The values that are numbers other than 0, sorted."""
        found = []
        for value, count in self.counts.items():
            if _SHAPES["number"].fullmatch(value) and len(value) < 16:
                found += [float(value)] * count
        return sorted(one for one in found if one)


def look(values: Iterable[Any]) -> Evidence:
    """What is seen in a column's values."""
    counts: Counter[str] = Counter()
    seen = zero = 0
    for value in values:
        seen += 1
        text = "" if value is None else str(value).strip()
        if text in _EMPTY:
            zero += 1
        elif text:
            counts[text[:2000]] += 1
    filled = sum(counts.values())
    return Evidence(seen, filled, zero, counts, max(map(len, counts), default=0))


def day_first(evidence: Evidence) -> bool | None:
    """Of dates such as 5/2/2013: whether the day stands first; None if the values do not tell."""
    first = second = 0
    for text in evidence.counts:
        parts = re.split(r"[/. -]", text)
        if len(parts) >= 3 and parts[0].isdigit() and parts[1].isdigit():
            first = max(first, int(parts[0]))
            second = max(second, int(parts[1]))
    if first > 12 >= second:
        return True
    if second > 12 >= first:
        return False
    return None
