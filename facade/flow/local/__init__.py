"""Writes into the facade's own store, as clients make them: decided and written in one transaction.

https://hl7.org/fhir/R4/http.html
"""

from facade.flow.local.changes import Changes, Written, change
from facade.flow.local.criteria import as_criteria
from facade.flow.local.draft import draft_resource
from facade.flow.local.precondition import Precondition

__all__ = ["Changes", "Precondition", "Written", "as_criteria", "change", "draft_resource"]
