"""Prefer: how a client would like its request to be done, as a value.

https://hl7.org/fhir/R4/http.html#ops · https://www.rfc-editor.org/rfc/rfc7240
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Return = Literal["minimal", "representation", "OperationOutcome"]

_RETURNS: dict[str, Return] = {
    "minimal": "minimal",
    "representation": "representation",
    "operationoutcome": "OperationOutcome",
}
_PART = re.compile(r'(?:[^",;]|"(?:[^"\\]|\\.)*"?)+|[,;]')


@dataclass(frozen=True, slots=True)
class Prefer:
    """What of a Prefer header is understood; None and false where it says nothing.

    `returns` is what a write answers with, `lenient` whether unknown search parameters are ignored,
    `respond_async` whether the answer may come later.
    """

    returns: Return | None = None
    lenient: bool = False
    respond_async: bool = False


@lru_cache(512)
def parse_prefer(text: str) -> Prefer:
    """From the header's value. The unknown is ignored; of what is said twice the first counts."""
    said: dict[str, str] = {}
    for name, value in _preferences(text):
        said.setdefault(name, value)
    return Prefer(
        returns=_RETURNS.get(said.get("return", "")),
        lenient=said.get("handling") == "lenient",
        respond_async="respond-async" in said,
    )


def _preferences(text: str) -> list[tuple[str, str]]:
    """(name, value) of each preference, in lower case, without its parameters."""
    found = []
    wanted = True
    for match in _PART.finditer(text):
        part = match[0]
        if part in ",;":
            wanted = part == ","
        elif wanted:
            name, _, value = part.partition("=")
            found.append((name.strip().lower(), value.strip().strip('"').lower()))
    return found
