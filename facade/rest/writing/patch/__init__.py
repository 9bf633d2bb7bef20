"""PATCH: changes to a part of a resource, as JSON Patch and as FHIRPath Patch.

https://hl7.org/fhir/R4/http.html#patch
"""

from facade.rest.writing.patch.fhirpath_patch import apply_fhirpath_patch
from facade.rest.writing.patch.json_patch import apply_json_patch

__all__ = ["apply_fhirpath_patch", "apply_json_patch"]
