"""Why a patch is refused: the operation and the place, never a value.

https://hl7.org/fhir/R4/http.html#patch · https://www.rfc-editor.org/rfc/rfc5789#section-2.2
"""

from __future__ import annotations

from facade.errors import BadRequest, FacadeError

MAX_OPERATIONS = 1000


class BadPatch(BadRequest):
    """The patch itself is not what its format says."""


class PatchRefused(FacadeError):
    """The patch is well formed, but does not fit this resource."""

    status, code = 422, "processing"


class DoesNotFit(Exception):
    """Inside this room: why an operation cannot be applied, before it is known which one it is."""
