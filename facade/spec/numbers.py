"""Numbers as they are written, digit for digit, within what any reader can hold.

https://hl7.org/fhir/R4/datatypes.html#decimal · https://hl7.org/fhir/R4/json.html#primitive
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

MAX_DIGITS = 64
MAX_EXPONENT = 308  # of a double, which is all that many readers have
_INT64 = 2**63


def read_number(text: str) -> int | Decimal | None:
    """A JSON number: an int where it is written as one (of 64 bits), else a Decimal; None beyond the limits.

    The text must have the form of a number already.
    """
    if len(text) > MAX_DIGITS + 10:
        return None
    if text.lstrip("-").isdigit():
        whole = int(text)
        if -_INT64 <= whole < _INT64 and text != "-0":
            return whole
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    digits, exponent = number.as_tuple()[1:]
    if len(digits) > MAX_DIGITS or not -MAX_EXPONENT <= int(exponent) <= MAX_EXPONENT:
        return None
    return number
