"""Binary: answered as what it holds, unless the client asks for FHIR; written as what it holds, too.

https://hl7.org/fhir/R4/binary.html#rest
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from typing import Any

from facade.rest.answer import Answer, Header
from facade.rest.request.call import Call
from facade.rest.request.negotiation import JSON_TYPES, XML_TYPES, media_type, wants_fhir
from facade.store.serialise import from_json

_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(\s*;\s*[\w.-]+=([\w.+-]+|\"[\w .+-]*\"))*", re.ASCII)
_SANDBOX = (
    b"content-security-policy",
    b"sandbox; default-src 'none'",
)  # a stored HTML page must not run here


def wants_content(call: Call) -> bool:
    """Whether the client wants the content itself; neither `_format` nor Accept names FHIR then."""
    wanted = next((value for name, value in call.items() if name == "_format"), "")
    return not wants_fhir(call.header(b"accept"), wanted)


def content(body: bytes, headers: tuple[Header, ...]) -> Answer:
    """The decoded content of a stored Binary, with its own content type."""
    resource = from_json(body)
    declared = resource.get("contentType", "")
    kind = declared if _MEDIA_TYPE.fullmatch(declared) else "application/octet-stream"
    return Answer(200, kind.encode(), b64decode(resource.get("data", "")), (*headers, _SANDBOX))


def brings_content(call: Call, type: str) -> bool:
    """Whether the body is what a Binary shall hold, and no resource: its type is not one of FHIR's."""
    declared = call.header(b"content-type").strip()
    fhir = media_type(declared)[0] in (*JSON_TYPES, *XML_TYPES)
    return type == "Binary" and call.part is None and not fhir and bool(_MEDIA_TYPE.fullmatch(declared))


def holding(data: bytes, call: Call) -> dict[str, Any]:
    """The Binary that holds such a body; X-Security-Context is its securityContext."""
    resource: dict[str, Any] = {"resourceType": "Binary", "contentType": call.header(b"content-type").strip()}
    if context := call.header(b"x-security-context").strip():
        resource["securityContext"] = {"reference": context}
    if data:
        resource["data"] = b64encode(data).decode()
    return resource
