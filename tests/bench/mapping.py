"""Mapping alone: rows already in memory to Patients of 20 leaves, no check, no store."""

from __future__ import annotations

import time
from pathlib import Path

import orjson

from connectors.base import Record
from facade.mapping import parse_pack
from facade.packs import PackFiles
from tests.bench.report import Figure, at_least, median_of

_PACK = {
    "pack.yaml": "pack: bench\ntitle: Bench\n"
    "site: { timezone: America/New_York, mrn_system: 'urn:example:mrn' }\n"
    "codes: { gender: { unmapped: unknown } }\n",
    "codes/gender.csv": "legacy,code\nM,male\nF,female\n",
    "streams/patient.sql": "-- key: pid\nSELECT pid, mrn, ssn, lname, fname, mname, sex, dob, street, city,"
    " state, zip, phone, cell, email, provider FROM patient\n",
    "resources/patient.yaml": """
resource: Patient
stream: patient
id: $pid
map:
  identifier:
    - { use: usual, system: $site.mrn_system, value: $mrn }
    - { system: 'http://hl7.org/fhir/sid/us-ssn', value: $ssn }
  active: true
  name:
    - { use: official, family: $lname, given: [$fname, $mname] }
  telecom:
    - { system: phone, value: $phone, use: home }
    - { system: email, value: $email }
  gender: $sex | code(gender)
  birthDate: $dob | date
  address:
    - { line: $street, city: $city, state: $state, postalCode: $zip, country: US }
  generalPractitioner:
    - reference: $provider | ref(Practitioner)
""",
}


def bench_mapping(patients: int = 20_000) -> list[Figure]:
    """Patients per second; the baseline is serialising the same Patients with orjson."""
    pack = parse_pack(PackFiles("bench", Path("bench"), (_PACK,)))
    records = [
        Record(
            "patient",
            str(n),
            {
                "pid": n,
                "mrn": f"M{n:07d}",
                "ssn": f"{n:09d}",
                "lname": f"Doe{n % 997}",
                "fname": f"Jane{n % 499}",
                "mname": "Q",
                "sex": "MF"[n % 2],
                "dob": f"19{n % 90 + 10}-{n % 12 + 1:02d}-{n % 28 + 1:02d}",
                "street": f"{n} Main St",
                "city": "Springfield",
                "state": "IL",
                "zip": f"{n % 100000:05d}",
                "phone": f"555-{n % 10000:04d}",
                "cell": "",
                "email": f"p{n}@example.org",
                "provider": n % 50 + 1,
            },
        )
        for n in range(patients)
    ]
    made = pack.to_fhir(records[0]).resources[0].resource
    leaves = _leaves(made) - 2  # resourceType and id are not elements of the mapping
    if leaves < 20:
        raise AssertionError(f"the bench's Patient has {leaves} leaves, not 20")
    resources = [pack.to_fhir(record).resources[0].resource for record in records]

    def ours() -> float:
        started = time.perf_counter()
        for record in records:
            pack.to_fhir(record)
        return patients / (time.perf_counter() - started)

    def baseline() -> float:
        started = time.perf_counter()
        for resource in resources:
            orjson.dumps(resource)
        return patients / (time.perf_counter() - started)

    return [
        at_least("mapping, Patients of 20 leaves", median_of(5, ours), "/s", 50_000, median_of(5, baseline))
    ]


def _leaves(tree: object) -> int:
    if isinstance(tree, dict):
        return sum(_leaves(item) for item in tree.values())
    if isinstance(tree, list):
        return sum(_leaves(item) for item in tree)
    return 1
