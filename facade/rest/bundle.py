"""searchset and history Bundles, joined from stored bytes: no resource is parsed or written again.

https://hl7.org/fhir/R4/bundle.html · https://hl7.org/fhir/R4/http.html#search
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from facade.store.history import Version
from facade.store.serialise import instant, to_json

_START = b',{"fullUrl":"%b/'
RESOURCE = b'","resource":'
_MATCH = b',"search":{"mode":"match"}}'
_INCLUDE = b',"search":{"mode":"include"}}'
_OUTCOME = b',{"resource":%b,"search":{"mode":"outcome"}}'

Row = Sequence[Any]
"""(rid, `Type/id`, body, …) as a search plan gives them, as bytes."""


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
    entries = _joined(matches, base_url, _MATCH)
    entries += _joined(included, base_url, _INCLUDE)
    if outcome is not None:
        entries.append(_OUTCOME % to_json(outcome))
    return _bundle("searchset", links, total, entries)


def between(base_url: str) -> str:
    """What stands between the `Type/id","resource":{…}` of two matches, where the store has joined them."""
    return (_MATCH + _START % base_url.encode()).decode()


def history(
    base_url: str, links: Mapping[str, str], versions: Iterable[Version], *, total: int | None = None
) -> bytes:
    """A Bundle of versions, each with what was asked to make it and how that was answered."""
    return _bundle("history", links, total, [_version(base_url, one) for one in versions])


def _version(base_url: str, one: Version) -> bytes:
    name = f"{one.type}/{one.id}"
    if one.deleted:
        method, url, status = "DELETE", name, "204 No Content"
    elif one.version == 1:
        method, url, status = "POST", one.type, "201 Created"
    else:
        method, url, status = "PUT", name, "201 Created" if one.revived else "200 OK"
    resource = b"" if one.deleted else b',"resource":%b' % one.body
    said = (
        f',"request":{{"method":"{method}","url":"{url}"}},"response":{{"status":"{status}",'
        f'"etag":"W/\\"{one.version}\\"","lastModified":"{instant(one.updated)}"}}}}'
    )
    return b"".join((_START % base_url.encode(), name.encode(), b'"', resource, said.encode()))


def _bundle(type: str, links: Mapping[str, str], total: int | None, entries: list[bytes]) -> bytes:
    """`entries` are the pieces of an array; each entry begins with a comma."""
    head = [f'{{"resourceType":"Bundle","type":"{type}"'.encode()]
    if total is not None:
        head.append(b',"total":%d' % total)
    head.append(b',"link":' + to_json([{"relation": name, "url": url} for name, url in links.items()]))
    if entries:
        entries[0] = b',"entry":[' + entries[0].removeprefix(b",")
        entries.append(b"]")
    return b"".join((*head, *entries, b"}"))


def _joined(rows: Iterable[Row], base: str, end: bytes) -> list[bytes]:
    """The pieces of entries that end alike."""
    start = _START % base.encode()
    rows = list(rows)
    parts: list[bytes] = [end + start, b"", RESOURCE, b""] * len(rows)
    if parts:
        parts[1::4] = [row[1] for row in rows]
        parts[3::4] = [row[2] for row in rows]
        parts[0] = start
        parts.append(end)
    return parts
