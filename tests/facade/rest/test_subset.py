"""_summary and _elements: what is kept, what is refused, and that a part is as valid as its whole."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import httpx
import pytest

from facade.errors import BadRequest
from facade.rest.subset import SUBSETTED, Subset, parse_subset, subset
from facade.spec.check import check
from facade.store import Store
from facade.store.serialise import from_json, to_json
from tests.facade.rest.support import outcome, put
from tests.facade.spec.official import examples
from tests.paths import needs_shared

META = {"versionId": "2", "lastUpdated": "2024-01-31T12:00:00.000Z", "profile": ["http://example.org/p"]}
TAGGED = {**META, "tag": [SUBSETTED]}
PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "1",
    "meta": META,
    "implicitRules": "http://example.org/rules",
    "language": "en",
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Ann</div>'},
    "contained": [{"resourceType": "Organization", "id": "o", "name": "O"}],
    "extension": [{"url": "http://example.org/e", "valueBoolean": True}],
    "modifierExtension": [{"url": "http://example.org/m", "valueBoolean": True}],
    "active": True,
    "name": [{"id": "n1", "family": "Ek", "given": ["Ann", "B"], "_given": [None, {"id": "g"}]}],
    "birthDate": "2000-01-01",
    "_birthDate": {"extension": [{"url": "http://example.org/t", "valueDateTime": "2000-01-01T10:00:00Z"}]},
    "deceasedBoolean": False,
    "maritalStatus": {"text": "married"},
    "contact": [{"name": {"text": "C"}}],
    "managingOrganization": {"reference": "#o"},
    "link": [{"other": {"reference": "Patient/2"}, "type": "seealso"}],
}


def names(resource: dict[str, Any]) -> list[str]:
    return list(resource)


def test_summary_true() -> None:
    before = copy.deepcopy(PATIENT)
    part = subset(PATIENT, "true")
    assert before == PATIENT
    assert part == {
        "resourceType": "Patient",
        "id": "1",
        "meta": TAGGED,
        "implicitRules": "http://example.org/rules",
        "modifierExtension": PATIENT["modifierExtension"],
        "active": True,
        "name": [{"family": "Ek", "given": ["Ann", "B"]}],
        "birthDate": "2000-01-01",
        "deceasedBoolean": False,
        "managingOrganization": {"reference": "#o"},
        "link": PATIENT["link"],
        "contained": PATIENT["contained"],
    }
    assert list(part)[:3] == ["resourceType", "id", "meta"]


def test_summary_true_of_a_primitive_that_is_only_extended() -> None:
    absent = {"extension": [{"url": "http://example.org/absent", "valueCode": "unknown"}]}
    observation = {"resourceType": "Observation", "id": "1", "_status": absent, "code": {"text": "x"}}
    assert subset(observation, "true") == {**observation, "meta": {"tag": [SUBSETTED]}}


def test_summary_true_inside_complex_types() -> None:
    """An attachment without its data; what is mandatory stays, summary or not, as does what is within."""
    document = {
        "resourceType": "DocumentReference",
        "id": "1",
        "status": "current",
        "content": [
            {"attachment": {"contentType": "text/plain", "data": "QQ=="}},
            {"attachment": {"data": "QQ=="}},
        ],
        "context": {"event": [{"text": "e"}], "practiceSetting": {"text": "p"}},
        "description": "d",
        "securityLabel": [{"text": "R"}],
        "relatesTo": [{"code": "replaces", "target": {"display": "old"}}],
    }
    part = subset(document, "true")
    assert part["content"] == [
        {"attachment": {"contentType": "text/plain"}},
        {"attachment": {"data": "QQ=="}},  # nothing else would be left of what is mandatory
    ]
    assert "context" not in part
    assert part["relatesTo"] == document["relatesTo"]


def test_contained_resources_stay_only_if_they_are_referred_to() -> None:
    lone = {**PATIENT, "managingOrganization": {"reference": "Organization/1"}}
    assert "contained" not in subset(lone, "true")
    assert subset(PATIENT, "false", ("managingOrganization",))["contained"] == PATIENT["contained"]
    assert "contained" not in subset(PATIENT, "false", ("name",))


def test_what_a_contained_resource_refers_to_stays_with_it() -> None:
    contained = [
        {"resourceType": "Organization", "id": "o", "partOf": {"reference": "#p"}},
        {"resourceType": "Organization", "id": "p", "name": "P"},
        {"resourceType": "Organization", "id": "q", "name": "Q"},
    ]
    part = subset({**PATIENT, "contained": contained}, "true")
    assert part["contained"] == contained[:2]


def test_summary_data_and_text() -> None:
    data = subset(PATIENT, "data")
    assert data == {**{n: v for n, v in PATIENT.items() if n != "text"}, "meta": TAGGED}
    text = subset(PATIENT, "text")
    kept = ("resourceType", "id", "implicitRules", "text", "modifierExtension", "active", "deceasedBoolean")
    assert text == {**{name: PATIENT[name] for name in kept}, "meta": TAGGED, "link": PATIENT["link"]}


def test_elements() -> None:
    needed = {
        "resourceType": "Patient",
        "id": "1",
        "meta": TAGGED,
        **{name: PATIENT[name] for name in ("implicitRules", "modifierExtension", "active", "link")},
        "deceasedBoolean": False,
    }
    both = {name: PATIENT[name] for name in ("birthDate", "_birthDate", "name")}
    assert subset(PATIENT, "false", ("Patient.name", "birthDate")) == {**needed, **both}
    assert subset(PATIENT, "false", ("maritalStatus",)) == {**needed, "maritalStatus": {"text": "married"}}
    assert subset(PATIENT, "false", ("Observation.status",)) == PATIENT
    assert subset(PATIENT, "false") == PATIENT


def test_elements_of_a_choice() -> None:
    observation = {
        "resourceType": "Observation",
        "id": "1",
        "status": "final",
        "code": {"text": "x"},
        "valueQuantity": {"value": Decimal("1.10")},
        "note": [{"text": "n"}],
    }
    for name in ("value", "value[x]", "Observation.value[x]", "valueQuantity"):
        wanted = parse_subset([("_elements", name)], "Observation")
        assert wanted is not None
        part = from_json(wanted.apply(to_json(observation)))
        assert names(part) == ["resourceType", "id", "meta", "status", "code", "valueQuantity"]
        assert str(part["valueQuantity"]["value"]) == "1.10"
    wanted = parse_subset([("_elements", "valueString")], "Observation")
    assert wanted is not None
    assert "valueQuantity" not in from_json(wanted.apply(to_json(observation)))


@pytest.mark.parametrize("digits", ["1.10", "1E+5", "-0.0", "1.0E-7", "7", "-7", "9007199254740993"])
def test_every_digit_stays(digits: str) -> None:
    for code in (
        f'{{"value":{digits}}}',
        f'{{"value": {digits}}}',
        f'{{"x":[1,{digits}]}}',
        f'{{"x":[{digits}]}}',
    ):
        body = f'{{"resourceType":"Basic","meta":{{"tag":[]}},"code":{code},"text":1}}'.encode()
        assert Subset("data").apply(body).endswith(f'"code":{code}}}'.replace(" ", "").encode())


def test_the_tag_is_added_once_and_beside_others() -> None:
    other = {"system": "http://example.org/tags", "code": "SUBSETTED"}
    once = subset({**PATIENT, "meta": {**META, "tag": [other]}}, "true")
    assert once["meta"] == {**META, "tag": [other, SUBSETTED]}
    assert subset(once, "true") == once


def test_included_resources_are_cut_only_by_elements_with_their_type() -> None:
    body = to_json(PATIENT)
    assert Subset("false", ("name",)).apply(body, included=True) == body
    part = Subset("false", ("status", "Patient.name")).apply(body, included=True)
    assert "birthDate" not in from_json(part)
    assert "text" not in from_json(Subset("data").apply(body, included=True))


def test_parsing() -> None:
    assert parse_subset([("name", "x")]) is None
    assert parse_subset([("_summary", "false")]) is None
    assert parse_subset([("_summary", "true"), ("_summary", "true")]) == Subset("true")
    assert parse_subset([("_summary", "count")], counting=True) == Subset("count")
    items = [("_elements", "name, Patient.birthDate"), ("_elements", "name"), ("_summary", "false")]
    assert parse_subset(items, "Patient") == Subset("false", ("name", "Patient.birthDate"))
    assert parse_subset([("_elements", "name,status,Patient.link")]) is not None


ALL = "_summary is one of true, text, data, count, false."
NAMES = " Names are those of a resource's own elements, perhaps with its type: name, Patient.name."


@pytest.mark.parametrize(
    ("items", "type", "text", "parameter"),
    [
        ([("_summary", "yes")], "Patient", ALL, "_summary"),
        ([("_summary", "")], "Patient", ALL, "_summary"),
        ([("_summary", "true"), ("_summary", "data")], "Patient", ALL, "_summary"),
        (
            [("_summary", "text"), ("_elements", "name")],
            "Patient",
            "_elements cannot be combined with _summary.",
            "_elements",
        ),
        ([("_elements", "nam")], "Patient", f"nam is not an element of Patient.{NAMES}", "_elements"),
        (
            [("_elements", "name.given")],
            "Patient",
            f"name.given is not an element of name.{NAMES}",
            "_elements",
        ),
        ([("_elements", "nam")], None, f"nam is not an element of any resource.{NAMES}", "_elements"),
        (
            [("_elements", "Patient.code")],
            "Observation",
            f"Patient.code is not an element of Patient.{NAMES}",
            "_elements",
        ),
        ([("_elements", "")], "Patient", "_elements has an empty name.", "_elements"),
        ([("_elements", "name,,id")], "Patient", "_elements has an empty name.", "_elements"),
        (
            [("_elements", "x" * 100)],
            "Patient",
            f"What was given is not an element of Patient.{NAMES}",
            "_elements",
        ),
    ],
)
def test_what_is_refused(items: list[tuple[str, str]], type: str | None, text: str, parameter: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse_subset(items, type, counting=True)
    assert (refused.value.diagnostics, refused.value.expression) == (text, f"http.{parameter}")


async def test_read_and_vread(client: httpx.AsyncClient, store: Store) -> None:
    put(store, {**PATIENT, "meta": {}})
    whole = await client.get("/Patient/1")
    for path in ("/Patient/1", "/Patient/1/_history/1"):
        for query, summary in (
            ("_summary=true", "true"),
            ("_summary=data", "data"),
            ("_summary=text", "text"),
        ):
            part = await client.get(f"{path}?{query}")
            assert part.json() == subset(whole.json(), summary)
            assert part.json()["meta"]["versionId"] == "1"
            assert part.headers["etag"] == whole.headers["etag"]
        assert (await client.get(f"{path}?_summary=false")).content == whole.content
        part = await client.get(f"{path}?_elements=name&_pretty=true")
        assert part.text.startswith("{\n")
        assert "birthDate" not in part.json()
        count = await client.get(f"{path}?_summary=count")
        assert outcome(count) == (
            400,
            "invalid",
            "_summary is one of true, text, data, false.",
            ["http._summary"],
        )
        unknown = await client.get(f"{path}?_elements=naem")
        assert outcome(unknown)[0] == 400


def within(part: Any, whole: Any) -> bool:
    """Whether a value is what is left when parts of another are taken away, in order."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(n in whole and within(v, whole[n]) for n, v in part.items())
    if isinstance(part, list):
        rest = iter(whole)
        return all(any(within(item, one) for one in rest) for item in part)
    return bool(part == whole)


@needs_shared
@pytest.mark.parametrize("summary", ["true", "text", "data"])
def test_parts_of_the_official_examples(summary: str) -> None:
    """As valid as the whole (but for rules between elements, one of which is not asked for), nothing new in
    them but the tag, and cut no further the second time."""

    def faults(one: dict[str, Any]) -> set[tuple[str, str]]:
        found = {(issue.code, issue.expression) for issue in check(one)}
        return {fault for fault in found if fault[0] != "invariant"} if summary == "text" else found

    smaller = 0
    for name, resource in examples().items():
        part = subset(resource, summary)
        assert faults(part) <= faults(resource), name
        assert within({n: v for n, v in part.items() if n != "meta"}, resource), name
        assert subset(part, summary) == part, name
        smaller += len(part) < len(resource)
    assert smaller > 300
