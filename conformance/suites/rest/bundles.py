"""What every Bundle that a server answers with has to keep to, whatever it is for.

https://hl7.org/fhir/R4/bundle.html · https://hl7.org/fhir/R4/http.html#history
"""

from __future__ import annotations

import re
from typing import Any

from conformance.errors import Failed
from conformance.statement import dicts

BUNDLE = "https://hl7.org/fhir/R4/bundle.html"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"})
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_ABSOLUTE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]*:.+")


def entries_of(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries. Raises Failed where `entry` is no list of objects, or an empty one."""
    if "entry" not in bundle:
        return []
    found = bundle["entry"]
    if not isinstance(found, list) or len(dicts(found)) != len(found):
        raise Failed("Bundle.entry is not an array of objects")
    if not found:
        raise Failed("Bundle.entry is an empty array; an array without items is left out")
    return dicts(found)


def check_full_url(entry: dict[str, Any], place: str) -> None:
    """Raises Failed unless the fullUrl is there, absolute, without a version, and of the resource."""
    url = entry.get("fullUrl")
    resource = entry.get("resource")
    if not isinstance(url, str) or not url:
        raise Failed(f"{place} has no fullUrl")
    if not _ABSOLUTE.fullmatch(url):
        raise Failed(f"the fullUrl of {place} is not absolute: {url[:200]!r}")
    if "/_history/" in url:
        raise Failed(f"the fullUrl of {place} names a version: {url[:200]!r}")
    if not isinstance(resource, dict) or url.startswith(("urn:uuid:", "urn:oid:")):
        return
    wanted = f"{resource.get('resourceType')}/{resource.get('id')}"
    if "id" in resource and not url.endswith("/" + wanted):
        raise Failed(f"the fullUrl of {place} is {url[:200]!r}, but its resource is {wanted}")


def place_of(index: int, entry: dict[str, Any]) -> str:
    """How a reason names an entry, counted from 1 as people do."""
    resource = entry.get("resource")
    named = f" ({resource.get('resourceType')}/{resource.get('id')})" if isinstance(resource, dict) else ""
    return f"entry {index + 1}{named}"


def check_unique(entries: list[dict[str, Any]]) -> None:
    """Raises Failed where two entries have the same fullUrl and the same version."""
    seen = set()
    for index, entry in enumerate(entries):
        resource = entry.get("resource")
        meta = resource.get("meta") if isinstance(resource, dict) else None
        version = meta.get("versionId") if isinstance(meta, dict) else None
        key = (str(entry.get("fullUrl")), str(version))
        if key in seen and "fullUrl" in entry:
            raise Failed(f"{place_of(index, entry)} is there twice")
        seen.add(key)


def check_response(entry: dict[str, Any], place: str) -> int:
    """The HTTP status of an entry's response. Raises Failed where there is none."""
    response = entry.get("response")
    if not isinstance(response, dict):
        raise Failed(f"{place} has no response")
    status = response.get("status")
    if not isinstance(status, str) or not re.match(r"[1-5][0-9][0-9]\b", status):
        raise Failed(f"the response of {place} has no status that begins with an HTTP code: {status!r}")
    return int(status[:3])


def check_request(entry: dict[str, Any], place: str) -> str:
    """The HTTP verb of an entry's request. Raises Failed where it has no verb or no URL."""
    request = entry.get("request")
    if not isinstance(request, dict):
        raise Failed(f"{place} has no request")
    method = request.get("method")
    if not isinstance(method, str) or method not in METHODS:
        raise Failed(f"the request of {place} has the method {method!r}, which is no HTTP verb of FHIR's")
    if not isinstance(request.get("url"), str):
        raise Failed(f"the request of {place} has no url")
    return method


def meta_of(resource: Any) -> dict[str, Any]:
    """A resource's meta; empty where it has none that can be read."""
    meta = resource.get("meta") if isinstance(resource, dict) else None
    return meta if isinstance(meta, dict) else {}


def version_of(resource: Any) -> str:
    """meta.versionId; empty where there is none."""
    found = meta_of(resource).get("versionId")
    return found if isinstance(found, str) else ""
