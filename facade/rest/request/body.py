"""The body of a request: its bytes, inflated where need be, and the resource that they are.

https://hl7.org/fhir/R4/http.html#mime-type · https://www.rfc-editor.org/rfc/rfc9110#section-8.4
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable
from typing import Any, TypeVar

from facade.rest.errors import Malformed, UnsupportedMedia, too_large
from facade.rest.request.call import Call
from facade.rest.request.negotiation import JSON_TYPES, XML_TYPES, is_served, media_type
from facade.rest.request.strict_json import parse_object
from facade.spec import definitions
from facade.spec.xml import from_xml

_GZIP = 16 + zlib.MAX_WBITS
_MEMBERS = 64
_LONG = 64 * 1024
T = TypeVar("T")
_UTF8 = ("", "utf-8", "utf8", "us-ascii")


async def read_body(call: Call, limit: int) -> bytes:
    """The body's bytes, at most `limit` of them before and after inflation (`Content-Encoding: gzip`).

    Raises TooLarge, TooSlow, UnsupportedMedia for another encoding, Malformed for gzip that is none.
    """
    codings = [one.strip().lower() for one in call.header(b"content-encoding").split(",")]
    codings = [one for one in codings if one not in ("", "identity")]
    if codings and codings not in (["gzip"], ["x-gzip"]):
        error = UnsupportedMedia("A body is sent as it is, or with Content-Encoding: gzip.")
        error.headers = ((b"accept-encoding", b"gzip"),)
        raise error
    data = await call.body(limit)
    return _inflate(data, limit) if codings else data


async def read_as(call: Call, limit: int, parse: Callable[[bytes, str], T]) -> T:
    """What `parse` makes of the body and its content type; of a long one beside what other clients ask."""
    data = await read_body(call, limit)
    return await aside(len(data), lambda: parse(data, call.header(b"content-type")))


async def aside(size: int, work: Callable[[], T]) -> T:
    """Work on a body of so many bytes: in a thread, if it would hold up other clients."""
    return work() if size < _LONG else await asyncio.to_thread(work)


def _inflate(data: bytes, limit: int) -> bytes:
    parts: list[bytes] = []
    left = limit
    try:
        for _ in range(_MEMBERS):
            member = zlib.decompressobj(_GZIP)
            parts.append(member.decompress(data, left + 1))
            left -= len(parts[-1])
            if left < 0:
                raise too_large(limit)
            if not member.eof:
                raise Malformed("The body is not whole: its gzip ends too early.")
            data = member.unused_data
            if not data:
                return b"".join(parts)
        raise Malformed(f"The body's gzip comes in more than {_MEMBERS} members.")
    except zlib.error:
        raise Malformed("The body is not gzip, though Content-Encoding says so.") from None


def parse_resource(data: bytes, content_type: str) -> dict[str, Any]:
    """The resource in a body, as a dict with Decimals; its form is sound, its content is not checked.

    Raises UnsupportedMedia if the content type is not FHIR's JSON or XML in UTF-8 (415), Malformed and
    NotFhirXml with the place or the line of what is wrong (400).
    """
    kind, parameters = media_type(content_type)
    if kind not in JSON_TYPES and kind not in XML_TYPES:
        raise UnsupportedMedia("A resource is sent as application/fhir+json or application/fhir+xml.")
    if parameters.get("charset", "").lower() not in _UTF8:
        raise UnsupportedMedia("A resource is sent in UTF-8.")
    if not is_served(parameters.get("fhirversion", "")):
        raise UnsupportedMedia("A resource is sent in FHIR 4.0.")
    if kind in XML_TYPES:
        return from_xml(data)
    resource = parse_object(data)
    name = resource.get("resourceType")
    if name is None:
        raise Malformed("The object is no resource: it has no resourceType.", expression="resourceType")
    if name.__class__ is not str or name not in definitions.resource_types():
        raise Malformed("The resourceType is not one of FHIR R4.", expression="resourceType")
    return resource
