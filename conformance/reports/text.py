"""What servers say, made fit to be shown: exchanges as text, and no character that a form cannot hold.

https://www.w3.org/TR/xml/#charsets
"""

from __future__ import annotations

import re

from conformance.exchange import SHOWN, Exchange

_UNFIT = re.compile("[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """Without half characters and control characters: a terminal obeys those, XML and FHIR forbid them."""
    return _UNFIT.sub("\ufffd", text)


def body_text(body: bytes) -> str:
    """The beginning of a body, and how long it is if that is not all."""
    text = body[: SHOWN * 4].decode("utf-8", "replace")
    if len(text) <= SHOWN and len(body) <= SHOWN * 4:
        return text
    return f"{text[:SHOWN]}… ({len(body)} bytes in all)"


def request_text(exchange: Exchange) -> str:
    """The request as it went over the wire, without what is secret in it."""
    request = exchange.request
    lines = [
        f"{request.method} {request.url}",
        *(f"{name}: {value}" for name, value in request.headers.items()),
    ]
    return clean("\n".join([*lines, "", body_text(request.body)] if request.body else lines))


def response_text(exchange: Exchange) -> str:
    """The answer as it came, or why there was none."""
    response = exchange.response
    if response is None:
        return clean(f"no answer: {exchange.trouble}")
    lines = [str(response.status), *(f"{name}: {value}" for name, value in response.headers.items())]
    return clean("\n".join([*lines, "", body_text(response.body)] if response.body else lines))
