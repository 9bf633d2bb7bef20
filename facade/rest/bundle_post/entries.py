"""The entries of a Bundle that is to be processed, each as the request that it stands for.

https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.request
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote

from facade.errors import BadRequest, FacadeError, InvalidResource, NotFhir
from facade.rest.bundle_post.errors import TooManyEntries
from facade.rest.errors import Malformed
from facade.rest.request.negotiation import PARAMETERS
from facade.spec.check import check

MAX_ENTRIES = 10_000
KINDS = ("batch", "transaction")

_HEADERS = {"ifMatch": b"if-match", "ifNoneMatch": b"if-none-match", "ifNoneExist": b"if-none-exist"}
_ORDER = {"DELETE": 0, "POST": 1, "PUT": 2, "PATCH": 2, "GET": 3, "HEAD": 3}
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_PRINTABLE = "".join(map(chr, range(33, 127)))
_JSON = ((b"content-type", b"application/fhir+json"),)
_PLAIN = 2  # what a request has at least: method and url

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `path` is below the base URL, `headers` are those of its request; `body` is for what is no
    resource. `error`: why it cannot be processed."""

    at: int
    method: str
    path: str = ""
    query: bytes = b""
    headers: Headers = ()
    full_url: str | None = None
    resource: dict[str, Any] | None = None
    body: bytes | None = None
    error: FacadeError | None = None

    @property
    def reads(self) -> bool:
        """Whether it changes nothing: it is answered after what does."""
        return self.method in ("GET", "HEAD") or self.path.endswith("_search")

    @property
    def order(self) -> int:
        """When a transaction processes it."""
        return 3 if self.reads else _ORDER[self.method]

    @property
    def parts(self) -> list[str]:
        return self.path.split("/")

    @property
    def names(self) -> str | None:
        """`Patient/1` if the request is for that, and changes it."""
        known = self.method in ("PUT", "PATCH", "DELETE") and len(self.parts) == 2
        return self.path if known else None

    @property
    def conditional(self) -> bool:
        """Whether criteria decide which resource it changes, or if it makes one."""
        if self.method == "POST":
            return any(name == b"if-none-exist" for name, _ in self.headers)
        return self.method in ("PUT", "PATCH", "DELETE") and len(self.parts) == 1

    @property
    def creates(self) -> bool:
        """Whether it is a create, conditional or not."""
        return self.method == "POST" and len(self.parts) == 1


def read_entries(bundle: Mapping[str, Any], base_url: str) -> list[Entry]:
    """The entries of a batch or transaction. Raises what is wrong with the Bundle itself: Malformed, NotFhir,
    InvalidResource, TooManyEntries."""
    if bundle.get("resourceType") != "Bundle" or bundle.get("type") not in KINDS:
        text = "A Bundle of the type batch or transaction is posted to the base URL."
        raise Malformed(text, expression="Bundle.type")
    entries = bundle.get("entry", [])
    if isinstance(entries, list) and len(entries) > MAX_ENTRIES:
        raise TooManyEntries(f"The Bundle has more than {MAX_ENTRIES} entries.", expression="Bundle.entry")
    _check(bundle, entries)
    return [_entry(at, one, base_url.rstrip("/")) for at, one in enumerate(entries)]


def _check(bundle: Mapping[str, Any], entries: Any) -> None:
    """The Bundle's own form; each resource is checked where it is written."""
    shell = dict(bundle)
    if isinstance(entries, list) and "entry" in bundle:
        shell["entry"] = [_without_resource(at, one) for at, one in enumerate(entries)]
    issues = check(shell)
    if issues:
        refusal = NotFhir if any(issue.code == "structure" for issue in issues) else InvalidResource
        raise refusal([(issue.expression, issue.code, issue.diagnostics) for issue in issues])


def _without_resource(at: int, entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    if "request" not in entry:
        text = "Each entry of a batch or transaction has a request."
        raise Malformed(text, expression=f"Bundle.entry[{at}].request")
    resource = entry.get("resource", {"resourceType": "Basic"})
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        text = "The resource of an entry is an object with a resourceType."
        raise Malformed(text, expression=f"Bundle.entry[{at}].resource")
    return {name: value for name, value in entry.items() if name != "resource"}


def _entry(at: int, entry: Mapping[str, Any], base_url: str) -> Entry:
    request = entry["request"]
    method = request["method"]
    try:
        path, query = _split(request["url"], base_url)
        resource = entry.get("resource")
        headers = _headers(request) if len(request) > _PLAIN else ()
        if resource is not None:
            headers += _JSON
        found = Entry(at, method, path, query, headers, entry.get("fullUrl"), resource)
        return _checked(found)
    except FacadeError as error:
        error.expression = f"Bundle.entry[{at}].{error.expression}"
        return Entry(at, method, error=error)


@lru_cache(1024)
def _split(url: str, base_url: str) -> tuple[str, bytes]:
    """The path below the base URL and the query, without what is only about the form of an answer."""
    path, _, query = url.partition("?")
    if path == base_url or path.startswith(f"{base_url}/"):
        path = path[len(base_url) :]
    elif _URL.match(path):
        text = "The request is for another server; a URL is relative to the base URL of this one."
        raise BadRequest(text, expression="request.url")
    items = [item for item in query.split("&") if item.partition("=")[0] not in PARAMETERS]
    return unquote(path.strip("/")), quote("&".join(items), safe=_PRINTABLE).encode()


def _headers(request: Mapping[str, Any]) -> Headers:
    found = []
    for name, header in _HEADERS.items():
        if name in request:
            found.append((header, quote(request[name], safe=_PRINTABLE + " ").encode()))
    if "ifModifiedSince" in request:
        try:
            since = datetime.fromisoformat(request["ifModifiedSince"])
        except ValueError:
            text = "ifModifiedSince is an instant with its zone."
            raise BadRequest(text, expression="request.ifModifiedSince") from None
        found.append((b"if-modified-since", format_datetime(since).encode()))
    return tuple(found)


def _checked(entry: Entry) -> Entry:
    """The entry, if it has what its method needs."""
    if entry.method == "POST" and not entry.path:
        text = "A batch or transaction cannot stand in another."
        raise BadRequest(text, expression="request.url")
    if entry.resource is None:
        if entry.method in ("PUT", "PATCH") or entry.creates:
            raise BadRequest(f"A {entry.method} needs a resource.", expression="resource")
        return entry
    if entry.method == "PATCH" and entry.resource["resourceType"] == "Binary":
        return _patch(entry, entry.resource)
    return entry


def _patch(entry: Entry, resource: Mapping[str, Any]) -> Entry:
    """A patch is Parameters, or in a Binary, whose content type tells its form."""
    kind, data = resource.get("contentType"), resource.get("data")
    try:
        body = base64.b64decode(data if isinstance(data, str) else "", validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest("The data of the Binary is not base64.", expression="resource.data") from None
    if not isinstance(kind, str) or not kind.isascii():
        raise BadRequest("The Binary has no content type.", expression="resource.contentType")
    headers = (*entry.headers[: -len(_JSON)], (b"content-type", kind.encode()))
    return replace(entry, resource=None, body=body, headers=headers)
