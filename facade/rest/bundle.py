"""searchset Bundles, joined from stored bytes: no resource is parsed or written again.

https://hl7.org/fhir/R4/bundle.html · https://hl7.org/fhir/R4/http.html#search
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from facade.store.serialise import to_json

Row = Sequence[Any]
"""(rid, type, id, version, updated, body, …) as a search plan's statements give it."""


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
    head = b'{"resourceType":"Bundle","type":"searchset"'
    if total is not None:
        head += b',"total":%d' % total
    shown = [{"relation": relation, "url": url} for relation, url in links.items()]
    head += b',"link":' + to_json(shown)
    start = b'{"fullUrl":"' + base_url.encode() + b"/"
    entries = [
        b'%b%b/%b","resource":%b,"search":{"mode":"match"}}' % (start, r[1].encode(), r[2].encode(), r[5])
        for r in matches
    ]
    entries += [
        b'%b%b/%b","resource":%b,"search":{"mode":"include"}}' % (start, r[1].encode(), r[2].encode(), r[5])
        for r in included
    ]
    if outcome is not None:
        entries.append(b'{"resource":' + to_json(outcome) + b',"search":{"mode":"outcome"}}')
    return head + (b',"entry":[' + b",".join(entries) + b"]}" if entries else b"}")
