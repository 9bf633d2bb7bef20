"""Search: what a resource can be found by, what a query asks, and the SQL that answers it.

https://hl7.org/fhir/R4/search.html
"""

from facade.search.extract import extract, patient_of
from facade.search.kinds import supported_parameters
from facade.search.model import Search, Setting
from facade.search.parse import parse_search
from facade.search.plan import Plan, plan_search

__all__ = [
    "Plan",
    "Search",
    "Setting",
    "extract",
    "parse_search",
    "patient_of",
    "plan_search",
    "supported_parameters",
]
