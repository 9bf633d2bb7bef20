"""A large store, the same each time: patients, nine times as many other resources, and what is known of them.

They come as a source's streams would bring them, type after type and each patient's far from one another, so
that the hits of a search lie on as many pages of the store as there are hits.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial
from itertools import islice
from math import gcd
from typing import Any

HITS = 20
"""Observations with one code."""
OWN = {"Encounter": 15, "Condition": 15, "MedicationRequest": 15, "Observation": 54}
"""What each patient of the cohort has, one in a hundred: 99, and 100 with the patient."""
PRACTITIONERS, ORGANIZATIONS = 200, 100
BATCH = 5000
LOINC = "http://loinc.org"
_CLASS = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_FIRST_DAY = date(2015, 1, 1)
_DAYS = 3650


@dataclass(frozen=True)
class World:
    """What there is in a store of so many patients, by number."""

    patients: int

    @property
    def cohort(self) -> int:
        """How many patients have exactly 99 other resources in their compartment."""
        return self.patients // 100

    def count(self, type: str) -> int:
        """How many resources of a type there are."""
        if type in ("Patient", "Practitioner", "Organization"):
            return {"Practitioner": PRACTITIONERS, "Organization": ORGANIZATIONS}.get(type, self.patients)
        others = 9 * self.patients - PRACTITIONERS - ORGANIZATIONS
        if type != "Observation":
            return others * OWN[type] // 99
        return others - sum(self.count(one) for one in OWN if one != "Observation")

    @property
    def codes(self) -> int:
        """How many codes have exactly HITS observations each."""
        return self.count("Observation") // HITS

    def in_cohort(self, place: int) -> str:
        """The id of one patient of the cohort."""
        return f"p{place * 100}"

    def patient_of(self, type: str, number: int) -> str:
        """The id of the patient whose resource this is."""
        count, cohort = self.count(type), self.cohort
        place = number * _step(count) % count - OWN[type] * cohort
        if place < 0:
            return self.in_cohort(place % cohort)
        rest = place % (self.patients - cohort)
        return f"p{rest + rest // 99 + 1}"

    def resources(self) -> Iterator[dict[str, Any]]:
        """All of them, in the order in which they are stored."""
        for type, make in _MAKERS.items():
            for number in range(self.count(type)):
                yield make(self, number)


@cache
def _step(count: int) -> int:
    """A stride that meets every number below the count once."""
    return next(step for step in range(int(count * 0.618), count) if gcd(step, count) == 1)


def _day(number: int) -> str:
    return (_FIRST_DAY + timedelta(days=number * 7919 % _DAYS)).isoformat()


def _organization(world: World, number: int) -> dict[str, Any]:
    return {
        "resourceType": "Organization",
        "id": f"g{number}",
        "active": True,
        "name": f"Clinic {number}",
        "telecom": [{"system": "phone", "value": f"+1 555 {number:04}"}],
    }


def _practitioner(world: World, number: int) -> dict[str, Any]:
    return {
        "resourceType": "Practitioner",
        "id": f"d{number}",
        "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": f"{number:010}"}],
        "active": True,
        "name": [{"family": f"Healer{number}", "given": ["Robin"], "prefix": ["Dr."]}],
    }


def _patient(world: World, number: int) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": f"p{number}",
        "identifier": [
            {"use": "usual", "system": "urn:example:mrn", "value": f"M{number:07}"},
            {"system": "http://hl7.org/fhir/sid/us-ssn", "value": f"{number:09}"},
        ],
        "active": True,
        "name": [{"use": "official", "family": f"Doe{number % 997}", "given": ["Jane", "Q"]}],
        "telecom": [
            {"system": "phone", "value": f"+1 555 {number:06}", "use": "home"},
            {"system": "email", "value": f"jane{number}@example.org"},
        ],
        "gender": ("male", "female")[number % 2],
        "birthDate": f"19{number % 90 + 10}-{number % 12 + 1:02}-{number % 28 + 1:02}",
        "address": [
            {"line": [f"{number % 800} Main St"], "city": "Springfield", "state": "IL", "postalCode": "62701"}
        ],
        "managingOrganization": {"reference": f"Organization/g{number % ORGANIZATIONS}"},
    }


def _of(world: World, type: str, number: int) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """References to a resource's patient, one of the three practitioners who see that one, and the clinic."""
    id = world.patient_of(type, number)
    seen_by = (int(id[1:]) + number % 3) % PRACTITIONERS
    return (
        {"reference": f"Patient/{id}"},
        {"reference": f"Practitioner/d{seen_by}"},
        {"reference": f"Organization/g{int(id[1:]) % ORGANIZATIONS}"},
    )


