"""The filters: the examples in their own documentation, and their edges."""

from __future__ import annotations

import re
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from facade.mapping.errors import MappingFailure
from facade.mapping.filters import FILTERS, Environment
from tests.facade.mapping.packs import elements, failure, value

_EXAMPLE = re.compile(r"`(\$[^`]+)`\s+gives\s+`([^`]*)`")


def _examples() -> list[tuple[str, str, str]]:
    return [
        (spec.name, found[1], found[2])
        for spec in FILTERS.values()
        for found in _EXAMPLE.finditer(spec.document)
    ]


@pytest.mark.parametrize(("name", "expression", "wanted"), _examples())
def test_the_documented_examples(name: str, expression: str, wanted: str) -> None:
    assert name in expression
    assert value(expression, {}) == wanted


def test_every_filter_is_documented_with_an_example() -> None:
    for spec in FILTERS.values():
        assert re.search(rf"`[^`]*\| {spec.name}\b[^`]*`", spec.document), spec.name


@pytest.mark.parametrize("name", sorted(set(FILTERS) - {"concept", "coding"}))
def test_an_empty_value_stays_empty_in_all_but_default(name: str) -> None:
    arguments = {
        "replace": "('a')", "prefix": "('a')", "suffix": "('a')", "truncate": "(1)", "matches": "('a')",
        "capture": "('a')", "nth": "(0)", "default": "('d')", "multiply": "(2)", "divide": "(2)",
        "add": "(2)", "subtract": "(2)", "ref": "(Patient)", "only": "(a, b)", "get": "(a)",
        "plus": "(1, days)", "is": "('')", "py": "(tests.facade.mapping.functions:shout)", "code": "(c)",
        "lookup": "(c, code)",
    }  # fmt: skip
    table = {"codes/c.csv": "v,code\na,b\n"}
    got = value(f"$a | {name}{arguments.get(name, '')}", {"a": "  "}, **table)
    assert got == ("d" if name == "default" else None)


@pytest.mark.parametrize(
    ("expression", "body", "wanted"),
    [
        ("$a | split(';') | replace('ICD10:') | join(' ')", {"a": "ICD10:E11.9;ICD10:I10"}, "E11.9 I10"),
        ("$a | split | last", {"a": "x  y"}, "y"),
        ("$a | unique | size", {"a": ["x", "y", "x"]}, "2"),
        ("$a | size", {"a": "é"}, "2"),
        ("$a | sort('n') | first | get('t')", {"a": [{"n": "10", "t": "b"}, {"n": "9", "t": "a"}]}, "a"),
        ("$a | sort('n') | last | get('t')", {"a": [{"t": "b"}, {"n": "9", "t": "a"}]}, "b"),
        ("$a | only(kind, x) | last | get(v)", {"a": [{"kind": "x", "v": 1}, {"kind": "y", "v": 2}]}, "1"),
        ("$a | bool | not", {"a": "N"}, "true"),
        ("$a | is('1')", {"a": 1}, "true"),
        ("$a | unless('0')", {"a": 0}, None),
        ("$a | decimal", {"a": "-.5"}, "-0.5"),
        ("$a | decimal", {"a": 0.1}, "0.1"),
        ("$a | decimal(2)", {"a": "1"}, "1.00"),
        ("$a | decimal(0)", {"a": "2.5"}, "3"),
        ("$a | integer", {"a": "3.0"}, "3"),
        ("$a | number", {"a": "1e5"}, None),
        ("$a | number", {"a": "٣"}, None),
        ("$a | round(1)", {"a": "-0.05"}, "-0.1"),
        ("$a | multiply($b)", {"a": "2", "b": "1.50"}, "3.00"),
        ("$a | matches('^é$')", {"a": "é"}, "true"),
        ("$a | capture('x(y)?')", {"a": "x"}, None),
        ("$a | capture('[0-9]+')", {"a": "ab12c"}, "12"),
        ("$a | strip_html", {"a": "a &lt; b<script>x()</script><br>c"}, "a < b\nc"),
        ("$a | strip_html", {"a": "Na < 5 and K <LOD"}, "Na < 5 and K <LOD"),
        ("$a | strip_html", {"a": "a<!-- b > c -->d<!-- e"}, "ad"),
        ("$a | strip_html", {"a": "<STYLE>x</style >a<?php b ?>c</p>d<br/>e"}, "ac\nd\ne"),
        ("$a | title", {"a": "O'NEIL de la CRUZ"}, "O'Neil De La Cruz"),
        ("$a | json | get(b)", {"a": '{"b": 1.10}'}, "1.10"),
        ("$a | php | nth(1)", {"a": 'a:2:{i:0;s:1:"x";i:1;s:2:"é";}'}, "é"),
        ("$a | php | get(x)", {"a": 'O:3:"Foo":1:{s:1:"x";i:5;}'}, "5"),
        ("$a | xml | get(r) | get('@k')", {"a": '<?xml version="1.0"?><r k="v"><i>1</i><i>2</i></r>'}, "v"),
        ("$a | xml | get(r) | get(i) | last", {"a": "<r><i>1</i><i>2</i></r>"}, "2"),
        ("$a | xml | get(r) | get('#text')", {"a": "<r><i>1</i>t</r>"}, "t"),
        ("$a | keys | join(',')", {"a": {"x": 1, "y": 2}}, "x,y"),
        ("$a | field", {"a": "b", "b": " v "}, "v"),
        ("$a | id | truncate(10)", {"a": "a b"}, "x-c8687a08"),
        ("$a | py(tests.facade.mapping.functions:shout)", {"a": "x"}, "X!"),
        ("$a | py(tests.facade.mapping.functions:repeat, 3)", {"a": "x"}, "xxx"),
        ("$a | py(tests.facade.mapping.functions:repeat, $n)", {"a": "x", "n": "2"}, "xx"),
    ],
)  # fmt: skip
def test_edges(expression: str, body: dict[str, Any], wanted: str | None) -> None:
    assert value(expression, body) == wanted


