"""A slice holds every row whose resources may match what was pushed: a lost row would count as deleted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Condition, Record
from facade.flow.live.narrow import Slice, narrow, narrow_id
from facade.mapping import Pack
from facade.search import Setting, extract, parse_search
from tests.facade.flow.matching import by_prefix, matches, satisfies
from tests.facade.mapping.packs import mapping, pack

ZONES = (
    "America/New_York", "Europe/Berlin", "UTC", "Asia/Kathmandu",
    "America/Sao_Paulo",  # until 2018 clocks went forward at midnight
    "America/Havana",  # they go back from 01:00 to 00:00
    "Pacific/Apia",  # has no 30 December 2011
    "Australia/Lord_Howe",  # changes by half an hour
)  # fmt: skip
DAYS = (
    "2026-03-08", "2026-11-01", "2026-03-29", "2026-10-25",  # clocks change
    "2017-10-15", "2018-02-17", "2018-02-18", "2011-12-29", "2011-12-30", "2011-12-31", "2012-04-01",
    "2026-01-01", "2025-12-31", "2024-02-29", "2026-01-31", "2026-02-01", "2026-06-15",
)  # fmt: skip
TIMES = (
    "00:00:00", "00:00:01", "00:30:00", "01:30:00", "02:00:00", "02:30:00", "03:00:00", "08:00:00",
    "22:59:59", "23:00:00", "23:30:00", "23:59:59",
)  # fmt: skip
PREFIXES = ("", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
NOW = datetime(2026, 7, 1, tzinfo=UTC)


def small(elements: str, search: str, *, zone: str = "America/New_York", resource: str = "Observation",
          head: str = "", key: str = "$id", **more: str) -> Pack:  # fmt: skip
    text = mapping(elements, resource, head, key)
    return pack(
        {
            "streams/s.sql": "-- key: id\n-- kind: test\n",
            "resources/m.yaml": f"{text}search: {search}\n",
            **more,
        },
        site={"timezone": zone},
    )


def ask(of: Pack, type: str, zone: str, *items: tuple[str, str]) -> tuple[Slice | None, Any]:
    search = parse_search(type, items, tz=ZoneInfo(zone), now=NOW)
    return narrow(of, "s", search), search


def check(of: Pack, body: dict[str, Any], zone: str, *items: tuple[str, str], stream: str = "s") -> bool:
    """What this module is about, for one row and one search; whether anything was pushed and matched."""
    outcome = of.to_fhir(Record(stream, str(body.get("id", "1")), body))
    types = {made.type for made in outcome.resources}
    used = False
    for type in types:
        search = parse_search(type, items, tz=ZoneInfo(zone), now=NOW)
        found = narrow(of, stream, search)
        if found is None:
            continue
        assert [*found.pushed, *(criterion for criterion, _ in found.kept)] != []
        assert len(found.pushed) + len(found.kept) == len(search.criteria)
        for made in outcome.resources:
            if made.type == type and all(
                matches(made.resource, criterion, ZoneInfo(zone)) for criterion in found.pushed
            ):
                used = True
                lost = [condition for condition in found.where if not satisfies(body, condition)]
                assert not lost, (items, zone, made.resource, found.where)
    return used


# -- dates ---------------------------------------------------------------------------------------------------


def near(draw: st.DrawFn, day: str) -> str:
    return (
        (datetime.fromisoformat(day) + timedelta(days=draw(st.sampled_from((-1, 0, 0, 0, 1)))))
        .date()
        .isoformat()
    )


@st.composite
def asked_about(draw: st.DrawFn) -> tuple[str, str, str]:
    """Two local times, and a search for a time near: a prefix and a date as imprecise, or with as strange a
    zone, as a client may write it."""
    base = draw(st.sampled_from(DAYS))
    at, end = (f"{near(draw, base)}T{draw(st.sampled_from(TIMES))}" for _ in range(2))
    day = near(draw, base)
    form = draw(st.sampled_from(("%s", "year", "month", "time", "minute")))
    text = {"%s": day, "year": day[:4], "month": day[:7]}.get(form)
    if text is None:
        time = draw(st.sampled_from(TIMES))
        zone = draw(st.sampled_from(("", "Z", "-05:00", "+14:00", "-11:00", "+05:45")))
        text = f"{day}T{time if form == 'time' else time[:5]}{zone}"
    return at, end, draw(st.sampled_from(PREFIXES)) + text


@cache
def dated(kind: str, zone: str) -> Pack:
    status = "status: final\ncode: { text: x }\n"
    made = {
        "instant": ("effectiveInstant: $at | instant", "{ date: at }"),
        "datetime": ("effectiveDateTime: $at | datetime", "{ date: at }"),
        "plain": ("effectiveDateTime: $at | date", "{ date: at }"),
        "asserted": ("effectiveDateTime: $raw | replace('T', ' ') | datetime", "{ date: at }"),
        "compact": ("effectiveDateTime: $at | date('%Y%m%d')", "{ date: at }"),
        "number": (
            "effectiveDateTime: $($at ~ $clock) | datetime",
            "{ date: { column: at, format: '%Y%m%d' } }",
        ),
        "zeros": ("effectiveDateTime: $at | date", "{ date: { column: at, format: '%Y%m%d' } }"),
        "american": ("effectiveDateTime: $at | date('%m/%d/%Y', '%m/%Y')", "{ date: at }"),
        "julian": ("effectiveDateTime: $at | date('%Y%j')", "{ date: at }"),
        "start": ("effectivePeriod: { start: $at | datetime }", "{ date: at }"),
        "period": ("effectivePeriod: { start: $at | datetime, end: $end | datetime }", "{ date: at }"),
        "within": (
            "effectivePeriod: { start: $at | datetime, end: $end | datetime }",
            "{ date: { from: low, to: high } }",
        ),
    }  # fmt: skip
    elements, search = made[kind]
    return small(status + elements, search, zone=zone)


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(("instant", "datetime", "plain", "asserted")), st.sampled_from(ZONES), asked_about())
def test_a_time_of_the_site(kind: str, zone: str, asked: tuple[str, str, str]) -> None:
    at = asked[0]
    check(dated(kind, zone), {"id": "1", "at": at, "raw": at}, zone, ("date", asked[2]))
    check(dated(kind, zone), {"id": "1", "at": at.replace("T", " "), "raw": at}, zone, ("date", asked[2]))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(("datetime", "plain")), st.sampled_from(ZONES), asked_about(), st.data())
def test_a_date_that_is_not_whole(
    kind: str, zone: str, asked: tuple[str, str, str], data: st.DataObject
) -> None:
    day = asked[0][:10]
    ways = (day, day[:7], day[:4], day[:7] + "-00", day[:4] + "-00-00", "0000-00-00")
    check(dated(kind, zone), {"id": "1", "at": data.draw(st.sampled_from(ways))}, zone, ("date", asked[2]))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ZONES), asked_about(), st.data())
def test_a_day_in_another_form(zone: str, asked: tuple[str, str, str], data: st.DataObject) -> None:
    day, time = asked[0].split("T")
    number = int(day.replace("-", ""))
    item = ("date", asked[2])
    check(dated("compact", zone), {"id": "1", "at": str(number)}, zone, item)
    check(dated("compact", zone), {"id": "1", "at": number}, zone, item)
    body = {"id": "1", "at": number, "clock": time[:5].replace(":", "")}
    check(dated("number", zone), body, zone, item)
    for coarse in (number, number // 100 * 100, number // 10000 * 10000):
        check(dated("zeros", zone), {"id": "1", "at": coarse}, zone, item)
    year, month, last = day.split("-")
    american = data.draw(
        st.sampled_from((f"{month}/{last}/{year}", f"{int(month)}/{int(last)}/{year}", f"{month}/{year}"))
    )
    check(dated("american", zone), {"id": "1", "at": american}, zone, item)
    counted = datetime.fromisoformat(day).strftime("%Y%j")
    check(dated("julian", zone), {"id": "1", "at": counted}, zone, item)


@settings(max_examples=600, deadline=None)
@given(
    st.sampled_from(("start", "period", "within")), st.sampled_from(ZONES), asked_about(),
    st.sampled_from((0, 1, 30)), st.booleans(),
)  # fmt: skip
def test_a_period(kind: str, zone: str, asked: tuple[str, str, str], slack: int, open_: bool) -> None:
    """It may end before it starts, or not at all."""
    at, end, text = asked
    low, high = sorted((at[:10], end[:10]))
    body = {
        "id": "1", "at": at, "end": None if open_ and kind != "within" else end,
        "low": (datetime.fromisoformat(low) - timedelta(days=slack)).date().isoformat(),
        "high": (datetime.fromisoformat(high) + timedelta(days=slack)).date().isoformat(),
    }  # fmt: skip
    check(dated(kind, zone), body, zone, ("date", text))


EDGES = {
    "America/New_York": ("2026-03-08", "2026-11-01", "2026-01-01"),
    "Europe/Berlin": ("2026-03-29", "2026-10-25"),
    "America/Sao_Paulo": ("2017-10-15", "2018-02-18"),
    "America/Havana": ("2026-03-08", "2026-11-01"),
    "Pacific/Apia": ("2011-12-30", "2011-12-31"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),
    "Asia/Kathmandu": ("2026-02-01",),
    "UTC": ("2026-01-01",),
}


@pytest.mark.parametrize("zone", EDGES)
@pytest.mark.parametrize("kind", ["instant", "plain"])
def test_every_edge_of_a_day(kind: str, zone: str) -> None:
    """Each time around midnight and a change of clocks, asked for by each time around it."""
    of, tz = dated(kind, zone), ZoneInfo(zone)
    for edge in EDGES[zone]:
        days = [
            (datetime.fromisoformat(edge) + timedelta(days=step)).date().isoformat() for step in (-1, 0, 1)
        ]
        times = [f"{day}T{time}" for day in days for time in TIMES]
        rows = []
        for at in times:
            body = {"id": "1", "at": at}
            (made,) = of.to_fhir(Record("s", "1", body)).resources
            rows.append((body, made.resource, extract(made.resource, Setting(tz)).dates))
        for asked in [*days, *times, *(f"{at}Z" for at in times), *(f"{at[:16]}-11:00" for at in times)]:
            for prefix in PREFIXES[1:]:
                found, search = ask(of, "Observation", zone, ("date", prefix + asked))
                if found is None:
                    continue
                (wanted,) = search.criteria[0].values
                for body, resource, dates in rows:
                    if any(by_prefix(low, high, wanted) for _, low, high in dates):
                        lost = [c for c in found.where if not satisfies(body, c)]
                        assert not lost, (prefix, asked, resource, found.where)


@pytest.mark.parametrize("kind", ["start", "period", "within"])
def test_every_order_of_a_period_and_what_is_asked(kind: str) -> None:
    zone, days = "Europe/Berlin", [f"2026-01-0{n}" for n in range(1, 6)]
    for at in days:
        for end in (None, *days) if kind != "within" else days:
            low, high = sorted((at, end or at))
            body = {"id": "1", "at": at, "end": end, "low": low, "high": high}
            for asked in (*days, "2026-01", "2026-01-03T12:00:00"):
                for prefix in PREFIXES[1:]:
                    check(dated(kind, zone), body, zone, ("date", prefix + asked))


def test_every_prefix_narrows_where_it_can() -> None:
    """And so the tests above test something: each prefix is pushed and met by a row."""
    for prefix, at in {
        "eq": "2026-01-05T00:00:00", "gt": "2026-01-06T00:00:00", "lt": "2026-01-04T23:59:59",
        "ge": "2026-01-05T00:00:00", "le": "2026-01-05T23:59:59", "sa": "2026-01-06T00:00:00",
        "eb": "2026-01-04T23:59:59", "ap": "2026-01-05T12:00:00",
    }.items():  # fmt: skip
        for kind in ("instant", "datetime", "asserted"):
            assert check(
                dated(kind, "Europe/Berlin"),
                {"id": "1", "at": at, "raw": at},
                "Europe/Berlin",
                ("date", f"{prefix}2026-01-05"),
            ), (prefix, kind)


def test_what_a_day_becomes() -> None:
    for zone, asked, where in (
        ("Europe/Berlin", "2026-01-05", [(">=", "2026-01-05"), ("<", "2026-01-06")]),
        ("Europe/Berlin", "2026-01-05T23:30:00Z", [(">=", "2026-01-06"), ("<", "2026-01-07")]),
        ("America/New_York", "ge2026-01-05T02:00:00Z", [(">=", "2026-01-04")]),
        ("America/New_York", "lt2026-01-05", [("<", "2026-01-05")]),
        ("America/New_York", "le2026-01", [("<", "2026-02-01")]),
        ("Pacific/Apia", "ge2011-12-31", [(">=", "2011-12-30")]),  # a text of the day that never was
    ):
        found, _ = ask(dated("instant", zone), "Observation", zone, ("date", asked))
        assert found and [(c.op, c.value) for c in found.where] == where, (zone, asked)


def test_a_date_without_bounds_or_reason_is_kept() -> None:
    zone = "Europe/Berlin"
    for kind, asked, reason in (
        ("instant", "ne2026", "the prefix `ne` leaves hardly anything out"),
        ("start", "ge2026", "a period without an end reaches into every later time"),
        ("period", "lt2026", "a period may end before it starts, and is then read the other way round"),
        ("american", "ge2026-01-01", "its form does not sort, so that only a day can be asked for"),
        ("american", "2026-01", "its form does not sort, so that only a day can be asked for"),
    ):
        found, search = ask(dated(kind, zone), "Observation", zone, ("date", asked), ("_id", "1"))
        assert found and found.kept == ((search.criteria[0], reason),), (kind, asked)
        assert ask(dated(kind, zone), "Observation", zone, ("date", asked))[0] is None


# -- codes and references ------------------------------------------------------------------------------------

GENDER = "sex,code\nM,male\nm,male\nF,female\nU,unknown\n"
LETTERS = st.text("mMfFuUxXß ſİK", max_size=4)


@cache
def coded(policy: str, match: str, expression: str) -> Pack:
    quoted = expression.replace("'", "''")
    return small(
        f"gender: '{quoted}'",
        "{ gender: sex }",
        resource="Patient",
        **{
            "pack.yaml": "pack: p\nsite: { timezone: UTC }\n"
            f"codes: {{ g: {{ unmapped: {policy}, match: {match} }} }}\n",
            "codes/g.csv": GENDER,
        },
    )


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(("error", "drop", "unknown", "other")),
    st.sampled_from(("exact", "fold")),
    st.sampled_from(
        (
            "$sex | code(g)",
            "$($sex | code(g)) ?? 'other'",
            "$sex | upper | code(g)",
            "$sex | unless('U') | code(g)",
        )
    ),
    LETTERS,
    st.lists(st.sampled_from(("male", "female", "unknown", "other")), min_size=1, max_size=3),
)
def test_a_coded_value(policy: str, match: str, expression: str, sex: str, asked: list[str]) -> None:
    check(
        coded(policy, match, expression), {"id": "1", "sex": sex.strip()}, "UTC", ("gender", ",".join(asked))
    )


def test_the_legacy_values_of_a_code() -> None:
    for policy, asked, where in (
        ("drop", "male", Condition("sex", "in", ("M", "m"))),
        ("unknown", "female", Condition("sex", "=", "F")),
        ("unknown", "male,female", Condition("sex", "in", ("F", "M", "m"))),
        ("unknown", "other", Condition("id", "in", ())),
    ):
        found, _ = ask(coded(policy, "exact", "$sex | code(g)"), "Patient", "UTC", ("gender", asked))
        assert found and found.where == (where,), asked
    found, _ = ask(
        coded("unknown", "exact", "$sex | code(g)"), "Patient", "UTC", ("gender", "unknown"), ("_id", "1")
    )
    assert found and [why for _, why in found.kept] == ["codes/g.csv gives it for values without a row, too"]


@cache
def people() -> Pack:
    """Identifiers of two kinds, concepts with systems, references of three types, and a switch."""
    return pack(
        {
            "streams/s.sql": "-- key: id\n-- kind: test\n",
            "codes/c.csv": "v,code,system\na,1,urn:x\na,2,urn:y\nb,1,urn:y\nc,,\n",
            "codes/d.csv": "v,code\nd,1\n",
            "pack.yaml": "pack: p\nsite: { timezone: UTC, mrn: urn:mrn }\n"
            "codes: { c: { unmapped: drop }, d: { unmapped: keep, system: urn:x } }\n",
            "fragments/whole.yaml": "fragment: whole\nparams: [n]\nmap:\n  system: urn:frag\n  value: $n\n",
            "resources/m.yaml": mapping(
                """
                identifier:
                  - system: $site.mrn
                    value: $mrn | prefix('K-')
                  - $if: $ssn
                    system: urn:ssn
                    value: $ssn | digits
                  - { $use: whole, $with: { n: $frag | upper } }
                status:
                  $switch: $stat
                  A: booked
                  B: cancelled
                  b: cancelled
                  $empty: pending
                  $default: proposed
                appointmentType: $kind | concept(c)
                serviceType:
                  - coding: [{ $value: $serv | coding(c) }, { system: urn:z, code: $zed }]
                specialty:
                  - $value: $spec | concept(d)
                reasonCode:
                  - $if: $kind = 'a'
                    $then: { coding: [{ code: x }] }
                    $else: { coding: [{ code: y }] }
                  - coding:
                      - $if: $kind in ('b', 'c')
                        system: urn:r
                        code: z
                supportingInformation:
                  - reference: $pat | ref(Observation)
                slot:
                  - reference: Slot/1
                participant:
                  - status: accepted
                    actor: { reference: $pat | ref(Patient) }
                  - $if: $doc
                    status: accepted
                    actor: { reference: "$doc | ref(Practitioner, 'd-')" }
                  - status: accepted
                    actor:
                      reference: $($room | ref(Location, 'room-')) ?? ($site_no | ref(Location, 'site-'))
                """,
                "Appointment",
                key="$id ~ '-' ~ $sub ?? $id",
            )
            + """\
