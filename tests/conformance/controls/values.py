"""Values compared as R4 says: dates as intervals, numbers with their precision, tokens with their system.

https://hl7.org/fhir/R4/search.html#prefix
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.conformance.controls.problem import Problem

Wrong = Callable[[str], bool]
"""Whether the server has this fault."""

PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?"
)


def split(text: str, at: str, wrong: Wrong) -> list[str]:
    """The parts between separators that no backslash precedes; escapes are kept."""
    if wrong("escape-ignored") or "\\" not in text:
        return text.split(at)
    return re.findall(rf"(?:^|{re.escape(at)})((?:\\.|[^\\{re.escape(at)}])*)", text)


def plain(text: str) -> str:
    return re.sub(r"\\([,$|\\])", r"\1", text)


def prefixed(text: str) -> tuple[str, str]:
    return (text[:2], text[2:]) if text[:2] in PREFIXES else ("eq", text)


def interval(text: str, wrong: Wrong) -> tuple[datetime, datetime]:
    """The first moment of a date and the first after it. A zone that is missing is UTC."""
    found = _DATE.fullmatch(text)
    if not found:
        raise Problem(400, "invalid", f"{text!r} is not a date.")
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        if zone in (None, "Z") or wrong("zone-dropped"):
            zone = "+00:00"
        micro = int((fraction or ".0")[1:7].ljust(6, "0"))
        start = datetime.fromisoformat(
            f"{year}-{month or '01'}-{day or '01'}T{hour or '00'}:{minute or '00'}:{second or '00'}{zone}"
        ).replace(microsecond=micro)
        if wrong("date-as-point"):
            return start, start + timedelta(microseconds=1)
        if fraction:
            return start, start + timedelta(seconds=10.0 ** -min(len(fraction) - 1, 6))
        if month is None:
            return start, start.replace(year=start.year + 1)
        if day is None:
            return start, (start + timedelta(days=31)).replace(day=1)
        return start, start + (
            timedelta(days=1)
            if hour is None
            else timedelta(minutes=1)
            if second is None
            else timedelta(seconds=1)
        )
    except (ValueError, OverflowError):
        raise Problem(400, "invalid", f"{text!r} is not a date.") from None


def date_matches(found: Any, wanted: str, wrong: Wrong) -> bool:
    prefix, text = prefixed(wanted)
    low, high = interval(text, wrong)
    if isinstance(found, dict):
        start = interval(found["start"], wrong)[0] if "start" in found else FIRST
        end = interval(found["end"], wrong)[1] if "end" in found else LAST
        if wrong("open-period-closed") and "end" not in found:
            end = start
    else:
        start, end = interval(found, wrong)
    match prefix:
        case "sa" if not wrong("sa-as-gt"):
            return start >= high
        case "eb" if not wrong("eb-as-lt"):
            return end <= low
        case "ap":
            gap = max(abs(datetime.now(UTC) - low) / 10, timedelta(days=1))
            return start < min(high, LAST - gap) + gap and end > max(low, FIRST + gap) - gap
    return compare(prefix, low <= start and end <= high, end > high, start < low, wrong)


def compare(prefix: str, equal: bool, above: bool, below: bool, wrong: Wrong) -> bool:
    match prefix:
        case "ne":
            return not equal
        case "gt" | "sa":
            return above
        case "lt" | "eb":
            return below
        case "ge":
            return equal or (above and not wrong("ge-as-eq"))
        case "le":
            return equal or (below and not wrong("le-as-eq"))
    return equal


def number_matches(found: Any, wanted: str, wrong: Wrong) -> bool:
    prefix, text = prefixed(wanted)
    try:
        number = Decimal(text)
        exponent = int(number.as_tuple().exponent)
    except (InvalidOperation, ValueError):
        raise Problem(400, "invalid", f"{text!r} is not a number.") from None
    half = Decimal(5).scaleb(exponent - 1 - (exponent > 0))
    value = Decimal(found)
    if prefix == "ap":
        return abs(value - number) <= abs(number) / 10
    exact = wrong("number-precision-ignored")
    equal = value == number if exact else number - half <= value < number + half
    if prefix in ("ge", "le"):
        equal = value == number
    return compare(prefix, equal, value > number, value < number, wrong)


def quantity_matches(found: dict[str, Any], wanted: str, wrong: Wrong) -> bool:
    number, *unit = map(plain, split(wanted, "|", wrong))
    if len(unit) not in (0, 2):
        raise Problem(400, "invalid", f"{wanted!r} is not number|system|code.")
    if not number_matches(found.get("value", 0), number, wrong) or "value" not in found:
        return False
    if not unit or wrong("quantity-unit-ignored"):
        return True
    system, code = unit
    if system and found.get("system") != system:
        return False
    return not code or code == found.get("code") or (not system and code == found.get("unit"))


def folded(text: str, wrong: Wrong) -> str:
    if wrong("accents-kept"):
        return text.casefold()
    spread = unicodedata.normalize("NFKD", text if wrong("case-kept") else text.casefold())
    return "".join(one for one in spread if not unicodedata.combining(one))


def strings(found: Any) -> Iterator[str]:
    """Of a name or an address, every part in words."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        for name, part in found.items():
            if name not in ("use", "type", "period", "extension", "id"):
                yield from (one for one in (part if isinstance(part, list) else [part]))


