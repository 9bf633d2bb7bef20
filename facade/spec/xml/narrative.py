"""The div of a narrative, taken from a document and put into one as it was written.

https://hl7.org/fhir/R4/narrative.html#xhtml · https://hl7.org/fhir/R4/xml.html#xhtml
"""

from __future__ import annotations

import re
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from facade.spec.xml.shapes import MAX_DEPTH, XHTML

_XML = "http://www.w3.org/XML/1998/namespace"
_TAG = re.compile(rb"""<(?:[^>"']|"[^"]*"|'[^']*')*>""")
_DIV = re.compile(r"<div(?=[\s/>])")


class Div:
    """A div while it is read. Its text is kept as it is written; where that could not stand alone, for it
    leans on prefixes declared outside, it is written anew."""

    def __init__(self, data: bytes, begin: int, alone: bool) -> None:
        self._data = data
        self._begin = begin
        self._end = begin
        self._alone = alone
        self._anew: list[str] = []
        self._depth = 0

    def start(self, name: str, prefix: str, attributes: dict[str, str]) -> bool:
        """Enter an element; false if it is nested too deeply or has an attribute of another namespace."""
        self._anew.append(f"<{name}" if self._depth else f'<{name} xmlns="{XHTML}"')
        for attribute, value in attributes.items():
            space, _, local = attribute.partition(" ")
            if not local:
                self._anew.append(f" {space}={quoteattr(value)}")
            elif space == _XML:
                self._anew.append(f" xml:{local.split(' ')[0]}={quoteattr(value)}")
            else:
                return False
        self._anew.append(">")
        self._depth += 1
        self._alone = self._alone and not prefix
        return self._depth <= MAX_DEPTH

    def characters(self, text: str) -> None:
        self._anew.append(escape(text))

    def end(self, name: str, at: int) -> bool:
        """Leave an element whose end tag is at this byte; true if it was the div itself."""
        self._anew.append(f"</{name}>")
        self._depth -= 1
        if self._depth == 0:
            tag = _TAG.match(self._data, self._begin)
            assert tag is not None
            closed = tag[0].endswith(b"/>")
            self._end = tag.end() if closed else self._data.index(b">", at) + 1
        return self._depth == 0

    def text(self) -> str:
        """The div as a JSON string has it."""
        return self._data[self._begin : self._end].decode() if self._alone else "".join(self._anew)


def div_text(text: str) -> str | None:
    """The div of a JSON string as it stands in a document; None if it is no well formed div."""
    depth = 0
    root = ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, root
        root = root or tag
        depth += 1
        if depth > MAX_DEPTH:
            raise ValueError

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_: object) -> None:
        raise ValueError

    parser = expat.ParserCreate("UTF-8", " ")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.XmlDeclHandler = parser.StartDoctypeDeclHandler = parser.ProcessingInstructionHandler = refuse
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, ValueError):  # ValueError: ours, and that of lone surrogates
        return None
    if root == f"{XHTML} div":
        return text.strip()
    return _DIV.sub(f'<div xmlns="{XHTML}"', text.strip(), count=1) if root == "div" else None
