"""Patients' records made by chance, and what $everything must tell of them: read off the resources as they
stand, from the compartment definitions and every reference, without the index.

https://hl7.org/fhir/R4/compartmentdefinition.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

Resource = dict[str, Any]
Name = str

# The elements that put a resource in a Patient's or an Encounter's compartment, by the pages of R4.
PATIENT = {
    "Observation": ("subject", "performer"),
    "Encounter": ("subject",),
    "Condition": ("subject", "asserter"),
    "AllergyIntolerance": ("patient", "recorder", "asserter"),
    "Appointment": ("participant.actor",),
    "MedicationRequest": ("subject",),
    "DocumentReference": ("subject", "author"),
    "Coverage": ("policyHolder", "subscriber", "beneficiary", "payor"),
    "Group": ("member.entity",),
    "Patient": ("link.other",),
}
ENCOUNTER = {"Observation": ("encounter",), "Condition": ("encounter",), "MedicationRequest": ("encounter",)}
PRACTITIONERS, ENCOUNTERS = 4, 6


def ref(name: Name) -> dict[str, str]:
    return {"reference": name}


def coded(text: str) -> dict[str, str]:
    return {"text": text}


class Clinic:
    """Makes resources: of a few patients, whose records refer to a few practitioners and each other."""

    def __init__(self, seed: int, patients: int) -> None:
        self.random, self.patients = Random(seed), patients
        self.made = 0

    def directory(self) -> list[Resource]:
        """What belongs to no patient."""
        found: list[Resource] = [
            {"resourceType": "Practitioner", "id": f"d{at}", "name": [{"family": "A"}]}
            for at in range(PRACTITIONERS)
        ]
        found += [
            {"resourceType": "Organization", "id": "o", "name": "Clinic"},
            {
                "resourceType": "Location",
                "id": "l",
                "name": "Room",
                "managingOrganization": ref("Organization/o"),
            },
            {"resourceType": "Medication", "id": "m", "code": coded("aspirin")},
            {"resourceType": "Binary", "id": "b", "contentType": "text/plain", "data": "QQ=="},
        ]
        return found

    def patient(self, at: int) -> Resource:
        found: Resource = {
            "resourceType": "Patient",
            "id": f"p{at}",
            "managingOrganization": ref("Organization/o"),
        }
        if self.random.random() < 0.2:
            found["link"] = [{"other": ref(self.someone()), "type": "seealso"}]
        return found

    def someone(self) -> Name:
        return f"Patient/p{self.random.randrange(self.patients)}"

    def doctor(self) -> Name:
        return f"Practitioner/d{self.random.randrange(PRACTITIONERS)}"

    def visit(self) -> Name:
        return f"Encounter/e{self.random.randrange(ENCOUNTERS)}"

    def day(self) -> str:
        return f"20{self.random.randint(20, 23)}-{self.random.randint(1, 12):02}"

    def one(self) -> Resource:
        """The next resource; its subject is any of the patients."""
        self.made += 1
        id, subject = f"r{self.made}", ref(self.someone())
        match self.random.randrange(9):
            case 0 | 1 | 2:
                found = {
                    "status": "final",
                    "code": coded("weight"),
                    "subject": subject,
                    "performer": [ref(self.random.choice((self.doctor(), self.someone())))],
                    "encounter": ref(self.visit()),
                }
                if self.random.random() < 0.7:
                    found["effectiveDateTime"] = self.day()
                if self.random.random() < 0.3:
                    found["hasMember"] = [ref(f"Observation/r{self.random.randint(1, self.made)}")]
                return {"resourceType": "Observation", "id": id, **found}
            case 3:
                return {
                    "resourceType": "Condition",
                    "id": id,
                    "code": coded("asthma"),
                    "subject": subject,
                    "encounter": ref(self.visit()),
                    "onsetDateTime": self.day(),
                }
            case 4:
                return {
                    "resourceType": "AllergyIntolerance",
                    "id": id,
                    "patient": subject,
                    "clinicalStatus": {
                        "coding": [
                            {
                                "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
                                "code": "active",
                            }
                        ]
                    },
                    "asserter": ref(self.random.choice((self.doctor(), self.someone()))),
                }
            case 5:
                actors = [ref(self.someone()), ref(self.someone()), ref(self.doctor()), ref("Location/l")]
                return {
                    "resourceType": "Appointment",
                    "id": id,
                    "status": "booked",
                    "start": f"{self.day()}-01T10:00:00Z",
                    "end": f"{self.day()[:4]}-12-31T11:00:00Z",
                    "participant": [{"actor": one, "status": "accepted"} for one in actors],
                }
            case 6:
                return {
                    "resourceType": "MedicationRequest",
                    "id": id,
                    "status": "active",
                    "intent": "order",
                    "medicationReference": ref("Medication/m"),
                    "subject": subject,
                    "authoredOn": self.day(),
                }
            case 7:
                attachment = {"url": "Binary/b", "title": 'says "reference":"Practitioner/nobody"'}
                return {
                    "resourceType": "DocumentReference",
                    "id": id,
                    "status": "current",
                    "subject": subject,
                    "content": [{"attachment": attachment}],
                }
            case _:
                return {
                    "resourceType": "Encounter",
                    "id": f"e{self.random.randrange(ENCOUNTERS)}",
                    "status": "finished",
                    "class": {"code": "AMB"},
                    "subject": subject,
                    "location": [{"location": ref("Location/l")}],
                    "period": {"start": "2021-03-01", "end": "2021-03-02"},
                }


def name_of(resource: Mapping[str, Any]) -> Name:
    return f"{resource['resourceType']}/{resource['id']}"


def at_path(tree: Any, path: Sequence[str]) -> Iterator[Any]:
    if isinstance(tree, list):
        for item in tree:
            yield from at_path(item, path)
    elif not path:
        yield tree
    elif isinstance(tree, dict) and path[0] in tree:
        yield from at_path(tree[path[0]], path[1:])


def belongs(resource: Resource, holder: Name) -> bool:
    """Whether it is in the compartment of that one."""
    paths = (PATIENT if holder.startswith("Patient/") else ENCOUNTER).get(resource["resourceType"], ())
    found = [one["reference"] for path in paths for one in at_path(resource, path.split("."))]
    return name_of(resource) == holder or holder in found


def referred(tree: Any) -> Iterator[Name]:
    """Every reference of a resource, and the Binary of each attachment."""
    if isinstance(tree, list):
        for item in tree:
            yield from referred(item)
    elif isinstance(tree, dict):
        for key, value in tree.items():
            if (key == "reference" and isinstance(value, str)) or (key == "url" and value == "Binary/b"):
                yield value
            else:
                yield from referred(value)


def expected(
    stored: Mapping[Name, Resource], holder: Name, wanted: Sequence[Resource]
) -> tuple[list[Name], set[Name]]:
    """Of these matches the names, and the names of what they refer to outside the compartment."""
    names = {name for one in wanted for name in referred(one)}
    outside = {name for name in names if name in stored and not belongs(stored[name], holder)}
    return [name_of(one) for one in wanted], outside
