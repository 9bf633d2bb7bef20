"""One check per primitive type: the JSON form, R4's pattern, and what the pattern cannot say.

https://hl7.org/fhir/R4/datatypes.html#primitive

A check gives None, or a constant list of one problem (path below, issue code, diagnostics). The diagnostics
say what is expected and never hold the value.
"""

from __future__ import annotations

import binascii
import re
from calendar import monthrange
from collections.abc import Callable
from decimal import Decimal

from facade.spec import definitions
from facade.spec.narrative import narrative_fault

Problem = tuple[str, str, str]
Problems = list[Problem] | None
Check = Callable[[object], Problems]

MAX_STRING = 1024 * 1024
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_URNS = {"urn:oid:": "oid", "urn:uuid:": "uuid"}


def problem(code: str, diagnostics: str) -> list[Problem]:
    return [("", code, diagnostics)]


def primitive(type: str) -> Check:
    """The check of a primitive type."""
    return _CHECKS[type](type)


def pattern_check(type: str, expected: str) -> Check:
    """A string that R4's own pattern describes in full."""
    fullmatch = _pattern(type)
    wrong = problem("value", f"{expected} is expected")

    def check(value: object) -> Problems:
        return None if value.__class__ is str and fullmatch(value) else wrong

    return check


def _pattern(type: str) -> Callable[[str], re.Match[str] | None]:
    pattern = definitions.primitive_pattern(type)
    assert pattern is not None
    return re.compile(pattern, re.ASCII).fullmatch


def _boolean(type: str) -> Check:
    wrong = problem("value", "true or false is expected, not a string or number")
    return lambda value: None if value is True or value is False else wrong


def _whole(low: int, expected: str) -> Callable[[str], Check]:
    wrong = problem("value", f"{expected} is expected, as a JSON number without fraction")

    def check(value: object) -> Problems:
        return None if value.__class__ is int and low <= value < 2**31 else wrong

    return lambda type: check


def _decimal(type: str) -> Check:
    wrong = problem("value", "a decimal number is expected (Decimal or int: a float loses digits)")

    def check(value: object) -> Problems:
        if value.__class__ is Decimal:
            return None if value.is_finite() else wrong
        return None if value.__class__ is int else wrong

    return check


def _string(type: str) -> Check:
    wrong = problem("value", f"a {type} is expected, not empty and without control characters")
    long = problem("too-long", f"a {type} may have 1,048,576 characters at most")

    def check(value: object) -> Problems:
        if value.__class__ is not str or not value.strip():
            return wrong
        if not value.isprintable() and _NOT_TEXT.search(value):
            return wrong
        return long if len(value) > MAX_STRING else None

    return check


def _code(type: str) -> Check:
    wrong = problem("value", "a code is expected: no blanks at its ends, single spaces within")

    def check(value: object) -> Problems:
        if value.__class__ is not str or not value:
            return wrong
        if value.isprintable() and (" " not in value or value == " ".join(value.split())):
            return None
        return wrong

    return check


def _uri(type: str) -> Check:
    wrong = problem("value", f"a {type} is expected, not empty and without blanks")
    urns = {prefix: primitive(name) for prefix, name in _URNS.items()}

    def check(value: object) -> Problems:
        if value.__class__ is not str or not value:
            return wrong
        if " " in value or not value.isprintable():
            return wrong
        if value.startswith("urn:"):
            for prefix, check_urn in urns.items():
                if value.startswith(prefix):
                    return check_urn(value)
        return None

    return check


def _date(expected: str) -> Callable[[str], Check]:
    wrong = problem("value", f"{expected} is expected, a day that the calendar has")

    def make(type: str) -> Check:
        fullmatch = _pattern(type)

        def check(value: object) -> Problems:
            if value.__class__ is not str or not fullmatch(value):
                return wrong
            if value[8:10] > "28" and int(value[8:10]) > monthrange(int(value[:4]), int(value[5:7]))[1]:
                return wrong
            return None

        return check

    return make


def _base64(type: str) -> Check:
    wrong = problem("value", "base64 is expected: groups of four of A-Z a-z 0-9 + / with = at the end")

    def check(value: object) -> Problems:
        if value.__class__ is not str or not value:
            return wrong
        try:
            decoded = binascii.a2b_base64(value, strict_mode=True)
        except ValueError:
            try:  # R4's pattern allows blanks between the groups
                decoded = binascii.a2b_base64("".join(value.split()), strict_mode=True)
            except ValueError:
                return wrong
        return None if decoded else wrong

    return check


def _xhtml(type: str) -> Check:
    def check(value: object) -> Problems:
        fault = narrative_fault(value) if isinstance(value, str) else "XHTML text is expected"
        return (
            problem("invariant" if fault and fault.startswith("txt-") else "value", fault) if fault else None
        )

    return check


_CHECKS: dict[str, Callable[[str], Check]] = {
    "base64Binary": _base64,
    "boolean": _boolean,
    "canonical": _uri,
    "code": _code,
    "date": _date("a date (YYYY, YYYY-MM or YYYY-MM-DD)"),
    "dateTime": _date("a dateTime (a date, or YYYY-MM-DDThh:mm:ss with Z or an offset)"),
    "decimal": _decimal,
    "id": lambda type: pattern_check(type, "an id (1 to 64 of A-Z a-z 0-9 - .)"),
    "instant": _date("an instant (YYYY-MM-DDThh:mm:ss with Z or an offset)"),
    "integer": _whole(-(2**31), "an integer of 32 bits"),
    "markdown": _string,
    "oid": lambda type: pattern_check(type, "an oid (urn:oid:1.2.3)"),
    "positiveInt": _whole(1, "an integer from 1"),
    "string": _string,
    "time": lambda type: pattern_check(type, "a time (hh:mm:ss)"),
    "unsignedInt": _whole(0, "an integer from 0"),
    "uri": _uri,
    "url": _uri,
    "uuid": lambda type: pattern_check(type, "a uuid in lower case (urn:uuid:…)"),
    "xhtml": _xhtml,
}