def _encounter(world: World, number: int) -> dict[str, Any]:
    day = _day(number)
    patient, practitioner, clinic = _of(world, "Encounter", number)
    return {
        "resourceType": "Encounter",
        "id": f"e{number}",
        "status": "finished",
        "class": {"system": _CLASS, "code": ("AMB", "EMER", "IMP")[number % 3]},
        "type": [{"coding": [{"system": "http://snomed.info/sct", "code": f"{308335000 + number % 200}"}]}],
        "subject": patient,
        "participant": [{"individual": practitioner}],
        "period": {"start": f"{day}T08:00:00-05:00", "end": f"{day}T09:30:00-05:00"},
        "serviceProvider": clinic,
    }


def _condition(world: World, number: int) -> dict[str, Any]:
    code = 10_000_000 + number % 3000
    patient, _, _ = _of(world, "Condition", number)
    return {
        "resourceType": "Condition",
        "id": f"c{number}",
        "clinicalStatus": {
            "coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}
            ]
        },
        "code": {
            "coding": [
                {"system": "http://snomed.info/sct", "code": f"{code}", "display": f"Disorder {code}"}
            ],
            "text": f"Disorder {code}",
        },
        "subject": patient,
        "onsetDateTime": _day(number),
        "recordedDate": f"{_day(number)}T10:00:00-05:00",
    }


def _medication_request(world: World, number: int) -> dict[str, Any]:
    code = 100_000 + number % 4000
    patient, practitioner, _ = _of(world, "MedicationRequest", number)
    return {
        "resourceType": "MedicationRequest",
        "id": f"m{number}",
        "status": ("active", "completed")[number % 2],
        "intent": "order",
        "medicationCodeableConcept": {
            "coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": f"{code}"}],
            "text": f"Drug {code} 20 mg tablet",
        },
        "subject": patient,
        "authoredOn": f"{_day(number)}T10:00:00-05:00",
        "requester": practitioner,
        "dosageInstruction": [{"text": "One tablet a day", "timing": {"repeat": {"frequency": 1}}}],
    }


def _observation(world: World, number: int) -> dict[str, Any]:
    known = number < world.codes * HITS
    code = f"k{number % world.codes}" if known else "other"
    patient, practitioner, _ = _of(world, "Observation", number)
    return {
        "resourceType": "Observation",
        "id": f"o{number}",
        "status": "final",
        "category": [{"coding": [{"system": _CATEGORY, "code": ("vital-signs", "laboratory")[number % 2]}]}],
        "code": {"coding": [{"system": LOINC, "code": code, "display": f"Measurement {code}"}]},
        "subject": patient,
        "effectiveDateTime": f"{_day(number)}T{number % 24:02}:{number % 60:02}:00-05:00",
        "performer": [practitioner],
        "valueQuantity": {
            "value": 40 + number % 160,
            "unit": "/min",
            "system": "http://unitsofmeasure.org",
            "code": "/min",
        },
    }


_MAKERS = {
    "Organization": _organization,
    "Practitioner": _practitioner,
    "Patient": _patient,
    "Encounter": _encounter,
    "Condition": _condition,
    "MedicationRequest": _medication_request,
    "Observation": _observation,
}


def bundle(world: World, number: int) -> bytes:
    """A batch of 100 creates: new resources of patients that are stored, without ids."""
    entries = []
    for place in range(100):
        type = ("Observation", "Observation", "Encounter", "Condition", "MedicationRequest")[place % 5]
        made = _MAKERS[type](world, (number * 100 + place) * 7919 % world.count(type))
        del made["id"]
        entries.append({"resource": made, "request": {"method": "POST", "url": type}})
    return json.dumps({"resourceType": "Bundle", "type": "batch", "entry": entries}).encode()


def fill(urls: list[str], patients: int) -> dict[str, float]:
    """Fill stores alike; each batch is mapped once and written to all at the same time."""
    from facade.flow.draft import Draft
    from facade.flow.versions import next_version, write_next
    from facade.search import extract, patient_of
    from facade.store import Store
    from facade.store.serialise import freeze

    stores = [Store.open(url) for url in urls]
    started, written = time.perf_counter(), 0
    resources = World(patients).resources()
    with ThreadPoolExecutor(len(stores)) as pool:
        pending: list[Future[None]] = []
        while batch := list(islice(resources, BATCH)):
            now = stores[0].now()
            versions = []
            for one in batch:
                index = extract(one)
                draft = Draft(
                    None, one["resourceType"], one["id"], freeze(one), index, patient_of(one, index)
                )
                versions.append(next_version(draft, None, now))
            for writing in pending:
                writing.result()
            work = partial(write_next, following=versions)
            pending = [pool.submit(store.write_sync, work) for store in stores]
            written += len(batch)
        for writing in pending:
            writing.result()
    seconds = time.perf_counter() - started
    for store in stores:
        store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"written": written, "seconds": seconds, "peak_mb": peak}


def fill_apart(urls: list[str], patients: int) -> dict[str, float]:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.search.data", str(patients), *urls]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    print(json.dumps(fill(sys.argv[2:], int(sys.argv[1]))))
