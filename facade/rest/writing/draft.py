"""What the writing interactions share: who may be written, the resource that came, and the answer.

https://hl7.org/fhir/R4/http.html#ops
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any

from facade.errors import BadRequest, NotWritable, issue
from facade.flow.draft import Draft
from facade.flow.local import Changes, Written, as_criteria, change, draft_resource
from facade.flow.terms import find_terms
from facade.rest.answer import Answer, Header
from facade.rest.binary import brings_content, holding
from facade.rest.pretty import rewrite, write
from facade.rest.request.body import aside, parse_resource, read_body
from facade.rest.request.call import Call, parse_items
from facade.rest.request.caller import access_of
from facade.rest.request.conditional import version_headers
from facade.rest.request.negotiation import PARAMETERS, Media
from facade.rest.request.prefer import parse_prefer
from facade.rest.service import Service
from facade.search import Search, Setting, parse_search
from facade.search.clauses import needed_terms
from facade.search.model import Terms


def require_local(service: Service, type: str) -> None:
    """Raises NotWritable, which names the sources that own the type, unless the facade keeps it itself."""
    if type in service.local:
        return
    owners = " and ".join(service.owners.get(type, ()))
    why = (
        f"belongs to the source {owners}; writing through a source is not configured yet"
        if owners
        else "is not among the types that this server keeps itself (the setting `local`)"
    )
    error = NotWritable(f"{type} cannot be written here: it {why}.")
    error.headers = ((b"allow", b"GET, HEAD, OPTIONS"),)
    raise error


async def commit(service: Service, call: Call, work: Callable[[Changes], Written]) -> Written:
    """Do what is asked in a transaction of the store: the Bundle's own, if the call is an entry of one."""
    if call.part is not None:
        written: Written = await call.part.commit(work)
        return written
    return await change(service.store, access_of(call), work)


def new_id(service: Service, call: Call) -> str:
    """The id of what the call may create."""
    return service.new_resource_id() if call.part is None else call.part.new_id


def setting_of(service: Service) -> Setting:
    """How what is written is indexed, so that searches find it."""
    return Setting.of(service.store)


async def read_draft(service: Service, call: Call, type: str, choose_id: Callable[[Any], str]) -> Draft:
    """The resource in the body, as it will be written; it must be of that type. `choose_id` makes its id of
    that in the body (None if there is none). A Binary may come as what it holds. Raises what reading a body
    raises, and InvalidResource."""
    read_already = None if call.part is None else call.part.resource
    data = await read_body(call, service.max_body) if read_already is None else b""
    kind = call.header(b"content-type")

    def read() -> Draft:
        if brings_content(call, type):
            resource = holding(data, call)
        else:
            resource = parse_resource(data, kind) if read_already is None else read_already
        if resource["resourceType"] != type:
            text = f"The body is another resource than {type}, which the URL names."
            raise BadRequest(text, expression="resourceType")
        return draft_resource(resource, setting_of(service), choose_id(resource.get("id")))

    return await aside(len(data), read)


def criteria_of(
    service: Service,
    type: str,
    items: Sequence[tuple[str, str]],
    expression: str | None = None,
    terms: Terms = MappingProxyType({}),
) -> Search:
    """The criteria that these parameters are. Raises BadRequest and UnknownParameter, whatever leniency the
    client asks for: what is left of criteria would match more than was meant."""
    search = parse_search(
        type,
        [item for item in items if item[0] not in PARAMETERS],
        tz=service.zone,
        base_url=service.base_url,
        now=service.store.clock(),
        custom=service.store.parameters,
        terms=terms,
    )
    return as_criteria(search, expression)


async def find_criteria(
    service: Service, type: str, items: Sequence[tuple[str, str]], expression: str | None = None
) -> Search:
    """The same, with the codes of the value sets that they name."""
    terms = await find_terms(service.shelf, service.store, needed_terms(items))
    return criteria_of(service, type, items, expression, terms)


async def if_none_exist(service: Service, call: Call, type: str) -> Search | None:
    """The criteria in If-None-Exist, or in the URL, where some clients have them; None without any."""
    if not call.has_header(b"if-none-exist"):
        if brings_content(call, type):
            return None  # of a file some clients tell the name in the URL
        items = [item for item in call.items() if item[0] not in PARAMETERS]
        return await find_criteria(service, type, items) if items else None
    query = call.raw_header(b"if-none-exist").strip().rpartition(b"?")[2]
    return await find_criteria(service, type, parse_items(query), "http.If-None-Exist")


def answer_written(service: Service, call: Call, media: Media, written: Written) -> Answer:
    """201 for what was made or brought back, 200 for what stands, 204 for what is gone; Prefer says whether
    the resource comes along (as it does by default), an OperationOutcome, or nothing."""
    returns = parse_prefer(call.header(b"prefer")).returns
    headers: tuple[Header, ...] = ()
    if written.version:
        headers = version_headers(written.version, written.updated)
    if written.outcome in ("created", "found"):
        headers += ((b"location", location(service, written).encode()),)
    gone = written.outcome in ("deleted", "absent")
    if returns == "OperationOutcome":
        body: bytes | None = write(outcome_of(written), media)
    else:
        body = None if gone or returns == "minimal" else rewrite(written.body, media)
    status = 201 if written.outcome == "created" else 204 if gone and body is None else 200
    return (
        Answer(status, headers=headers) if body is None else Answer(status, media.content_type, body, headers)
    )


def location(service: Service, written: Written) -> str:
    """The URL of the version that was written."""
    return f"{service.base_url}/{written.type}/{written.id}/_history/{written.version}"


_DONE: dict[str, str] = {
    "created": "was created",
    "updated": "was updated",
    "unchanged": "says this already, so nothing was changed",
    "found": "matches already, so nothing was created",
    "deleted": "was deleted",
    "absent": "is not here, so nothing was deleted",
}


def outcome_of(written: Written) -> dict[str, Any]:
    """An OperationOutcome that tells what was done."""
    name = f"{written.type}/{written.id}" if written.id else f"A {written.type} that matches"
    text = f"{name} {_DONE[written.outcome]}."
    return {"resourceType": "OperationOutcome", "issue": [issue("information", "informational", text)]}
