"""A small world of linked resources, made by a seed: few different values, so that many of them meet.

Every type has the same ids, so that a reference's type matters.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

from conformance.matching.world import Resource
from tests.facade.search.generated.product import BASE_URL

WORDS = [
    "Ann",
    "ann",
    "Anna",
    "Müller",
    "MULLER",
    "Strauß",
    "Le  Roy",
    "le roy",
    "Ø",
    "a%b",
    "a_b",
    "A, B|C$",
]
CODES = ["x", "y", "X", "x-1", "a,b", "a|b", "a$b", "a\\b"]
SYSTEMS = ["urn:a", "http://codes.example/b"]
DATES = ["2019", "2020", "2020-02", "2020-02-29", "2020-03", "2020-03-01", "2021-01-01"]
TIMES = [
    "2020-02-29T10:00:00Z",
    "2020-02-29T23:30:00-05:00",
    "2020-03-01T00:00:00.250Z",
    "2020-01-01T00:00:00Z",
]
NUMBERS = [
    "5",
    "5.0",
    "5.4",
    "5.45",
    "100",
    "100.0",
    "100.5",
    "105",
    "120",
    "0.005",
    "0.0050",
    "-3",
    "0",
    "99.5",
]
UCUM = "http://unitsofmeasure.org"
UNITS = [
    {"system": UCUM, "code": "mg", "unit": "mg"},
    {"system": UCUM, "code": "g", "unit": "gram"},
    {"system": UCUM, "code": "kg"},
    {"system": UCUM, "code": "mmol/L", "unit": "mmol/l"},
    {"system": "urn:a", "code": "mg", "unit": "milli"},
    {"unit": "mg"},
    {},
]
IDS = ["1", "2", "3", "4", "5"]
URIS = [
    "http://uris.example/a",
    "http://uris.example/a/b",
    "http://uris.example/a/b/c",
    "http://uris.example/ab",
    "urn:oid:1.2.3",
]
MANY = 12
"""Resources of each type."""


class Chance:
    """Seeded choices."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.one = self.random.choice

    def some(self, make: Callable[[], Any], most: int = 2) -> list[Any]:
        return [make() for _ in range(self.random.randint(1, most))]

    def part(self, likely: float = 0.6, /, **makers: Callable[[], Any]) -> dict[str, Any]:
        return {name: make() for name, make in makers.items() if self.random.random() < likely}

    def word(self) -> str:
        return self.one(WORDS)

    def coding(self) -> dict[str, Any]:
        coded = self.part(system=lambda: self.one(SYSTEMS), display=self.word, code=lambda: self.one(CODES))
        return coded or {"code": "x"}

    def concept(self) -> dict[str, Any]:
        return self.part(0.7, coding=lambda: self.some(self.coding), text=self.word) or {"text": "Ann"}

    def identifier(self) -> dict[str, Any]:
        return {
            **self.part(system=lambda: self.one(SYSTEMS), type=self.concept),
            "value": self.one(CODES),
        }

    def moment(self) -> str:
        return self.one([*DATES, *TIMES])

    def period(self) -> dict[str, Any]:
        return self.part(start=self.moment, end=self.moment) or {"start": self.moment()}

    def number(self) -> Decimal | int:
        text = self.one(NUMBERS)
        return Decimal(text) if "." in text else int(text)

    def quantity(self) -> dict[str, Any]:
        sign = {"comparator": self.one(["<", "<=", ">", ">="])} if self.random.random() < 0.15 else {}
        return {"value": self.number(), **sign, **self.one(UNITS)}

    def range(self) -> dict[str, Any]:
        unit = self.one(UNITS)
        low, high = sorted([self.number(), self.number()])
        ends = self.part(0.8, low=lambda: {"value": low, **unit}, high=lambda: {"value": high, **unit})
        return ends or {"low": {"value": low, **unit}}

    def timing(self) -> dict[str, Any]:
        return self.one([{"event": self.some(self.moment)}, {"repeat": {"boundsPeriod": self.period()}}])

    def reference(self, *types: str) -> dict[str, Any]:
        named = f"{self.one(types)}/{self.one(IDS)}"
        form = self.random.random()
        if form < 0.06:
            return {"reference": f"{BASE_URL}/{named}"}
        if form < 0.12:
            return {"reference": f"{named}/_history/1"}
        if form < 0.16:
            return {"reference": f"http://other.example/fhir/{named}"}
        if form < 0.24:
            return {"identifier": self.identifier(), "type": named.partition("/")[0]}
        if form < 0.28:
            return self.one([{"reference": "#inside"}, {"display": "someone"}])
        extra = self.part(0.2, identifier=self.identifier)
        return {"reference": named, **extra}

    def meta(self) -> dict[str, Any]:
        return self.part(
            0.4,
            tag=lambda: self.some(self.coding),
            security=lambda: self.some(self.coding),
            profile=lambda: [self.one(URIS)],
            source=lambda: self.one(URIS),
        )


