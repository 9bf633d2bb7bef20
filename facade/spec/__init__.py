"""FHIR R4 4.0.1 as data, and the checks that read it.

https://hl7.org/fhir/R4/
"""

from facade.spec import definitions

__all__ = ["definitions"]
