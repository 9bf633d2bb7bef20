"""Whether a column's type and sampled values can be what a concept holds: a factor, 0 if they cannot."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from facade.drafting.views import Col

DATES = (
    "iso_date",
    "iso_datetime",
    "compact_date",
    "compact_datetime",
    "slash_date",
    "slash_datetime",
    "short_date",
)
_STAMPS = ("iso_datetime", "compact_datetime", "slash_datetime")
_NUMBERS = ("integer", "decimal")


def fits(values: str, col: Col, shapes: Sequence[str] = ()) -> float:
    """About 1 where nothing contradicts, above where the values confirm it."""
    if col.kind == "binary":
        return 0.6 if values in ("text", "any") and "content" in col.words else 0.0
    if col.kind == "other" and values not in ("any", "id", "text"):
        return 0.5
    factor = _TESTS[values](col)
    if shapes and values == "coded" and col.evidence.filled and col.evidence.part(*shapes) >= 0.8:
        factor *= 1.08
    if factor and col.tab.table.sample and not col.evidence.filled and not col.evidence.zero_dates:
        factor *= 0.9
    return factor


def looks_alone(values: str, col: Col, shapes: Sequence[str]) -> float:
    """How sure the values alone are of it, whatever the column is called."""
    seen = col.evidence
    if seen.filled < 8 or col.kind not in ("text", "integer"):
        return 0.0
    if values == "email" and seen.part("email") > 0.8:
        return 0.75
    if values == "pressure" and seen.part("pressure") > 0.8:
        return 0.7
    if (
        values == "sex"
        and seen.part("sex") == 1
        and 2 <= seen.distinct <= 4
        and seen.part("boolean", "number") < 0.9
    ):
        return 0.5
    if values == "coded" and seen.distinct > 4:
        for shape in shapes:
            if shape in ("icd10", "loinc", "atc") and seen.part(shape) > 0.9:
                return 0.6
    return 0.0


def _date(col: Col) -> float:
    if col.kind in ("date", "timestamp"):
        return 1.08
    if col.kind in ("text", "integer") and col.evidence.filled:
        return 1.05 if col.evidence.part(*DATES) >= 0.85 else 0.0
    if col.evidence.zero_dates:
        return 1.0
    return {"text": 0.8, "integer": 0.6}.get(col.kind, 0.0)


def _datetime(col: Col) -> float:
    if col.kind == "timestamp":
        return 1.08
    if col.kind == "text" and col.evidence.filled:
        return (
            1.0 if col.evidence.part(*_STAMPS) >= 0.85 else 0.6 if col.evidence.part(*DATES) >= 0.85 else 0.0
        )
    return {"date": 0.7, "text": 0.7}.get(col.kind, 0.0)


def _time(col: Col) -> float:
    if col.kind == "time":
        return 1.1
    if col.kind in ("text", "integer") and col.evidence.filled:
        return 1.05 if col.evidence.part("time", "compact_time") >= 0.9 else 0.0
    return {"text": 0.8, "timestamp": 0.5}.get(col.kind, 0.0)


def _text(col: Col) -> float:
    if col.kind != "text":
        return 0.0
    seen = col.evidence
    if seen.filled and seen.part(*DATES, "time") > 0.9:
        return 0.0
    return 0.35 if seen.filled and seen.part("number") > 0.9 else 1.0


def _name(col: Col) -> float:
    seen = col.evidence
    if col.kind != "text" or (seen.filled and seen.part("email", *DATES) > 0.5):
        return 0.0
    if seen.filled and seen.part("number") > 0.5:
        return 0.1
    return 1.04 if seen.filled and seen.part("word") > 0.8 else 1.0


def _short(col: Col) -> float:
    if col.kind in ("date", "time", "timestamp", "boolean"):
        return 0.0
    seen = col.evidence
    if seen.filled and (seen.part(*DATES) > 0.9 and seen.distinct > 3 and not seen.part("number")):
        return 0.0
    return 0.4 if seen.longest > 100 else 1.0


def _code(col: Col) -> float:
    if col.kind in ("date", "time", "timestamp", "decimal"):
        return 0.0
    seen = col.evidence
    if seen.longest > 60 or seen.distinct > 60:
        return 0.3
    return 1.0


def _number(col: Col) -> float:
    if col.kind in _NUMBERS:
        return 1.08
    if col.kind != "text":
        return 0.0
    if not col.evidence.filled:
        return 0.85
    part = col.evidence.part("number", "comma_number")
    return 1.0 if part >= 0.6 else 0.0


def _day(col: Col) -> float:
    if col.kind not in ("text", "integer"):
        return 0.0
    numbers = col.evidence.numbers()
    if numbers:
        return 1.05 if numbers[0] >= 1 and numbers[-1] <= 31 and col.evidence.part("number") == 1 else 0.0
    return 0.9 if col.kind == "text" and (col.column.size or 99) <= 2 else 0.0


def _flag(col: Col) -> float:
    seen = col.evidence
    if col.kind == "boolean":
        return 1.1
    if col.kind in ("date", "time", "timestamp"):
        return 0.0
    if seen.filled:
        return 1.05 if seen.part("boolean") == 1 and seen.distinct <= 3 else 0.0
    if col.kind == "integer":
        return 0.9
    return 0.9 if col.kind == "text" and (col.column.size or 1) <= 5 else 0.0


def _phone(col: Col) -> float:
    seen = col.evidence
    if col.kind not in ("text", "integer", "decimal"):
        return 0.0
    if seen.filled:
        return 1.08 if seen.part("phone") > 0.5 else 0.35 if col.kind == "text" else 0.0
    return 1.0 if col.kind == "text" else 0.7


def _email(col: Col) -> float:
    if col.kind != "text":
        return 0.0
    if col.evidence.filled:
        return 1.1 if col.evidence.part("email") > 0.5 else 0.1
    return 1.0


def _postal(col: Col) -> float:
    if col.kind not in ("text", "integer"):
        return 0.0
    return 0.3 if col.evidence.longest > 14 else 1.03


def _id(col: Col) -> float:
    if col.kind in ("date", "time", "timestamp", "boolean"):
        return 0.0
    seen = col.evidence
    if seen.filled and seen.part(*DATES[:1], "iso_datetime", "email") > 0.5:
        return 0.0
    return 0.3 if seen.longest > 64 else 1.0


def _sex(col: Col) -> float:
    if col.kind not in ("text", "integer"):
        return 0.0
    seen = col.evidence
    if seen.filled:
        return (
            1.08 if seen.part("sex") >= 0.7 and seen.distinct <= 12 else 0.3 if seen.distinct <= 12 else 0.0
        )
    return 1.0


def _coded(col: Col) -> float:
    if col.kind in ("date", "time", "timestamp", "boolean", "decimal"):
        return 0.0
    return 0.35 if col.evidence.longest > 50 else 1.0


def _pressure(col: Col) -> float:
    if col.kind != "text":
        return 0.0
    if col.evidence.filled:
        return 1.1 if col.evidence.part("pressure") > 0.5 else 0.0
    return 0.8


_TESTS: dict[str, Callable[[Col], float]] = {
    "date": _date,
    "temporal": _date,
    "datetime": _datetime,
    "time": _time,
    "text": _text,
    "name": _name,
    "short": _short,
    "code": _code,
    "number": _number,
    "day": _day,
    "flag": _flag,
    "phone": _phone,
    "email": _email,
    "postal": _postal,
    "id": _id,
    "sex": _sex,
    "coded": _coded,
    "pressure": _pressure,
    "any": lambda col: 0.0 if col.kind in ("date", "time") else 1.0,
}
