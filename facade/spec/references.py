"""Whether a reference's form and target type are permitted where it stands.

https://hl7.org/fhir/R4/references.html#literal
"""

from __future__ import annotations

import re

from facade.spec import definitions

_RELATIVE = re.compile(r"([A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(?:/_history/[A-Za-z0-9\-.]{1,64})?(?:#.*)?")
_ABSOLUTE = re.compile(
    r"[A-Za-z][A-Za-z0-9+.\-]*://[^?#]*/([A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(?:/_history/[A-Za-z0-9\-.]{1,64})?"
)
_CONDITIONAL = re.compile(r"([A-Za-z]+)\?.+")  # in a transaction: https://hl7.org/fhir/R4/http.html#trules
_FORM = "a reference is Type/id, a URL, a urn or #id of a contained resource"


def reference_fault(reference: str, targets: frozenset[str]) -> str | None:
    """What is wrong with the text of a reference that may point to `targets`; None if nothing.

    The type of an absolute URL is looked at only if it reads like a FHIR URL (`…/Patient/1`).
    """
    if reference.startswith(("#", "urn:")):
        return None
    absolute = "://" in reference.partition("?")[0]
    if absolute:
        match = _ABSOLUTE.fullmatch(reference)
        if match is None or match[1] not in definitions.resource_types():
            return None
    else:
        match = _RELATIVE.fullmatch(reference) or _CONDITIONAL.fullmatch(reference)
        if match is None:
            return _FORM
        if match[1] not in definitions.resource_types():
            return "a reference must begin with a resource type of R4"
    return None if match[1] in targets else target_fault(targets)


def target_fault(targets: frozenset[str]) -> str:
    return f"the reference must be to {' or '.join(sorted(targets))}"
