"""Lineage: told by the closures that make the resources, and equal to them."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Record
from facade.mapping import Lineage, Pack
from tests.facade.mapping.packs import mapping, pack

WRITTEN = """
identifier: { system: $site.mrn, value: $mrn }
gender: $sex | code(gender)
birthDate: { $value: $dob | date, $absent: unknown }
name: { family: $lname | upper, given: [$fname, $mname] }
telecom:
  - $for: p in $phones
    $if: $p.number
    system: { $switch: $p.kind, m: phone, $default: other }
    value: $p.number
maritalStatus: $m | concept(marital)
address: { $use: address, $with: { c: $town } }
contact: { $let: { who: $a ~ ' ' ~ $b }, name: { text: $who } }
"""
FILES = {
    "resources/m.yaml": mapping(WRITTEN, head="let: { x: $y }\nprofile: p"),
    "fragments/address.yaml": "fragment: address\nparams: [c]\nmap:\n  use: home\n  city: $c\n",
    "codes/gender.csv": "v,code\nF,female\n",
    "codes/marital.csv": "v,code,system\nM,M,s\n",
    "pack.yaml": "pack: p\nsite: { mrn: urn:m }\ncodes: { gender: { unmapped: unknown }, marital: { "
    "unmapped: text } }\n",
}


def lines(small: Pack, body: dict[str, Any]) -> dict[str, Lineage]:
    ((_, found),) = small.explain(Record("s", "k", body))
    assert len({line.element for line in found}) == len(found)
    return {line.element: line for line in found}


def test_each_element_knows_where_it_comes_from() -> None:
    body = {
        "id": 1, "mrn": "7", "sex": "F ", "lname": "doe", "mname": "q", "m": "M", "town": "York",
        "a": "x", "b": "y",
        "phones": [{"number": ""}, {"number": "5", "kind": "m"}], "dob": "",
    }  # fmt: skip
    found = lines(pack(FILES), body)
    gender = found["gender"]
    assert gender == Lineage(
        "gender",
        "female",
        "s",
        ("sex",),
        {"sex": "F "},
        "$sex | code(gender)",
        ("code",),
        "resources/m.yaml",
        8,
    )
    assert found["name[0].given[0]"].raw == {"mname": "q"}
    assert found["name[0].family"].filters == ("upper",)
    assert found["identifier[0].system"].expression == "$site.mrn"
    assert found["telecom[0].value"].raw == {"phones": body["phones"]}
    assert found["telecom[0].system"].expression == "phone (where $p.kind)"
    assert found["telecom[0].system"].columns == ("phones",)
    assert found["maritalStatus.coding[0].code"].raw == {"m": "M"}
    city = found["address[0].city"]
    assert (city.raw, city.file, city.line) == ({"town": "York"}, "fragments/address.yaml", 5)
    assert found["contact[0].name.text"].columns == ("a", "b")
    assert found["_birthDate.extension[0].valueCode"].value == "unknown"
    assert (found["id"].value, found["id"].raw) == ("1", {"id": 1})
    assert found["meta.profile[0]"].value == "p"


def test_columns_read_by_name_are_told() -> None:
    files = {
        "codes/v.csv": "column,code\nbps,8480-6\nheight,8302-2\n",
        "resources/m.yaml": mapping(
            "status: final\ncode: { text: $v.code }\nvalueQuantity: { value: $n, unit: $v.column | "
            "field | upper }",
            "Observation",
            "for: v in $codes.v\nlet: { n: $v.column | field | number }\nwhen: $n",
            "$v.code",
        ),
    }
    found = lines(pack(files), {"bps": "120.0", "height": ""})
    assert found["valueQuantity.value"].raw == {"bps": "120.0"}
    assert found["valueQuantity.unit"].raw == {"bps": "120.0"}


def test_paths_into_trees_are_told_with_their_steps() -> None:
    small = pack({"resources/m.yaml": mapping("name: { family: $PID.5.1 }", key="$PID.3.1")})
    found = lines(small, {"PID": {"3": "A", "5": {"1": "DOE "}}})
    assert found["name[0].family"].raw == {"PID.5.1": "DOE "}


_TEXT = st.sampled_from(["", " ", "x", "F", "M", "2000-01-02", None, 7])
_BODY = st.fixed_dictionaries(
    dict.fromkeys(("mrn", "sex", "lname", "fname", "mname", "m", "town", "a", "b", "y"), _TEXT),
    optional={
        "phones": st.lists(st.fixed_dictionaries({"number": _TEXT, "kind": _TEXT}), max_size=3),
        "dob": st.sampled_from(["", "2000-01-02", "0000-00-00", "nonsense"]),
    },
)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(_BODY)
def test_what_is_explained_is_what_is_made(body: dict[str, Any]) -> None:
    record = Record("s", "k", {"id": "1", **body})
    made, explained = _PACK.to_fhir(record), _PACK.explain(record)
    assert [mapped for mapped, _ in explained] == made.resources
    for mapped, found in explained:
        leaves = dict(_leaves(mapped.resource, ""))
        told = {line.element: line.value for line in found}
        assert {**leaves, **told} == leaves
        assert set(leaves) - set(told) <= {"resourceType", "_birthDate.extension[0].url"}


def _leaves(value: Any, where: str) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [
            pair
            for name, item in value.items()
            for pair in _leaves(item, f"{where}.{name}" if where else name)
        ]
    if isinstance(value, list):
        return [pair for number, item in enumerate(value) for pair in _leaves(item, f"{where}[{number}]")]
    return [(where, value)]


_PACK = pack(FILES)
