"""What is said of a pack that is wrong: file, line, and what was meant; everything at once."""

from __future__ import annotations

import pytest

from facade.mapping import PackError, parse_pack
from tests.facade.mapping.packs import files, mapping, problems

SQL = "-- key: pid\nSELECT pid, lname, sex, dob, seen FROM patient_data\n"


def rows(written: str, resource: str = "Patient", key: str = "$pid", **more: str) -> list[str]:
    """The problems of a mapping over a stream whose columns are known."""
    return problems({"streams/s.sql": SQL, "resources/m.yaml": mapping(written, resource, key=key), **more})


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("gendr: male", "Patient has no element `gendr`; did you mean `gender`?"),
        ("name: { famly: $lname }", "Patient.name has no element `famly`; did you mean `family`?"),
        ("gender: $sex | uper", "in `$sex | uper`: unknown filter `uper`; did you mean `upper`?"),
        (
            "name: { family: $lnam }",
            "in `$lnam`: the stream `s` has no column `lnam`; did you mean `lname`?",
        ),
        (
            "name: { family: $LNAME }",
            "in `$LNAME`: the stream `s` has no column `LNAME`; did you mean `lname`?",
        ),
        (
            "name: { family: $record.lnam }",
            "in `$record.lnam`: the stream `s` has no column `lnam`; did you mean `lname`?",
        ),
        ("gender: man", "Patient.gender cannot be `man`; one of: female, male, other, unknown"),
        ("active: maybe", "Patient.active: `maybe` is no boolean"),
        ("birthDate: 1.2.1970", "Patient.birthDate: `1.2.1970` is no FHIR date"),
        ("birthDate: 2021-02-30", "Patient.birthDate: `2021-02-30` is no date: no such day"),
        ("multipleBirthInteger: '1.5'", "Patient.multipleBirthInteger: `1.5` is no integer"),
        (
            "birthDate: $dob | datetime",
            "Patient.birthDate is a date; use `date` in place of `datetime`",
        ),
        (
            "name: $lname",
            "Patient.name is a HumanName, `$lname` is text; "
            "write its elements: use, text, family, given, prefix, suffix, period",
        ),
        ("gender: [male, female]", "Patient.gender takes one value, not a list"),
        ("gender: { use: x }", "Patient.gender: `use` is not known here; a code has no elements"),
        (
            "deceased: true",
            "Patient has no element `deceased`; write its type: deceasedBoolean, deceasedDateTime",
        ),
        (
            "deceased[x]: true",
            "Patient has no element `deceased[x]`; write its type: deceasedBoolean, deceasedDateTime",
        ),
        ("id: x", "`id` comes from `id:` above, not from `map:`"),
        (
            "birthDate: $site.brthday",
            "in `$site.brthday`: `site:` of pack.yaml has no `brthday`",
        ),
        (
            "identifier: { system: $site.mrm }",
            "in `$site.mrm`: `site:` of pack.yaml has no `mrm`; did you mean `mrn`?",
        ),
        ("gender: $sex | code(gendr)", "in `$sex | code(gendr)`: `code`: unknown concept map `gendr`"),
        (
            'name: { family: "$lname | replace" }',
            "in `$lname | replace`: `replace` is written `replace(old, new?)`; 0 arguments are too few",
        ),
        (
            'name: { family: "$lname | upper(1)" }',
            "in `$lname | upper(1)`: `upper` is written `upper`; 1 arguments are too many",
        ),
        (
            'name: { family: "$lname | truncate(x)" }',
            "in `$lname | truncate(x)`: `truncate` takes a whole number as `length`",
        ),
        (
            "name: { family: \"$lname | matches('(')\" }",
            "in `$lname | matches('(')`: `matches`: the regular expression is wrong: "
            "missing ), unterminated subpattern",
        ),
        (
            "birthDate: \"$dob | date('%Q')\"",
            "in `$dob | date('%Q')`: `date`: unknown directive `%Q` in the format",
        ),
        (
            "generalPractitioner: { reference: $pid | ref(Practicioner) }",
            "in `$pid | ref(Practicioner)`: `ref`: unknown resource type `Practicioner`; "
            "did you mean `Practitioner`?",
        ),
        (
            "generalPractitioner: { reference: $pid | ref(Location) }",
            "Patient.generalPractitioner.reference cannot refer to Location; "
            "only to Organization, Practitioner, PractitionerRole",
        ),
        (
            'name: { family: "$lname | py(nowhere.at:all)" }',
            "in `$lname | py(nowhere.at:all)`: `py`: cannot import `nowhere.at` (No module named 'nowhere')",
        ),
        (
            'name: { family: "$lname | py(os.path:jion)" }',
            "in `$lname | py(os.path:jion)`: `py`: `os.path` has no function `jion`",
        ),
        (
            "name: { family: $lname | }",
            "in `$lname |` at character 9: the name of a filter is missing after `|`",
        ),
        (
            "name: { family: $lname upper }",
            "in `$lname upper` at character 8: `upper` is unexpected; a filter follows `|`, "
            "text stands in single quotes",
        ),
        (
            "gender: { $if: lname, $then: male }",
            "in `lname` at character 1: `lname` is neither a path (`$lname`) nor text (`'lname'`)",
        ),
        (
            "communication: { preferred: true }",
            "Patient.communication needs `language`, which the mapping never sets",
        ),
        ("contained: { resourceType: Patiant }", "unknown resource type `Patiant`; did you mean `Patient`?"),
    ],
)
def test_one_mistake_one_line(written: str, said: str) -> None:
    assert rows(written) == [f"resources/m.yaml:5: {said}"]


