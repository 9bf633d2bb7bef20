"""Whatever is stored and asked, the answer is that of the plain matcher: content, order, pages and total."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from facade.store import Store
from tests.facade.search.matcher import PARAMETERS, Resource, in_order, matches
from tests.facade.search.stocked import found, stock, total, walked

DATES = ["2019", "2020", "2020-02", "2020-02-29", "2020-03", "2020-03-01", "2021-01-01"]
TIMES = ["2020-02-29T10:00:00Z", "2020-02-29T23:30:00-05:00", "2020-03-01T00:00:00.250Z", "2020-01-01T00:00Z"]
WORDS = [
    "Ann",
    "ann",
    "Anna",
    "Müller",
    "MULLER",
    "Strauß",
    "strauss",
    "Le  Roy",
    "le roy",
    "Ø",
    "a%b",
    "a_b",
]
ASKED_WORDS = [*WORDS, "a", "AN", "mu", "le r", "%", "_", "!", "ß"]
CODES = ["x", "y", "X"]
SYSTEMS = ["urn:a", "urn:b"]
PLAIN = ["male", "female", "true", "false", "planned", "finished", "x", "X"]
PREFIXES = ["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]
REFERENCES = ["1", "2", "Patient/1", "Practitioner/1", "Group/1"]
MODIFIERS = {
    "string": ["", "", ":exact", ":contains", ":missing"],
    "code": ["", "", ":not", ":missing"],
    "token": ["", "", ":not", ":missing"],
    "date": ["", "", "", ":missing"],
    "reference": ["", "", ":missing"],
}


class Chance:
    """Seeded choices of things to store and to ask."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.one = self.random.choice

    def some(self, make: Any, most: int = 2) -> list[Any]:
        return [make() for _ in range(self.random.randint(1, most))]

    def part(self, **makers: Any) -> dict[str, Any]:
        return {name: make() for name, make in makers.items() if self.random.random() < 0.6}

    def coded(self, name: str) -> dict[str, Any]:
        return {**self.part(system=lambda: self.one(SYSTEMS)), name: self.one(CODES)}

    def word(self) -> str:
        return self.one(WORDS)

    def moment(self) -> str:
        return self.one(DATES[3:4] + TIMES)

    def reference(self, *targets: str) -> dict[str, str]:
        return {"reference": self.one(targets)}

    def patient(self) -> Resource:
        def name() -> Resource:
            return self.part(family=self.word, text=self.word, given=lambda: self.some(self.word))

        def telecom() -> Resource:
            return {**self.part(system=lambda: self.one(["phone", "email"])), "value": self.one(CODES)}

        doctors = ("Practitioner/1", "Organization/1", "Practitioner/2/_history/1", "#c")
        made = self.part(
            name=lambda: self.some(name),
            gender=lambda: self.one(["male", "female", "unknown"]),
            active=lambda: self.one([True, False]),
            birthDate=lambda: self.one(DATES),
            identifier=lambda: self.some(lambda: self.coded("value")),
            telecom=lambda: self.some(telecom),
            generalPractitioner=lambda: self.some(lambda: self.reference(*doctors)),
        )
        dead = self.one(
            [{}, {"deceasedBoolean": True}, {"deceasedBoolean": False}, {"deceasedDateTime": "2020-02"}]
        )
        return {**made, **dead}

    def encounter(self) -> Resource:
        def concept() -> Resource:
            return self.part(coding=lambda: self.some(lambda: self.coded("code")), text=self.word)

        def period() -> Resource:
            return self.part(start=self.moment, end=self.moment) or {"start": self.moment()}

        subjects = ("Patient/1", "Patient/2", "Group/1", "http://other/fhir/Patient/1")
        made = self.part(
            status=lambda: self.one(["planned", "finished"]),
            type=lambda: self.some(concept),
            period=period,
            subject=lambda: self.reference(*subjects),
            participant=lambda: self.some(
                lambda: {"individual": self.reference("Practitioner/1", "RelatedPerson/1")}
            ),
        )
        return {**made, "class": {"code": "AMB"}}

    def asked(self, kind: str) -> str:
        match kind:
            case "string":
                return self.one(ASKED_WORDS)
            case "code":
                return self.one(PLAIN)
            case "date":
                return self.one(PREFIXES) + self.one(DATES + TIMES)
            case "reference":
                return self.one(REFERENCES)
        system = self.one(["", *SYSTEMS, "urn:none"])
        return self.one([self.one([*CODES, "AMB"]), f"{system}|{self.one(CODES)}", f"{self.one(SYSTEMS)}|"])

    def criteria(self, type: str) -> list[tuple[str, str]]:
        made = []
        for code in self.random.choices(sorted(PARAMETERS[type]), k=self.random.randint(0, 3)):
            kind = PARAMETERS[type][code][0]
            modifier = self.one(MODIFIERS[kind])
            if modifier == ":missing":
                made.append((code + modifier, self.one(["true", "false"])))
            else:
                made.append((code + modifier, ",".join(self.some(lambda kind=kind: self.asked(kind), 3))))
        return made

    def sort(self, type: str) -> list[str]:
        codes = self.random.sample([*sorted(PARAMETERS[type]), "_id"], self.random.randint(0, 2))
        return [self.one(["", "-"]) + code for code in codes]


