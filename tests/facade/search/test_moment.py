"""A resource's moment, kept with its references: the same answers, without the index of dates."""

from __future__ import annotations

from typing import Any

import pytest

from facade.search import extract
from facade.search.covered import one_row
from facade.search.moment import moment_parameter
from facade.spec import definitions
from facade.store import Store
from tests.facade.search.stocked import found, plan, stock


def observation(id: int, day: str | None, patient: str = "1") -> dict[str, Any]:
    made = {"resourceType": "Observation", "id": f"o{id}", "subject": {"reference": f"Patient/{patient}"}}
    return made if day is None else {**made, "effectiveDateTime": day}


@pytest.mark.parametrize(
    ("type", "code"),
    [
        ("Observation", "date"),
        ("Encounter", "date"),
        ("MedicationRequest", "authoredon"),
        ("Condition", "onset-date"),
        ("Immunization", "date"),
        ("Patient", None),
    ],
)
def test_which_date_is_the_moment(type: str, code: str | None) -> None:
    parameter = moment_parameter(type)
    assert (None if parameter is None else parameter.code) == code


def test_a_moment_is_one_row() -> None:
    """Otherwise a resource would have several places in an order."""
    for type in definitions.resource_types():
        parameter = moment_parameter(type)
        assert parameter is None or (parameter.kind == "date" and one_row(parameter))


def test_it_is_the_interval_of_the_date() -> None:
    rows = extract(observation(1, "2024-01-31"))
    assert rows.moment is not None
    assert rows.moment[1] - rows.moment[0] == 24 * 3600 * 1_000_000
    assert extract(observation(1, None)).moment is None
    period = {"start": "2024-01-31T10:00:00Z"}
    rows = extract({**observation(1, None), "effectivePeriod": period})
    assert rows.moment is not None
    assert rows.moment in [row[1:] for row in rows.dates]


DAYS = ["2024-01-03", "2024-01-01", None, "2024-01", "2023", "2024-01-02T10:00:00Z"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("date=ge2024-01-02&_sort=-date", ["o0", "o5", "o3"]),
        ("date=ge2024-01-02&_sort=date", ["o3", "o5", "o0"]),
        ("date=2024-01&_sort=date", ["o1", "o3", "o5", "o0"]),
        ("date=lt2024-01-02&date=ge2024&_sort=date", ["o1", "o3"]),
    ],
)
def test_a_patients_by_date(store: Store, query: str, expected: list[str]) -> None:
    others = [observation(at + 10, "2024-01-02", "2") for at in range(3)]
    stock(store, [*(observation(at, day) for at, day in enumerate(DAYS)), *others])
    assert found(store, "Observation", f"patient=Patient/1&{query}") == expected
    assert "index_date" not in plan(store, "Observation", f"patient=Patient/1&{query}").page[0]


def test_two_patients_have_each_resource_once(store: Store) -> None:
    stock(store, [observation(at, day, str(at % 2 + 1)) for at, day in enumerate(DAYS)])
    query = "patient=1,2&date=ge2024-01-02&_sort=-date"
    assert found(store, "Observation", query) == ["o0", "o5", "o3"]
    assert "index_date" not in plan(store, "Observation", query).page[0]


def test_another_date_is_looked_up(store: Store) -> None:
    """Of which a resource may have several, or which is not its moment."""
    stock(
        store,
        [
            {
                "resourceType": "Condition",
                "id": "c",
                "subject": {"reference": "Patient/1"},
                "recordedDate": "2024-01-31",
            }
        ],
    )
    query = "patient=1&recorded-date=ge2024&_sort=recorded-date"
    assert found(store, "Condition", query) == ["c"]
    assert "index_date" in plan(store, "Condition", query).page[0]
