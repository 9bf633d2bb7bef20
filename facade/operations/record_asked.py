"""What is asked of $everything: its parameters, understood once for all records that are asked for alike.

https://hl7.org/fhir/R4/patient-operation-everything.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from facade.errors import BadRequest, UnknownParameter
from facade.rest.links import spell
from facade.rest.paging import PARAMETER as CURSOR
from facade.rest.request.call import Items
from facade.rest.request.negotiation import PARAMETERS, Media, negotiate
from facade.rest.service import Service
from facade.rest.subset import PARAMETERS as SUBSETS
from facade.rest.subset import Subset, parse_subset
from facade.search.date import interval

_KNOWN = {
    "Patient": ("_since", "_type", "_count", "start", "end"),
    "Encounter": ("_since", "_type", "_count"),
}
_ANYWAY = PARAMETERS | SUBSETS | {CURSOR}
_COUNT = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)


class Asked(NamedTuple):
    """The parameters, understood: those of `Everything`, and how the answer is to look; `used` and `kept` are
    those of its `Links`."""

    media: Media
    used: str
    kept: str
    ignored: tuple[str, ...]
    types: frozenset[str] | None
    since: int | None
    start: int | None
    end: int | None
    most: int
    subset: Subset | None
    cursor: str | None


@lru_cache(256)
def read_asked(
    service: Service, type: str, items: tuple[tuple[str, str], ...], accept: bytes, lenient: bool
) -> Asked:
    """What is asked of any record. Raises UnknownParameter and BadRequest."""
    media = negotiate(accept.decode("latin-1"), items)
    known = _KNOWN[type]
    ignored = tuple(name for name, _ in items if name not in known and name not in _ANYWAY)
    if ignored and not lenient:
        raise UnknownParameter(
            f"{ignored[0][:40]} is not supported with $everything of {type}; there are {', '.join(known)}.",
            expression=f"http.{ignored[0][:40]}",
        )
    accepted = [item for item in items if item[0] in known or item[0] in SUBSETS]
    types = [one.strip() for name, value in accepted if name == "_type" for one in value.split(",")]
    for one in types:
        if one not in service.served:
            raise BadRequest(f"_type names {one[:64]}, which is not served here.", expression="_type")
    since, start, end = (_moment(service, accepted, name) for name in ("_since", "start", "end"))
    return Asked(
        media,
        spell(accepted),
        spell(item for item in items if item[0] in PARAMETERS),
        ignored,
        frozenset(types) or None,
        since[0] if since else None,
        start[0] if start else None,
        end[1] if end else None,
        _count(service, accepted),
        parse_subset(list(items)) if accepted else None,
        next((value for name, value in items if name == CURSOR), None),
    )


def _single(items: Items, name: str) -> str | None:
    values = [value for key, value in items if key == name]
    if len(values) > 1:
        raise BadRequest(f"{name} is given more than once.", expression=name)
    return values[0] if values else None


def _moment(service: Service, items: Items, name: str) -> tuple[int, int] | None:
    text = _single(items, name)
    if text is None:
        return None
    found = interval(text, service.zone)
    if found is None:
        raise BadRequest(f"{name} is a date, such as 2024-01-31, or a time of one.", expression=name)
    return found


def _count(service: Service, items: Items) -> int:
    """Rows on a page: as many as there can be, unless the client says."""
    text = _single(items, "_count")
    if text is None:
        return service.max_count
    if not _COUNT.fullmatch(text):
        raise BadRequest("_count is one whole number, 1 or more.", expression="_count")
    return min(int(text), service.max_count)