@pytest.mark.parametrize("seed", range(30))
def test_search_is_what_the_matcher_says(store: Store, seed: int) -> None:
    chance = Chance(seed)
    patients = [chance.patient() for _ in range(chance.random.randint(0, 12))]
    encounters = [chance.encounter() for _ in range(chance.random.randint(0, 12))]
    resources = [{"resourceType": "Patient", "id": f"p{20 - at}", **r} for at, r in enumerate(patients)]
    resources += [{"resourceType": "Encounter", "id": f"e{at}", **r} for at, r in enumerate(encounters)]
    deleted = set(chance.random.sample(range(1, 25), 3))
    stock(store, resources, deleted)
    alive = [r for rid, r in enumerate(resources, 1) if rid not in deleted]
    for _ in range(60):
        type = chance.one(["Patient", "Encounter"])
        criteria, sort = chance.criteria(type), chance.sort(type)
        wanted = [r for r in alive if r["resourceType"] == type and all(matches(r, *c) for c in criteria)]
        expected = [r["id"] for r in in_order(wanted, sort)]
        query = "&".join(f"{name}={value}" for name, value in criteria)
        if sort:
            query += "&_sort=" + ",".join(sort)
        answer = found(store, type, query)
        if sort or not any(_dated(type, name) for name, _ in criteria):
            assert answer == expected, (type, query)
        else:  # the order of wide ranges of dates is the server's own choice
            assert sorted(answer) == sorted(expected), (type, query)
        assert walked(store, type, f"{query}&_count=2") == answer, (type, query)
        assert total(store, type, query) == len(expected), (type, query)


def _dated(type: str, name: str) -> bool:
    return PARAMETERS[type][name.split(":", maxsplit=1)[0]][0] == "date"


def test_every_prefix_with_every_precision(store: Store) -> None:
    """The whole table of https://hl7.org/fhir/R4/search.html#prefix, over dates and over periods."""
    ends = [None, *DATES, *TIMES]
    periods = [
        {name: value for name, value in (("start", start), ("end", end)) if value}
        for start in ends
        for end in ends
        if start or end
    ]
    resources: list[Resource] = [
        {"resourceType": "Patient", "id": f"p{at}", "birthDate": date} for at, date in enumerate(DATES)
    ]
    resources += [
        {"resourceType": "Encounter", "id": f"e{at}", "period": period} for at, period in enumerate(periods)
    ]
    stock(store, resources)
    for type, code in (("Patient", "birthdate"), ("Encounter", "date")):
        for prefix in PREFIXES:
            for value in DATES + TIMES:
                wanted = prefix + value
                expected = [
                    r["id"] for r in resources if r["resourceType"] == type and matches(r, code, wanted)
                ]
                answer = found(store, type, f"{code}={wanted}&_count=500")
                assert sorted(answer) == sorted(expected), (type, wanted)
