"""CORS: which web pages of other origins may read the answers, by the setting `cors`.

https://fetch.spec.whatwg.org/#http-cors-protocol · https://hl7.org/fhir/R4/security.html#cors
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from facade.rest.answer import Answer
from facade.rest.request.call import Call

_EXPOSED = b"ETag, Location, Content-Location, Last-Modified, Age, Warning"
_METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_SECONDS = b"600"  # that a browser may keep the answer to a preflight
_NAMES = re.compile(rb"[\w!#$%&'*+.^`|~, -]{1,1000}", re.ASCII)


class Cors:
    """Permits `origins`; `*` among them is any. No cookies, so that a page has only what it was given."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._origins = frozenset(origin.encode() for origin in origins)
        self._any = b"*" in self._origins

    def permit(self, call: Call, answer: Answer) -> None:
        """Tell the browser whether the page may read the answer, and before that what it may ask."""
        origin = call.raw_header(b"origin")
        if not self._any:
            answer.headers += ((b"vary", b"Origin"),)
        if not origin or not (self._any or origin in self._origins):
            return
        answer.headers += (
            (b"access-control-allow-origin", b"*" if self._any else origin),
            (b"access-control-expose-headers", _EXPOSED),
        )
        if call.method == "OPTIONS" and call.raw_header(b"access-control-request-method"):
            answer.headers += (
                (b"access-control-allow-methods", _METHODS),
                (b"access-control-max-age", _SECONDS),
            )
            names = call.raw_header(b"access-control-request-headers")
            if _NAMES.fullmatch(names):
                answer.headers += ((b"access-control-allow-headers", names),)
