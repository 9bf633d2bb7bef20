"""searchset Bundles, joined from stored bytes: no resource is parsed or written again.

https://hl7.org/fhir/R4/bundle.html · https://hl7.org/fhir/R4/http.html#search
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from facade.store.serialise import to_json

_START = b',{"fullUrl":"%b/'
_RESOURCE = b'","resource":'
_MATCH = b',"search":{"mode":"match"}}'
_INCLUDE = b',"search":{"mode":"include"}}'
_OUTCOME = b',{"resource":%b,"search":{"mode":"outcome"}}'

Row = Sequence[Any]
"""(rid, id of a match or `Type/id` of an included one, body, …) as a search plan gives them, as bytes."""


def searchset(
    base_url: str,
    type: str | None,
    links: Mapping[str, str],
    matches: Iterable[Row],
    *,
    included: Iterable[Row] = (),
    total: int | None = None,
    outcome: Mapping[str, Any] | None = None,
) -> bytes:
    """A Bundle; `links` are relation → URL, and every type and id is one that needs no escaping. Without a
    `type` the matches' rows name theirs, as those of included resources do."""
    parts = [b'{"resourceType":"Bundle","type":"searchset"']
    if total is not None:
        parts.append(b',"total":%d' % total)
    parts.append(b',"link":' + to_json([{"relation": name, "url": url} for name, url in links.items()]))
    entries = _joined(matches, base_url if type is None else f"{base_url}/{type}", _MATCH)
    entries += _joined(included, base_url, _INCLUDE)
    if outcome is not None:
        entries.append(_OUTCOME % to_json(outcome))
    if entries:
        entries[0] = b',"entry":[' + entries[0].removeprefix(b",")
        entries.append(b"]")
    return b"".join((*parts, *entries, b"}"))


def _joined(rows: Iterable[Row], base: str, end: bytes) -> list[bytes]:
    """The pieces of entries that end alike."""
    start = _START % base.encode()
    between = end + start
    parts: list[bytes] = []
    for row in rows:
        parts += (between, row[1], _RESOURCE, row[2])
    if parts:
        parts[0] = start
        parts.append(end)
    return parts
