"""searchset Bundles, joined from stored bytes: no resource is parsed or written again.

https://hl7.org/fhir/R4/bundle.html · https://hl7.org/fhir/R4/http.html#search
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from facade.store.serialise import to_json

_MATCH = b',"search":{"mode":"match"}}'
_INCLUDE = b',"search":{"mode":"include"}}'
_OUTCOME = b',"search":{"mode":"outcome"}}'

Row = Sequence[Any]
"""(rid, type, id, body, …) as a search plan's statements give it."""


def searchset(
    base_url: str,
    links: Mapping[str, str],
    matches: Iterable[Row],
    *,
    included: Iterable[Row] = (),
    total: int | None = None,
    outcome: Mapping[str, Any] | None = None,
) -> bytes:
    """A Bundle; `links` are relation → URL, and every type and id is one that needs no escaping."""
    parts = [b'{"resourceType":"Bundle","type":"searchset"']
    if total is not None:
        parts.append(b',"total":%d' % total)
    parts.append(b',"link":' + to_json([{"relation": name, "url": url} for name, url in links.items()]))
    opening = b',"entry":[{"fullUrl":"' + base_url.encode() + b"/"
    following = b',{"fullUrl":"' + base_url.encode() + b"/"
    start = opening
    for rows, end in ((matches, _MATCH), (included, _INCLUDE)):
        for row in rows:
            parts += (start, f'{row[1]}/{row[2]}","resource":'.encode(), row[3], end)
            start = following
    if outcome is not None:
        parts += (b',"entry":[' if start is opening else b",", b'{"resource":', to_json(outcome), _OUTCOME)
        start = following
    parts.append(b"}" if start is opening else b"]}")
    return b"".join(parts)
