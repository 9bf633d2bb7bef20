"""codes/*.csv: the values of a code column, each with the code that it seems to mean."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from functools import cache

from facade.drafting.data import codes
from facade.drafting.links import Link
from facade.drafting.tokens import fold
from facade.drafting.views import Col

_MANY = 40
_LONG = 30


@dataclass
class CodeFile:
    """One concept map in the making."""

    name: str
    kind: str
    rows: dict[str, tuple[str, str]] = field(default_factory=dict)
    unknown: int = 0
    folded: bool = True

    @property
    def policy(self) -> dict[str, str]:
        """Its entry in pack.yaml."""
        known = codes()[self.kind]
        found = {"unmapped": known["unmapped"], "match": "fold" if self.folded else "exact"}
        if "system" in known:
            found["system"] = known["system"]
        return found

    def text(self) -> str:
        """The file's text."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("legacy", "code"))
        for value, (code, _) in self.rows.items():
            writer.writerow((value, code))
        return out.getvalue()


class Codebook:
    """All concept maps of a draft."""

    def __init__(self) -> None:
        self.files: dict[str, CodeFile] = {}

    def add(self, kind: str, col: Col, label: tuple[Link, Col] | None) -> CodeFile:
        """The concept map for a column, with those values that may be told."""
        name = kind if label is None else f"{kind}_{fold(col.tab.table.name)}"
        name = re.sub(r"[^A-Za-z0-9_]+", "_", name).lower()
        file = self.files.setdefault(name, CodeFile(name, kind))
        found = _labelled(*label) if label else {}
        tellable = tell(col)
        for value in tellable:
            found.setdefault(value, value)
        lower = [value.casefold() for value in found]
        if len(set(lower)) < len(lower):
            file.folded = False
        fallback = codes()[kind]["unmapped"]
        for value in sorted(found):
            code = guess(kind, found[value]) or (guess(kind, value) if found[value] == value else None)
            if code is None:
                file.unknown += value not in file.rows
                if fallback in ("text", "drop"):
                    continue
                code = fallback
            file.rows.setdefault(value, (code, ""))
        if not file.rows:
            for code, variants in codes()[kind]["values"].items():
                for variant in variants[:2]:
                    file.rows.setdefault(variant, (code, ""))
        return file


def tell(col: Col) -> list[str]:
    """The values of a code column that a file may hold: few, short, repeated or known."""
    seen = col.evidence
    if not seen.filled or seen.distinct > _MANY or seen.longest > _LONG:
        return []
    if seen.part("iso_date", "compact_date", "slash_date", "email", "iso_datetime", "url") > 0.05:
        return []
    if seen.part("phone") > 0.05 and seen.longest >= 7:
        return []
    return sorted(
        value
        for value, count in seen.counts.items()
        if count >= 2 or len(value) <= 2 or any(value_known(value, kind) for kind in codes())
    )


def value_known(value: str, kind: str) -> bool:
    """Whether a value is a word of the lexicon."""
    return _plain(value) in _exact(kind)


def _labelled(link: Link, shown: Col) -> dict[str, str]:
    """A lookup table's key with its text, where the sample holds the table whole."""
    table = link.to.tab.table
    if table.rows is None or table.rows > len(table.sample) or table.rows > 60:
        return {}
    found = {}
    for row in table.sample:
        key, text = row.get(link.to.name), row.get(shown.name)
        if key is not None and text is not None and len(str(key)) <= _LONG and str(key).strip():
            found[str(key).strip()] = str(text)
    return found


def guess(kind: str, text: str) -> str | None:
    """The code that a legacy value or its text seems to mean."""
    exact = _exact(kind)
    plain = _plain(text)
    if plain in exact:
        return exact[plain]
    if len(plain) < 4:
        return None
    for phrase in sorted(exact, key=lambda one: (-len(one), one)):
        if len(phrase) >= 4 and re.search(rf"(?<![a-z]){re.escape(phrase)}", plain):
            negated = re.search(
                r"\b(not|no|non|nicht|kein\w*|nao|niet|un|in)[ -]?" + re.escape(phrase), plain
            )
            if not negated:
                return exact[phrase]
    return None


@cache
def _exact(kind: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for code, variants in codes()[kind]["values"].items():
        for variant in variants:
            found.setdefault(_plain(variant), code)
    return found


def _plain(text: str) -> str:
    return re.sub(r"[\s_]+", " ", fold(text).lower()).strip()
