"""FHIRPath by fhirpathpy, which only this room knows: evaluating, what it lacks, comparing."""

from conformance.fhirpath.bare import bare
from conformance.fhirpath.evaluate import Focus, evaluate, typed
from conformance.fhirpath.functions import CannotEvaluate, named_type
from conformance.fhirpath.ordering import order

__all__ = ["CannotEvaluate", "Focus", "bare", "evaluate", "named_type", "order", "typed"]
