"""What is said of XML that is not FHIR's, and of resources that XML cannot hold."""

from __future__ import annotations

from facade.errors import BadRequest, NotAcceptable


class NotFhirXml(BadRequest):
    """The document is no FHIR resource in XML; `expression` is the place of the element at fault."""

    code = "structure"


class NoXmlForm(NotAcceptable):
    """The resource holds something that has no form in FHIR XML; `expression` is its place."""
