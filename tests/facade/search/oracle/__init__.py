"""A slow, plain reading of FHIR R4's search rules over resources in memory; none of it is the product's.

https://hl7.org/fhir/R4/search.html
"""

from tests.facade.search.oracle.world import World

__all__ = ["World"]
