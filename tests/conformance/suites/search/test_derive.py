"""Queries made of values: each kind of parameter has its forms, each right about what it was made of."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.statement import DeclaredParameter
from conformance.suites.search import chaining
from conformance.suites.search.derive import queries
from conformance.suites.search.derive.dates import elsewhere
from conformance.suites.search.derive.numbers import foreign, shorter
from conformance.suites.search.derive.plain import start_of
from conformance.suites.search.query import Query
from conformance.suites.search.scope import Scope, definition_of, read_scope
from tests.conformance.suites.search.served import BASE, session

ACCOUNT = "http://hl7.org/fhir/SearchParameter/Account-period"
UCUM = "http://unitsofmeasure.org"
PATIENTS: list[dict[str, Any]] = [
    {
        "resourceType": "Patient",
        "id": "p1",
        "meta": {"lastUpdated": "2024-05-06T07:08:09.123Z"},
        "gender": "female",
        "birthDate": "1970-03-04",
        "name": [{"family": "Núñez, R.", "given": ["Ana"]}],
        "identifier": [
            {
                "system": "http://ids",
                "value": "a|1",
                "type": {"coding": [{"system": "http://t", "code": "MR"}]},
            }
        ],
        "managingOrganization": {"reference": "Organization/o1"},
    },
    {"resourceType": "Patient", "id": "p2", "birthDate": "1980-12", "name": [{"family": "Zimmer"}]},
]
OBSERVATIONS: list[dict[str, Any]] = [
    {
        "resourceType": "Observation",
        "id": "x1",
        "status": "final",
        "code": {
            "coding": [{"system": "http://loinc.org", "code": "1-1", "display": "Glucose"}],
            "text": "Sugar",
        },
        "subject": {"reference": "Patient/p1", "identifier": {"system": "http://ids", "value": "7"}},
        "effectiveDateTime": "2024-02-03T04:05:06+01:00",
        "valueQuantity": {"value": 5.43, "unit": "mmol/L", "system": UCUM, "code": "mmol/L"},
    },
    {
        "resourceType": "Observation",
        "id": "x2",
        "status": "amended",
        "code": {"coding": [{"system": "http://loinc.org", "code": "2-2"}]},
        "subject": {"reference": "Patient/p2"},
        "effectivePeriod": {"start": "2023-01-01", "end": "2023-02-01"},
        "valueQuantity": {"value": 9, "unit": "drops"},
    },
]
ORGANIZATIONS: list[dict[str, Any]] = [{"resourceType": "Organization", "id": "o1", "name": "Ward 7"}]
DECLARED = {
    "Patient": "_id _lastUpdated gender birthdate family name identifier organization phonetic".split(),  # noqa: SIM905
    "Observation": "code status date subject patient value-quantity code-value-quantity".split(),  # noqa: SIM905
    "Organization": ["name"],
}


@pytest.fixture
async def scope() -> Scope:
    return await read_scope(session([*PATIENTS, *OBSERVATIONS, *ORGANIZATIONS], DECLARED))


def asked(scope: Scope, type: str, code: str) -> dict[str, list[str]]:
    """The values asked for, by requirement; with the modifier where there is one."""
    found: dict[str, list[str]] = {}
    for query in queries(scope, scope.known[type][code]):
        texts = [f"{name.partition(':')[2]}={value}".removeprefix("=") for name, value in query.items]
        found.setdefault(query.requirement, []).append("&".join(texts))
    return found


async def test_strings(scope: Scope) -> None:
    made = asked(scope, "Patient", "family")
    starts = {"Zimmer", "Núñez\\, R"}
    assert set(made["string.start"]) < starts
    assert made["string.accents"] == ["nunez\\, r"] and made["escape"] == ["Núñez\\, R"]
    assert set(made["string.exact"]) >= {"exact=Zimmer"} or "exact=Núñez\\, R." in made["string.exact"]
    assert made["string.none"] == ["zqxjkv"] and made["or"]
    whole = asked(scope, "Patient", "name")
    assert "string.exact" not in whole and whole["string.parts"]  # which parts count is the server's choice


async def test_tokens(scope: Scope) -> None:
    made = asked(scope, "Patient", "identifier")
    assert made["token.system-code"] == ["http://ids|a\\|1"] and made["escape"] == ["a\\|1"]
    assert made["token.of-type"] == ["of-type=http://t|MR|a\\|1"]
    assert made["token.other-system"] == ["http://nowhere.example/system|a\\|1"]
    assert made["token.no-system"] == ["|a\\|1"]
    assert asked(scope, "Patient", "gender")["token.not"] == ["not=female"]
    assert asked(scope, "Patient", "_id")["id"] == ["p1", "zq-not-there", "p2,p1"]
    assert asked(scope, "Observation", "code")["token.text"][0] in ("text=Sugar", "text=Glucose")


async def test_dates(scope: Scope) -> None:
    made = asked(scope, "Observation", "date")
    assert made["date.zone"] == ["2024-02-02T20:05:06-07:00"]
    assert made["date.partial"] == ["2024", "2024-02", "2024-02-03T04:05+01:00"]
    assert made["and"] == ["ge2024-02-02&le2024-02-04"]  # in which zone a day begins is not known
    assert {id for id in made if id[5:] in ("ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")} == {
        f"date.{prefix}" for prefix in ("ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
    }
    day = asked(scope, "Patient", "birthdate")
    assert day["date.instant"][0] in ("1970-03-04", "1980-12") and "date.zone" not in day
    assert asked(scope, "Patient", "_lastUpdated")["date.ge"] == ["ge2024-05-06T07:08:09Z"]


async def test_quantities(scope: Scope) -> None:
    made = asked(scope, "Observation", "value-quantity")
    assert made["number.precision"] == ["5.4"]
    assert made["quantity.unit"] == [f"5.43|{UCUM}|mmol/L", f"ge5.43|{UCUM}|mmol/L"]
    assert made["quantity.code"] == ["5.43||mmol/L", "9||drops"]
    assert made["quantity.other-unit"][0] == f"5.43|{UCUM}|m"


async def test_references(scope: Scope) -> None:
    made = asked(scope, "Observation", "subject")
    assert made["reference.type-id"][0] in ("Patient/p1", "Patient/p2")
    assert made["reference.url"][0].startswith(f"{BASE}/Patient/p")
    assert made["reference.identifier"] == ["identifier=http://ids|7"]
    assert "reference.id" not in made and "missing.true" not in asked(scope, "Observation", "patient")
    assert asked(scope, "Patient", "organization")["reference.id"] == ["o1"]


async def test_composites(scope: Scope) -> None:
    made = asked(scope, "Observation", "code-value-quantity")
    right = [f"1-1$5.43|{UCUM}|mmol/L", "2-2$9"]
    assert made["composite.both"][0] in right
    assert len(made["composite.one"]) == 2 and not set(made["composite.one"]) & set(right)


async def test_chains_and_their_opposite(scope: Scope) -> None:
    chains = {query.items[0] for query in chaining.chains(scope, "Observation")}
    assert all(name.startswith(("subject:Patient.", "patient.", "patient:Patient.")) for name, _ in chains)
    assert any(name.endswith("organization.name") for name, _ in chains)  # through two references
    back = {query.items[0][0] for query in chaining.reversed_(scope, "Patient")}
    assert {name.rpartition(":")[0] for name in back} == {
        "_has:Observation:subject",
        "_has:Observation:patient",
    }


async def test_what_was_made_of_a_value_finds_it(scope: Scope) -> None:
    made = [
        query
        for type in scope.pools
        for code in DECLARED[type]
        if code != "phonetic"
        for query in (*queries(scope, scope.known[type][code]), *chaining.chains(scope, type))
    ]
    assert len(made) > 100
    lost = [query for query in made if query.positive and not any(found(scope, query))]
    assert lost == []
    negative = [one for one in made if one.requirement.endswith((".none", "composite.one", "other-system"))]
    assert [query for query in negative if any(found(scope, query))] == []


def found(scope: Scope, query: Query) -> list[bool | None]:
    return [scope.world.all_of(one, list(query.items)) for one in scope.resources(query.type)]


async def test_the_seed_chooses(scope: Scope) -> None:
    again = await read_scope(session([*PATIENTS, *OBSERVATIONS, *ORGANIZATIONS], DECLARED))
    for code in ("family", "birthdate", "_lastUpdated"):
        assert queries(scope, scope.known["Patient"][code]) == queries(again, again.known["Patient"][code])


@pytest.mark.parametrize(
    ("declared", "why"),
    [
        (DeclaredParameter("phonetic", "string"), "how names sound alike is the server's own choice"),
        (DeclaredParameter("colour", "token"), "no definition is known (none is declared)"),
        (DeclaredParameter("family", "token", "http://mine/x"), "no definition is known (http://mine/x)"),
        (DeclaredParameter("family", "token"), "it is declared as token, and defined as string"),
        (
            DeclaredParameter("x", "date", ACCOUNT),
            f"its definition ({ACCOUNT}) has no expression for Patient",
        ),
    ],
)
async def test_parameters_about_which_nothing_is_asked(
    scope: Scope, declared: DeclaredParameter, why: str
) -> None:
    assert definition_of(scope.session, "Patient", declared) == why


async def test_a_parameter_by_another_name(scope: Scope) -> None:
    declared = DeclaredParameter("surname", "string", "http://hl7.org/fhir/SearchParameter/individual-family")
    found = definition_of(scope.session, "Patient", declared)
    assert not isinstance(found, str) and (found.code, found.expression) == ("surname", "Patient.name.family")


def test_words() -> None:
    assert [start_of(text) for text in ("O'Neill", "Jo", " x", "Anna-Maria", "St. John")] == [
        "",
        "Jo",
        "",
        "Anna",
        "St",
    ]
    shorter_ = {text: shorter(text) for text in ("5.43", "123", "1234", "0.85", "7", "100")}
    assert shorter_ == {"5.43": "5.4", "123": "1.2e2", "1234": "1.23e3", "0.85": None, "7": None, "100": None}
    assert (foreign("mg"), foreign("m"), foreign("no-such")) == ("m", "s", None)
    assert elsewhere("2024-01-01T00:00:00-07:00") == "2024-01-01T11:00:00+04:00"
    assert elsewhere("2024-01-01") is None
