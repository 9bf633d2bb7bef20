"""What a narrative may hold: one div of XHTML, some content, and nothing that acts.

https://hl7.org/fhir/R4/narrative.html#xhtml

Only what the specification plainly forbids is told.
"""

from __future__ import annotations

from html.entities import name2codepoint
from xml.parsers import expat

NAMESPACE = "http://www.w3.org/1999/xhtml"
_TAGS = """
    html head body base link meta title style script form input button select textarea frame frameset iframe
    object applet embed
"""
_FORBIDDEN = frozenset(_TAGS.split())


class _Stop(Exception):
    pass


def narrative_faults(div: str) -> dict[str, str]:
    """What is wrong, by the invariant that forbids it (`txt-1`, `txt-2`); empty if nothing."""
    depth, content = 0, False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, content
        space, _, local = name.rpartition(" ")
        if depth == 0 and (local != "div" or space != NAMESPACE):
            raise _Stop(f'it is not a div with xmlns="{NAMESPACE}"')
        if local.lower() in _FORBIDDEN:
            raise _Stop(f"it has the element {local.lower()}")
        if any(one.lower().startswith("on") for one in attributes):
            raise _Stop("it has an attribute for an event")
        depth += 1
        content = content or local == "img"

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1

    def text(data: str) -> None:
        nonlocal content
        content = content or not data.isspace()

    def refuse(*declared: object) -> None:
        raise _Stop("it has a document type")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, refuse
    try:
        parser.Parse(_without_entities(div), True)
    except _Stop as fault:
        return {"txt-1": str(fault)}
    except (expat.ExpatError, ValueError):
        return {"txt-1": "it is not well-formed XML"}
    return {} if content else {"txt-2": "it has no content but white space"}


def _without_entities(div: str) -> str:
    """Entities of HTML as characters: whether they may stand in JSON is not for us to say."""
    if "&" not in div:
        return div
    for name in {part.partition(";")[0] for part in div.split("&")[1:]} & name2codepoint.keys():
        if name not in ("amp", "lt", "gt", "quot", "apos"):
            div = div.replace(f"&{name};", chr(name2codepoint[name]))
    return div
