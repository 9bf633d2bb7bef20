"""The `$` keys, pruning, lists and the forms of elements."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connectors.base import Record
from tests.facade.mapping.packs import elements, failure, mapping, only, pack, problems, run

DAR = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
DAR_EXTENSION = {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}


def test_empty_values_vanish_and_empty_parents_with_them() -> None:
    written = """
    name: { family: $a, given: [$b, $c], period: { start: $d | date } }
    contact: [{ name: { text: $e } }]
    """
    assert elements(written + "gender: male", {"a": " ", "b": None, "d": "0000-00-00"}) == {"gender": "male"}
    assert elements(written, {"c": "x"}) == {"name": [{"given": ["x"]}]}


def test_nothing_left_is_no_resource() -> None:
    assert run("name: { family: $a }", {"a": ""}).resources == []


def test_constants_are_not_trimmed_nor_guessed() -> None:
    assert elements("name: { text: ' a ', family: no, suffix: '0123' }", {}) == {
        "name": [{"text": " a ", "family": "no", "suffix": ["0123"]}]
    }


def test_a_dollar_constant() -> None:
    assert elements("name: { text: $$lname }", {}) == {"name": [{"text": "$lname"}]}


def test_a_repeating_element_takes_a_list_or_a_single_value() -> None:
    assert elements("name: { given: $g }", {"g": ["a", "", "b"]}) == {"name": [{"given": ["a", "b"]}]}
    assert elements("name: { given: [$g, c] }", {"g": ["a", "b"]}) == {"name": [{"given": ["a", "b", "c"]}]}


def test_a_leaf_that_needs_one_value_takes_the_first() -> None:
    assert elements("name: { family: $g }", {"g": ["", "b"]}) == {"name": [{"family": "b"}]}


def test_if() -> None:
    written = "telecom: { $if: $p, system: phone, value: $p }\ngender: male"
    assert elements(written, {"p": ""}) == {"gender": "male"}
    assert elements(written, {"p": "5"})["telecom"] == [{"system": "phone", "value": "5"}]


def test_if_then_else() -> None:
    written = "gender: { $if: $a = '1', $then: male, $else: { $if: $a, $then: female } }\nactive: true"
    assert [elements(written, {"a": a}).get("gender") for a in ("1", "2", "")] == ["male", "female", None]


def test_zero_is_true_and_false_is_not() -> None:
    written = "gender: { $if: $a, $then: male, $else: female }"
    assert [elements(written, {"a": a})["gender"] for a in ("0", 0, 0.0, True, False, None, [], {})] == (
        ["male"] * 4 + ["female"] * 4
    )


def test_for() -> None:
    written = """
    telecom:
      - $for: p in $phones
        system: phone
        value: $p.number
      - system: url
        value: $u
    """
    body = {"phones": [{"number": "1"}, {"number": ""}, {}, {"number": "2"}], "u": "x"}
    assert elements(written, body)["telecom"] == [
        {"system": "phone", "value": "1"},
        {"system": "phone"},
        {"system": "phone", "value": "2"},
        {"system": "url", "value": "x"},
    ]


def test_for_over_one_object_and_over_nothing() -> None:
    written = "gender: male\ntelecom: { $for: p in $phones, value: $p.number }"
    assert elements(written, {"phones": {"number": "1"}})["telecom"] == [{"value": "1"}]
    assert elements(written, {}) == {"gender": "male"}


def test_for_with_value_and_if() -> None:
    written = "name: { given: { $for: n in $names, $if: $n != 'x', $value: $n | title } }"
    assert elements(written, {"names": ["anna", "x", " lee "]}) == {"name": [{"given": ["Anna", "Lee"]}]}


def test_for_on_an_element_that_does_not_repeat_takes_the_first() -> None:
    assert elements("maritalStatus: { $for: c in $codes_, text: $c }", {"codes_": ["", "M", "S"]}) == {
        "maritalStatus": {"text": "M"}
    }


def test_loops_within_loops_see_outer_names() -> None:
    written = """
    contact:
      $for: c in $contacts
      telecom: { $for: n in $c.numbers, system: phone, value: $c.prefix ~ $n }
    """
    body = {"contacts": [{"prefix": "+1", "numbers": ["a", "b"]}, {"prefix": "+2", "numbers": "c"}]}
    assert [[t["value"] for t in c["telecom"]] for c in elements(written, body)["contact"]] == [
        ["+1a", "+1b"],
        ["+2c"],
    ]


def test_let_names_are_in_sight_below_and_of_the_next() -> None:
    written = "name: { $let: { a: $x | upper, b: $a ~ '!' }, text: $b, family: $a }"
    assert elements(written, {"x": "q", "a": "column"}) == {"name": [{"text": "Q!", "family": "Q"}]}
    assert elements("name: { text: $a }", {"a": "column"}) == {"name": [{"text": "column"}]}


def test_switch() -> None:
    written = "gender: { $switch: $s, M: male, '@': female, $default: other, $empty: unknown }"
    assert [elements(written, {"s": s})["gender"] for s in ("M", "@", "m", " ")] == [
        "male",
        "female",
        "other",
        "unknown",
    ]


def test_switch_without_empty_gives_nothing_for_nothing() -> None:
    written = "active: true\ngender: { $switch: $s, $default: other }"
    assert elements(written, {}) == {"active": True}


def test_switch_on_a_number_and_a_boolean() -> None:
    written = "gender: { $switch: $s, '1': male, 'true': female }"
    assert [elements(written, {"s": s})["gender"] for s in (1, True)] == ["male", "female"]


def test_a_case_that_begins_with_a_dollar() -> None:
    assert elements("gender: { $switch: $s, $$x: male }", {"s": "$x"}) == {"gender": "male"}


def test_switch_between_structures() -> None:
    written = "telecom: { $switch: $s, a: { system: phone, value: $v }, b: [{ value: $v }, { value: c }] }"
    assert elements(written, {"s": "a", "v": "1"})["telecom"] == [{"system": "phone", "value": "1"}]
    assert elements(written, {"s": "b", "v": "1"})["telecom"] == [{"value": "1"}, {"value": "c"}]


FRAGMENT = (
    "fragment: address\nparams: [street, city]\nmap:\n  use: home\n  line: [$street]\n  city: $city | title\n"
)


def test_use_with_arguments_and_own_keys() -> None:
    written = "address: { $use: address, $with: { street: $s, city: $c }, use: work, country: US }"
    made = _with_fragment(written, {"s": "1 High St", "c": "YORK"})
    assert made["address"] == [{"use": "work", "line": ["1 High St"], "city": "York", "country": "US"}]


def _with_fragment(written: str, body: dict[str, Any], fragment: str = FRAGMENT) -> dict[str, Any]:
    small = pack({"resources/m.yaml": mapping(written), "fragments/address.yaml": fragment})
    return only(small.to_fhir(Record("s", "k", {"id": "1", **body}))).resource


def test_a_fragment_sees_the_record_but_not_the_names_around_it() -> None:
    fragment = "fragment: address\nparams: [city]\nmap: { city: $city, state: $state, country: $c }\n"
    written = "address: { $for: c in $cities, $use: address, $with: { city: $c } }"
    made = _with_fragment(written, {"cities": ["a", "b"], "state": "MA", "c": "column"}, fragment)
    assert made["address"] == [
        {"city": "a", "state": "MA", "country": "column"},
        {"city": "b", "state": "MA", "country": "column"},
    ]


def test_a_parameter_that_is_not_given_is_empty() -> None:
    assert _with_fragment("address: { $use: address, $with: { city: $c } }", {"c": "x", "street": "no"})[
        "address"
    ] == [{"use": "home", "city": "X"}]


def test_a_fragment_that_begins_with_a_condition() -> None:
    fragment = "fragment: address\nparams: [city]\nmap: { $if: $city, city: $city }\n"
    assert _with_fragment(
        "gender: male\naddress: { $use: address, $with: { city: $c } }", {"c": ""}, fragment
    ) == {
        "resourceType": "Patient",
        "id": "1",
        "meta": {},
        "gender": "male",
    }


def test_a_fragment_uses_a_fragment() -> None:
    small = pack(
        {
            "resources/m.yaml": mapping("address: { $use: full, $with: { a: $x } }"),
            "fragments/full.yaml": "fragment: full\nparams: [a]\nmap: { $use: part, $with: { b: $a "
            "}, use: home }",
            "fragments/part.yaml": "fragment: part\nparams: [b]\nmap: { use: work, city: $b }",
        }
    )
    made = only(small.to_fhir(Record("s", "k", {"id": "1", "x": "y"}))).resource
    assert made["address"] == [{"use": "home", "city": "y"}]


def test_a_fragment_at_the_top_of_a_map() -> None:
    small = pack(
        {
            "resources/m.yaml": mapping("$use: base\ngender: male"),
            "fragments/base.yaml": "fragment: base\nmap: { active: true, gender: female, name: { "
            "text: $n } }",
        }
    )
    made = only(small.to_fhir(Record("s", "k", {"id": "1", "n": "y"}))).resource
    assert (made["active"], made["gender"], made["name"]) == (True, "male", [{"text": "y"}])


def test_absent_on_a_primitive() -> None:
    written = "birthDate: { $value: $d | date, $absent: unknown }"
    assert elements(written, {"d": "2000-01-02"}) == {"birthDate": "2000-01-02"}
    assert elements(written, {"d": ""}) == {"_birthDate": {"extension": [DAR_EXTENSION]}}


def test_absent_on_a_repeating_primitive() -> None:
    written = "name: { given: { $value: $g, $absent: unknown } }"
    assert elements(written, {}) == {"name": [{"_given": [{"extension": [DAR_EXTENSION]}]}]}


def test_absent_on_a_concept_is_a_coding() -> None:
    written = "maritalStatus: { text: $m, $absent: asked-declined }"
    assert elements(written, {"m": "x"}) == {"maritalStatus": {"text": "x"}}
    assert elements(written, {}) == {
        "maritalStatus": {
            "coding": [{"system": DAR, "code": "asked-declined", "display": "Asked But Declined"}]
        }
    }


def test_absent_on_a_concept_with_a_required_binding_is_the_extension() -> None:
    written = "patient: { reference: Patient/1 }\nclinicalStatus: { text: $m, $absent: unknown }"
    made = elements(written, {}, "AllergyIntolerance")
    assert made["clinicalStatus"] == {"extension": [DAR_EXTENSION]}


def test_absent_on_a_complex_repeating_element() -> None:
    written = "name: { text: $n, $absent: unknown }"
    assert elements(written, {}) == {"name": [{"extension": [DAR_EXTENSION]}]}
    assert elements("name: [{ text: $n, $absent: unknown }]", {}) == {
        "name": [{"extension": [DAR_EXTENSION]}]
    }


def test_absent_reason_by_expression() -> None:
    written = "birthDate: { $value: $d, $absent: $why }\nactive: true"
    assert elements(written, {"why": "masked"})["_birthDate"]["extension"][0]["valueCode"] == "masked"
    assert elements(written, {}) == {"active": True}


def test_extensions() -> None:
    written = """
    extension:
      - url: http://example.org/a
        valueDecimal: $n
    birthDate: $d
    _birthDate: { extension: { url: http://example.org/t, valueDateTime: $t | datetime } }
    """
    made = elements(written, {"n": "1.10", "d": "2000-01-02", "t": "2000-01-02 03:04"})
    assert str(made["extension"][0]["valueDecimal"]) == "1.10"
    assert made["_birthDate"] == {
        "extension": [{"url": "http://example.org/t", "valueDateTime": "2000-01-02T03:04:00-05:00"}]
    }


def test_extensions_of_a_repeating_primitive_stay_in_step() -> None:
    written = """
    name:
      given: [$a, $b]
      _given:
        - extension: { $if: $qa, url: u, valueCode: $qa }
        - extension: { $if: $qb, url: u, valueCode: $qb }
    """
    extension = {"extension": [{"url": "u", "valueCode": "q"}]}
    assert elements(written, {"a": "x", "b": "y", "qb": "q"})["name"] == [
        {"given": ["x", "y"], "_given": [None, extension]}
    ]
    assert elements(written, {"b": "y", "qb": "q"})["name"] == [{"given": ["y"], "_given": [extension]}]
    assert elements(written, {"a": "x", "b": "y"})["name"] == [{"given": ["x", "y"]}]
    assert elements(written, {"qa": "q", "b": "y"})["name"] == [
        {"given": [None, "y"], "_given": [extension, None]}
    ]


def test_contained_and_reference_display() -> None:
    written = """
    contained: [{ resourceType: Organization, id: o, name: $n }]
    managingOrganization: { reference: '#o', display: $n }
    """
    assert elements(written, {"n": "Ward"}) == {
        "contained": [{"resourceType": "Organization", "id": "o", "name": "Ward"}],
        "managingOrganization": {"reference": "#o", "display": "Ward"},
    }


def test_a_complex_element_from_a_tree() -> None:
    body = {"address": {"city": " York ", "line": ["", "1 High St"], "state": None, "period": {"start": ""}}}
    assert elements("address: $address", body) == {"address": [{"city": "York", "line": ["1 High St"]}]}


def test_meta_of_the_map_and_the_profile() -> None:
    text = mapping("meta: { tag: { code: x }, profile: b }\nactive: true", head="profile: [a, $site.mrn]")
    small = pack({"resources/m.yaml": text})
    made = only(small.to_fhir(Record("s", "k", {"id": "1"}))).resource
    assert made["meta"] == {"tag": [{"code": "x"}], "profile": ["a", "urn:example:mrn", "b"]}
    assert list(made)[:3] == ["resourceType", "id", "meta"]


def test_meta_and_the_top_level_are_not_shared_between_resources() -> None:
    small = pack({"resources/m.yaml": mapping("meta: { tag: { code: x } }\nactive: true", head="profile: a")})
    first = only(small.to_fhir(Record("s", "k", {"id": "1"}))).resource
    first["meta"]["versionId"] = "7"
    first["meta"]["profile"].append("more")
    first["extra"] = 1
    second = only(small.to_fhir(Record("s", "k", {"id": "2"}))).resource
    assert second == {
        "resourceType": "Patient",
        "id": "2",
        "meta": {"tag": [{"code": "x"}], "profile": ["a"]},
        "active": True,
    }


def test_for_then_let_then_when() -> None:
    head = "for: v in $codes.vitals\nlet: { n: $v.column | field | number }\nwhen: $n > 0"
    written = "status: final\ncode: { text: $v.code }\nvalueQuantity: { value: $n, unit: $v.unit }"
    files = {
        "codes/vitals.csv": "column,code,unit\nbps,8480-6,mmHg\nbpd,8462-4,mmHg\nheight,8302-2,cm\n",
        "resources/m.yaml": mapping(written, "Observation", head, "$id ~ '-' ~ $v.code"),
    }
    small = pack(files)
    outcome = small.to_fhir(Record("s", "k", {"id": "1", "bps": "120", "bpd": "0.00", "height": "180.50"}))
    assert [(m.id, m.resource["valueQuantity"]) for m in outcome.resources] == [
        ("1-8480-6", {"value": Decimal("120"), "unit": "mmHg"}),
        ("1-8302-2", {"value": Decimal("180.50"), "unit": "cm"}),
    ]
    assert small.mappings["m"].columns == {"id", "bps", "bpd", "height"}


def test_two_items_with_one_id_fail_the_mapping() -> None:
    assert failure("active: true", {"xs": ["a", "b"]}, head="for: x in $xs") == (
        "id",
        "two items of `for` give resources with one id",
    )


def test_when_and_an_empty_id_make_no_resource() -> None:
    assert run("active: true", {"a": 0}, head="when: $a != 0").resources == []
    assert run("active: true", {"id": " "}).resources == []


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("gender: { $if: $a, $then: male, extra: x }", "stand no other keys"),
        ("gender: { $then: male }", "`$then` without `$if`"),
        ("gender: { $default: male }", "`$default` without `$switch`"),
        ("name: { $with: { a: $b } }", "`$with` without `$use`"),
        ("name: { $for: $names, text: x }", "`$for` is written `name in $list`, not `$names`"),
        ("name: { $for: site in $names, text: x }", "the name `site` is reserved"),
        ("name: { $let: { 1x: $b }, text: x }", "`1x` is no name"),
        ("name: { $let: $b, text: x }", "`$let` takes names and expressions"),
        ("name: { $fro: x in $names, text: x }", "has no element `$fro`; did you mean `$for`?"),
        ("name: { $use: nothing }", "unknown fragment `nothing`"),
        ("birthDate: { $value: $d, extension: [] }", "write it under `_birthDate`"),
        (
            "birthDate: { $value: $d, $absent: unkown }",
            "`$absent` cannot be `unkown`; did you mean `unknown`?",
        ),
        ("name: [[{ text: x }]]", "a list inside a list"),
        ("contained: [{ id: x }]", "needs `resourceType`"),
        ("name: { given: $a, _given: [{}] }", "beside `_given`, write both as lists"),
    ],
)
def test_what_is_wrong(written: str, problem: str) -> None:
    found = problems({"resources/m.yaml": mapping(written)})
    assert any(problem in line for line in found), found
