"""The answer to a batch or transaction: a Bundle of answers, in the order of the entries, joined from bytes.

https://hl7.org/fhir/R4/http.html#transaction-response
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from http import HTTPStatus

from facade.errors import FacadeError
from facade.rest.answer import Answer
from facade.rest.bundle_post.batch import Answered
from facade.rest.bundle_post.errors import entry_outcome
from facade.rest.bundle_post.running import Running
from facade.rest.request.call import Call
from facade.store.serialise import instant, to_json


def response_bundle(call: Call, kind: str, answered: Iterable[Answered]) -> bytes:
    """The Bundle as JSON."""
    outcomes = call.prefer().returns == "OperationOutcome"
    head = b'{"resourceType":"Bundle","type":"%b-response"' % kind.encode()
    entries = b",".join([_entry(one, answer, outcomes) for one, answer in answered])
    return b"".join((head, b',"entry":[', entries, b"]}") if entries else (head, b"}"))


def _entry(one: Running, answer: Answer | FacadeError, outcomes: bool) -> bytes:
    if isinstance(answer, FacadeError):
        status, body = answer.status, to_json(entry_outcome(one.entry.at, answer))
        return _joined(b"", [_status(status), b',"outcome":', body])
    response = [_status(answer.status)]
    said = dict(answer.headers)
    for name, header in (("location", b"location"), ("etag", b"etag")):
        if header in said:
            response += (b',"%b":' % name.encode(), to_json(said[header].decode()))
    if one.written is not None and one.written.version:
        response.append(b',"lastModified":"%b"' % _instant(one.written.updated))
    resource = b"" if one.entry.method == "HEAD" else answer.body
    if resource and (answer.status >= 400 or (outcomes and one.written is not None)):
        response += (b',"outcome":', resource)
        resource = b""
    return _joined(resource, response)


@lru_cache(64)
def _instant(micros: int) -> bytes:
    """What is written together has one time, mostly."""
    return instant(micros).encode()


def _joined(resource: bytes, response: list[bytes]) -> bytes:
    start = b'{"resource":%b,' % resource if resource else b"{"
    return b"".join((start, b'"response":{', *response, b"}}"))


@lru_cache(64)
def _status(status: int) -> bytes:
    return b'"status":"%d %b"' % (status, HTTPStatus(status).phrase.encode())
