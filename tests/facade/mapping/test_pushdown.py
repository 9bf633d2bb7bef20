"""Mappings read backwards: each filter against itself, places against the search, days against the clock;
and what is wrong in a `search:`."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facade.mapping.concept_maps import Table, build_concept_map, read_table
from facade.mapping.errors import MappingFailure
from facade.mapping.filters import FILTERS, Environment
from facade.mapping.pushdown.answers import NEVER, Every, Span, both, either
from facade.mapping.pushdown.days import day_after, first_day
from facade.mapping.pushdown.filters import INVERSES
from facade.mapping.pushdown.forms import form_of
from facade.mapping.pushdown.letters import MOST, before
from facade.mapping.pushdown.places import places
from facade.mapping.values import as_text
from facade.search.kinds import parameter_paths, supported
from facade.search.paths import Child
from facade.spec import definitions
from tests.facade.mapping.packs import mapping, problems

CSV = "v,code,system,unit\nM,male,urn:s,mg\nm,male,,ml\nF,female,urn:s,mg\nStraße,street,,\nx,,,mg\n"


def _maps() -> dict[str, Any]:
    table = read_table(CSV, "codes/t.csv", [])
    assert isinstance(table, Table)
    policies = {
        "plain": {"unmapped": "drop"}, "fold": {"unmapped": "drop", "match": "fold"},
        "keep": {"unmapped": "keep", "system": "urn:s"}, "other": {"unmapped": "other"},
        "male": {"unmapped": "male"},
    }  # fmt: skip
    return {
        name: build_concept_map(name, table, policy, ("pack.yaml", 1), [])
        for name, policy in policies.items()
    }


MAPS = _maps()
ENVIRONMENT = Environment(ZoneInfo("UTC"), MAPS)
CALLS: list[tuple[str, tuple[str, ...]]] = [
    ("ref", ("Patient",)), ("ref", ("Location", "room-")), ("id", ()), ("id", ("p-",)),
    *[("code", (name,)) for name in MAPS], *[("lookup", (name, "unit")) for name in MAPS],
    ("upper", ()), ("lower", ()), ("prefix", ("a",)), ("suffix", ("a",)), ("default", ("M",)), ("trim", ()),
    ("unless", ("M", "F")), ("is", ("M", "m")), ("bool", ()), ("not", ()),
]  # fmt: skip
TEXTS = st.one_of(
    st.text("MmFfxXaAßſıİKΣσς1-", min_size=1, max_size=4),
    st.sampled_from(
        ("Straße", "STRASSE", "strasse", "yes", "YES", "Y", "true", "0", "off", "room-1", "x-" + "0" * 40)
    ),
)


def test_every_inverse_is_tested() -> None:
    assert {name for name, _ in CALLS} == set(INVERSES) <= set(FILTERS)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_a_filter_backwards_finds_what_it_was_given(text: str) -> None:
    for name, arguments in CALLS:
        spec = FILTERS[name]
        run, back = spec.build(ENVIRONMENT, arguments), INVERSES[name](MAPS, *arguments)
        try:
            given_ = run(text, {}, [None, [], None]) if spec.sees_row else run(text)
        except MappingFailure:
            continue
        if given_ is None:
            continue
        found = back(as_text(given_))
        assert isinstance(found, Every) or text in found, (name, arguments, text, given_)


def test_letters_are_not_listed_without_end() -> None:
    assert before("ab", str.upper) == frozenset(), "no text is made of small letters"
    assert before("AB", str.upper) == {"AB", "Ab", "aB", "ab"}
    assert before("SS", str.upper) == {"SS", "Ss", "sS", "ss", "ß", "Sſ", "ſS", "sſ", "ſs", "ſſ"}
    assert before("A" * 20, str.upper) is None
    assert len(before("ABCDEFGH", str.upper) or ()) == MOST


def test_places_are_those_of_the_search_or_more() -> None:
    counted = 0
    for type in (
        "Appointment", "Patient", "Observation", "Condition", "Encounter", "Slot", "Provenance", "Procedure",
        "MedicationRequest", "Immunization", "Group", "Questionnaire", "Task",
    ):  # fmt: skip
        for code, parameter in supported(type).items():
            ours = places(type, code) if parameter.kind in ("token", "date", "reference") else None
            if ours is None:
                continue
            theirs = {
                (tuple(step.name for step in path.steps if isinstance(step, Child)), path.type)
                for path in parameter_paths(parameter)
            }
            assert theirs <= {(place.path, place.type) for place in ours}, (type, code)
            counted += 1
    assert counted > 150
    assert places("Patient", "deceased") is None, "it computes"
    assert definitions.search_parameters("Patient")["deceased"].kind == "token"


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(("America/New_York", "Pacific/Apia", "Australia/Lord_Howe", "America/Havana", "UTC")),
    st.datetimes(datetime(2011, 12, 28), datetime(2012, 4, 3)),
    st.integers(-36, 36),
)
def test_days_hold_their_times(zone: str, local: datetime, hours: int) -> None:
    """A local time at or after a moment lies on the first day or later; one before it, before `after`."""
    tz, local = ZoneInfo(zone), local.replace(fold=0)  # a time that comes twice is the first
    offset = tz.utcoffset(local) or timedelta()
    moment = (local - offset - datetime(1970, 1, 1)) // timedelta(microseconds=1)
    asked = moment + hours * 3_600_000_000
    first, after = first_day(asked, tz, tz), day_after(asked, tz, tz)
    assert first is not None and after is not None
    if moment >= asked:
        assert local.date() >= first
    if moment < asked:
        assert local.date() < after
    assert (after - first).days in (-1, 0, 1, 2)


def test_days_at_the_ends_of_time() -> None:
    utc = ZoneInfo("UTC")
    assert first_day(-(10**17), utc, utc) is None
    assert day_after(10**18, utc, utc) is None
    assert first_day(0, utc, utc) == day_after(0, utc, utc) == date(1970, 1, 1)


@pytest.mark.parametrize(
    ("formats", "span"),
    [
        (("%Y%m%d",), Span("20260105", False, "20260106")),
        (("%Y-%m-%d %H:%M",), Span("2026-01-05 00:00", False, "2026-01-06 00:00")),
        (("%Y/%m/%d",), Span("2026/01/05", False, "2026/01/06")),
        (("%Y%j",), Span("2026005", False, "2026006")),
        (
            ("%d.%m.%Y",),
            frozenset({"05.01.2026", "5.01.2026", "05.1.2026", "5.1.2026", "5. 1.2026", "05. 1.2026"}),
        ),
    ],
)
def test_a_day_in_a_form(formats: tuple[str, ...], span: Span | frozenset[str]) -> None:
    form = form_of(formats)
    assert form is not None
    assert form.between(date(2026, 1, 5), date(2026, 1, 6), brief=True) == span


@pytest.mark.parametrize("formats", [("%d %b %Y",), ("%m/%Y",), ("%y%m%d",), ("%Y%m%d", "%d.%m.%y")])
def test_a_form_without_days_to_look_up(formats: tuple[str, ...]) -> None:
    assert form_of(formats) is None


def test_answers_and_and_or() -> None:
    a, b = {"x": frozenset("1"), "y": frozenset("2")}, {"x": frozenset("3")}
    assert either([a, b], "") == {"x": frozenset("13")}
    assert either([NEVER, b], "") == b and either([], "") == NEVER
    assert either([a, {"z": frozenset("1")}], "why") == Every("why")
    assert either([a, Every("no")], "") == Every("no")
    assert both(a, {"x": frozenset("9")}) == NEVER
    assert both(a, Every("")) == a and both(a, NEVER) == NEVER
    one, other = Span("2026-01-01", False, "2026-01-02"), Span("2025-12-31", True, "2026-01-05")
    assert either([{"d": one}, {"d": other}], "") == {"d": Span("2025-12-31", True, "2026-01-05")}
    assert either([{"d": Span("1")}, {"d": Span(high="2")}], "why") == Every("why")


SQL = "-- key: pid\nSELECT pid, lname, sex, born, seen, begins, ends, doc, helper FROM t\n"
CODES = {"pack.yaml": "pack: p\nsite: { timezone: UTC }\n", "codes/g.csv": "v,code\nM,male\n"}


def told(elements: str, search: str, type: str = "Patient", head: str = "") -> list[str]:
    text = mapping(elements, type, head, "$pid") + f"search: {search}\n"
    found = problems({"streams/s.sql": SQL, "resources/m.yaml": text, **CODES})
    line = len(text.splitlines())
    return [one.removeprefix(f"resources/m.yaml:{line}: ") for one in found]


@pytest.mark.parametrize(
    ("elements", "search", "said"),
    [
        ("active: true", "{ gendr: sex }", "Patient has no search parameter `gendr`; did you mean `gender`?"),
        ("gender: $sex", "{ gender: sx }", "the stream `s` has no column `sx`; did you mean `sex`?"),
        (
            "gender: $sex | capture('^[mf]') | code(g)",
            "{ gender: sex }",
            "`search` of `gender`: `$sex | capture('^[mf]') | code(g)` has no inverse, so the database"
            " cannot answer it",
        ),
        (
            "gender: $sex | code(g)",
            "{ gender: lname }",
            "`search` of `gender`: no element that it looks at is made of `lname`; it comes from `sex`",
        ),
        (
            "gender: $sex",
            "{ birthdate: born }",
            "`search` of `birthdate`: the mapping fills no element that it looks at",
        ),
        ("active: true", "{ _id: pid }", "`_id` needs no entry: it follows from `id:`"),
        (
            "name: { family: $lname }",
            "{ family: lname }",
            "`family` is a text: a search folds case and accents, and no two databases fold alike,"
            " so it is left to the store",
        ),
        (
            "active: true",
            "{ deceased: sex }",
            "`deceased` does more than look at elements, so it is left to the store",
        ),
        (
            "birthDate: $born | date",
            "{ birthdate: seen }",
            None,  # a column that no element reads may be there for the search
        ),
        (
            "birthDate: $born | date\ndeceasedDateTime: $seen | datetime",
            "{ birthdate: seen }",
            "`search` of `birthdate`: the date is not made of `seen`; it comes from `born`",
        ),
        (
            "birthDate: { $if: $sex, $then: $born | date, $else: $seen | date }",
            "{ birthdate: born }",
            "`search` of `birthdate`: the date is not always made of `born`; say `from` and `to`, or make a"
            " column for it in the SELECT",
        ),
        (
            "birthDate: $born | date('%d %b %Y')",
            "{ birthdate: born }",
            "`search` of `birthdate`: no day can be looked up in the form of %d %b %Y",
        ),
        (
            "birthDate: $born | date",
            "{ birthdate: { column: born, format: '%q' } }",
            "`format`: unknown directive `%q` in the format",
        ),
        (
            "birthDate: $born | date",
            "{ birthdate: { form: born } }",
            "unknown key `form`; did you mean `format`? Known are column, from, to, format",
        ),
        ("birthDate: $born | date", "{ birthdate: {} }", "a date takes `column`, or `from` and `to`"),
        (
            "birthDate: $born | date",
            "{ birthdate: { column: born, to: seen } }",
            "`column` is the date itself; `from` and `to` are where it lies: not both",
        ),
        (
            "birthDate: $born | date",
            "{ birthdate: { from: born, format: '%d.%m.%Y' } }",
            "a `format` that does not sort cannot tell what lies between two days",
        ),
        ("gender: $sex", "[gender]", "`search` takes search parameters with their columns"),
        ("gender: $sex", "{ gender: { column: sex } }", "`search.gender` takes a column"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_search_section(elements: str, search: str, said: str | None) -> None:
    if said is None:
        with pytest.raises(AssertionError, match="taken as right"):
            told(elements, search)
    else:
        assert told(elements, search) == [said]


def test_a_row_that_makes_several_dates_needs_bounds() -> None:
    elements = "status: booked\nparticipant: { status: accepted }\nstart: $o | instant"
    head = "for: o in $seen | split(';')"
    assert told(elements, "{ date: begins }", "Appointment", head) == [
        "`search` of `date`: one row makes several resources (`for`), of different dates; say `from` and"
        " `to`: the columns between which all of them lie"
    ]
    with pytest.raises(AssertionError, match="taken as right"):
        told(elements, "{ date: { from: begins, to: ends } }", "Appointment", head)


def test_dates_and_periods_of_one_parameter_need_bounds() -> None:
    elements = """
        status: final
        code: { text: x }
        effectiveDateTime: $seen | datetime
        effectivePeriod: { start: $begins | datetime }
    """
    found = told(elements, "{ date: seen }", "Observation")
    assert "it looks at dates and at periods here; say `from` and `to`" in found