search:
  identifier: [mrn, frag]
  status: stat
  appointment-type: kind
  service-type: [serv, zed]
  specialty: spec
  reason-code: kind
  patient: pat
  practitioner: doc
  location: [room, site_no]
  actor: [pat, doc, room, site_no]
""",
        }
    )


some = st.sampled_from(
    ("", "1", "2", "a", "b", "c", "d", "A", "B", "x1", "room-1", "é", "1-2", "a b", "x-" + "0" * 40)
)
COLUMNS = (
    "id", "sub", "mrn", "ssn", "frag", "stat", "kind", "serv", "zed", "spec", "pat", "doc", "room", "site_no",
)  # fmt: skip
ASKED = {
    "identifier": (
        "K-1", "urn:mrn|K-1", "urn:frag|A", "urn:frag|X1", "urn:frag|É", "urn:ssn|1", "|1", "urn:mrn|",
        "urn:other|1",
    ),
    "status": ("booked", "cancelled", "pending", "proposed", "booked,cancelled", "noshow"),
    "appointment-type": ("1", "2", "urn:x|1", "urn:y|1", "urn:y|2", "urn:x|", "1,2"),
    "service-type": ("1", "2", "urn:z|a", "urn:z|1", "urn:y|1", "a"),
    "specialty": ("1", "urn:x|1", "urn:x|a", "a", "urn:y|a", "d"),
    "patient": ("1", "Patient/a", "1,2", "x-" + "0" * 40, "Practitioner/1"),
    "practitioner": ("d-1", "Practitioner/d-a", "1"),
    "location": ("room-1", "site-1", "Location/room-1,Location/room-2", "Location/site-a,Location/room-1"),
    "reason-code": ("x", "y", "z", "urn:r|z", "x,z", "q"),
    "slot": ("1", "2", "Slot/1,Slot/2"),
    "supporting-info": ("Observation/1",),
    "based-on": ("1",),
    "actor": ("Patient/1", "Practitioner/d-1", "Location/room-room-1", "1", "Patient/1,Practitioner/d-1"),
    "_id": ("1", "1-2", "a-1", "1,2", "x-" + "0" * 40, "1-1-2"),
}  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(
    st.fixed_dictionaries(dict.fromkeys(COLUMNS, some)),
    st.lists(st.sampled_from(sorted(ASKED)), min_size=1, max_size=3),
    st.data(),
)  # fmt: skip
def test_codes_and_references(body: dict[str, str], names: list[str], data: st.DataObject) -> None:
    items = [(name, data.draw(st.sampled_from(ASKED[name]))) for name in names]
    check(people(), body, "UTC", *items)


def test_what_codes_and_references_become() -> None:
    def where(*items: tuple[str, str]) -> list[tuple[str, str, Any]] | None:
        found, _ = ask(people(), "Appointment", "UTC", *items)
        return found and [(c.column, c.op, c.value) for c in found.where]

    assert where(("patient", "1")) == [("pat", "=", "1")]
    assert where(("actor", "Practitioner/d-7")) == [("doc", "=", "7")]
    assert where(("actor", "1")) == [("pat", "=", "1")], "no one else has such an id"
    assert where(("actor", "room-1")) is None, "a patient or a room"
    assert where(("patient:Patient", "1,2")) == [("pat", "in", ("1", "2"))]
    assert where(("location", "site-3")) == [("site_no", "=", "3")]
    assert where(("location", "site-3,room-1")) is None
    assert where(("identifier", "urn:mrn|K-1")) == [("mrn", "=", "1")]
    assert where(("identifier", "K-1")) is None, "another identifier may have it"
    assert where(("identifier", "urn:other|K-1")) == [("id", "in", ())]
    assert where(("identifier", "urn:frag|AB")) == [("frag", "in", ("AB", "Ab", "aB", "ab"))]
    assert where(("status", "cancelled")) == [("stat", "in", ("B", "b"))]
    assert where(("status", "proposed")) is None
    assert where(("status:not", "cancelled")) is None
    assert where(("reason-code", "x")) == [("kind", "=", "a")]
    assert where(("reason-code", "x,z")) == [("kind", "in", ("a", "b", "c"))]
    assert where(("reason-code", "y")) is None, "of all others"
    assert where(("slot", "2")) == [("id", "in", ())], "every row has Slot/1"
    assert where(("based-on", "1")) == [("id", "in", ())], "no row has any"
    assert where(("appointment-type", "urn:y|1")) == [("kind", "=", "b")]
    assert where(("appointment-type", "1")) == [("kind", "in", ("a", "b"))]
    assert where(("patient", "1"), ("status", "booked")) == [("pat", "=", "1"), ("stat", "=", "A")]
    assert where(("_id", "1-2")) == [("id", "in", ("1", "1-2"))]
    assert where(("_id", "x-" + "0" * 40)) is None
    assert where(("_lastUpdated", "ge2026")) is None
    assert where(("patient:missing", "true")) is None


@pytest.mark.parametrize(
    "item",
    [
        ("status:text", "book"), ("identifier:of-type", "urn:t|MR|K-1"), ("identifier:text", "K-1"),
        ("patient:identifier", "urn:mrn|K-1"), ("slot:missing", "false"), ("patient.name", "x"),
        ("patient.identifier", "K-1"),
    ],
)  # fmt: skip
def test_no_other_modifier_narrows(item: tuple[str, str]) -> None:
    """It changes what its value means, and the source is not asked for that."""
    assert ask(people(), "Appointment", "UTC", item)[0] is None


def test_each_criterion_that_is_kept_says_why() -> None:
    found, search = ask(
        people(), "Appointment", "UTC",
        ("patient", "1"), ("status", "proposed"), ("status:not", "booked"), ("slot:missing", "true"),
        ("actor", "room-1"), ("identifier", "urn:mrn|"), ("supporting-info", "Observation/3"), ("slot", "1"),
        ("_lastUpdated", "ge2026"),
    )  # fmt: skip
    assert found is not None
    assert found.pushed == (search.criteria[0],)
    assert [why for _, why in found.kept] == [
        "rows with any value there may give it",
        "the modifier `:not` is answered by the store",
        "the modifier `:missing` is answered by the store",
        "it may refer to several types, in different columns",
        "a system alone names no value",
        "`search:` of the mapping m has no `supporting-info`",
        "`search:` of the mapping m has no `slot`",
        "it is the store's own: the source does not know it",
    ]


# -- ids, several mappings -----------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(some, some, st.sampled_from(("1", "1-2", "1-1-2", "a-b", "p-1", "p-a-1", "x-" + "0" * 40, "2")))
def test_an_id_leads_to_its_row(one: str, two: str, asked: str) -> None:
    for key in (
        "$one ~ '-' ~ $two",
        "$'p-' ~ $one",
        "$one ~ $two",
        "$one | upper",
        "$one ~ '-' ~ $x ?? $one",
        "$two",
    ):
        of = _keyed(key)
        body = {"one": one, "two": two}
        found = narrow_id(of, "s", "Basic", asked)
        for made in of.to_fhir(Record("s", "k", body)).resources:
            if made.id == asked and found is not None:
                assert all(satisfies(body, condition) for condition in found.where)


@cache
def _keyed(key: str) -> Pack:
    return small("code: { text: x }", "{}", resource="Basic", key=key, head="for: x in $['7', '2']")


def test_ids_that_lead_nowhere() -> None:
    assert narrow_id(_keyed("$one"), "s", "Basic", "x-" + "0" * 40) is None
    assert narrow_id(_keyed("$one | sha1"), "s", "Basic", "a") is None
    assert narrow_id(_keyed("$one"), "s", "Patient", "a") is None
    found = narrow_id(_keyed("$'p-' ~ $one"), "s", "Basic", "q-1")
    assert found is not None and found.empty


def test_several_mappings_of_a_type_are_all_covered() -> None:
    head = "resource: Basic\nstream: s\n"
    second = "id: $'b-' ~ $id\nmap: { code: { text: x }, subject: { reference: '$%s | ref(Patient)' } }\n"
    first = (
        head
        + "id: $id\nmap: { code: { text: x }, subject: { reference: $pat | ref(Patient) } }\n"
        + "search: { patient: pat }\n"
    )

    def asked(other: str) -> list[tuple[str, str, Any]] | None:
        of = pack(
            {
                "streams/s.sql": "-- key: id\n-- kind: test\n",
                "resources/a.yaml": first,
                "resources/b.yaml": head + other,
            }
        )
        found, _ = ask(of, "Basic", "UTC", ("patient", "1"))
        return found and [(c.column, c.op, c.value) for c in found.where]

    assert asked(second % "pat" + "search: { patient: pat }\n") == [("pat", "=", "1")]
    assert asked(second % "pat") is None, "without `search:` nothing is known of its rows"
    assert asked(second % "own" + "search: { patient: own }\n") is None, "another column"
    assert asked(second.replace("Patient", "Patient, x") % "pat" + "search: { patient: pat }\n") == [
        ("pat", "=", "1")
    ]


@pytest.mark.parametrize("name", ["patient", "date"])
def test_a_search_that_names_nothing(name: str) -> None:
    search = parse_search("Observation", [("_count", "5")])
    assert narrow(dated("instant", "UTC"), "s", search) is None
    assert (
        narrow(
            dated("instant", "UTC"),
            "s",
            parse_search("Patient", [(name.replace("date", "birthdate").replace("patient", "_id"), "2020")]),
        )
        is None
    )
