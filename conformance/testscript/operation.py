"""An operation of a script as an HTTP request.

https://hl7.org/fhir/R4/testscript-definitions.html#TestScript.setup.action.operation · https://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from conformance.exchange import write_json
from conformance.testscript.problems import ScriptError
from conformance.testscript.state import Message, State
from conformance.xml.writing import write_xml

Json = dict[str, Any]
MIME = {
    "json": "application/fhir+json",
    "xml": "application/fhir+xml",
    "ttl": "text/turtle",
    "none": "",
}
METHODS = {
    "read": "GET", "vread": "GET", "search": "GET", "history": "GET", "capabilities": "GET",
    "create": "POST", "update": "PUT", "updateCreate": "PUT", "patch": "PATCH",
    "delete": "DELETE", "deleteCondSingle": "DELETE", "deleteCondMultiple": "DELETE",
    "batch": "POST", "transaction": "POST",
}  # fmt: skip
"""Of the interactions; any other code is the name of an operation (`$…`)."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A request to send; `path` is below the base URL, or whole. `raw`: its characters as they are."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    raw: bool = False

    def target(self, url: str) -> str:
        """What stands in the request line for a URL, if not what the client would make of it: path and query
        as they are written, as far as HTTP can carry them."""
        plain = "/" + url.partition("://")[2].partition("/")[2]
        return plain if self.raw and re.fullmatch(r"[!-~]+", plain) else ""

    @property
    def writes(self) -> bool:
        """Whether it may change what the server holds."""
        return self.method not in ("GET", "HEAD", "OPTIONS")


def code_of(operation: Json) -> str:
    """The type of an operation, without `$`; empty if it is told by its method and URL alone."""
    type = operation.get("type")
    return str(type.get("code", "")).lstrip("$") if isinstance(type, dict) else ""


def method_of(operation: Json) -> str:
    """The HTTP method: the one that is demanded, or the one that the interaction has."""
    if "method" in operation:
        return str(operation["method"]).upper()
    code = code_of(operation)
    if code in METHODS:
        return METHODS[code]
    return "POST" if "sourceId" in operation else "GET"


def may_write(operation: Json) -> bool:
    """Whether an operation may change what the server holds, as far as the script says."""
    if method_of(operation) in ("GET", "HEAD", "OPTIONS"):
        return False
    return code_of(operation) not in ("search", *HARMLESS)


HARMLESS = frozenset({
    "conforms", "data-requirements", "document", "everything", "evaluate-measure", "expand", "find",
    "find-matches", "implements", "lastn", "lookup", "match", "meta", "populate", "populatehtml",
    "populatelink", "questionnaire", "stats", "subset", "subsumes", "transform", "translate", "validate",
    "validate-code",
})  # fmt: skip
"""Operations that change nothing (`document` unless it is told to persist)."""


def plan(operation: Json, state: State) -> Planned:
    """The request, its placeholders filled. Raises ScriptError, Untold, Refuted."""
    method, code = method_of(operation), code_of(operation)
    headers = {
        name: MIME.get(str(operation[key]), str(operation[key]))
        for name, key in (("accept", "accept"), ("content-type", "contentType"))
        if operation.get(key) not in (None, "none")
    }
    body = b""
    path = _path(operation, code, state)
    if "sourceId" in operation and method in ("POST", "PUT", "PATCH"):
        source = state.message(operation["sourceId"])
        body = _body(_named_as(path, operation, source) or source, headers, state)
    if code == "search" and method == "POST":
        path, _, query = path.partition("?")
        path = path if path.endswith("/_search") else f"{path}/_search".lstrip("/")
        if query and not body:
            body = query.encode()
            headers["content-type"] = "application/x-www-form-urlencoded"
    for one in operation.get("requestHeader", ()):
        headers[str(one["field"]).lower()] = state.fill(str(one["value"]))
    return Planned(method, path, headers, body, operation.get("encodeRequestUrl") is False)


def _named_as(path: str, operation: Json, source: Message) -> Message | None:
    """A static fixture with the id that an update's URL has, for the two must be the same
    (http.html#update); with `url` it is sent as it is, so that this rule can be tested too."""
    parts = path.partition("?")[0].split("/")
    if source.fixture is None or not code_of(operation).startswith("update") or "url" in operation:
        return None
    return Message(source.name, fixture=source.fixture | {"id": parts[1]}) if len(parts) == 2 else None


def _body(source: Message, headers: dict[str, str], state: State) -> bytes:
    if source.fixture is None:
        headers.setdefault("content-type", source.headers.get("content-type", MIME["json"]))
        return source.body
    kind = headers.setdefault("content-type", MIME["json"])
    return write_xml(source.fixture, state.elements) if "xml" in kind else write_json(source.fixture)


def _path(operation: Json, code: str, state: State) -> str:
    """By url, else by resource and params, else by targetId, else by what the body is."""
    if "url" in operation:
        return state.fill(operation["url"])
    type = str(operation.get("resource", ""))
    if "params" in operation:
        params = state.fill(operation["params"])
        if params and params[0] not in "/?":
            params = f"/{params}"
        return _with_suffix(type, params, code).lstrip("/")
    if "targetId" in operation:
        found, id, version = _target(operation["targetId"], state)
        here = f"{type or found}/{id}"
        if code == "vread":
            return f"{here}/_history/{version}"
        return _with_suffix(here, "", code)
    if code in ("update", "updateCreate") and "sourceId" in operation:
        found, id, _ = _target(operation["sourceId"], state)
        return f"{type or found}/{id}"
    if code == "create" and not type and "sourceId" in operation:
        type = str(state.message(operation["sourceId"]).resource(state.elements)["resourceType"])
    return _with_suffix(type, "", code)


def _with_suffix(start: str, params: str, code: str) -> str:
    """What the interaction adds to a URL, unless the script wrote it."""
    path, mark, query = f"{start}{params}".partition("?")
    suffix = ""
    if code == "capabilities":
        suffix = "metadata"
    elif code == "history":
        suffix = "_history"
    elif code and code not in METHODS:
        suffix = f"${code}"
    if suffix and suffix not in path:
        path = f"{path}/{suffix}".lstrip("/")
    return f"{path}{mark}{query}"


def _target(id: str, state: State) -> tuple[str, str, str]:
    """The type, id and version that a fixture or answer stands for: by its content, or its Location."""
    message = state.message(id)
    location = message.headers.get("location", "").partition("?")[0].rstrip("/").split("/")
    version = ""
    if "_history" in location[:-1]:
        at = location.index("_history")
        location, version = location[:at], location[at + 1]
    if not message.body and message.fixture is None and len(location) >= 2:
        return location[-2], location[-1], version
    resource = message.resource(state.elements)
    meta = resource.get("meta")
    told = meta.get("versionId") if isinstance(meta, dict) else None
    logical = state.ids.get(id) or resource.get("id")
    if not logical:
        raise ScriptError(f"{id} has no id to be found by")
    return str(resource["resourceType"]), str(logical), str(told or version)
