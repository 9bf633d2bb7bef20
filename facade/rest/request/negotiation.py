"""Which form of an answer the client accepts: JSON or XML, plain or pretty.

https://hl7.org/fhir/R4/http.html#mime-type · https://hl7.org/fhir/R4/http.html#parameters
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from facade.errors import BadRequest, NotAcceptable

JSON_TYPES = ("application/fhir+json", "application/json", "text/json", "application/json+fhir")
XML_TYPES = ("application/fhir+xml", "application/xml", "text/xml", "application/xml+fhir")
PATCH_FORMATS = ("application/json-patch+json", "application/fhir+json", "application/fhir+xml")
_TYPES = frozenset((*JSON_TYPES, *XML_TYPES))
_PLAIN_XML = ("application/xml", "text/xml")
_ANY = ("*/*", "application/*")
_DEFAULTS = ("application/fhir+json", "application/fhir+xml")  # for those who take anything
_FORMATS = {"json": JSON_TYPES[0], "xml": XML_TYPES[0], **{name: name for name in _TYPES}}
_FHIR_VERSIONS = ("4.0", "4.0.1")
_REFUSED = "Only application/fhir+json and application/fhir+xml are served, in FHIR 4.0."
PARAMETERS = frozenset({"_format", "_pretty"})


@dataclass(frozen=True, slots=True)
class Media:
    """The content type to answer with, whether it is indented for people, and whether it is XML."""

    content_type: bytes
    pretty: bool = False
    xml: bool = False


FHIR_JSON = Media(b"application/fhir+json; charset=utf-8")


def negotiate(accept: str, items: Iterable[tuple[str, str]]) -> Media:
    """From the Accept header and the parameters _format (which wins) and _pretty. Raises NotAcceptable."""
    wanted, pretty = "", "false"
    for name, value in items:
        if name == "_format":
            kind, semicolon, rest = value.partition(";")
            wanted = kind.strip().replace(" ", "+") + semicolon + rest  # an unescaped + arrives as a space
        elif name == "_pretty":
            pretty = value
    if pretty not in ("true", "false"):
        raise BadRequest("_pretty is true or false.", expression="http._pretty")
    return _media(accept, wanted, pretty == "true")


@lru_cache(512)
def _media(accept: str, wanted: str, pretty: bool) -> Media:
    if wanted:
        kind, parameters = media_type(wanted)
        version = parameters.get("fhirversion", "")
        if kind not in _FORMATS or not is_served(version):
            raise NotAcceptable(_REFUSED, expression="http._format")
        return _content_type(_FORMATS[kind], version, pretty)
    browser = "text/html" in accept  # it would take any XML, and shows JSON as well
    for kind, version in preferences(accept or "*/*"):
        if not is_served(version) or (browser and kind in _PLAIN_XML):
            continue
        if kind in _TYPES:
            return _content_type(kind, version, pretty)
        if kind in _ANY:
            for one in _DEFAULTS:
                if one not in _unwanted(accept):
                    return _content_type(one, version, pretty)
    raise NotAcceptable(_REFUSED)


def _content_type(kind: str, version: str, pretty: bool) -> Media:
    shown = f"; fhirVersion={version}" if version else ""
    return Media(f"{kind}{shown}; charset=utf-8".encode(), pretty, kind in XML_TYPES)


def is_served(version: str) -> bool:
    """Whether a fhirVersion, empty where none is named, is the one spoken here."""
    return not version or version in _FHIR_VERSIONS


@lru_cache(512)
def wants_fhir(accept: str, wanted: str) -> bool:
    """Whether FHIR is asked for by name, as a client does who wants a Binary as a resource."""
    if wanted:
        return True
    best = next(iter(preferences(accept)), ("", ""))[0]
    return best in JSON_TYPES or best.startswith("application/fhir") or best.endswith("+fhir")


def preferences(accept: str) -> list[tuple[str, str]]:
    """(media type, fhirVersion) of an Accept header, the most wanted first; those with q=0 are left out."""
    found: list[tuple[float, str, str]] = []
    for part in accept.split(","):
        kind, parameters = media_type(part)
        quality = _quality(parameters.get("q", "1"))
        if kind and quality > 0:
            found.append((quality, kind, parameters.get("fhirversion", "")))
    found.sort(key=lambda item: -item[0])
    return [(kind, version) for _, kind, version in found]


def _unwanted(accept: str) -> set[str]:
    """The media types with q=0."""
    kinds = map(media_type, accept.split(","))
    return {kind for kind, parameters in kinds if not _quality(parameters.get("q", "1")) > 0}


@lru_cache(512)
def media_type(text: str) -> tuple[str, Mapping[str, str]]:
    """A media type and its parameters, both in lower case but for the parameters' values."""
    kind, *rest = text.split(";")
    parameters = {}
    for one in rest:
        name, _, value = one.partition("=")
        parameters[name.strip().lower()] = value.strip().strip('"')
    return kind.strip().lower(), parameters


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0
