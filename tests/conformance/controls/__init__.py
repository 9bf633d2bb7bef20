"""A small correct FHIR server, and its mutants."""

from tests.conformance.controls.app import BASE, make_app
from tests.conformance.controls.faults import FAULTS

__all__ = ["BASE", "FAULTS", "make_app"]
