"""What a column's values are, from the database's own word for its type.

https://learn.microsoft.com/sql/odbc/reference/appendixes/sql-data-types
"""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["text", "integer", "decimal", "boolean", "date", "time", "timestamp", "binary", "other"]

_WORDS: tuple[tuple[str, Kind], ...] = (
    (r".*\[\]|.*range|interval.*|.*vector|array.*", "other"),
    (r"bit\(1\)|bool(ean)?|logical|yes/no|yesno", "boolean"),
    (r"(tiny|small|medium|big)?int(eger|\d)?\b.*", "integer"),
    (r".*serial|counter|autoincrement|year.*|byte|long", "integer"),
    (r"(dec(imal)?|num(eric|ber)?|fixed)\b.*|(double|float|real|money|smallmoney|currency)\b.*", "decimal"),
    (r"binary_(float|double)|float\d", "decimal"),
    (r"datetime.*|timestamp.*|smalldatetime", "timestamp"),
    (r"date", "date"),
    (r"time\b.*", "time"),
    (r"(var)?binary\b.*|(tiny|medium|long)?blob.*|bytea|image|(long )?raw\b.*", "binary"),
    (r"long(var)?binary|ole.*|bfile|bit\b.*|rowversion", "binary"),
    (r".*char.*|.*text.*|.*clob.*|.*string.*|enum\b.*|set\b.*|json.*|xml|uuid|guid", "text"),
    (r"uniqueidentifier|name|sysname|long varchar|memo|hyperlink|inet\d?|cidr|macaddr\d?", "text"),
)  # fmt: skip
_PATTERNS = tuple((re.compile(pattern), kind) for pattern, kind in _WORDS)

_CODES: dict[int, Kind] = {
    -7: "boolean", 4: "integer", 5: "integer", -5: "integer", -6: "integer",
    2: "decimal", 3: "decimal", 6: "decimal", 7: "decimal", 8: "decimal",
    9: "date", 91: "date", 10: "time", 92: "time", -154: "time", 11: "timestamp", 93: "timestamp",
    -155: "timestamp", 1: "text", 12: "text", -1: "text", -8: "text", -9: "text", -10: "text", -11: "text",
    -152: "text", -2: "binary", -3: "binary", -4: "binary",
}  # fmt: skip


def kind_of(declared: str) -> Kind:
    """`varchar(20)` is text, `int(11) unsigned` integer, `numeric(8,2)` decimal; an unknown word is other."""
    word = declared.strip().lower()
    return next((kind for pattern, kind in _PATTERNS if pattern.fullmatch(word)), "other")


def kind_of_code(code: int, declared: str = "") -> Kind:
    """By ODBC's code of an SQL type; by the word where the code is a driver's own."""
    return _CODES.get(code) or kind_of(declared)
