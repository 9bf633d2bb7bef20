"""The generated data are what the official package gives, and the generator reads what it claims to."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from facade.spec import build, build_rules, definitions
from tests.facade.spec import official
from tests.paths import needs_shared

CORE = "http://hl7.org/fhir/StructureDefinition/"


def _status() -> list[dict[str, Any]]:
    return [{"url": CORE + "structuredefinition-standards-status", "valueCode": "trial-use"}]


def _parameter(**fields: Any) -> dict[str, Any]:
    return {"url": "u", "code": "c", "type": "token", "description": "d", "extension": _status()} | fields


def _package(folder: Path, *resources: dict[str, Any]) -> Path:
    path = folder / "hl7.fhir.r4.core.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for number, resource in enumerate(resources):
            content = json.dumps(resource).encode()
            member = tarfile.TarInfo(f"package/{resource['resourceType']}-{number}.json")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


@needs_shared
def test_the_committed_data_are_what_the_package_gives() -> None:
    content = build.build(official.package())
    assert content.keys() == {file.name for file in build.DATA.glob("*.json")}
    for name, value in content.items():
        assert build.render(value).encode() == (build.DATA / name).read_bytes(), name


@needs_shared
def test_1375_of_1400_search_parameters_are_official() -> None:
    parameters = official.package()["SearchParameter"]
    assert len(parameters) == 1400
    rows = build.build_search(parameters)
    assert len({row["url"] for rows in rows.values() for row in rows.values()}) == 1375
    left_out = [p for p in parameters if not p.get("extension")]
    assert len(left_out) == 25
    assert [p["code"] for p in left_out if not p["experimental"]] == ["_filter"]


@needs_shared
def test_the_types_parameters_are_those_of_the_official_capability_statement() -> None:
    statements = official.package()["CapabilityStatement"]
    [base] = [s for s in statements if s["id"] == "base"]
    seen = 0
    for row in base["rest"][0]["resource"]:
        listed = {p["name"]: (p["definition"], p["type"]) for p in row.get("searchParam", [])}
        ours = definitions.search_parameters(row["type"]).values()
        assert {p.code: (p.url, p.kind) for p in ours if not p.code.startswith("_")} == listed
        seen += 1
    assert seen == 145  # all but Parameters


def test_a_package_inside_a_wheel(tmp_path: Path) -> None:
    inner = _package(tmp_path, {"resourceType": "CodeSystem", "url": "a"})
    wheel = tmp_path / "some.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(inner, "data/hl7.fhir.r4.core.tgz")
    assert build.read_package(wheel) == build.read_package(inner)
    assert build.read_package(inner) == {"CodeSystem": [{"resourceType": "CodeSystem", "url": "a"}]}
    empty = tmp_path / "empty.whl"
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("nothing", "")
    with pytest.raises(SystemExit, match=r"empty\.whl does not hold the package"):
        build.read_package(empty)


def test_elements_of_a_structure() -> None:
    structure = {
        "type": "Thing",
        "kind": "resource",
        "snapshot": {
            "element": [
                {"path": "Thing", "min": 0, "max": "*"},
                {"path": "Thing.id", "min": 0, "max": "1", "type": [{"code": "x"}]},
                {"path": "Thing.part", "min": 1, "max": "*", "type": [{"code": "BackboneElement"}]},
                {
                    "path": "Thing.part.who[x]",
                    "min": 0,
                    "max": "1",
                    "isSummary": True,
                    "type": [
                        {"code": "Reference", "targetProfile": [CORE + "B", CORE + "A"]},
                        {"code": "string"},
                    ],
                },
                {"path": "Thing.part.part", "min": 0, "max": "*", "contentReference": "#Thing.part"},
                {"path": "Thing.part.gone", "min": 0, "max": "0", "type": [{"code": "string"}]},
            ]
        },
    }
    assert build.build_elements(structure) == {
        "Thing": [
            {"name": "id", "types": ["id"]},
            {"name": "part", "types": ["BackboneElement"], "children": "Thing.part", "min": 1, "max": None},
        ],
        "Thing.part": [
            {"name": "who[x]", "types": ["Reference", "string"], "targets": ["A", "B"], "isSummary": True},
            {"name": "part", "types": ["BackboneElement"], "children": "Thing.part", "max": None},
        ],
    }


def test_codes_are_expanded_with_the_concepts_below() -> None:
    system = {
        "url": "s",
        "concept": [
            {"code": "a", "concept": [{"code": "b"}]},
            {"code": "group", "property": [{"code": "notSelectable", "valueBoolean": True}]},
        ],
    }
    value_set = {
        "url": "v",
        "compose": {"include": [{"system": "s"}, {"system": "t", "concept": [{"code": "c"}]}]},
    }
    package: dict[str, Any] = {"CodeSystem": [system], "ValueSet": [value_set]}
    assert build.build_codes(package, {"v", "absent"}) == {"v": {"s": ["a", "b"], "t": ["c"]}}
    value_set["compose"] = {"include": [{"system": "s", "filter": [{}]}]}
    with pytest.raises(SystemExit, match="v is composed in a way"):
        build.build_codes(package, {"v"})


def test_invariants_are_those_that_a_type_states_itself() -> None:
    rule = {"key": "a-1", "severity": "error", "expression": "x.exists()", "human": "h"}
    structure = {
        "differential": {
            "element": [
                {"path": "A", "constraint": [rule | {"xpath": "f:x"}, {"key": "a-2", "severity": "error"}]},
                {"path": "A.b"},
            ]
        }
    }
    assert build_rules.build_invariants([structure]) == {"A": [rule]}


def test_code_systems_keep_what_is_above_and_what_only_groups() -> None:
    group = {"code": "g", "property": [{"code": "notSelectable", "valueBoolean": True}]}
    system = {
        "url": "s",
        "content": "complete",
        "concept": [{"code": "a", "concept": [{"code": "b"}]}, group],
    }
    systems = [system, {"url": "t", "content": "fragment"}]
    assert build_rules.build_code_systems(systems) == {"s": ["a", ["b", "a"], ["g", None, 1]]}


def test_value_sets_keep_what_they_are_composed_of() -> None:
    include = {
        "system": "s",
        "version": "1",
        "concept": [{"code": "a", "display": "A"}],
        "filter": [{"property": "p", "op": "=", "value": "v"}],
    }
    value_sets = [
        {"url": "v", "compose": {"include": [include, {"valueSet": ["w"]}], "exclude": [{"system": "t"}]}},
        {"url": "x", "expansion": {}},
    ]
    assert build_rules.build_value_sets(value_sets) == {
        "v": {
            "include": [{"system": "s", "codes": ["a"], "filter": [["p", "=", "v"]]}, {"valueSet": ["w"]}],
            "exclude": [{"system": "t"}],
        }
    }


def test_search_parameters_are_split_by_type() -> None:
    shared = _parameter(
        base=["A", "B"],
        expression="A.x.where(resolve() is C) | (B.y as Z) | A.z",
        description="Multiple Resources: \r\n\r\n* [A](a.html): of A\r\n* [B](b.html): of B\r\n",
    )
    assert build.build_search([shared]) == {
        "A": {
            "c": {
                "kind": "token",
                "url": "u",
                "expression": "A.x.where(resolve() is C) | A.z",
                "description": "of A",
            }
        },
        "B": {"c": {"kind": "token", "url": "u", "expression": "(B.y as Z)", "description": "of B"}},
    }
    assert build.build_search([_parameter(base=["A"], extension=[])]) == {}
    with pytest.raises(SystemExit, match="no branch for B"):
        build.build_search([_parameter(base=["B"], expression="A.x")])
    with pytest.raises(SystemExit, match="two parameters c of A"):
        build.build_search([_parameter(base=["A"]), _parameter(base=["A"])])


def test_the_output_is_one_entry_a_line() -> None:
    assert build.render({"b": [1], "a": {"y": "é"}}) == '{\n"a":{"y":"é"},\n"b":[1]\n}\n'


def test_without_a_package_it_says_how(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=r"python -m facade\.spec\.build PACKAGE"):
        build.main([])
