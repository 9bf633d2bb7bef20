"""Cases: exact resources, typed records, readable differences."""

from __future__ import annotations

import pytest

from facade.mapping import CaseResult
from facade.mapping.ids import logical_id
from tests.facade.mapping.packs import mapping, pack, problems

MAPPING = mapping(
    "gender: $sex | code(gender)\nactive: $on\nmultipleBirthInteger: $n\n"
    "extension: { url: u, valueDecimal: $d }\nname: { family: $f }"
)
FILES = {"resources/m.yaml": MAPPING, "codes/gender.csv": "v,code\nF,female\n"}


def result(case: str, **more: str) -> CaseResult:
    indented = "".join(f"  {line}\n" for line in case.strip("\n").splitlines())
    text = "- case: it\n  mapping: m\n" + indented
    (found,) = pack({**FILES, "cases/c.yaml": text, **more}).run_cases()
    assert found.case.name == "it" and found.mapping == "m"
    return found


RECORD = "record: { id: !int 1, sex: F, on: !bool true, n: !int 2, d: '1.10', f: !null '' }\n"
GIVES = """gives:
- resourceType: Patient
  id: '1'
  gender: female
  active: true
  multipleBirthInteger: 2
  extension: [{ url: u, valueDecimal: 1.10 }]
"""


def test_a_case_that_holds() -> None:
    assert result(RECORD + GIVES).ok


@pytest.mark.parametrize(
    ("wrong", "right", "difference"),
    [
        ("gender: male", "gender: female", "[0].gender: wanted male, got female"),
        ("valueDecimal: 1.1 ", "valueDecimal: 1.10 ", "[0].extension[0].valueDecimal: wanted 1.1, got 1.10"),
        ("", "  active: true\n", "[0].active: wanted nothing, got true"),
        ("  active: true\n  deceasedBoolean: false\n", "  active: true\n", "[0].deceasedBoolean: "
                                                                           "wanted false, got nothing"),
    ],
)  # fmt: skip
def test_a_difference_is_readable(wrong: str, right: str, difference: str) -> None:
    found = result(RECORD + GIVES.replace(right, wrong))
    assert (found.ok, found.difference) == (False, difference)


def test_too_many_and_too_few_resources() -> None:
    assert result(RECORD + "gives: []").difference.startswith(
        "[0]: wanted nothing, got {resourceType: Patient,"
    )
    assert result("record: { id: '' }\ngives: [{ id: x }]").difference == "[0]: wanted {id: x}, got nothing"
    assert result("record: { id: '' }\ngives: []").ok


def test_quarantined() -> None:
    assert result("record: { id: '1', sex: X }\nquarantined: gender").ok
    assert result("record: { id: '1', sex: X }\nquarantined: name.family").difference == (
        "wanted a failure at name.family, got one at gender: "
        "`code` a value has no row in codes/gender.csv, in `$sex | code(gender)`"
    )
    assert result("record: { id: '1' , sex: F}\nquarantined: gender").difference == (
        "wanted a failure at gender, got 1 resources"
    )
    assert result("record: { id: '1', sex: X }\ngives: []").difference.startswith(
        "wanted resources, got a failure at gender: "
    )


def test_the_key_of_the_record() -> None:
    keyed = {
        "resources/m.yaml": mapping("active: true", key="$key"),
        "streams/s.sql": "-- key: a, b\nSELECT a, b FROM t",
    }
    gives = "gives: [{ resourceType: Patient, id: x-, active: true }]"
    assert (
        "wanted x-, got " + logical_id("x\\|y|z")
        in result("record: { a: 'x|y', b: z }\n" + gives, **keyed).difference
    )
    own = "record: { a: x, b: z }\nkey: k\n" + gives.replace("x-", "k")
    assert result(own, **keyed).ok


def test_what_is_wrong() -> None:
    text = """
    - case: a
      mapping: n
      record: { a: b }
      gives: []
    - case: b
      mapping: m
      recrd: {}
    - { case: c, mapping: m, record: { a: !int x, b: !itn 1 }, gives: [], quarantined: x }
    - text
    """
    assert problems({**FILES, "cases/c.yaml": text}) == [
        "cases/c.yaml:3: there is no resources/n.yaml",
        "cases/c.yaml:6: a case needs `case: title`, `mapping: name` and `record: {…}`",
        "cases/c.yaml:8: unknown key `recrd`; did you mean `record`?",
        "cases/c.yaml:9: `x` is no int",
        "cases/c.yaml:9: a case has either `gives` or `quarantined`",
        "cases/c.yaml:9: unknown tag `!itn`; did you mean `!int`?; !int !float !bool !null",
        "cases/c.yaml:10: a case has `case`, `mapping`, `record` and `gives`",
    ]
    assert problems({**FILES, "cases/c.yaml": "case: x"}) == [
        "cases/c.yaml:1: a list of cases, each beginning with `- case: …`"
    ]
