"""$meta: the profiles, tags and security labels of a resource or of one of its versions, and all of those
in use on a type or on the server.

https://hl7.org/fhir/R4/resource-operation-meta.html
"""

# ruff: noqa: S608 - the text is made of our own names and `?`

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from facade.operations.labels import returned
from facade.rest.answer import Answer, Header
from facade.rest.pretty import write
from facade.rest.read import read_stored
from facade.rest.request.call import Call
from facade.rest.request.caller import access_of
from facade.rest.service import Service
from facade.rest.vread import read_stored_version
from facade.search.covered import numbers_of_all
from facade.search.kinds import KINDS
from facade.spec import definitions
from facade.store.access import Access
from facade.store.serialise import from_json


async def meta(
    service: Service,
    call: Call,
    type: str | None = None,
    id: str | None = None,
    version: str | None = None,
) -> Answer:
    """200 with Parameters whose `return` is the Meta; of one resource 404 or 410 as a read would answer."""
    media = call.media()
    age: tuple[Header, ...] = ()
    if type is None or id is None:
        types = service.served if type is None else (type,)
        found = await labels_in_use(service, types, access_of(call))
    elif version is None:
        resource, age = await read_stored(service, call, type, id)
        found = from_json(resource.body).get("meta", {})
    else:
        resource, age = await read_stored_version(service, call, type, id, version)
        found = from_json(resource.body).get("meta", {})
    return Answer(200, media.content_type, write(returned(found), media), age)


async def labels_in_use(service: Service, types: Iterable[str], access: Access) -> dict[str, Any]:
    """A Meta with every label that some resource of these types has and the caller may see, as the store
    knows them; each without what only some resources say of it, such as its display."""
    sets: dict[str, list[Any]] = {}
    for name in ("profile", "security", "tag"):
        parameters = [definitions.search_parameters(type).get(f"_{name}") for type in sorted(types)]
        numbers = numbers_of_all(one for one in parameters if one is not None and one.kind in KINDS)
        if not numbers:
            continue
        clause, values = access.clause("r")
        reach = f" AND EXISTS (SELECT 1 FROM resource r WHERE r.rid=i.rid{clause})" if clause else ""
        marks = ",".join("?" * len(numbers))
        if name == "profile":
            kind = KINDS["uri"]
            sql = f"SELECT DISTINCT i.{kind.KEY[0]} FROM {kind.TABLE} i WHERE i.param IN ({marks}){reach}"
            sets[name] = sorted(row[0] for row in await service.store.search(sql, (*numbers, *values)))
            continue
        sql = (
            "SELECT DISTINCT s.uri, i.code FROM index_token i LEFT JOIN system_uri s ON s.id=i.system"
            f" WHERE i.param IN ({marks}) AND i.rid>0{reach}"
        )
        rows = await service.store.search(sql, (*numbers, *values))
        labels = sorted((uri or "", code) for uri, code in rows)
        sets[name] = [_coding(uri, code) for uri, code in labels]
    return {name: labels for name, labels in sets.items() if labels}


def _coding(system: str, code: str) -> dict[str, str]:
    return {**({"system": system} if system else {}), **({"code": code} if code else {})}
