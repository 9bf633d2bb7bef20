"""Suite 2, the search oracle: what a server finds among its own resources, and what it should.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from conformance.suites.search.requirements import REQUIREMENTS as _BY_NAME
from conformance.suites.search.run import run

__all__ = ["REQUIREMENTS", "TITLE", "run"]

TITLE = "Search oracle"
REQUIREMENTS = tuple(_BY_NAME.values())