def string_matches(found: Any, wanted: str, modifier: str, wrong: Wrong) -> bool:
    wanted = plain(wanted)
    for text in strings(found):
        if modifier == "exact" and not wrong("exact-ignored"):
            holds = text == wanted
        elif modifier == "contains" and not wrong("contains-ignored"):
            holds = folded(wanted, wrong) in folded(text, wrong)
        else:
            holds = folded(text, wrong).startswith(folded(wanted, wrong))
        if holds:
            return True
    return False


def codings(found: Any, system: str) -> Iterator[tuple[str, str]]:
    """System and code of anything that a token may be searched by."""
    if isinstance(found, bool):
        yield "", str(found).lower()
    elif isinstance(found, str):
        yield system, found
    elif "coding" in found or "text" in found:
        for one in found.get("coding", ()):
            yield one.get("system", ""), one.get("code", "")
    elif "code" in found:
        yield found.get("system", ""), found["code"]
    elif "value" in found:  # an identifier, or a contact point, whose system is no namespace
        yield "" if found.get("system") in ("phone", "email") else found.get("system", ""), found["value"]


def token_matches(found: Any, wanted: str, implied: str, wrong: Wrong) -> bool:
    first, *rest = split(wanted, "|", wrong)
    if len(rest) > 1:
        raise Problem(400, "invalid", f"{wanted!r} is not system|code.")
    system, code = (plain(first), plain(rest[0])) if rest else ("", plain(first))
    for own_system, own_code in codings(found, implied):
        right_system = own_system == system or not rest or wrong("token-system-ignored")
        if wrong("bare-token-as-no-system") and not rest:
            right_system = own_system == ""
        right_code = own_code.casefold() == code.casefold() or bool(rest and not code and system)
        if right_system and right_code and own_code:
            return True
    return False


def text_matches(found: Any, wanted: str, wrong: Wrong) -> bool:
    """`:text` of a token: the words that stand with its code begin so."""
    if not isinstance(found, dict):
        return False
    kind = found.get("type", {}) if "value" in found else found
    texts = [kind.get("text"), kind.get("display"), *(one.get("display") for one in kind.get("coding", ()))]
    start = folded(plain(wanted), wrong)
    return any(folded(text, wrong).startswith(start) for text in texts if text)


def of_type_matches(found: dict[str, Any], wanted: str, wrong: Wrong) -> bool:
    """`:of-type` of an identifier: the system and the code of its type, and its value."""
    parts = [plain(one) for one in split(wanted, "|", wrong)]
    if len(parts) != 3 or not all(parts):
        raise Problem(400, "invalid", f"{wanted!r} is not system|code|value.")
    right = tuple(parts[:2]) in codings(found.get("type", {"text": ""}), "") or wrong("of-type-of-any")
    return right and found.get("value", "") == parts[2]


def reference_matches(found: dict[str, Any], wanted: str, type: str, base: str, wrong: Wrong) -> bool:
    """`type` is that of a modifier, or empty."""
    wanted, has = plain(wanted).removeprefix(base + "/"), found.get("reference", "").removeprefix(base + "/")
    if wrong("reference-type-ignored"):
        return bool(has) and has.rpartition("/")[2] == wanted.rpartition("/")[2]
    if "/" not in wanted:
        has_type, _, has = has.rpartition("/")
        return has == wanted and bool(has) and type in ("", has_type)
    return has == wanted and (not type or has.startswith(type + "/"))


def uri_matches(found: str, wanted: str, modifier: str) -> bool:
    wanted = plain(wanted)
    if modifier == "below":
        return found == wanted or found.startswith(wanted.rstrip("/") + "/")
    if modifier == "above":
        return found == wanted or wanted.startswith(found.rstrip("/") + "/")
    return found == wanted
