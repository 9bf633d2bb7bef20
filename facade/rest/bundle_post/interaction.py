"""batch and transaction: POST of a Bundle to the base URL.

https://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

from typing import Any

from facade.rest.answer import Answer
from facade.rest.bundle_post.batch import run_batch
from facade.rest.bundle_post.entries import Entry, read_entries
from facade.rest.bundle_post.response import response_bundle
from facade.rest.bundle_post.transaction import run_transaction
from facade.rest.pretty import rewrite
from facade.rest.request.body import parse_resource, read_as
from facade.rest.request.call import Call
from facade.rest.service import Service


async def bundle_post(service: Service, call: Call) -> Answer:
    """200 with a Bundle of answers. 400 for what is no such Bundle; a transaction of which an entry fails is
    answered as that entry would be, and nothing of it is kept."""
    media = call.media()

    def read(data: bytes, kind: str) -> tuple[dict[str, Any], list[Entry]]:
        bundle = parse_resource(data, kind)
        return bundle, read_entries(bundle, service.base_url)

    bundle, entries = await read_as(call, service.max_body, read)
    run = run_transaction if bundle["type"] == "transaction" else run_batch
    body = response_bundle(call, bundle["type"], await run(service, call, entries))
    return Answer(200, media.content_type, rewrite(body, media))
