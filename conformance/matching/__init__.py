"""A slow, plain reading of FHIR R4's search rules over resources in memory; none of it is the product's.

https://hl7.org/fhir/R4/search.html
"""

from conformance.matching.world import World

__all__ = ["World"]
