"""Plans on real stores: order, pages, reach, includes; indexes are used, and no value is in the SQL."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlcipher3 import dbapi2

from facade.errors import BadRequest
from facade.search import Search, plan_search
from facade.search.plan import COLUMNS
from facade.search.values import MAX_ALTERNATIVES
from facade.store import Store
from facade.store.access import EVERYTHING, Access
from facade.store.sqlite import connect_reader
from tests.facade.search.stocked import found, id_of, plan, stock, total, walked


def patient(id: str, **elements: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": id, **elements}


def observation(id: str, subject: str, date: str | None, **elements: Any) -> dict[str, Any]:
    made = {
        "resourceType": "Observation",
        "id": id,
        "subject": {"reference": f"Patient/{subject}"},
        **elements,
    }
    return made if date is None else {**made, "effectiveDateTime": date}


LOINC = {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]}
RESOURCES = [
    patient("a", gender="male", birthDate="1980-01-01", name=[{"family": "Zorn"}, {"family": "Abel"}]),
    patient("b", gender="female", birthDate="1970", name=[{"family": "Müller", "given": ["Jo"]}]),
    patient("c", gender="female", name=[{"family": "muller"}], deceasedBoolean=True),
    patient("d", birthDate="1980-01-01", identifier=[{"system": "urn:mrn", "value": "1"}, {"value": "2"}]),
    patient("gone", gender="male", birthDate="1980-01-01"),
    observation("o1", "a", "2020-01-01", code=LOINC, status="final"),
    observation("o2", "a", "2021-01-01", code={"coding": [{"code": "8480-6"}]}, status="final"),
    observation("o3", "b", None, code={"text": "no coding"}, status="amended"),
    observation("o4", "gone", "2019-01-01", code=LOINC, status="final"),
    {
        "resourceType": "Provenance",
        "id": "p",
        "target": [{"reference": "Patient/a"}, {"reference": "Patient/a"}],
    },
]
DELETED = {5}


@pytest.fixture(autouse=True, scope="module")
def _stocked(store: Store) -> None:
    stock(store, RESOURCES, DELETED)


@pytest.mark.parametrize(
    ("type", "query", "ids"),
    [
        ("Patient", "", "a b c d"),
        ("Patient", "gender=male", "a"),
        ("Patient", "gender=http://hl7.org/fhir/administrative-gender|male", "a"),
        ("Patient", "gender=|male", "a"),
        ("Patient", "gender=http://other|male", ""),
        ("Patient", "gender=male,female", "a b c"),
        ("Patient", "gender:not=male", "b c d"),
        ("Patient", "gender:not=male,female", "d"),
        ("Patient", "gender:missing=true", "d"),
        ("Patient", "gender:missing=false", "a b c"),
        ("Patient", "deceased=false", "a b d"),
        ("Patient", "family=mull", "b c"),
        ("Patient", "family=MÜLLER", "b c"),
        ("Patient", "family:exact=Müller", "b"),
        ("Patient", "family:exact=Mül", ""),
        ("Patient", "family:contains=ULL", "b c"),
        ("Patient", "family:contains=%", ""),
        ("Patient", "family=zorn&family=abel", "a"),
        ("Patient", "family=zorn,mull", "a b c"),
        ("Patient", "phonetic=Miller", "b c"),
        ("Patient", "phonetic=Milo", ""),
        ("Patient", "identifier=urn:mrn|1", "d"),
        ("Patient", "identifier=urn:mrn|", "d"),
        ("Patient", "identifier=|1", ""),
        ("Patient", "identifier=|2", "d"),
        ("Patient", "identifier=2", "d"),
        ("Patient", "_id=a,gone,d", "a d"),
        ("Patient", "_id=urn:x|a", ""),
        ("Patient", "_lastUpdated=2023-11-14T22:13:22Z", "b"),
        ("Patient", "_lastUpdated=gt2023-11-14T22:13:22Z,lt2023-11-14T22:13:22Z", "a c d"),
        ("Patient", "birthdate=1980", "a d"),
        ("Patient", "birthdate=1970,1980", "a b d"),
        ("Patient", "birthdate=ne1980", "b"),
        ("Patient", "birthdate=ge1970", "a d b"),  # a wide range of dates comes newest first
        ("Patient", "birthdate=ge1970&birthdate=lt1971", "b"),
        ("Observation", "code=8480-6", "o1 o2 o4"),
        ("Observation", "code=http://loinc.org|8480-6", "o1 o4"),
        ("Observation", "code=|8480-6", "o2"),
        ("Observation", "code:not=8480-6", "o3"),
        ("Observation", "subject=Patient/a,Patient/b", "o1 o2 o3"),
        ("Observation", "patient=a&date=ge2020-06", "o2"),
        ("Observation", "patient=a&_sort=-date", "o2 o1"),
        ("Patient", "_sort=birthdate", "b a d c"),
        ("Patient", "_sort=-birthdate", "a d b c"),
        ("Patient", "_sort=family", "a b c d"),
        ("Patient", "_sort=-family", "a b c d"),  # Zorn leads down, Abel up
        ("Patient", "_sort=gender,-_id", "c b a d"),
        ("Patient", "_sort=-_lastUpdated", "d c b a"),
        ("Patient", "_sort=-birthdate,-_id", "d a b c"),
        ("Observation", "_sort=date", "o4 o1 o2 o3"),
        ("Observation", "_sort=-subject,date", "o4 o3 o1 o2"),
    ],
)
def test_matches_and_their_order(store: Store, type: str, query: str, ids: str) -> None:
    assert found(store, type, query) == ids.split()
    assert total(store, type, query) == len(ids.split())
    assert total(store, type, query + "&_total=accurate") == len(ids.split())
    for count in (1, 2):
        assert walked(store, type, f"{query}&_count={count}") == ids.split()


@pytest.mark.parametrize(
    ("type", "query", "ids"),
    [
        ("Patient", "", "a"),
        ("Patient", "gender=female", ""),
        ("Patient", "_sort=birthdate", "a"),
        ("Patient", "birthdate=ge1970", "a"),
        ("Patient", "_id=b", ""),
        ("Observation", "", "o1 o2"),
        ("Observation", "code=8480-6", "o1 o2"),
        ("Observation", "_sort=-date", "o2 o1"),
        ("Observation", "status:not=final", ""),
    ],
)
def test_nobody_sees_beyond_their_reach(store: Store, type: str, query: str, ids: str) -> None:
    only_a = Access(frozenset({"a"}))
    assert found(store, type, query, only_a) == ids.split()
    assert walked(store, type, f"{query}&_count=1", only_a) == ids.split()
    assert total(store, type, query, only_a) == len(ids.split())
    assert found(store, type, query, Access(frozenset())) == []


def test_includes(store: Store) -> None:
    def included(type: str, query: str, access: Access = EVERYTHING) -> list[str]:
        made = plan(store, type, query, access)
        rids = [row[0] for row in store.query(*made.page)]
        return [id_of(row) for sql, params in made.includes(rids) for row in store.query(sql, params)]

    assert included("Observation", "_include=Observation:subject") == ["a", "b"]  # the third is deleted
    assert included("Observation", "_include=*&status=amended") == ["b"]
    assert included("Observation", "_include=Observation:subject:Group") == []
    assert included("Observation", "_include=Observation:patient:Patient&code=8480-6") == ["a"]
    assert included("Patient", "_revinclude=Observation:subject&_id=a") == ["o1", "o2"]
    assert included("Patient", "_revinclude=Provenance:target&_revinclude=Observation:patient") == [
        "o1",
        "o2",
        "o3",
        "p",
    ]
    assert included("Patient", "_revinclude=Observation:subject:Group") == []
    assert included("Patient", "_revinclude=Provenance:*&_id=a") == ["p"]
    only_b = Access(frozenset({"b"}))
    assert included("Observation", "_include=Observation:subject", only_b) == ["b"]
    assert included("Patient", "_revinclude=Observation:subject", only_b) == ["o3"]
    assert plan(store, "Patient", "_revinclude=Observation:subject").includes([]) == []


@pytest.mark.parametrize("cursor", ["", "!", "bnVsbA", "WzFd", "WyJhIiwxLDJd", "W251bGwsInIiXQ", "Ww"])
def test_a_cursor_of_another_search_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(BadRequest, match=r"^The page's cursor does not belong to this search$"):
        plan(store, "Patient", "_sort=birthdate", cursor=cursor)


INJECTION = "x' OR 1=1; DROP TABLE resource; --\"%_?"


@pytest.mark.parametrize(
    ("type", "name"),
    [
        ("Patient", "family"),
        ("Patient", "family:exact"),
        ("Patient", "family:contains"),
        ("Patient", "identifier"),
        ("Patient", "identifier:not"),
        ("Patient", "_id"),
        ("Observation", "code"),
    ],
)
def test_no_value_gets_into_the_sql(store: Store, type: str, name: str) -> None:
    asked = [f"{name}={INJECTION}", f"{name}={INJECTION}|{INJECTION}", f"{name}=harmless"]
    made = [plan(store, type, query) for query in asked]
    assert made[0].page[0] == made[2].page[0]  # the same shape, the same text: statements are prepared once
    for each in made:
        for sql, params in (each.page, each.total, *each.includes([1])):
            assert "DROP" not in sql and "harmless" not in sql
            assert sql.count("?") == len(params)
        store.query(*each.page)
    assert found(store, "Patient", "") == ["a", "b", "c", "d"]
    assert INJECTION.lower() in {str(p).lower() for p in made[0].page[1]} or "contains" in name


def test_the_same_shape_is_the_same_text(store: Store) -> None:
    one = plan(store, "Observation", "patient=a&code=http://l|1&date=ge2020&_sort=-date&_include=*")
    two = plan(store, "Observation", "patient=b&code=http://m|2&date=ge1999-01-01&_sort=-date&_include=*")
    assert one.page[0] == two.page[0]
    assert one.total[0] == two.total[0]
    assert [sql for sql, _ in one.includes([1, 2, 3])] == [sql for sql, _ in two.includes([4, 5, 6, 7])]


def test_a_total_stops_counting(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("facade.search.plan.MAX_TOTAL", 2)
    assert total(store, "Patient", "") == 3
    assert total(store, "Patient", "_total=accurate") == 4
    assert total(store, "Patient", "gender=male,female") == 3


SHAPES = [
    ("Patient", ""),
    ("Patient", "_id=a"),
    ("Patient", "_lastUpdated=ge2024"),
    ("Patient", "identifier=urn:mrn|1"),
    ("Patient", "identifier=1"),
    ("Patient", "family=mul"),
    ("Patient", "family=mul,zor&given=jo"),
    ("Patient", "gender=male,female"),
    ("Patient", "birthdate=1980"),
    ("Patient", "birthdate=ge1980"),
    ("Patient", "gender:not=male"),
    ("Patient", "gender:missing=true"),
    ("Patient", "_sort=birthdate"),
    ("Patient", "_sort=-family,birthdate"),
    ("Observation", "patient=a"),
    ("Observation", "patient=a&date=ge2020&_sort=-date"),
    ("Observation", "patient=a&code=http://loinc.org|8480-6&status=final"),
    ("Observation", "subject=a"),
]


@pytest.mark.parametrize(("type", "query"), SHAPES)
def test_indexes_are_used(sqlite_store: Store, type: str, query: str) -> None:
    made = plan(sqlite_store, type, query)
    for sql, params in (made.page, made.total):
        steps = [str(row[3]) for row in sqlite_store.query(f"EXPLAIN QUERY PLAN {sql}", params)]
        scans = [step for step in steps if re.match(r"SCAN (?!(p|d|c|u\d)$)", step)]
        assert not scans, steps
        assert any(step.startswith("SEARCH") for step in steps)


@pytest.mark.parametrize(
    ("type", "query"), [("Patient", ""), ("Patient", "gender=male"), ("Observation", "patient=a")]
)
def test_a_page_in_the_order_of_rid_is_not_sorted(sqlite_store: Store, type: str, query: str) -> None:
    sql, params = plan(sqlite_store, type, query).page
    steps = " ".join(str(row[3]) for row in sqlite_store.query(f"EXPLAIN QUERY PLAN {sql}", params))
    assert "TEMP B-TREE" not in steps


def test_includes_use_indexes(sqlite_store: Store) -> None:
    for type, query in (("Observation", "_include=*"), ("Patient", "_revinclude=Observation:subject")):
        for sql, params in plan(sqlite_store, type, query).includes([1, 2, 3]):
            steps = [str(row[3]) for row in sqlite_store.query(f"EXPLAIN QUERY PLAN {sql}", params)]
            assert not [step for step in steps if step.startswith("SCAN")], steps


@pytest.mark.parametrize(
    ("type", "query"),
    [
        ("Patient", ""),
        ("Patient", "_sort=family"),
        ("Observation", "code=http://loinc.org|8480-6&_include=Observation:subject"),
        ("Observation", "patient=a&date=ge2019&_sort=-date"),
        ("Patient", "gender=male&_revinclude=Observation:subject"),
    ],
)
def test_sqlite_prepares_a_statement_once(sqlite_store: Store, type: str, query: str) -> None:
    """It does so whenever it has to plan anew, and asks an authorizer each time."""
    made = plan(sqlite_store, type, query)
    statements = [made.page, made.total, made.moved(0), made.settled(0), *made.includes([1, 2, 3])]
    asked: list[int] = []
    connection = connect_reader(sqlite_store.path, sqlite_store._key, cache_kib=2000)
    connection.set_authorizer(lambda action, *names: asked.append(action) or dbapi2.SQLITE_OK)
    for sql, params in statements:
        connection.execute(sql, params).fetchall()
        once = len(asked)
        assert once
        connection.execute(sql, params).fetchall()
        assert len(asked) == once, sql
    connection.close()


def test_planning_needs_no_store() -> None:
    made = plan_search(Search("Patient"), EVERYTHING, "sqlite")
    assert made.page == (
        f"SELECT {COLUMNS['sqlite']} FROM resource r WHERE r.type=? AND r.deleted=0 "
        "ORDER BY r.type,r.rid LIMIT 0+?",
        ("Patient", 51),
    )


@pytest.mark.parametrize("name", ["family", "family:contains", "birthdate", "identifier", "_id", "phonetic"])
def test_as_many_alternatives_as_are_allowed(store: Store, name: str) -> None:
    value = ",".join(["1999"] * (MAX_ALTERNATIVES - 1) + ["1980" if name == "birthdate" else "zorn"])
    expected = {"birthdate": ["a", "d"], "identifier": [], "_id": []}.get(name, ["a"])
    for other in ("", "&gender=male,female", "&identifier=urn:mrn|1", "&_sort=-birthdate"):
        answer = found(store, "Patient", f"{name}={value}{other}")
        assert set(answer) <= set(expected)
        assert other or answer == expected
        total(store, "Patient", f"{name}={value}{other}")