def patient(c: Chance) -> Resource:
    def name() -> Resource:
        return c.part(family=c.word, text=c.word, given=lambda: c.some(c.word), prefix=lambda: [c.word()])

    def address() -> Resource:
        return c.part(city=c.word, line=lambda: c.some(c.word), state=c.word, use=lambda: "home")

    def telecom() -> Resource:
        return {**c.part(system=lambda: c.one(["phone", "email"])), "value": c.one(CODES)}

    made = c.part(
        name=lambda: c.some(name),
        address=lambda: c.some(address),
        gender=lambda: c.one(["male", "female", "unknown"]),
        active=lambda: c.one([True, False]),
        birthDate=lambda: c.one(DATES),
        identifier=lambda: c.some(c.identifier),
        telecom=lambda: c.some(telecom),
        generalPractitioner=lambda: c.some(lambda: c.reference("Practitioner", "Organization")),
        managingOrganization=lambda: c.reference("Organization"),
        link=lambda: [{"other": c.reference("Patient", "RelatedPerson"), "type": "seealso"}],
    )
    dead = [{}, {"deceasedBoolean": True}, {"deceasedBoolean": False}, {"deceasedDateTime": c.moment()}]
    return {**made, **c.one(dead)}


def practitioner(c: Chance) -> Resource:
    name = {"family": c.word(), "given": [c.word()]}
    return c.part(name=lambda: [name], identifier=lambda: c.some(c.identifier), active=lambda: True)


def organization(c: Chance) -> Resource:
    return c.part(
        name=c.word,
        alias=lambda: c.some(c.word),
        type=lambda: c.some(c.concept),
        partOf=lambda: c.reference("Organization"),
        identifier=lambda: c.some(c.identifier),
    )


def encounter(c: Chance) -> Resource:
    return c.part(
        status=lambda: c.one(["planned", "finished"]),
        type=lambda: c.some(c.concept),
        period=c.period,
        length=c.quantity,
        subject=lambda: c.reference("Patient", "Group"),
        partOf=lambda: c.reference("Encounter"),
        participant=lambda: c.some(lambda: {"individual": c.reference("Practitioner", "RelatedPerson")}),
        location=lambda: [{"location": c.reference("Location"), **c.part(period=c.period)}],
        serviceProvider=lambda: c.reference("Organization"),
    ) | {"class": c.coding()}


def _value(c: Chance) -> Resource:
    return c.one(
        [
            {"valueQuantity": c.quantity()},
            {"valueQuantity": c.quantity()},
            {"valueCodeableConcept": c.concept()},
            {"valueString": c.word()},
            {"valueDateTime": c.moment()},
            {"valuePeriod": c.period()},
            {},
        ]
    )


def observation(c: Chance) -> Resource:
    effective = [
        {"effectiveDateTime": c.moment()},
        {"effectivePeriod": c.period()},
        {"effectiveInstant": c.one(TIMES)},
        {"effectiveTiming": c.timing()},
        {},
    ]
    made = c.part(
        status=lambda: c.one(["final", "amended"]),
        category=lambda: c.some(c.concept),
        code=c.concept,
        subject=lambda: c.reference("Patient", "Group", "Location"),
        encounter=lambda: c.reference("Encounter"),
        performer=lambda: c.some(lambda: c.reference("Practitioner", "Organization", "Patient")),
        component=lambda: c.some(lambda: {"code": c.concept(), **_value(c)}, 3),
        identifier=lambda: c.some(c.identifier),
    )
    return {**made, **c.one(effective), **_value(c)}


def risk_assessment(c: Chance) -> Resource:
    def prediction() -> Resource:
        exact = {"probabilityDecimal": c.number()}
        chance = [exact, exact, {"probabilityRange": c.range()}, {}]
        return c.part(qualitativeRisk=c.concept) | c.one(chance) or {"rationale": "none"}

    return c.part(
        subject=lambda: c.reference("Patient", "Group"),
        prediction=lambda: c.some(prediction, 3),
        performer=lambda: c.reference("Practitioner"),
        occurrenceDateTime=c.moment,
    )


