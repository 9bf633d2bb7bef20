"""Which form of an answer the client accepts: JSON, plain or pretty; XML is refused aloud.

https://hl7.org/fhir/R4/http.html#mime-type · https://hl7.org/fhir/R4/http.html#parameters
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from facade.errors import BadRequest, NotAcceptable

_JSON_TYPES = ("application/fhir+json", "application/json", "text/json", "application/json+fhir")
_ANY = ("*/*", "application/*")
_FORMATS = {"json": "application/fhir+json", **{name: name for name in _JSON_TYPES}}
_FHIR_VERSIONS = ("4.0", "4.0.1")
_REFUSED = "Only application/fhir+json is served."
PARAMETERS = frozenset({"_format", "_pretty"})


@dataclass(frozen=True, slots=True)
class Media:
    """The content type to answer with, and whether the JSON is indented for people."""

    content_type: bytes
    pretty: bool = False


FHIR_JSON = Media(b"application/fhir+json; charset=utf-8")


def negotiate(accept: str, items: Iterable[tuple[str, str]]) -> Media:
    """From the Accept header and the parameters _format (which wins) and _pretty. Raises NotAcceptable."""
    wanted, pretty = "", "false"
    for name, value in items:
        if name == "_format":
            wanted = value.replace(" ", "+")  # an unescaped + in application/fhir+json arrives as a space
        elif name == "_pretty":
            pretty = value
    if pretty not in ("true", "false"):
        raise BadRequest("_pretty is true or false.", expression="http._pretty")
    return _media(accept, wanted, pretty == "true")


@lru_cache(512)
def _media(accept: str, wanted: str, pretty: bool) -> Media:
    if wanted:
        kind, version = _media_type(wanted)
        if kind not in _FORMATS or not _version_served(version):
            raise NotAcceptable(_REFUSED, expression="http._format")
        return _content_type(_FORMATS[kind], version, pretty)
    for kind, version in preferences(accept or "*/*"):
        if (kind in _JSON_TYPES or kind in _ANY) and _version_served(version):
            return _content_type(_JSON_TYPES[0] if kind in _ANY else kind, version, pretty)
    raise NotAcceptable(_REFUSED)


def _content_type(kind: str, version: str, pretty: bool) -> Media:
    shown = f"; fhirVersion={version}" if version else ""
    return Media(f"{kind}{shown}; charset=utf-8".encode(), pretty)


def _version_served(version: str) -> bool:
    return not version or version in _FHIR_VERSIONS


@lru_cache(512)
def wants_fhir(accept: str, wanted: str) -> bool:
    """Whether FHIR is asked for by name, as a client does who wants a Binary as a resource."""
    if wanted:
        return True
    best = next(iter(preferences(accept)), ("", ""))[0]
    return best in _JSON_TYPES or best.startswith("application/fhir") or best.endswith("+fhir")


def preferences(accept: str) -> list[tuple[str, str]]:
    """(media type, fhirVersion) of an Accept header, the most wanted first; those with q=0 are left out."""
    found: list[tuple[float, str, str]] = []
    for part in accept.split(","):
        kind, version, quality = *_media_type(part), _quality(part)
        if kind and quality > 0:
            found.append((quality, kind, version))
    found.sort(key=lambda item: -item[0])
    return [(kind, version) for _, kind, version in found]


def _media_type(text: str) -> tuple[str, str]:
    kind, *parameters = text.split(";")
    version = ""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "fhirversion":
            version = value.strip().strip('"')
    return kind.strip().lower(), version


def _quality(part: str) -> float:
    for parameter in part.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0
    return 1
