"""Content-Encoding: long answers are sent as gzip to those who take it.

https://www.rfc-editor.org/rfc/rfc9110#section-8.4 · https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
"""

from __future__ import annotations

import asyncio
import zlib
from functools import lru_cache

from facade.rest.answer import Answer

WORTH_IT = 1024
"""Bytes of a body; a shorter one is sent as it is."""
_BLOCKING = 128 * 1024  # bytes that take so long that others should be served meanwhile
_LEVEL = 1  # a tenth of the text is left, and that at five times the speed of the default
_GZIP = 16 + zlib.MAX_WBITS


async def encode(answer: Answer, accepted: bytes) -> None:
    """Compress an answer's body if `accepted`, the Accept-Encoding header, allows it and it is text."""
    if len(answer.body) <= WORTH_IT or not takes_gzip(accepted) or not _is_text(answer.content_type):
        return
    if len(answer.body) > _BLOCKING:
        answer.body = await asyncio.to_thread(_deflate, answer.body)
    else:
        answer.body = _deflate(answer.body)
    answer.headers += ((b"content-encoding", b"gzip"),)


def _deflate(body: bytes) -> bytes:
    return zlib.compress(body, _LEVEL, _GZIP)


@lru_cache(64)
def _is_text(content_type: bytes) -> bool:
    """JSON, XML and text; what a Binary holds else is often compressed already."""
    kind = content_type.partition(b";")[0].lower()
    return kind.startswith(b"text/") or kind.endswith((b"json", b"xml"))


@lru_cache(256)
def takes_gzip(accepted: bytes) -> bool:
    """Whether an Accept-Encoding header names gzip, or anything, with a quality above zero."""
    said: dict[str, bool] = {}
    for part in accepted.decode("latin-1").lower().split(","):
        coding, *parameters = part.split(";")
        said.setdefault(coding.strip(), all(map(_wanted, parameters)))
    return said.get("gzip", said.get("x-gzip", said.get("*", False)))


def _wanted(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    if name.strip() != "q":
        return True
    try:
        return float(value) > 0
    except ValueError:
        return False