def test_required_elements_and_choices() -> None:
    assert rows("subject: { reference: $pid | ref(Patient) }", "MedicationRequest") == [
        "resources/m.yaml:5: MedicationRequest needs `intent`, which the mapping never sets",
        "resources/m.yaml:5: MedicationRequest needs `status`, which the mapping never sets",
        "resources/m.yaml:5: MedicationRequest needs one of medicationCodeableConcept, medicationReference, "
        "and the mapping sets none",
    ]


def test_all_problems_are_told_at_once_in_order() -> None:
    found = problems(
        {
            "streams/s.sql": "-- mode: incremantal\n-- key: pidd\nSELECT pid FROM t\n",
            "codes/c.csv": "v,code\na,b,c,d\n",
            "resources/m.yaml": "resource: Patiant\nstream: s\nid: $pid\nmap: {}\nwhem: x\n",
            "resources/n.yaml": "resource: Patient\nstream: t\nid: $pid\nmap: {}\n",
        }
    )
    assert found == [
        "codes/c.csv:2: 4 cells for 2 columns; quote one with a comma",
        "resources/m.yaml:1: unknown resource type `Patiant`; did you mean `Patient`?",
        "resources/m.yaml:5: unknown key `whem`; did you mean `when`?",
        "resources/n.yaml:2: unknown stream `t`",
        "streams/s.sql:1: `mode` is snapshot, incremental or live, not `incremantal`; did you mean "
        "`incremental`?",
        "streams/s.sql:2: `key` names `pidd`, which the SQL does not give; did you mean `pid`?",
    ]


def test_a_code_of_a_concept_map_must_fit_the_required_binding() -> None:
    assert rows(
        "gender: $sex | code(gender)",
        **{"codes/gender.csv": "sex,code\nM,male\nF,femail\n"},
        **{"pack.yaml": "pack: p\ncodes:\n  gender: { unmapped: unknwon }\n"},
    ) == [
        "codes/gender.csv:3: Patient.gender cannot be `femail`; one of: female, male, other, unknown",
        "pack.yaml:3: Patient.gender cannot be `unknwon`; one of: female, male, other, unknown",
    ]


def test_a_required_binding_of_a_concept_binds_its_codings() -> None:
    base = "patient: { reference: Patient/1 }\n"
    assert rows(base + "clinicalStatus: { coding: { code: actve } }", "AllergyIntolerance") == [
        "resources/m.yaml:6: AllergyIntolerance.clinicalStatus.coding.code cannot be `actve`; "
        "one of: active, inactive, resolved"
    ]
    assert rows(
        base + "clinicalStatus: $sex | concept(c)",
        "AllergyIntolerance",
        **{"codes/c.csv": "v,code\na,gone\n"},
    ) == [
        "codes/c.csv:2: AllergyIntolerance.clinicalStatus cannot be `gone`; one of: active, "
        "inactive, resolved"
    ]


def test_what_a_filter_gives_must_fit_the_element() -> None:
    table = {"codes/c.csv": "v,code\na,b\n"}
    assert rows("maritalStatus: $sex | coding(c)", **table) == [
        "resources/m.yaml:5: Patient.maritalStatus is a CodeableConcept, `coding` gives a Coding"
    ]
    assert rows("gender: $sex | concept(c)", **table) == [
        "resources/m.yaml:5: Patient.gender is a code, `concept` gives a CodeableConcept; use `code`"
    ]
    assert rows("maritalStatus: $sex | code(c)", **table)[0].startswith(
        "resources/m.yaml:5: Patient.maritalStatus is a CodeableConcept, `$sex | code(c)` is text"
    )


def test_columns_that_a_concept_map_names() -> None:
    found = problems(
        {
            "streams/s.sql": SQL,
            "codes/v.csv": "column,code\nlname,a\nlnaem,b\n",
            "resources/m.yaml": mapping(
                "name: { family: $v.column | field }", head="for: v in $codes.v", key="$pid ~ $v.code"
            ),
        }
    )
    assert found == ["codes/v.csv:3: the stream `s` has no column `lnaem`; did you mean `lname`?"]


