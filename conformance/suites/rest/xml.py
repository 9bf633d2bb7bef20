"""FHIR's XML read into leaves that can be compared with JSON's, strictly and without the definitions.

https://hl7.org/fhir/R4/xml.html
"""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from conformance.errors import Failed

FHIR = "http://hl7.org/fhir"
XHTML = "http://www.w3.org/1999/xhtml"


class Document:
    """An XML document that was read: its root's name, and how often each `path = value` occurs in it."""

    def __init__(self, body: bytes) -> None:
        """Raises Failed for what is not well formed, has a document type, or elements of other namespaces."""
        self.root = ""
        self.leaves: dict[str, int] = {}
        self._open: list[str] = []
        self._inside = 0  # of a narrative's div, whose elements are not FHIR's
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._refuse
        try:
            parser.Parse(body, True)
        except expat.ExpatError as error:
            raise Failed(f"the XML is not well formed at line {error.lineno}") from None

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        if self._inside or (space == XHTML and local == "div"):
            self._inside += 1
            return
        if space != FHIR:
            raise Failed(f"the XML has an element {local!r} that is not in FHIR's namespace")
        self.root = self.root or local
        self._open.append(local)
        for attribute, value in attributes.items():
            if attribute in ("value", "id", "url"):
                place = [*self._open] if attribute == "value" else [*self._open, attribute]
                leaf = f"/{'/'.join(place)} = {' '.join(value.split())}"
                self.leaves[leaf] = self.leaves.get(leaf, 0) + 1

    def _end(self, _name: str) -> None:
        if self._inside:
            self._inside -= 1
        else:
            self._open.pop()

    def _refuse(self, *_: Any) -> None:
        raise Failed("the XML has a document type declaration, which FHIR does not allow")
