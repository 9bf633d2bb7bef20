"""`_filter`: each operator, what joins them, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.errors import FacadeError
from facade.search import parse_search, plan_search
from facade.search.clauses import needed_terms
from facade.store import Store
from facade.store.access import EVERYTHING
from tests.facade.search.stocked import id_of, stock


def patient(id: str, **elements: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": id, **elements}


def observation(id: str, **elements: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "id": id, **elements}


RESOURCES = [
    patient("ann", name=[{"family": "Smith", "given": ["Ann"]}], birthDate="1980-01-01", active=True),
    patient("bob", name=[{"family": "Smithers"}], birthDate="1990-05", gender="male", active=False),
    patient("cyd", name=[{"family": 'O"Neil, \\x'}], gender="female"),
    patient("dot"),
    observation("o1", valueQuantity={"value": 5, "system": "http://unitsofmeasure.org", "code": "mg"}),
    observation(
        "o2", subject={"reference": "Patient/ann"}, code={"coding": [{"code": "c", "system": "urn:s"}]}
    ),
    observation("o3", subject={"reference": "Patient/bob"}, effectivePeriod={"start": "2020", "end": "2021"}),
    {"resourceType": "ValueSet", "id": "v", "url": "http://a.example/x/y"},
    {"resourceType": "ValueSet", "id": "w", "url": "http://a.example/x"},
    {"resourceType": "RiskAssessment", "id": "r", "prediction": [{"probabilityDecimal": 0.5}]},
]


@pytest.fixture(autouse=True, scope="module")
def _stocked(store: Store) -> None:
    stock(store, RESOURCES)


def found(store: Store, type: str, text: str) -> str:
    made = plan_search(parse_search(type, [("_filter", text)]), EVERYTHING, store.dialect)
    return " ".join(id_of(row) for row in store.query(*made.page))


@pytest.mark.parametrize(
    ("type", "text", "ids"),
    [
        ("Patient", 'family eq "smith"', "ann"),
        ("Patient", "family eq SMITH", "ann"),
        ("Patient", 'family ne "smith"', "bob cyd"),
        ("Patient", 'family co "mith"', "ann bob"),
        ("Patient", 'family sw "smi"', "ann bob"),
        ("Patient", 'family ew "ers"', "bob"),
        ("Patient", 'family ew "%"', ""),
        ("Patient", 'family eq "o\\"neil, \\\\x"', "cyd"),
        ("Patient", "family pr true", "ann bob cyd"),
        ("Patient", "family pr false", "dot"),
        ("Patient", "gender eq male", "bob"),
        ("Patient", "gender ne male", "cyd"),
        ("Patient", "active eq true", "ann"),
        ("Patient", "birthdate eq 1980", "ann"),
        ("Patient", "birthdate gt 1980-01-01", "bob"),
        ("Patient", "birthdate ge 1980-01-01", "ann bob"),
        ("Patient", "birthdate lt 1990", "ann"),
        ("Patient", "birthdate le 1990-05", "ann bob"),
        ("Patient", "birthdate sa 1985", "bob"),
        ("Patient", "birthdate eb 1985", "ann"),
        ("Patient", "birthdate ap 1980-01-01", "ann"),
        ("Patient", "birthdate ne 1980", "bob"),
        ("Patient", "_id eq dot", "dot"),
        ("Patient", "_id eq dot or _id eq ann", "ann dot"),
        ("Patient", "not (_id eq dot)", "ann bob cyd"),
        ("Patient", "_lastUpdated gt 2020 and family pr true", "ann bob cyd"),
        ("Patient", "phonetic eq smyth", "ann"),
        ("Patient", 'family eq "smith" and gender eq male', ""),
        ("Patient", 'family eq "smith" or gender eq male', "ann bob"),
        ("Patient", 'family eq "smith" or gender eq male and active eq true', "ann"),  # and binds closer
        ("Patient", '(family eq "smith" or gender eq male) and active eq false', "bob"),
        ("Patient", "not gender eq male", "ann cyd dot"),
        ("Patient", "not (gender eq male or gender eq female)", "ann dot"),
        ("Patient", "not not gender eq male", "bob"),
        ("Observation", "value-quantity gt 0.004|http://unitsofmeasure.org|g", "o1"),
        ("Observation", "value-quantity lt 0.004|http://unitsofmeasure.org|g", ""),
        ("Observation", "code eq urn:s|c", "o2"),
        ("Observation", "subject re Patient/ann", "o2"),
        ("Observation", "subject eq Patient/ann", "o2"),
        ("Observation", 'subject:Patient.family eq "smith"', "o2"),
        ("Observation", 'subject:Patient.family sw "smith"', "o2 o3"),
        ("Observation", 'subject:Patient.family ew "ers"', "o3"),
        ("Observation", 'subject.name co "ithe"', "o3"),
        ("Observation", "subject.birthdate gt 1985 or value-quantity pr true", "o1 o3"),
        ("Observation", "date po 2021-06", "o3"),
        ("Observation", "date po 2022", ""),
        ("Observation", "date po 2019", ""),
        ("Patient", "_has:Observation:subject:code eq c", "ann"),
        ("ValueSet", "url eq http://a.example/x", "w"),
        ("ValueSet", "url sb http://a.example/x", "v w"),
        ("ValueSet", "url ss http://a.example/x/y/z", "v w"),
        ("RiskAssessment", "probability gt 0.4", "r"),
        ("RiskAssessment", "probability ne 0.5", ""),
    ],
)
def test_what_a_filter_finds(store: Store, type: str, text: str, ids: str) -> None:
    assert sorted(found(store, type, text).split()) == sorted(ids.split())


def test_it_joins_with_what_else_is_asked(store: Store) -> None:
    items = [
        ("_filter", "gender eq male or gender eq female"),
        ("family", "smi"),
        ("_filter", "active pr true"),
    ]
    made = plan_search(parse_search("Patient", items), EVERYTHING, store.dialect)
    assert [id_of(row) for row in store.query(*made.page)] == ["bob"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "`_filter` takes conditions such as"),
        ("family", "`_filter` takes conditions such as"),
        ("family eq", "`_filter` takes conditions such as"),
        ('family eq "smith', "`_filter` takes conditions such as"),
        ('family eq "a" gender eq male', "`_filter` takes conditions such as"),
        ('(family eq "a"', "`_filter` takes conditions such as"),
        ('family eq "a")', "`_filter` takes conditions such as"),
        ('family eq "a" and', "`_filter` takes conditions such as"),
        ('"family" eq "a"', "`_filter` takes conditions such as"),
        ("(" * 30 + "active eq true" + ")" * 30, "`_filter` takes conditions such as"),
        ("family is x", "`_filter` knows the operators ap, co, eb, eq"),
        ("name[use eq official].family eq x", "`_filter`: brackets in a path are not supported"),
        ("family gt x", "`_filter` cannot compare the string parameter `family` by `gt`"),
        ("gender sw ma", "`_filter` cannot compare the token parameter `gender` by `sw`"),
        ("gender co ma", "`_filter` cannot compare the token parameter `gender` by `co`"),
        ("birthdate ew 1980", "`_filter` cannot compare the date parameter `birthdate` by `ew`"),
        ("organization gt 1", "`_filter` cannot compare the reference parameter `organization` by `gt`"),
        ("organization.name gt 1", "`_filter` cannot compare the string parameter `name` by `gt`"),
        ("_content eq x", "`_filter` cannot compare the text parameter `_content` by `eq`"),
        ("active pr yes", "`_filter`: `pr` takes true or false"),
        ("gender eq male,female", "`_filter` compares with one value; join others with or"),
        ("birthdate eq ge1980", "Search parameter `birthdate` takes a date"),
        ("famly eq x", "Search parameter `famly` is not known for Patient; did you mean `family`?"),
        ("gender in http://a.example/unknown", "`gender:in` names a value set that is not known here"),
    ],
)
def test_what_is_refused(text: str, says: str) -> None:
    with pytest.raises(FacadeError) as caught:
        parse_search("Patient", [("_filter", text)])
    assert caught.value.status == 400
    assert caught.value.diagnostics.startswith(says)


def test_operators_are_not_modifiers_of_a_query() -> None:
    for items in ([("family:~eq", "x")], [("_filter", "active eq true"), ("family:~eq", "x")]):
        with pytest.raises(FacadeError, match="Modifier `:~eq` is not supported"):
            parse_search("Patient", items)


def test_the_terms_that_it_needs() -> None:
    text = 'code in "http://v.example" and (code ni http://w.example or code sb urn:s|c) and code eq "in"'
    assert needed_terms([("_filter", text)]) == [
        ("in", "http://v.example"),
        ("in", "http://w.example"),
        ("below", "urn:s|c"),
    ]
    assert needed_terms([("_filter", '"')]) == []


@given(st.text(alphabet='()" \\,|abeqnrtwo', max_size=60))
def test_any_text_is_a_filter_or_refused(text: str) -> None:
    try:
        parse_search("Patient", [("_filter", text)])
    except FacadeError as error:
        assert error.status in (400, 403)
