"""The pydantic models of fhir.resources, as a second opinion at the edges; the only file that imports it.

https://github.com/nazrulworld/fhir.resources

fhir.resources has no R4: its models here are R4B (4.3.0). Where the two differ (tests hold this list):

- NOT_IN_R4B: types that R4B dropped or replaced; there is no model for them.
- REDEFINED: Evidence and EvidenceVariable were rewritten; the R4B model refuses what R4 asks.
- Extension, ElementDefinition: R4B has no valueMeta, but values of type CodeableReference and RatioRange.
- ActivityDefinition, PlanDefinition: R4B adds subjectCanonical.
- A required choice that has an extension in place of its value is missing to the model, and is there in R4.
- Observation.subject, DiagnosticReport.subject, Group.member.entity: R4B permits more target types.

All other types have the same elements in both. "The model accepts it" proves little: it takes any code for
`gender`, empty arrays, wrong reference targets, "yes" for a boolean and "2" for an integer. `check` is what
decides. Never serialise through a model: it rewrites `200.00` and `+00:00`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from pydantic import BaseModel, ValidationError

from facade.spec import definitions
from facade.spec.check import Issue

NOT_IN_R4B = frozenset(
    {
        "EffectEvidenceSynthesis",
        "MedicinalProduct",
        "MedicinalProductAuthorization",
        "MedicinalProductContraindication",
        "MedicinalProductIndication",
        "MedicinalProductIngredient",
        "MedicinalProductInteraction",
        "MedicinalProductManufactured",
        "MedicinalProductPackaged",
        "MedicinalProductPharmaceutical",
        "MedicinalProductUndesirableEffect",
        "RiskEvidenceSynthesis",
        "SubstanceAmount",
        "SubstanceNucleicAcid",
        "SubstancePolymer",
        "SubstanceProtein",
        "SubstanceReferenceInformation",
        "SubstanceSourceMaterial",
        "SubstanceSpecification",
    }
)
REDEFINED = frozenset({"Evidence", "EvidenceVariable"})

_MISSED_CHOICE = re.compile(r"Expect any of field value from this list \[([^]]*)\]")

_CODES = {  # kinds of pydantic errors to FHIR issue codes; the rest are "value"
    "missing": ("required", "a required element is missing"),
    "model_field_validation.missing": ("required", "a required element is missing"),
    "extra_forbidden": ("structure", "there is no such element"),
    "list_type": ("structure", "an array is expected"),
    "model_type": ("structure", "an object is expected"),
    "dict_type": ("structure", "an object is expected"),
}


@cache
def model(name: str) -> type[BaseModel]:
    """The R4B model of a resource or complex type of R4; KeyError where R4B cannot stand for R4."""
    if name in NOT_IN_R4B or name in REDEFINED or "." in name or not definitions.has_elements(name):
        raise KeyError(f"fhir.resources has no model of {name} as R4 defines it")
    found: type[BaseModel] = get_fhir_model_class(name)
    return found


def validate(resource: Mapping[str, Any]) -> list[Issue]:
    """What the model refuses; `not-supported` where there is no model. Says nothing of the values."""
    type = resource.get("resourceType")
    if not isinstance(type, str) or type not in definitions.resource_types():
        return [Issue("Resource.resourceType", "structure", "resourceType must name a resource type of R4")]
    try:
        model(type).model_validate(resource)
    except KeyError:
        return [Issue(type, "not-supported", f"fhir.resources has no model of {type} as R4 defines it")]
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
        return [_issue(type, fault) for fault in faults if not _is_there_without_value(fault)]
    return []


def _is_there_without_value(fault: Mapping[str, Any]) -> bool:
    """Whether a required choice that the model misses is there by an extension (a data-absent-reason)."""
    found, holder = _MISSED_CHOICE.search(fault["msg"]), fault["input"]
    if found is None or not isinstance(holder, Mapping):
        return False
    return any(holder.get(f"_{name}") for name in re.findall(r"\w+", found[1]))


def _issue(type: str, fault: Mapping[str, Any]) -> Issue:
    """pydantic's own message may repeat the value, so the text is ours."""
    if fault["type"] == "value_error" and isinstance(fault["input"], Mapping):
        code, text = "structure", "a choice may have one type only, and a required one must have it"
    else:
        code, text = _CODES.get(fault["type"], ("value", "the value has not the form that its type asks"))
    return Issue(_expression(type, fault["loc"]), code, text)


def _expression(type: str, location: tuple[str | int, ...]) -> str:
    """FHIRPath of a place in the JSON, where a choice is named without its type."""
    text = path = type
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
            continue
        name = part.removeprefix("_")
        known = definitions.elements(path).get(name) if definitions.has_elements(path) else None
        path = known.path if known else ""
        if known:
            text += f".{known.choice or name}"
        elif re.fullmatch(r"\w{1,64}", name, re.ASCII):
            text += f".{name}"
    return text
