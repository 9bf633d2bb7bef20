"""Whatever a database holds, its draft is a pack that is accepted."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from connectors.base import Catalog, CatalogColumn, ForeignKey, Table
from facade.drafting import draft_pack
from tests.facade.drafting.recall import parse

KINDS = ("text", "integer", "decimal", "boolean", "date", "time", "timestamp", "binary", "other")
TABLE_WORDS = st.sampled_from(
    ["patient", "Patienten", "visit", "admission", "appointment", "slot", "schedule", "lab_result",
     "vitals", "lists", "prescription", "allergy", "diagnosis", "users", "facility", "ward",
     "insurance", "document", "immunization", "log", "contact", "order", "report", "procedure"]
)  # fmt: skip
COLUMN_WORDS = st.sampled_from(
    ["id", "pid", "patient_id", "lname", "Vorname", "name", "dob", "birth_year", "birth_month",
     "date_of_birth", "sex", "status", "type", "code", "start_time", "date", "end_date",
     "duration", "provider_id", "visit_id", "result", "unit", "height", "weight", "bps", "bpd",
     "bp", "temp", "icd10", "drug", "dose", "frequency", "lot", "title", "note", "key", "deleted",
     "last_updated", "email", "phone", "zip", "city", "stream", "record", "mime", "url", "content",
     "schedule_id"]
)  # fmt: skip
NAMES = st.one_of(
    COLUMN_WORDS,
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12),
)
VALUES = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "",
            "0",
            "F",
            "M",
            "W",
            "2024-05-02",
            "02/05/2024",
            "5.2.24",
            "20240502",
            "2024-05-02T09:30:00",
            "09:30",
        ]
    ),
    st.sampled_from(
        ["130/85", "E11.9", "250.00", "98.6", "6,9", "< 5", "a@b.org", "+1 555 010 0101", "Y", "0000-00-00"]
    ),
    st.integers(-5, 10**9),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text(max_size=12),
    st.booleans(),
)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    name = draw(st.one_of(TABLE_WORDS, NAMES))
    names = draw(st.lists(NAMES, min_size=0, max_size=14, unique_by=str.casefold))
    columns = tuple(CatalogColumn(one, draw(st.sampled_from(KINDS)), "X") for one in names)
    sample = tuple({one: draw(VALUES) for one in names} for _ in range(draw(st.integers(0, 3))))
    primary = tuple(draw(st.lists(st.sampled_from(names), max_size=2, unique=True))) if names else ()
    foreign = ()
    if names and draw(st.booleans()):
        foreign = (ForeignKey((draw(st.sampled_from(names)),), draw(TABLE_WORDS), (draw(COLUMN_WORDS),)),)
    return Table(
        name,
        columns,
        primary_key=primary,
        foreign_keys=foreign,
        rows=draw(st.sampled_from([None, 0, 3, 10**6])),
        sample=sample,
    )


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(st.lists(tables(), max_size=6, unique_by=lambda table: table.name.casefold()), st.text(max_size=8))
def test_any_catalog_gives_a_pack(found: list[Table], name: str) -> None:
    catalog = Catalog("any", "sqlite", '"', tuple(found))
    drafted = draft_pack(catalog, name)
    parse(drafted)
    assert drafted == draft_pack(Catalog("any", "sqlite", '"', tuple(reversed(found))), name)