@pytest.mark.parametrize(
    ("expression", "body", "reason"),
    [
        ("$a | bool", {"a": "secret"}, "`bool` cannot read the value as yes or no, in `$a | bool`"),
        ("$a | integer", {"a": "3.5"}, "`integer` cannot read the value as a whole number, in `$a | "
                                       "integer`"),
        ("$a | decimal", {"a": "secret"}, "`decimal` cannot read the value as a number, in `$a | decimal`"),
        ("$a | decimal", {"a": float("nan")}, "`decimal` cannot read the value as a number, in `$a | "
                                              "decimal`"),
        ("$a | multiply(2)", {"a": "9" * 40 + "e"}, "`multiply` cannot read the value as a number, "
                                                    "in `$a | multiply(2)`"),
        ("$a | json", {"a": "{secret"}, "`json` cannot read the value as JSON, in `$a | json`"),
        ("$a | json", {"a": "NaN"}, "`json` cannot read the value as JSON, in `$a | json`"),
        ("$a | json", {"a": "[" * 100_000}, "`json` failed (RecursionError), in `$a | json`"),
        ("$a | php", {"a": "x:secret"}, "`php` cannot read the value as PHP's serialised data, in "
                                        "`$a | php`"),
        ("$a | php", {"a": "a:1:{i:0;" * 5000}, "`php` cannot read the value as PHP's serialised "
                                                "data, in `$a | php`"),
        ("$a | xml", {"a": "<secret>"}, "`xml` cannot read the value as XML, in `$a | xml`"),
        ("$a | xml", {"a": '<!DOCTYPE x [<!ENTITY y "z">]><x>&y;</x>'}, "`xml` refuses XML with a "
                                                                        "DOCTYPE, in `$a | xml`"),
        ("$a | xml", {"a": "<x>" * 200}, "`xml` cannot read XML deeper than 100 levels, in `$a | xml`"),
        ("$a | upper", {"a": {"secret": 1}}, "`upper` needs a single value, and got an object, in "
                                             "`$a | upper`"),
        ("$a", {"a": {"secret": 1}}, "`$a` needs a single value, and got an object"),
        ("$a | truncate($n)", {"a": "x", "n": "secret"}, "`truncate` got an argument that it does "
                                                         "not take, in `$a | truncate($n)`"),
        ("$a | py(tests.facade.mapping.functions:angry)", {"a": "x"},
         "`py` failed (RuntimeError), in `$a | py(tests.facade.mapping.functions:angry)`"),
    ],
)  # fmt: skip
def test_failures_name_the_element_and_no_value(expression: str, body: dict[str, Any], reason: str) -> None:
    quoted = expression.replace("'", "''")
    assert failure(f"name: {{ family: '{quoted}' }}", body) == ("name.family", reason)


def test_filters_that_make_structures() -> None:
    table = {
        "codes/c.csv": "v,code,system,display\na,A,s,An a\na,A2,s2,\nb,B,,\n",
        "pack.yaml": "pack: p\ncodes:\n  c: { system: d, unmapped: text }\n",
    }
    made = elements("maritalStatus: $m | concept(c)", {"m": "a"}, **table)
    assert made["maritalStatus"]["coding"] == [
        {"system": "s", "code": "A", "display": "An a"},
        {"system": "s2", "code": "A2"},
    ]
    assert elements("maritalStatus: { coding: $m | coding(c) }", {"m": "b"}, **table) == {
        "maritalStatus": {"coding": [{"system": "d", "code": "B"}]}
    }
    assert elements("maritalStatus: $m | concept(c)", {"m": "zz"}, **table) == {
        "maritalStatus": {"text": "zz"}
    }
    # a list of values makes a list of concepts
    made = elements(
        "status: final\ncode: { text: x }\ninterpretation: $m | split(',') | concept(c)",
        {"m": "a,zz"},
        "Observation",
        **table,
    )
    assert [list(concept) for concept in made["interpretation"]] == [["coding"], ["text"]]


_HOSTILE = [
    *("<" * 100_000, "<a " * 50_000, "<!" * 50_000, "<!--" * 50_000, "<script>" * 20_000, "</a" * 50_000),
    *("&" * 100_000, "[" * 100_000, "{" * 100_000, "1" * 100_000, " " * 100_000, "2013-05-02 " * 10_000),
    *(
        "a:99999999999:{" + "i:0;i:1;" * 10_000,
        's:99999999999:"',
        "<a>" * 50_000,
        "9" * 5000 + "." + "9" * 5000,
    ),
]


@pytest.mark.parametrize("name", sorted(set(FILTERS) - {"code", "coding", "concept", "lookup", "py"}))
def test_no_filter_takes_long_over_a_hostile_text(name: str) -> None:
    arguments: dict[str, tuple[str, ...]] = {"ref": ("Patient",), "only": ("a", "b"), "plus": ("1", "days")}
    spec = FILTERS[name]
    given = arguments.get(name) or ("1",) * sum(
        p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD for p in spec.parameters
    )
    run = spec.build(Environment(ZoneInfo("America/New_York")), given)
    context: list[Any] = [None, [], None]
    started = process_time()
    for text in _HOSTILE:
        try:
            run(text, {}, context) if spec.sees_row else run(text)
        except (MappingFailure, RecursionError):
            continue
    assert process_time() - started < 2
