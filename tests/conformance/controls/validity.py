"""What the control server takes for a resource: FHIR's JSON, R4's elements, codes that there are.

https://hl7.org/fhir/R4/json.html
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

CODES = {
    "identifier.use": "usual official temp secondary old",
    "name.use": "usual official temp nickname anonymous old maiden",
    "telecom.use": "home work temp old mobile",
    "telecom.system": "phone fax email pager url sms other",
    "address.use": "home work temp old billing",
    "address.type": "postal physical both",
    "Patient.gender": "male female other unknown",
    "Practitioner.gender": "male female other unknown",
    "link.type": "replaced-by replaces refer seealso",
    "Observation.status": "registered preliminary final amended corrected cancelled entered-in-error unknown",
}
"""Of an element in its parent the codes that there are."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def parse_json(body: bytes) -> Any:
    """Decimals with the digits they have. Raises ValueError, for a name given twice as well."""
    try:
        return json.loads(body, parse_float=Decimal, object_pairs_hook=_once, parse_constant=_none)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is given twice")
    return found


def _none(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def check_resource(resource: dict[str, Any]) -> str:
    """What is wrong with it; empty if nothing is."""
    from fhir.resources.R4B import get_fhir_model_class

    type = resource["resourceType"]
    if told := _check(resource, type):
        return told
    try:
        get_fhir_model_class(type).model_validate(resource)
    except KeyError:
        return f"there is no type {type}"
    except ValidationError as error:
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return ""


def _check(node: Any, name: str) -> str:
    """The form of every value below, and the codes among them."""
    if node is None or node in ([], {}, ""):
        return f"{name} is empty"
    if isinstance(node, str) and _CONTROL.search(node):
        return f"{name} has a control character"
    if isinstance(node, list):
        items = [one for one in node if one is not None]
        return next((told for one in items if (told := _check(one, name))), "")
    if not isinstance(node, dict):
        return ""
    for key, value in node.items():
        if (codes := CODES.get(f"{name}.{key}")) and value not in codes.split():
            return f"{name}.{key} is no code that there is"
        if told := _check(value, key):
            return told
    return ""
