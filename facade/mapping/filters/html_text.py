"""The text of an HTML fragment, found in one pass: html.parser needs minutes for some short texts.

https://html.spec.whatwg.org/multipage/parsing.html
"""

from __future__ import annotations

import re
from html import unescape

_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)|<[!?/]")
_BLOCKS = frozenset("p div br li tr table ul ol h1 h2 h3 h4 h5 h6".split())  # noqa: SIM905
_SILENT = {name: re.compile(rf"</{name}\b[^>]*", re.IGNORECASE) for name in ("script", "style", "head")}
_BLANKS = re.compile(r"\s+")


def html_text(html: str) -> str | None:
    """Text without tags, comments, scripts and styles; blocks begin new lines; None if nothing is left."""
    parts: list[str] = []
    at = 0
    while (start := html.find("<", at)) >= 0:
        parts.append(_text(html[at:start]))
        found = _TAG.match(html, start)
        if found is None:  # a plain "less than"
            parts.append("<")
            at = start + 1
            continue
        comment = html.startswith("<!--", start)
        end = html.find("-->" if comment else ">", start)
        if end < 0:  # never closed: an open comment hides the rest, anything else was no tag
            at = len(html) if comment else start
            break
        at = end + (3 if comment else 1)
        name = (found[1] or "").lower()
        if name in _SILENT and html[start + 1] != "/":
            closing = _SILENT[name].search(html, at)
            at = closing.end() + 1 if closing else len(html)
        elif name in _BLOCKS:
            parts.append("\n")
    parts.append(_text(html[at:]))
    lines = (line.strip() for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line) or None


def _text(raw: str) -> str:
    return _BLANKS.sub(" ", unescape(raw)) if raw else ""