def value_set(c: Chance) -> Resource:
    def include() -> Resource:
        codes = c.random.sample(CODES, 3)
        return {"system": c.one(SYSTEMS), "concept": [{"code": code} for code in codes]}

    def context() -> Resource:
        measured = c.one([{"valueQuantity": c.quantity()}, {"valueRange": c.range()}])
        return {"code": c.coding(), **c.one([measured, {"valueCodeableConcept": c.concept()}])}

    return c.part(
        0.8,
        name=c.word,
        title=c.word,
        status=lambda: "active",
        useContext=lambda: c.some(context),
        jurisdiction=lambda: c.some(c.concept),
        date=c.moment,
        version=lambda: c.one(["1.0", "A"]),
    ) | {"status": "active", "compose": {"include": c.some(include)}}


def molecular_sequence(c: Chance) -> Resource:
    def window() -> Resource:
        return c.part(
            0.8,
            chromosome=c.concept,
            referenceSeqId=c.concept,
            windowStart=lambda: c.one([1, 5, 100]),
            windowEnd=lambda: c.one([5, 100, 104]),
        )

    def variant() -> Resource:
        return c.part(0.8, start=lambda: c.one([1, 5, 100]), end=lambda: c.one([5, 100, 104]))

    return c.part(
        0.8,
        type=lambda: c.one(["aa", "dna"]),
        patient=lambda: c.reference("Patient"),
        referenceSeq=window,
        variant=lambda: c.some(variant),
    )


def group(c: Chance) -> Resource:
    def characteristic() -> Resource:
        value = [{"valueCodeableConcept": c.concept()}, {"valueBoolean": c.one([True, False])}]
        return {"code": c.concept(), **c.one(value), "exclude": c.one([True, False])}

    return c.part(
        type=lambda: c.one(["person", "animal"]),
        characteristic=lambda: c.some(characteristic),
        member=lambda: c.some(lambda: {"entity": c.reference("Patient", "Practitioner")}),
        code=c.concept,
        actual=lambda: c.one([True, False]),
    )


def list_(c: Chance) -> Resource:
    return c.part(
        title=c.word,
        status=lambda: c.one(["current", "retired"]),
        code=c.concept,
        subject=lambda: c.reference("Patient"),
        entry=lambda: c.some(lambda: {"item": c.reference("Observation", "Patient", "Encounter")}, 3),
        date=c.moment,
        note=lambda: [{"text": c.word()}],
    )


def location(c: Chance) -> Resource:
    place = {"latitude": c.one([52.0, 52.001, 53.5]), "longitude": c.one([4.0, 4.1])}
    return c.part(
        name=c.word,
        alias=lambda: c.some(c.word),
        address=lambda: c.part(0.8, city=c.word, country=c.word),
        position=lambda: place,
        partOf=lambda: c.reference("Location"),
        managingOrganization=lambda: c.reference("Organization"),
        operationalStatus=c.coding,
        type=lambda: c.some(c.concept),
    )


def appointment(c: Chance) -> Resource:
    def participant() -> Resource:
        people = c.reference("Patient", "Practitioner", "Location")
        return {"status": c.one(["accepted", "declined"]), "actor": people}

    return c.part(
        status=lambda: c.one(["booked", "noshow"]),
        start=lambda: c.one(TIMES),
        serviceType=lambda: c.some(c.concept),
        participant=lambda: c.some(participant),
        reasonReference=lambda: [c.reference("Observation")],
    )


MAKERS: dict[str, Callable[[Chance], Resource]] = {
    "Patient": patient,
    "Practitioner": practitioner,
    "Organization": organization,
    "Encounter": encounter,
    "Observation": observation,
    "RiskAssessment": risk_assessment,
    "ValueSet": value_set,
    "MolecularSequence": molecular_sequence,
    "Group": group,
    "List": list_,
    "Location": location,
    "Appointment": appointment,
}


def story(seed: int) -> list[Resource]:
    """All resources of a world, the types mixed."""
    chance = Chance(seed)
    made = []
    for type, make in MAKERS.items():
        for number in range(1, MANY + 1):
            resource: Resource = {"resourceType": type, "id": str(number), **make(chance)}
            meta = chance.meta()
            made.append({**resource, "meta": meta} if meta else resource)
            if type == "ValueSet":
                made[-1]["url"] = f"http://sets.example/{seed}/{number}" if number > 3 else URIS[number]
    chance.random.shuffle(made)
    return made


def value_sets(resources: list[Resource]) -> dict[str, frozenset[tuple[str, str]]]:
    """What `:in` may name: the codes of each value set, by its URL and by its address here."""
    found = {}
    for resource in resources:
        if resource["resourceType"] == "ValueSet":
            codes = frozenset(
                (include["system"], concept["code"])
                for include in resource["compose"]["include"]
                for concept in include["concept"]
            )
            found[resource["url"]] = found[f"ValueSet/{resource['id']}"] = codes
    return found
