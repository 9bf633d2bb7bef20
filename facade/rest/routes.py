"""The whole surface: what is answered at which URL, and nothing else is.

https://hl7.org/fhir/R4/http.html#summary
"""

from __future__ import annotations

from facade.rest.bundle_post.interaction import bundle_post
from facade.rest.capabilities import capabilities
from facade.rest.dispatch import Route
from facade.rest.history import history_instance, history_system, history_type
from facade.rest.read import read
from facade.rest.searching.search import (
    search,
    search_by_post,
    search_compartment,
    search_compartment_by_post,
    search_system,
    search_system_by_post,
)
from facade.rest.vread import vread
from facade.rest.writing.create import create
from facade.rest.writing.delete import delete, delete_match
from facade.rest.writing.patch.interaction import patch, patch_match
from facade.rest.writing.update import update, update_match

ROUTES = (
    Route("GET", "metadata", "capabilities", capabilities),
    Route("GET", "", "search-system", search_system),
    Route("POST", "", "transaction", bundle_post),
    Route("POST", "_search", "search-system", search_system_by_post),
    Route("GET", "_history", "history-system", history_system),
    Route("GET", "{type}", "search-type", search),
    Route("POST", "{type}/_search", "search-type", search_by_post),
    Route("GET", "{type}/_history", "history-type", history_type),
    Route("GET", "{type}/{id}", "read", read),
    Route("GET", "{type}/{id}/_history", "history-instance", history_instance),
    Route("GET", "{type}/{id}/{member}", "search-type", search_compartment),
    Route("POST", "{type}/{id}/{member}/_search", "search-type", search_compartment_by_post),
    Route("GET", "{type}/{id}/_history/{version}", "vread", vread),
    Route("POST", "{type}", "create", create),
    Route("PUT", "{type}", "update", update_match),
    Route("PATCH", "{type}", "patch", patch_match),
    Route("DELETE", "{type}", "delete", delete_match),
    Route("PUT", "{type}/{id}", "update", update),
    Route("PATCH", "{type}/{id}", "patch", patch),
    Route("DELETE", "{type}/{id}", "delete", delete),
)
"""A literal goes before a variable. HEAD is answered wherever GET is."""

INTERACTIONS = tuple(dict.fromkeys(route.interaction for route in ROUTES if "{type}" in route.path))
"""What the CapabilityStatement declares for every type served."""

OF_SYSTEM = (*dict.fromkeys(route.interaction for route in ROUTES if "{type}" not in route.path), "batch")
"""What it declares for the server as a whole. A batch is posted where a transaction is."""
