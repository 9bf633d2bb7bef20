"""What every client's session writes, and what it must see, by the names of its steps."""

from __future__ import annotations

from typing import Any

CREATED = ("One", "Two", "Three", "Four", "Five", "Six")
ADD_PHONE = [{"op": "add", "path": "/telecom", "value": [{"system": "phone", "value": "555"}]}]

SEEN: dict[str, Any] = {
    "metadata": "4.0.1",
    "created": ["1", 201],
    "location": True,
    "read": "Anna",
    "updated": "2",
    "stale": [412, "conflict", "http.If-Match"],
    "patched": ["3", "555", True],
    "several": ["Anna"],  # family, gender, and both ends of birthdate
    "posted": ["Anna"],
    "chained": 1,
    "has": ["Anna"],
    "included": ["include Patient", "match Observation"],
    "revincluded": ["include Observation", "match Patient"],
    "compartment": 1,
    "pages": [["Anna", "Five", "Four"], ["One", "Six", "Three"], ["Two"]],
    "history": ["3", "2", "1"],
    "vread": None,  # the first version did not say whether she is active
    "resolved": "Anna",
    "once": True,  # If-None-Exist gave the one that was there
    "minimal": 0,
    "upserted": "4",
    "valid": False,  # whether $validate found an error
    "transaction": ["201", "201"],
    "joined": 1,  # a urn:uuid became a reference
    "batch": ["200", "404"],
    "deleted": [410, "deleted", None],
    "absent": [404, "not-found", None],
    "unknown": [400, "not-supported", "http.shoesize"],
    "invalid": [422, "value", "Patient.birthDate"],
}
"""Of each refusal the status, the issue's code, and the expression that names the place."""


def expected(*, without: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """What a client sees that cannot do some of it, and can do more."""
    return {name: value for name, value in SEEN.items() if name not in without} | more


def patient(tag: str, given: str, **more: Any) -> dict[str, Any]:
    """A Patient whose family name is the session's tag."""
    return {
        "resourceType": "Patient",
        "identifier": [{"system": f"urn:{tag}", "value": given}],
        "name": [{"family": tag, "given": [given]}],
        "gender": "female",
        "birthDate": "1980-02-29",
        **more,
    }


def pulse(subject: str) -> dict[str, Any]:
    """An Observation."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": {"reference": subject},
        "valueQuantity": {
            "value": 72,
            "unit": "/min",
            "system": "http://unitsofmeasure.org",
            "code": "/min",
        },
    }


def transaction(tag: str) -> list[dict[str, Any]]:
    """The entries of a new Patient and her pulse, which names her by a urn:uuid."""
    urn = "urn:uuid:7a3d8f5e-6f0b-4f7c-9d39-2f6f6a1c0b11"
    return [
        {"resource": pulse(urn), "request": {"method": "POST", "url": "Observation"}},
        {
            "fullUrl": urn,
            "resource": patient(tag, "Together"),
            "request": {"method": "POST", "url": "Patient"},
        },
    ]


def batch(id: str) -> list[dict[str, Any]]:
    """The entries of a read that finds, and of one that does not."""
    return [{"request": {"method": "GET", "url": f"Patient/{name}"}} for name in (id, "nobody")]


def statuses(bundle: Any) -> list[str]:
    """The three digits of each entry's answer."""
    return [entry["response"]["status"][:3] for entry in bundle["entry"]]


def issue(status: int, outcome: Any) -> list[Any]:
    """Of an OperationOutcome of one issue: status, code, expression."""
    (one,) = outcome["issue"]
    assert outcome["resourceType"] == "OperationOutcome"
    return [status, one["code"], (one.get("expression") or [None])[0]]
