"""batch and transaction.

https://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import uuid4

from tests.conformance.controls.call import Call, Reply, call_of_entry, pairs
from tests.conformance.controls.interactions import Interactions
from tests.conformance.controls.problem import Problem, outcome

ORDER = ("DELETE", "POST", "PUT", "PATCH", "GET", "HEAD")


def answer_bundle(server: Interactions, call: Call) -> Reply:
    """Raises Problem where nothing was done."""
    bundle = call.body
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise Problem(400, "invalid", "What is posted to the base is a Bundle.")
    kind, entries = bundle.get("type"), bundle.get("entry", [])
    if kind not in ("batch", "transaction"):
        raise Problem(400, "invalid", "A Bundle that is posted is a batch or a transaction.")
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise Problem(400, "structure", "The entries of the Bundle are no list of objects.")
    run = _transaction if kind == "transaction" else _batch
    found: dict[str, Any] = {"resourceType": "Bundle", "type": f"{kind}-response"}
    if entries:
        found["entry"] = run(server, entries, call)
    return Reply(200, found)


def _batch(server: Interactions, entries: list[dict[str, Any]], call: Call) -> list[dict[str, Any]]:
    answers = []
    for entry in entries:
        try:
            own = call_of_entry(entry, server.base)
            answers.append(_entry(own, server.answer(own)))
        except Problem as problem:
            if server.wrong("batch-fails-whole"):
                raise
            answers.append(_refused(problem))
    return answers


def _transaction(server: Interactions, entries: list[dict[str, Any]], call: Call) -> list[dict[str, Any]]:
    before = {key: list(versions) for key, versions in server.store.versions.items()}
    answers: list[dict[str, Any]] = [{} for _ in entries]
    try:
        calls = [call_of_entry(entry, server.base) for entry in entries]
        named = _names(server, entries, calls)
        touched = [
            tuple(one.parts)
            for one in calls
            if one.method in ("PUT", "PATCH", "DELETE") and len(one.parts) == 2
        ]
        if len(set(touched)) < len(touched):
            raise Problem(400, "duplicate", "Two entries of the transaction are of the same resource.")
        for at, one in sorted(enumerate(calls), key=lambda pair: ORDER.index(pair[1].method)):
            if not server.wrong("urn-unresolved"):
                one.body = _resolved(server, one.body, named)
            answers[at] = _entry(one, _made(server, entries[at], one, named))
    except Problem:
        if not server.wrong("transaction-not-atomic"):
            server.store.versions.clear()
            server.store.versions.update(before)
        raise
    return answers


def _names(server: Interactions, entries: list[dict[str, Any]], calls: list[Call]) -> dict[str, str]:
    """What each fullUrl will be a reference to."""
    named = {}
    for entry, call in zip(entries, calls, strict=True):
        url = entry.get("fullUrl", "")
        if call.method == "POST" and url and call.parts:
            found: list[str] = []
            if criteria := call.headers.get("if-none-exist"):
                found = server.resolve(call.parts[0], pairs(criteria))
            named[url] = f"{call.parts[0]}/{found[0] if found else uuid4()}"
        elif call.method == "PUT" and url.startswith("urn:"):
            if len(call.parts) == 2:
                named[url] = "/".join(call.parts)
            elif found := server.resolve(call.parts[0], call.query):
                named[url] = f"{call.parts[0]}/{found[0]}"
    return named


def _made(server: Interactions, entry: dict[str, Any], call: Call, named: dict[str, str]) -> Reply:
    """A create takes the id that the other entries refer to."""
    if call.method == "POST" and "if-none-exist" not in call.headers:
        call.new_id = named.get(entry.get("fullUrl", ""), "").partition("/")[2]
    return server.answer(call)


def _resolved(server: Interactions, node: Any, named: dict[str, str]) -> Any:
    if isinstance(node, list):
        return [_resolved(server, one, named) for one in node]
    if not isinstance(node, dict):
        return node
    found = {name: _resolved(server, one, named) for name, one in node.items()}
    reference = found.get("reference")
    if isinstance(reference, str):
        if reference in named:
            found["reference"] = named[reference]
        elif "?" in reference:
            type, _, query = reference.partition("?")
            ids = server.resolve(type, pairs(query))
            if len(ids) != 1:
                raise Problem(412, "multiple-matches", f"{len(ids)} resources match a conditional reference.")
            found["reference"] = f"{type}/{ids[0]}"
    return found


def _entry(call: Call, reply: Reply) -> dict[str, Any]:
    status = HTTPStatus(reply.status)
    response = {"status": f"{status.value} {status.phrase}"}
    if "Location" in reply.headers:
        response["location"] = reply.headers["Location"]
    if "ETag" in reply.headers:
        response["etag"] = reply.headers["ETag"]
    if reply.resource and reply.resource.get("meta", {}).get("lastUpdated"):
        response["lastModified"] = reply.resource["meta"]["lastUpdated"]
    entry: dict[str, Any] = {"resource": reply.resource} if reply.resource else {}
    return entry | {"response": response}


def _refused(problem: Problem) -> dict[str, Any]:
    status = HTTPStatus(problem.status)
    said = outcome(problem.code, problem.text)
    return {"response": {"status": f"{status.value} {status.phrase}", "outcome": said}}
