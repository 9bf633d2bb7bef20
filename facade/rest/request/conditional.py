"""ETag and Last-Modified, and what a client may ask with them.

https://hl7.org/fhir/R4/http.html#versioning · https://hl7.org/fhir/R4/http.html#cread
"""

from __future__ import annotations

import re
from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache

from facade.errors import BadRequest
from facade.flow.local import Precondition
from facade.rest.answer import Answer, Header
from facade.rest.request.call import Call

_OURS = re.compile(r'(?:W/)?"(\d{1,9})"|(\d{1,9})', re.ASCII)
_TAG = re.compile(
    r'(?:W/)?"[!#-~\x80-\xff]*"'
)  # anyone's: https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3


def version_headers(version: int, updated: int) -> tuple[Header, ...]:
    """ETag and Last-Modified of a version; `updated` is in microseconds since 1970."""
    return ((b"etag", b'W/"%d"' % version), (b"last-modified", _http_date(updated // 1_000_000)))


@lru_cache(4096)
def _http_date(seconds: int) -> bytes:
    return formatdate(seconds, usegmt=True).encode()


def precondition_of(call: Call) -> Precondition:
    """What the client presumes of what it writes: If-Match with version ids or `*`, If-None-Match with `*`.
    Raises BadRequest for what is neither: a condition that is not understood must not be passed over."""
    versions: frozenset[int] | None = None
    exists: bool | None = None
    if call.has_header(b"if-match"):
        match = call.header(b"if-match").strip()
        if match == "*":
            exists = True
        else:
            known = (_version(tag.strip()) for tag in match.split(","))
            versions = frozenset(version for version in known if version is not None)
    if call.has_header(b"if-none-match"):
        if call.header(b"if-none-match").strip() != "*" or exists:
            raise BadRequest("If-None-Match of a write is `*` alone.", expression="http.If-None-Match")
        exists = False
    return Precondition(versions, exists)


def _version(tag: str) -> int | None:
    """The version of an entity tag; None for one that we never gave, which nothing can match."""
    found = _OURS.fullmatch(tag)
    if found is not None:
        return int(found[1] or found[2])
    if _TAG.fullmatch(tag):
        return None
    raise BadRequest('If-Match holds a version such as W/"3".', expression="http.If-Match")


def not_modified(call: Call, version: int, updated: int) -> Answer | None:
    """A 304 if the client has this version already (If-None-Match, else If-Modified-Since)."""
    tags = call.header(b"if-none-match")
    if tags:
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        same = f'"{version}"' in known or "*" in known
    else:
        since = call.header(b"if-modified-since")
        same = bool(since) and _not_after(updated // 1_000_000, since)
    return Answer(304, headers=version_headers(version, updated)) if same else None


def _not_after(seconds: int, http_date: str) -> bool:
    try:
        return seconds <= parsedate_to_datetime(http_date).timestamp()
    except (ValueError, OverflowError):
        return False  # a date that cannot be read is ignored (RFC 9110, 13.1.3)
