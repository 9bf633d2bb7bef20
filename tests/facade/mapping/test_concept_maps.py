"""Concept maps: policies, matching, several rows, counted misses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.facade.mapping.packs import elements, problems, run, value

CSV = """\
legacy,code,system,display,unit
M,male,,Male,kg
M,man,s2,,
F,female,,,
U,unknown,,Unknown,?
N,,,,
7,seven,,,
"""


def pack_yaml(**policy: str) -> str:
    inner = ", ".join(f"{name}: {word}" for name, word in policy.items())
    return f"pack: p\ncodes:\n  t: {{ {inner} }}\n"


def told(expression: str, body: Any, **policy: str) -> Any:
    return value(expression, {"a": body}, **{"codes/t.csv": CSV, "pack.yaml": pack_yaml(**policy)})


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [("drop", None), ("text", None), ("keep", "zz"), ("unknown", "unknown"), ("other", "other")],
)
def test_policies_of_code(policy: str, wanted: str | None) -> None:
    assert told("$a | code(t)", "zz", unmapped=policy) == wanted


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        ("drop", None),
        ("text", {"text": "zz"}),
        ("keep", {"coding": [{"system": "d", "code": "zz"}]}),
        ("unknown", {"coding": [{"system": "d", "code": "unknown", "display": "Unknown"}]}),
        ("other", {"coding": [{"system": "d", "code": "other"}]}),
    ],
)
def test_policies_of_concept(policy: str, wanted: Any) -> None:
    files = {"codes/t.csv": CSV, "pack.yaml": pack_yaml(unmapped=policy, system="d")}
    made = elements("active: true\nmaritalStatus: $a | concept(t)", {"a": "zz"}, **files)
    assert made.get("maritalStatus") == wanted


def test_the_default_policy_quarantines_and_every_miss_is_counted() -> None:
    written = "gender: $a | code(t)\nname:\n  suffix: $b | lookup(t, unit)"
    outcome = run(
        written,
        {"a": "zz", "b": "yy"},
        **{"codes/t.csv": CSV.replace(",man,", ",male,").replace("seven", "other")},
    )
    assert outcome.resources == []
    assert [tuple(failed) for failed in outcome.failures] == [
        ("m", "gender", "`code` a value has no row in codes/t.csv, in `$a | code(t)`")
    ]
    assert outcome.unmapped == [("t", "zz")]
    dropped = run(
        "active: true\nname:\n  suffix:\n    - $a | lookup(t, unit)\n    - $b | lookup(t, unit)",
        {"a": "zz", "b": "yy"},
        **{"codes/t.csv": CSV, "pack.yaml": pack_yaml(unmapped="drop")},
    )
    assert dropped.unmapped == [("t", "zz"), ("t", "yy")]
    assert len(dropped.resources) == 1


def test_an_empty_code_maps_to_nothing_and_is_no_miss() -> None:
    assert told("$a | code(t)", "N") is None
    assert told("$a | lookup(t, unit)", "N") is None


def test_match() -> None:
    assert told("$a | code(t)", "m", unmapped="drop") is None
    assert told("$a | code(t)", "f", match="fold") == "female"
    assert told("$a | lookup(t, unit)", "m", match="fold") == "kg"
    assert told("$a | code(t)", 7) == "seven"


@pytest.mark.parametrize(
    ("policy", "wanted"), [("drop", None), ("text", None), ("keep", "zz"), ("unknown", "?"), ("other", None)]
)
def test_policies_of_lookup(policy: str, wanted: str | None) -> None:
    assert told("$a | lookup(t, unit)", "zz", unmapped=policy) == wanted


def test_lookup_reaches_every_column_also_the_first() -> None:
    assert told("$a | lookup(t, legacy)", "f", match="fold") == "F"


def test_rows_as_objects() -> None:
    assert told("$codes.t[*].legacy | join", "") == "MMFUN7"
    assert told("$codes.t[3].display", "") == "Unknown"


def test_what_is_wrong() -> None:
    csv = "legacy,code,code,\n'a',b\n"
    assert problems({"codes/t.csv": csv, "pack.yaml": pack_yaml(unmaped="drop", match="fuzzy")}) == [
        "codes/t.csv:1: column 4 has no name",
        "codes/t.csv:1: the column `code` is here twice",
        "pack.yaml:3: codes.t: `match` is exact or fold, not `fuzzy`",
        "pack.yaml:3: codes.t: unknown key `unmaped`; did you mean `unmapped`?",
    ]
    assert problems({"codes/t.csv": "\n", "pack.yaml": "codes: { tt: {} }\n"}) == [
        "codes/t.csv:1: empty; its first line names the columns",
        "pack.yaml:1: there is no codes/tt.csv",
    ]
    assert problems({"codes/t.csv": 'a,code\n"x,y\n'}) == ["codes/t.csv:2: not CSV: unexpected end of data"]
    assert problems({"codes/t.csv": "a,code\n\udcff,y\n"}) == [
        "codes/t.csv:2: not UTF-8; save the file as UTF-8"
    ]
