"""What XHTML a narrative may hold: well formed, in a div, formatting only, and nothing that can act.

https://hl7.org/fhir/R4/narrative.html#xhtml
"""

from __future__ import annotations

from xml.parsers import expat

XHTML = "http://www.w3.org/1999/xhtml"
# chapters 7 to 11 (without 9.4) and 15 of HTML 4.0, links and images
_FORMATTING = """
    a abbr acronym address b bdo big blockquote br caption center cite code col colgroup dd dfn div dl dt em
    font h1 h2 h3 h4 h5 h6 hr i img kbd li ol p pre q s samp small span strike strong sub sup table tbody td
    tfoot th thead tr tt u ul var
"""
_ELEMENTS = frozenset(_FORMATTING.split())
_WELL_FORMED = "a narrative must be well formed XML without a document type, as one div"
_NAMESPACE = f'a narrative\'s div must have xmlns="{XHTML}"'
_BASIC = "txt-1: a narrative holds formatting elements only, no script, form, frame, object or event"
_EMPTY = "txt-2: a narrative must have some content that is not blank"


class _Fault(Exception):
    pass


class _Reader:
    """Follows the parser through one narrative."""

    def __init__(self) -> None:
        self.depth = 0
        self.content = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        if namespace != XHTML:
            raise _Fault(_NAMESPACE)
        if self.depth == 0 and local != "div":
            raise _Fault(_WELL_FORMED)
        if local not in _ELEMENTS:
            raise _Fault(_BASIC)
        for attribute, value in attributes.items():
            target = "".join(value.split()).lower()
            if attribute.lower().startswith("on") or target.startswith(("javascript:", "vbscript:")):
                raise _Fault(_BASIC)
        self.depth += 1
        self.content = self.content or local == "img"

    def end(self, name: str) -> None:
        self.depth -= 1

    def text(self, data: str) -> None:
        self.content = self.content or not data.isspace()

    def doctype(self, *declaration: object) -> None:
        raise _Fault(_WELL_FORMED)


def narrative_fault(div: str) -> str | None:
    """What is wrong with a narrative's div; None if nothing."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        parser.Parse(div, True)
    except _Fault as fault:
        return str(fault)
    except (expat.ExpatError, ValueError):  # ValueError: lone surrogates
        return _WELL_FORMED
    return None if reader.content else _EMPTY
