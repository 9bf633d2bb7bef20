"""Text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import lru_cache

from facade.mapping.errors import ArgumentError
from facade.mapping.filters.html_text import html_text
from facade.mapping.filters.registry import filter_

Text = Callable[[str], str | None]


@filter_()
def trim(characters: str = "") -> Text:
    """Without blanks (or the given characters) at both ends.

    `$'--x-' | trim('-')` gives `x`
    """
    return lambda text: text.strip(characters or None)


@filter_()
def upper() -> Text:
    """In capital letters.

    `$'smith' | upper` gives `SMITH`
    """
    return str.upper


@filter_()
def lower() -> Text:
    """In small letters.

    `$'SMITH' | lower` gives `smith`
    """
    return str.lower


@filter_()
def title() -> Text:
    """Each word with a capital first letter, the rest small.

    `$'ANNA LEE-SMITH' | title` gives `Anna Lee-Smith`
    """
    return lambda text: re.sub(r"\w+", lambda found: found[0].capitalize(), text)


@filter_()
def replace(old: str, new: str = "") -> Text:
    """Every `old` replaced by `new`; by nothing if that is left out.

    `$'555.123.99' | replace('.', '-')` gives `555-123-99`
    """
    if not old:
        raise ArgumentError("`old` may not be empty")
    return lambda text: text.replace(old, new)


@filter_()
def prefix(before: str) -> Text:
    """With a text before it; an empty value stays empty.

    `$'123' | prefix('urn:oid:')` gives `urn:oid:123`
    """
    return lambda text: before + text


@filter_()
def suffix(after: str) -> Text:
    """With a text after it; an empty value stays empty.

    `$'5' | suffix(' mg')` gives `5 mg`
    """
    return lambda text: text + after


@filter_()
def split(separator: str = "") -> Callable[[str], list[str]]:
    """The parts between separators (without one: between blanks), trimmed, empty ones left out.

    `$'E11.9; I10;' | split(';') | join(' ')` gives `E11.9 I10`
    """
    return lambda text: [part for piece in text.split(separator or None) if (part := piece.strip())]


@filter_()
def lines() -> Callable[[str], list[str]]:
    """The lines of a text, trimmed, empty ones left out.

    `$'1 High St\\nFlat 2' | lines | join(', ')` gives `1 High St, Flat 2`
    """
    return lambda text: [line for piece in text.splitlines() if (line := piece.strip())]


@filter_()
def truncate(length: int) -> Text:
    """At most so many characters.

    `$'Elizabeth' | truncate(5)` gives `Eliza`
    """
    if length < 1:
        raise ArgumentError("`length` must be at least 1")
    return lambda text: text[:length]


@filter_()
def digits() -> Text:
    """The digits 0 to 9 only; empty if there are none.

    `$'(555) 010-99' | digits` gives `55501099`
    """
    return lambda text: re.sub(r"[^0-9]", "", text)


@filter_()
def matches(pattern: str) -> Callable[[str], bool]:
    """Whether a regular expression is found in the text (`^` and `$` bind it to the ends); for conditions.

    `$'12.5' | matches('^[0-9.]+$')` gives `true`
    """
    search = _compile(pattern).search
    return lambda text: search(text) is not None


@filter_()
def capture(pattern: str) -> Text:
    """What the first group (or else the whole) of a regular expression finds; empty if nothing is found.

    `$'6 - 12 mg/dl' | capture('- *([0-9.]+)')` gives `12`
    """
    compiled = _compile(pattern)
    search, group = compiled.search, min(compiled.groups, 1)

    def capture_(text: str) -> str | None:
        found = search(text)
        return found[group] if found else None

    return capture_


@filter_()
def strip_html() -> Text:
    """The text of an HTML fragment, without tags, scripts and styles; blocks begin new lines.

    `$'<p>Take <b>two</b></p>' | strip_html` gives `Take two`
    """
    return html_text


@filter_()
def sha1() -> Text:
    """The SHA-1 of the text as 40 hexadecimal digits, where a short stable name for a long text is needed.

    `$'a' | sha1 | truncate(8)` gives `86f7e437`
    """
    return lambda text: hashlib.sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


@lru_cache(maxsize=512)
def _compile(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ArgumentError(f"the regular expression is wrong: {error.msg}") from None
