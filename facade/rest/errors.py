"""Every failure leaves as an OperationOutcome; what nobody foresaw leaves with an id and no details.

https://hl7.org/fhir/R4/http.html#Status-Codes · https://hl7.org/fhir/R4/operationoutcome.html
"""

from __future__ import annotations

import logging
import re
import traceback
from typing import Any

from facade.errors import BadRequest, FacadeError, operation_outcome
from facade.rest.answer import Answer
from facade.rest.pretty import write
from facade.rest.request.negotiation import FHIR_JSON, Media
from facade.spec.xml import NoXmlForm

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
log = logging.getLogger("facade.rest")


class NoInteraction(FacadeError):
    """The URL has no meaning here."""

    status, code = 404, "not-supported"


class WrongMethod(FacadeError):
    """The URL takes other methods than this one."""

    status, code = 405, "not-supported"

    def __init__(self, method: str, allowed: tuple[str, ...]) -> None:
        super().__init__(f"{method} is not supported here; supported are {', '.join(allowed)}.")
        self.headers = ((b"allow", ", ".join(allowed).encode()),)


class TooSlow(FacadeError):
    """The client sends too slowly."""

    status, code = 408, "timeout"


class TooLarge(FacadeError):
    """The body is too long."""

    status, code = 413, "too-long"


class UriTooLong(FacadeError):
    """The URL is too long."""

    status, code = 414, "too-long"


class UnsupportedMedia(FacadeError):
    """The body is in a form that is not understood."""

    status, code = 415, "not-supported"


class Malformed(BadRequest):
    """The body is not what its content type says, or no resource."""

    code = "structure"


def too_large(limit: int) -> TooLarge:
    """The refusal of a body with more than `limit` bytes."""
    return TooLarge(f"The body is longer than {limit} bytes.")


def refusal(error: FacadeError, media: Media = FHIR_JSON) -> Answer:
    """The answer to a request that failed for a known reason."""
    return Answer(error.status, media.content_type, _written(error.outcome(), media), error.headers)


def crash(error: Exception, error_id: str, media: Media = FHIR_JSON) -> Answer:
    """The answer when the server is at fault. The log gets the place, never the message: it may hold data."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    log.error("request failed, id %s: %s at %s", error_id, type(error).__name__, places)
    text = f"The server failed. Its log tells where under the id {error_id}."
    return Answer(500, media.content_type, write(operation_outcome("fatal", "exception", text), media))


def _written(outcome: dict[str, Any], media: Media) -> bytes:
    """An outcome as bytes; what it repeats of a request may hold characters that XML does not."""
    try:
        return write(outcome, media)
    except NoXmlForm:
        return write(_readable(outcome), media)


def _readable(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _readable(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_readable(one) for one in value]
    return _CONTROL.sub("\ufffd", value) if isinstance(value, str) else value
