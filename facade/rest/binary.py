"""Binary: answered as what it holds, unless the client asks for FHIR.

https://hl7.org/fhir/R4/binary.html#rest
"""

from __future__ import annotations

import re
from base64 import b64decode

from facade.rest.answer import Answer, Header
from facade.rest.call import Call
from facade.rest.negotiation import wants_fhir
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