def test_search_names_parameters_and_columns() -> None:
    head = "search: { idntifier: pid, birthdate: dbo, gender: sex }"
    found = problems(
        {"streams/s.sql": SQL, "resources/m.yaml": mapping("active: true", head=head, key="$pid")}
    )
    assert found == [
        "resources/m.yaml:4: Patient has no search parameter `idntifier`; did you mean `identifier`?",
        "resources/m.yaml:4: `search` of `gender`: the mapping fills no element that it looks at",
        "resources/m.yaml:4: the stream `s` has no column `dbo`; did you mean `dob`?",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("resource: Patient\nresource: X\n", "2: the key `resource` is here twice (first in line 1)"),
        ("a: &x 1\n", "1: anchors (`&x`) are not used here; share pieces with $use"),
        ("a: *x\n", "1: aliases (`*x`) are not used here; share pieces with $use"),
        ("a:\n\tb: c\n", "2: a tab cannot indent YAML; use blanks"),
        ("a: b: c\n", "1: a `: ` inside a value; put the whole value in quotes"),
        ("a: @x\n", "1: a value cannot begin with `@`; put it in quotes"),
        (
            "a: !!python/object:os.system x\n",
            "1: tags (`tag:yaml.org,2002:python/object:os.system`) are not used here; FHIR's "
            "definition types every value",
        ),
        ("a: b\n---\nc: d\n", "2: one document a file: a second `---` begins here"),
        ("a: \udcff\n", "1: not UTF-8; save the file as UTF-8"),
        ("- a\n", "1: a mapping has `resource:`, `stream:`, `id:` and `map:`"),
        ("[a]: b\n", "1: a key must be plain text"),
        ("a: " + "[" * 80 + "]" * 80, "1: nested deeper than 60 levels"),
        ("a: 'b\n", "2: not YAML: found unexpected end of stream"),
        ("a: \x01\n", "1: a character that YAML does not allow"),
        ("", ""),
    ],
)
def test_yaml_that_is_not_clear(text: str, said: str) -> None:
    found = problems({"resources/m.yaml": text, "resources/n.yaml": mapping("gendr: x")})
    assert found[-1].startswith("resources/n.yaml:5:")
    assert found[:-1] == ([f"resources/m.yaml:{said}"] if said else [])


def test_a_file_in_the_wrong_place() -> None:
    assert problems({"resource/m.yaml": "", "resources/m.yml": "", "data.csv": "", "sql/x.sql": ""}) == [
        "resource/m.yaml:1: a pack has no folder `resource`; did you mean `resources`?",
        "resources/m.yml:1: files in resources/ end with .yaml",
    ]


def test_a_site_without_a_time_zone() -> None:
    found = problems(
        {"pack.yaml": "pack: p\n", "resources/m.yaml": mapping("deceasedDateTime: $d | datetime")}
    )
    assert found == [
        "resources/m.yaml:5: in `$d | datetime`: `datetime` needs `site: { timezone: … }` in pack.yaml: "
        "in which zone are this site's times?"
    ]


def test_an_unknown_time_zone() -> None:
    assert problems({"pack.yaml": "pack: p\nsite:\n  timezone: America/NewYork\n"}) == [
        "pack.yaml:3: unknown time zone `America/NewYork`; did you mean `America/New_York`?"
    ]
    assert problems({}, site={"timezone": "../../etc/passwd"}) == [
        "pack.yaml:2: unknown time zone `../../etc/passwd`"
    ]


def test_fragments_tell_their_own_line() -> None:
    fragment = "fragment: f\nparams: [a]\nmap:\n  famly: $a\n  use: $b | uper\n"
    found = problems(
        {"resources/m.yaml": mapping("name: { $use: f, $with: { c: $x } }"), "fragments/f.yaml": fragment}
    )
    assert found == [
        "fragments/f.yaml:4: Patient.name has no element `famly`; did you mean `family`?",
        "fragments/f.yaml:5: in `$b | uper`: unknown filter `uper`; did you mean `upper`?",
        "resources/m.yaml:5: the fragment `f` has no parameter `c`",
    ]


def test_a_fragment_that_uses_itself() -> None:
    found = problems(
        {
            "resources/m.yaml": mapping("name: { $use: f }"),
            "fragments/f.yaml": "fragment: f\nmap: { $use: g }\n",
            "fragments/g.yaml": "fragment: g\nmap: { $use: f }\n",
        }
    )
    assert found == ["fragments/g.yaml:2: the fragment `f` uses itself"]


def test_an_error_prints_its_lines() -> None:
    with pytest.raises(PackError) as caught:
        parse_pack(files({"resources/m.yaml": mapping("a: x\nb: y")}))
    assert [problem.line for problem in caught.value.problems] == [5, 6]
    assert str(caught.value).count("\n") == 1
