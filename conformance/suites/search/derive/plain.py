"""The plain way to ask for a value: no prefix, no modifier, its special signs escaped.

https://hl7.org/fhir/R4/search.html#escaping
"""

from __future__ import annotations

import re
from decimal import Decimal

from conformance.matching import dates, numbers, references, strings, tokens
from conformance.matching.asked import escaped
from conformance.matching.expressions import Found
from conformance.matching.leeway.texts import CERTAIN, parts

LENGTH = 8  # characters of a text that are asked for
_START = re.compile(r"\w[\w ,$|\\]*\w")


def plain(kind: str, found: Found, base_url: str) -> str | None:
    """What to write to find a value, by the kind of its parameter; None where there is no certain way."""
    try:
        return _PLAIN[kind](found, base_url) if kind in _PLAIN else None
    except (AttributeError, ArithmeticError, KeyError, TypeError, ValueError):
        return None  # a malformed value, of which another suite tells


def texts_of(found: Found) -> list[str]:
    """The texts of a value that every server finds."""
    if found.type in CERTAIN:
        return parts(found, CERTAIN[found.type])
    return [found.value] if isinstance(found.value, str) else []


def start_of(text: str, length: int = LENGTH) -> str:
    """How a text begins, up to so many characters, from its first letter to a last one; else empty."""
    found = _START.match(text[:length])
    return found[0] if found else ""


def _string(found: Found, base_url: str) -> str | None:
    starts = (start_of(text) for text in texts_of(found))
    return next((escaped(start) for start in starts if len(strings.normal(start)) > 1), None)


def _token(found: Found, base_url: str) -> str | None:
    return next((escaped(pair.code) for pair in tokens.pairs(found) if _sound(pair.code)), None)


def _sound(code: str) -> bool:
    return bool(code) and code == code.strip() and len(code) <= 100


def _date(found: Found, base_url: str) -> str | None:
    text = found.value if found.type in ("date", "dateTime", "instant") else None
    return text if isinstance(text, str) and dates.interval(text) else None


def written(value: object) -> str:
    """A number with the digits it came with, without an exponent. Raises ArithmeticError for what is none."""
    return format(Decimal(str(value)), "f")


def _number(found: Found, base_url: str) -> str | None:
    return None if isinstance(found.value, bool | dict) else written(found.value)


def _quantity(found: Found, base_url: str) -> str | None:
    value = found.value
    if found.type not in numbers.QUANTITIES or "value" not in value or value.get("comparator"):
        return None
    number = written(value["value"])
    if value.get("system") and value.get("code"):
        return f"{number}|{escaped(value['system'])}|{escaped(value['code'])}"
    return number


def _reference(found: Found, base_url: str) -> str | None:
    url = references.literal(found, base_url)
    sound = url is not None and ("/" in url or ":" in url) and "/_history/" not in str(found.value)
    return escaped(url) if sound and url else None


def _uri(found: Found, base_url: str) -> str | None:
    return escaped(found.value) if isinstance(found.value, str) and found.value else None


_PLAIN = {
    "string": _string,
    "token": _token,
    "date": _date,
    "number": _number,
    "quantity": _quantity,
    "reference": _reference,
    "uri": _uri,
}
