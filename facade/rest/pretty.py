"""A resource as bytes: JSON or XML, plain or indented for people, with every digit as it stood.

https://hl7.org/fhir/R4/http.html#parameters
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

from facade.rest.request.negotiation import Media
from facade.spec.xml import to_xml
from facade.store.serialise import from_json, to_json


def write(resource: Mapping[str, Any], media: Media) -> bytes:
    """A resource as bytes in the form that the client wants. Raises NoXmlForm."""
    if media.xml:
        return to_xml(resource, pretty=media.pretty)
    return _indented(resource) if media.pretty else to_json(resource)


def rewrite(body: bytes, media: Media) -> bytes:
    """Stored bytes in the form that the client wants: themselves, unless it wants them pretty or as XML.
    Raises NoXmlForm."""
    return write(from_json(body), media) if media.pretty or media.xml else body


def _indented(resource: Mapping[str, Any]) -> bytes:
    return orjson.dumps(resource, _exact, orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _exact(value: Any) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value))
    raise TypeError(f"{type(value).__name__} has no JSON form")
