"""read, vread, history, search, create, update, patch, delete, and their conditional forms.

https://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from uuid import uuid4

from tests.conformance.controls.call import Call, Reply, pairs
from tests.conformance.controls.operations import everything, validate
from tests.conformance.controls.patching import patched
from tests.conformance.controls.problem import Problem, outcome
from tests.conformance.controls.searchset import Searching, _number
from tests.conformance.controls.statement import statement
from tests.conformance.controls.store import Store, Version
from tests.conformance.controls.validity import check_resource
from tests.conformance.controls.values import Wrong, interval

ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


class Interactions:
    """All of the server but HTTP and Bundles that are posted."""

    def __init__(self, store: Store, base: str, wrong: Wrong, types: Sequence[str]) -> None:
        self.store, self.base, self.wrong, self.types = store, base, wrong, types
        self._searching = Searching(store, base, wrong)

    def answer(self, call: Call) -> Reply:
        """Raises Problem."""
        type, *rest = [*call.parts, ""][: max(len(call.parts), 1)]
        match call.method, call.parts:
            case "GET" | "HEAD", ["metadata"]:
                return Reply(200, statement(self.base, self.wrong, self.types), {"ETag": 'W/"1"'})
            case "GET", ["_history"]:
                return self._history(call, [one for own in self.store.versions.values() for one in own])
        if type not in self.types:
            if self.wrong("unknown-type-empty"):
                return Reply(200, {"resourceType": "Bundle", "type": "searchset", "total": 0})
            raise Problem(404, "not-supported", f"There is no type {type!r} here.")
        method = "GET" if call.method == "HEAD" else call.method
        match method, rest:
            case ("GET", []) | ("POST", ["_search"]):
                return Reply(200, self._searching.bundle(type, call.query, self._lenient(call)))
            case "POST", ["$validate"]:
                return validate(call, type)
            case (("GET" | "POST"), [id, "$everything"]) if type == "Patient":
                return everything(self.store, self.base, id)
            case "POST", []:
                return self._create(call, type)
            case (("PUT" | "PATCH" | "DELETE"), []):
                return self._conditional(call, type)
            case "GET", ["_history"]:
                own = [one for key, all in self.store.versions.items() if key[0] == type for one in all]
                return self._history(call, own)
            case "GET", [id]:
                return self._read(call, type, id)
            case "PUT", [id]:
                return self._update(call, type, id)
            case "PATCH", [id]:
                return self._patch(call, type, id)
            case "DELETE", [id]:
                return self._delete(call, type, id)
            case "GET", [id, "_history"]:
                return self._history(call, self._known(type, id))
            case "GET", [id, "_history", number]:
                return self._vread(type, id, number)
        shapes = {0: "GET, POST, PUT, PATCH, DELETE", 1: "GET, PUT, PATCH, DELETE", 2: "GET", 3: "GET"}
        if len(rest) in shapes and rest[1:2] in ([], ["_history"]):
            raise Problem(
                405, "not-supported", f"{call.method} is not supported here.", Allow=shapes[len(rest)]
            )
        raise Problem(404, "not-found", "There is nothing at this URL.")

    def resolve(self, type: str, query: list[tuple[str, str]]) -> list[str]:
        """The ids that a conditional interaction means. Raises Problem for criteria that are none."""
        found, used, _ = self._searching.select(type, query)
        if not used:
            raise Problem(412, "multiple-matches", "The criteria are empty, and so would match everything.")
        return [one["id"] for one in found]

    def _lenient(self, call: Call) -> bool:
        return call.preference("handling") == "lenient"

    def _known(self, type: str, id: str) -> list[Version]:
        versions = self.store.versions.get((type, id))
        if not versions:
            raise Problem(404, "not-found", f"There is no {type}/{id}.")
        return versions

    def _read(self, call: Call, type: str, id: str) -> Reply:
        if self.wrong("missing-as-200") and (type, id) not in self.store.versions:
            return Reply(200, outcome("not-found", "There is none."))
        last = self._known(type, id)[-1]
        if last.resource is None and self.wrong("deleted-readable"):
            last = self.store.versions[type, id][-2]
        if last.resource is None:
            status = 404 if self.wrong("deleted-as-404") else 410
            raise Problem(status, "deleted", f"{type}/{id} was deleted.")
        headers = self._headers(last)
        if self._not_modified(call, last) and not self.wrong("not-modified-200"):
            return Reply(304, None, headers)
        return Reply(200, last.resource, headers)

    @staticmethod
    def _not_modified(call: Call, last: Version) -> bool:
        if tags := call.headers.get("if-none-match"):
            return last.etag in [one.strip() for one in tags.split(",")] or tags == "*"
        if since := call.headers.get("if-modified-since"):
            try:
                return last.at.replace(microsecond=0) <= parsedate_to_datetime(since)
            except ValueError:
                return False
        return False

    def _vread(self, type: str, id: str, number: str) -> Reply:
        versions = self._known(type, id)
        one = next((one for one in versions if str(one.number) == number), None)
        if one is None:
            raise Problem(404, "not-found", f"{type}/{id} has no version {number}.")
        if self.wrong("vread-latest"):
            one = versions[-1]
        if one.resource is None:
            raise Problem(410, "deleted", f"Version {number} of {type}/{id} is its deletion.")
        return Reply(200, one.resource, self._headers(one))

    def _headers(self, version: Version) -> dict[str, str]:
        headers = {} if self.wrong("etag-missing") else {"ETag": version.etag}
        if not self.wrong("last-modified-missing"):
            headers["Last-Modified"] = format_datetime(version.at, usegmt=True)
        return headers

    def _history(self, call: Call, versions: list[Version]) -> Reply:
        given = dict(call.query)
        found = sorted(versions, key=lambda one: one.at, reverse=not self.wrong("history-oldest-first"))
        if self.wrong("history-without-deletion"):
            found = [one for one in found if one.resource]
        if since := given.get("_since"):
            found = [one for one in found if one.at >= interval(since, self.wrong)[0]]
        if at := given.get("_at"):
            low, high = interval(at, self.wrong)
            found = [one for one in found if low <= one.at < high]
        count, offset = _number(given, "_count", 50), _number(given, "_offset", 0)
        url = f"{self.base}/{'/'.join(call.parts)}?"
        kept = "&".join(f"{key}={value}" for key, value in call.query if key not in ("_count", "_offset"))
        links = [
            {"relation": "self", "url": f"{url}{kept}&_count={count}&_offset={offset}".replace("?&", "?")}
        ]
        if offset + count < len(found) and count:
            links.append(
                {
                    "relation": "next",
                    "url": f"{url}{kept}&_count={count}&_offset={offset + count}".replace("?&", "?"),
                }
            )
        bundle: dict[str, Any] = {
            "resourceType": "Bundle",
            "type": "history",
            "total": len(found),
            "link": links,
        }
        if page := found[offset : offset + count]:
            bundle["entry"] = [self._version(one) for one in page]
        return Reply(200, bundle)

    def _version(self, one: Version) -> dict[str, Any]:
        type, id = one.key
        status = {"DELETE": "204 No Content", "POST": "201 Created"}.get(one.method, "200 OK")
        if one.method == "PUT" and one.number == 1:
            status = "201 Created"
        entry: dict[str, Any] = {"fullUrl": f"{self.base}/{type}/{id}"}
        if one.resource:
            entry["resource"] = one.resource
        entry["request"] = {"method": one.method, "url": type if one.method == "POST" else f"{type}/{id}"}
        entry["response"] = {
            "status": status,
            "etag": one.etag,
            "lastModified": one.at.isoformat(timespec="milliseconds"),
        }
        return entry

    def _create(self, call: Call, type: str) -> Reply:
        resource = self._valid(call, type)
        if criteria := call.headers.get("if-none-exist"):
            found = self.resolve(type, pairs(criteria.partition("?")[2] or criteria))
            if len(found) > 1:
                raise Problem(412, "multiple-matches", "More than one resource matches If-None-Exist.")
            if found and not self.wrong("if-none-exist-ignored"):
                return self._written(call, self._known(type, found[0])[-1], 200)
        id = call.new_id or str(uuid4())
        if "id" in resource and self.wrong("client-id-taken"):
            id = resource["id"]
        return self._written(call, self.store.put(type, id, resource, "POST"), 201)

    def _update(self, call: Call, type: str, id: str) -> Reply:
        resource = self._valid(call, type)
        if resource.get("id") != id and not self.wrong("other-id-accepted"):
            raise Problem(400, "invalid", f"The id in the resource is not that in the URL, {id}.")
        if not ID.fullmatch(id):
            raise Problem(400, "value", "An id has up to 64 letters, digits, hyphens and points.")
        self._unchanged(call, type, id)
        there = self.store.resource(type, id)
        return self._written(call, self.store.put(type, id, resource, "PUT"), 200 if there else 201)

    def _patch(self, call: Call, type: str, id: str) -> Reply:
        there = self._known(type, id)[-1].resource
        if there is None:
            raise Problem(410, "deleted", f"{type}/{id} was deleted.")
        self._unchanged(call, type, id)
        call.body = patched(there, call.body, self.wrong)
        if not isinstance(call.body, dict) or call.body.get("id") != id:
            raise Problem(422, "business-rule", "A patch may not change the id.")
        return self._written(call, self.store.put(type, id, self._valid(call, type, 422), "PATCH"), 200)

    def _delete(self, call: Call, type: str, id: str) -> Reply:
        self._unchanged(call, type, id)
        if not self.store.resource(type, id) or self.wrong("delete-does-nothing"):
            return Reply(204)
        last = self.store.delete(type, id)
        return Reply(204, None, {} if self.wrong("etag-missing") else {"ETag": last.etag})

    def _conditional(self, call: Call, type: str) -> Reply:
        found = self.resolve(type, call.query)
        if len(found) > 1:
            raise Problem(412, "multiple-matches", "The criteria match more than one resource.")
        if call.method == "DELETE":
            return self._delete(call, type, found[0]) if found else Reply(204)
        if call.method == "PATCH":
            if not found:
                raise Problem(404, "not-found", "The criteria match no resource.")
            return self._patch(call, type, found[0])
        resource = self._valid(call, type)
        own = resource.get("id")
        if not found:
            return self._update(call, type, own) if own else self._create(call, type)
        if own not in (None, found[0]):
            raise Problem(400, "invalid", "The id in the resource is not that of the match.")
        call.body = resource | {"id": found[0]}
        return self._update(call, type, found[0])

    def _unchanged(self, call: Call, type: str, id: str) -> None:
        """If-Match."""
        wanted = call.headers.get("if-match")
        last = self.store.last(type, id)
        if wanted and not self.wrong("if-match-ignored"):
            tags = [one.strip() for one in wanted.split(",")]
            if last is None or last.resource is None or (wanted != "*" and last.etag not in tags):
                raise Problem(412, "conflict", f"{type}/{id} is not at the version {wanted}.")

    def _valid(self, call: Call, type: str, status: int = 400) -> dict[str, Any]:
        """The resource, if it is one of this type."""
        resource = call.body
        if not isinstance(resource, dict) or resource.get("resourceType") != type:
            raise Problem(status, "invalid", f"The body is no {type}.")
        if told := check_resource(resource):
            raise Problem(status, "structure", f"The {type} is not valid: {told}")
        return resource

    def _written(self, call: Call, version: Version, status: int) -> Reply:
        type, id = version.key
        headers = self._headers(version)
        if status == 201 and not self.wrong("location-missing"):
            headers["Location"] = f"{self.base}/{type}/{id}/_history/{version.number}"
        resource: dict[str, Any] | None = version.resource
        match call.preference("return") if not self.wrong("prefer-ignored") else "":
            case "minimal":
                resource = None
            case "OperationOutcome":
                resource = outcome("informational", "It was stored.", "information")
        return Reply(status, resource, headers)
