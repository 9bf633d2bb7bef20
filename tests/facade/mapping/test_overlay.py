"""A site's overlay: what merges, what replaces, and errors in the overlay's own lines."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Record
from facade.mapping.document import Map, Node, Scalar, Seq, parse_document
from facade.mapping.errors import Problem
from facade.mapping.overlay import merge
from tests.facade.mapping.packs import mapping, only, pack, problems

BASE = mapping(
    """
    identifier:
      - { system: a, value: $id }
    gender: male
    name: { family: $f, given: [$g], use: official }
    """
)


def made(overlay: str) -> dict[str, object]:
    small = pack({"resources/m.yaml": BASE}, {"resources/m.yaml": overlay})
    resource = only(small.to_fhir(Record("s", "k", {"id": "1", "f": "F", "g": "G"}))).resource
    return {name: value for name, value in resource.items() if name not in ("resourceType", "id", "meta")}


IDENTIFIER = [{"system": "a", "value": "1"}]
NAME = {"family": "F", "given": ["G"], "use": "official"}


def test_an_overlay_changes_one_key() -> None:
    assert made("map: { name: { use: usual } }") == {
        "identifier": IDENTIFIER,
        "gender": "male",
        "name": [{**NAME, "use": "usual"}],
    }


def test_a_list_replaces_a_list() -> None:
    assert made("map: { identifier: [{ value: x }] }")["identifier"] == [{"value": "x"}]


def test_append() -> None:
    assert made("map: { identifier: { $append: [{ value: x }] } }")["identifier"] == [
        *IDENTIFIER,
        {"value": "x"},
    ]
    assert made("map: { name: { given: { $append: x } } }")["name"] == [{**NAME, "given": ["G", "x"]}]
    assert made("map: { name: { suffix: { $append: [x] } } }")["name"] == [{**NAME, "suffix": ["x"]}]


def test_remove() -> None:
    assert made("map: { name: $remove, identifier: $remove }") == {"gender": "male"}


def test_a_value_may_become_a_structure() -> None:
    assert made("map: { gender: { $if: $f, $then: female } }")["gender"] == "female"


def test_disabled_turns_a_mapping_off() -> None:
    small = pack({"resources/m.yaml": BASE}, {"resources/m.yaml": "disabled: true\n"})
    assert small.mappings == {}
    assert small.to_fhir(Record("s", "k", {"id": "1"})).resources == []


def test_layers_on_layers() -> None:
    small = pack(
        {"resources/m.yaml": BASE},
        {"resources/m.yaml": "map: { gender: female }\nwhen: $f"},
        {
            "resources/m.yaml": "map: { gender: other }",
            "resources/n.yaml": mapping("active: true", "Group").replace(
                "active: true", "type: person\n  actual: true"
            ),
        },
    )
    body = {"id": "1", "f": "F"}
    assert [
        (m.mapping, m.resource.get("gender")) for m in small.to_fhir(Record("s", "k", body)).resources
    ] == [
        ("m", "other"),
        ("n", None),
    ]


def test_pack_yaml_merges_and_the_settings_come_last() -> None:
    layers = {"resources/m.yaml": BASE}, {"pack.yaml": "title: Ours\nsite: { mrn: ours, new: x }\n"}
    small = pack(*layers, site={"new": "y"})
    assert small.title == "Ours"
    assert small.site == {"timezone": "America/New_York", "mrn": "ours", "new": "y"}


def test_codes_override_value_by_value() -> None:
    base = "v,code,display\na,A,An a\na,AA,\nb,B,\n"
    small = pack({"codes/t.csv": base}, {"codes/t.csv": "value,code,extra\na,X,1\nc,C,\n"})
    assert small.concept_maps["t"].objects() == [
        {"v": "a", "code": "X", "extra": "1"},
        {"v": "b", "code": "B"},
        {"v": "c", "code": "C"},
    ]


def test_streams_and_cases_replace_the_file() -> None:
    case = "- { case: one, mapping: m, record: { id: '1' }, gives: [] }\n"
    small = pack(
        {"resources/m.yaml": BASE, "cases/c.yaml": case, "streams/t.sql": "-- key: a\nSELECT a"},
        {"cases/c.yaml": case.replace("one", "two"), "streams/t.sql": "-- key: b\nSELECT b"},
    )
    assert [case.name for case in small.cases] == ["two"]
    assert small.streams["t"].key == ("b",)


def test_fragments_merge() -> None:
    small = pack(
        {
            "resources/m.yaml": mapping("name: { $use: f }"),
            "fragments/f.yaml": "fragment: f\nmap: { use: usual, text: x }",
        },
        {"fragments/f.yaml": "map: { text: y }"},
    )
    assert only(small.to_fhir(Record("s", "k", {"id": "1"}))).resource["name"] == [
        {"use": "usual", "text": "y"}
    ]


def test_errors_name_the_overlay_and_its_line() -> None:
    overlay = """\
    map:
      gendr: $remove
      name:
        famly: $f | uper
        text: $f | uper
      address: { $append: [{ cty: x }] }
    """
    assert problems({"resources/m.yaml": BASE}, {"resources/m.yaml": overlay}) == [
        "overlay1/resources/m.yaml:2: `gendr: $remove`: the pack has no `gendr` here; did you mean `gender`?",
        "overlay1/resources/m.yaml:4: Patient.name has no element `famly`; did you mean `family`?",
        "overlay1/resources/m.yaml:5: in `$f | uper`: unknown filter `uper`; did you mean `upper`?",
        "overlay1/resources/m.yaml:6: Patient.address has no element `cty`; did you mean `city`?",
    ]


def test_an_overlay_that_misses_what_is_required() -> None:
    base = mapping("status: final\ncode: { text: x }", "Observation")
    assert problems({"resources/m.yaml": base}, {"resources/m.yaml": "map: { code: $remove }"}) == [
        "resources/m.yaml:5: Observation needs `code`, which the mapping never sets"
    ]


_TREES: st.SearchStrategy[object] = st.recursive(
    st.sampled_from(["x", "$a", "", "no"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "b", "$if", "c d"]), inner, max_size=3),
    ),
    max_leaves=10,
)


def _node(tree: object, file: str = "f") -> Node:
    import json

    problems_: list[Problem] = []
    node = parse_document(json.dumps(tree), file, problems_)
    assert node is not None and problems_ == []
    return node


def _plain(node: Node | None) -> object:
    if isinstance(node, Map):
        return {key: _plain(entry.value) for key, entry in node.entries.items()}
    if isinstance(node, Seq):
        return [_plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.text


@settings(max_examples=200, derandomize=True, deadline=None)
@given(_TREES)
def test_a_tree_over_itself_and_an_empty_overlay_change_nothing(tree: object) -> None:
    found: list[Problem] = []
    assert _plain(merge(_node(tree), _node(tree, "o"), found)) == tree
    if isinstance(tree, dict):
        assert _plain(merge(_node(tree), _node({}), found)) == tree
    assert found == []


def test_a_pack_is_parsed_anew_for_another_text_layer_or_site() -> None:
    texts = {"resources/m.yaml": BASE}
    first = pack(texts)
    assert pack(dict(texts)) is first
    others = [
        pack(texts, site={"timezone": "Europe/Berlin"}),
        pack({"resources/m.yaml": BASE.replace("male", "female")}),
        pack(texts, {"resources/m.yaml": "map: { gender: female }"}),
    ]
    record = Record("s", "k", {"id": "1", "f": "F", "g": "G"})
    assert [one.site["timezone"] for one in (first, *others[:2])] == [
        "America/New_York",
        "Europe/Berlin",
        "America/New_York",
    ]
    genders = [only(one.to_fhir(record)).resource["gender"] for one in (first, *others)]
    assert genders == ["male", "male", "female", "female"]
