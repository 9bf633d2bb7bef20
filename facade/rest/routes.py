"""The whole surface: what is answered at which URL, and nothing else is.

https://hl7.org/fhir/R4/http.html#summary
"""

from __future__ import annotations

from facade.rest.capabilities import capabilities
from facade.rest.dispatch import Route
from facade.rest.read import read
from facade.rest.search import search, search_by_post
from facade.rest.vread import vread

ROUTES = (
    Route("GET", "metadata", "capabilities", capabilities),
    Route("GET", "{type}", "search-type", search),
    Route("POST", "{type}/_search", "search-type", search_by_post),
    Route("GET", "{type}/{id}", "read", read),
    Route("GET", "{type}/{id}/_history/{version}", "vread", vread),
)
"""A literal goes before a variable. HEAD is answered wherever GET is."""

INTERACTIONS = tuple(dict.fromkeys(route.interaction for route in ROUTES if "{type}" in route.path))
"""What the CapabilityStatement declares for every type served."""
