"""Suite 2, the search oracle: what a server finds among its own resources, and what it should.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from conformance.suites import Suite
from conformance.suites.search.requirements import REQUIREMENTS
from conformance.suites.search.run import run

SUITE = Suite("search", "Search oracle", run, tuple(REQUIREMENTS.values()))
