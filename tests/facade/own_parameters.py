"""SearchParameter resources that a site might define."""

from __future__ import annotations

from typing import Any

EYES = "http://example.org/eyes"


def definition(**more: Any) -> dict[str, Any]:
    """`eyes` of Patient, a token in an extension, unless it is said otherwise; what is None is left out."""
    resource = {
        "resourceType": "SearchParameter",
        "url": "http://example.org/SearchParameter/eyes",
        "name": "eyes",
        "status": "active",
        "description": "The colour of the eyes",
        "code": "eyes",
        "base": ["Patient"],
        "type": "token",
        "expression": f"Patient.extension.where(url = '{EYES}').value",
        **more,
    }
    return {name: value for name, value in resource.items() if value is not None}


def patient(eyes: str | None, **more: Any) -> dict[str, Any]:
    """A Patient with eyes of this colour."""
    extension = {"extension": [{"url": EYES, "valueCode": eyes}]} if eyes else {}
    return {"resourceType": "Patient", **extension, **more}
