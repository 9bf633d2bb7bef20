"""Resources as JSON bytes, exactly: decimals keep their digits, and meta is spliced in without a second pass.

https://hl7.org/fhir/R4/json.html · https://hl7.org/fhir/R4/resource.html#Meta
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any

import orjson

OWN_META = frozenset({"versionId", "lastUpdated"})
"""What the server says of a resource."""
_REFERENCE, _BINARY = re.compile(rb'reference":"([^"]+)'), re.compile(rb'"url":"((?:[^"]*/)?Binary/[^"]+)')


def _exact(value: Any) -> orjson.Fragment:
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(str(value))
    raise TypeError(f"{type(value).__name__} has no JSON form")


def to_json(value: Any) -> bytes:
    """Compact JSON; a Decimal keeps its digits (`200.00`). Raises TypeError for what JSON cannot hold."""
    return orjson.dumps(value, _exact)


def from_json(text: bytes) -> dict[str, Any]:
    """The inverse: numbers with a point or an exponent come back as Decimal."""
    value: dict[str, Any] = json.loads(text, parse_float=Decimal)
    return value


def canonical(body: Mapping[str, Any]) -> bytes:
    """A record's body with sorted keys, so that equal bodies are equal bytes."""
    try:
        return orjson.dumps(body, _exact, orjson.OPT_SORT_KEYS)
    except TypeError:  # integers beyond 64 bits, lone surrogates: rare, and worth keeping as they were
        return json.dumps(body, sort_keys=True, separators=(",", ":"), default=str).encode()


def weight(body: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """A record's `canonical` bytes and their `digest`."""
    try:
        text = orjson.dumps(body, _exact, orjson.OPT_SORT_KEYS)
    except TypeError:
        text = canonical(body)
    return text, blake2b(text, digest_size=16).digest()


def digest(*parts: bytes) -> bytes:
    """16 bytes that tell contents apart."""
    return blake2b(b"\0".join(parts), digest_size=16).digest()


def instant(micros: int) -> str:
    """Microseconds since 1970 as a FHIR instant in milliseconds: `2024-01-31T12:00:00.000Z`."""
    moment = datetime.fromtimestamp(micros // 1_000_000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{micros // 1000 % 1000:03d}Z"


@dataclass(frozen=True, slots=True)
class Content:
    """A resource serialised but for its version: `hash` is over everything that its source decides, `refers`
    is what `references_in` finds."""

    head: bytes
    tail: bytes
    hash: bytes
    refers: str | None

    def body(self, version: int, updated: str) -> bytes:
        """The bytes that a read answers, with meta.versionId and meta.lastUpdated."""
        return b'%s{"versionId":"%d","lastUpdated":"%s"%s' % (self.head, version, updated.encode(), self.tail)

    def named(self, type: str, id: str) -> Content:
        """The same resource under another id."""
        head = _head(type, id)
        return Content(head, self.tail, digest(head, self.tail), self.refers)


def freeze(resource: Mapping[str, Any]) -> Content:
    """Serialise once. The id must be a valid FHIR id, the type a FHIR type (neither needs escaping)."""
    rest = dict(resource)
    head = _head(rest.pop("resourceType"), rest.pop("id"))
    meta = rest.pop("meta", None)
    tail = b"}" + (b"," + to_json(rest)[1:] if rest else b"}")
    if meta:
        kept = {name: value for name, value in meta.items() if name not in OWN_META}
        if kept:
            tail = b"," + to_json(kept)[1:-1] + tail
    return Content(head, tail, digest(head, tail), references_in(tail))


def references_in(body: bytes) -> str | None:
    """What a resource's bytes refer to, be it by a search parameter or not, and the Binary of an attachment,
    each once, a line each. None if there is nothing.

    What stands inside a text is not taken for a reference, because its quotes are escaped.
    """
    found = _REFERENCE.findall(body)
    if b"Binary/" in body:
        found += _BINARY.findall(body)
    return b"\n".join(dict.fromkeys(found)).decode() if found else None


def _head(type: str, id: str) -> bytes:
    return f'{{"resourceType":"{type}","id":"{id}","meta":'.encode()
