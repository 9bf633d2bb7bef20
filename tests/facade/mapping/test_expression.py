"""The grammar, and what the operators give."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facade.mapping.expression import parse_expression
from facade.mapping.show import show
from facade.mapping.syntax import (
    All,
    Compare,
    Expression,
    ExpressionError,
    Fallback,
    Filter,
    In,
    Index,
    Items,
    Join,
    Literal,
    Logic,
    Not,
    Number,
    Path,
    Word,
)
from tests.facade.mapping.packs import value

_NAMES = st.one_of(st.sampled_from(["a", "PID", "x1", "01", "Ünï_c", "or"]), st.text(min_size=1, max_size=6))
_STEPS = st.one_of(_NAMES, st.integers(-9, 9).map(Index), st.just(All()))
_PATHS = st.builds(Path, _NAMES, st.lists(_STEPS, max_size=3).map(tuple))
_LITERALS = st.text(max_size=8).map(Literal)
_NUMBERS = st.one_of(
    st.integers(-999, 999).map(lambda n: Number(str(n))),
    st.decimals(-99, 99, places=2).map(lambda d: Number(str(d))),
)
_WORDS = st.sampled_from(["gender", "a.b:c", "US-MA", "not", "in", "x1"]).map(Word)


def _deeper(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    arguments = st.lists(st.one_of(_WORDS, _LITERALS, _NUMBERS, _PATHS), max_size=2).map(tuple)
    choices = st.lists(st.one_of(_LITERALS, _NUMBERS), min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Items, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Filter, inner, st.sampled_from(["upper", "not", "x1"]), arguments),
        st.builds(Join, several),
        st.builds(Fallback, several),
        st.builds(Compare, inner, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), inner),
        st.builds(In, inner, choices, st.booleans()),
        st.builds(Not, inner),
        st.builds(Logic, st.sampled_from(["and", "or"]), several),
    )


_EXPRESSIONS: st.SearchStrategy[Any] = st.recursive(
    st.one_of(_PATHS, _LITERALS, _NUMBERS), _deeper, max_leaves=12
)


@settings(max_examples=400, derandomize=True, deadline=None)
@given(_EXPRESSIONS)
def test_what_is_shown_parses_to_the_same(expression: Expression) -> None:
    assert parse_expression(show(expression)) == expression


@settings(max_examples=400, derandomize=True, deadline=None)
@given(st.text(alphabet="$ab.'\"[]()|~?=!<>,*1-\\ \nnotinrd", max_size=24))
def test_any_text_parses_or_says_where_it_fails(text: str) -> None:
    try:
        parsed = parse_expression(text)
    except ExpressionError as error:
        assert 0 <= error.column <= len(text)
    else:
        assert parse_expression(show(parsed)) == parsed


def test_precedence() -> None:
    assert show(parse_expression("$a ~ $b | f ?? $c = $d and not $e or $f")) == (
        "$a ~ $b | f ?? $c = $d and not $e or $f"
    )
    parsed = parse_expression("$a ~ $b | f ?? $c = $d")
    f = Filter(Path("b"), "f")
    assert parsed == Compare(Fallback((Join((Path("a"), f)), Path("c"))), "=", Path("d"))


def test_the_leading_dollar() -> None:
    inner = Join((Literal("urn:"), Path("id")))
    assert parse_expression("$'urn:' ~ $id") == inner == parse_expression("'urn:' ~ $id")
    assert parse_expression("$($a ?? $b) | f") == parse_expression("($a ?? $b) | f")
    assert parse_expression("$[$a, $b] | f") == parse_expression("[$a, $b] | f")


def test_escapes_leave_regular_expressions_alone() -> None:
    assert parse_expression(r"'\d\.\'\n\\'") == Literal("\\d\\.'\n\\")


def test_limits() -> None:
    with pytest.raises(ExpressionError, match="deeper than 50"):
        parse_expression("(" * 60 + "$a" + ")" * 60)
    with pytest.raises(ExpressionError, match="deeper than 50"):
        parse_expression("not " * 60 + "$a")
    with pytest.raises(ExpressionError, match="at most 20000"):
        parse_expression("$a" + " ~ $a" * 5000)


@pytest.mark.parametrize(
    ("expression", "body", "wanted"),
    [
        ("$a", {"a": "  x "}, "x"),
        ("$a", {"a": 1.5}, "1.5"),
        ("$a", {"a": True}, "true"),
        ("$a ~ '-' ~ $b", {"a": "x", "b": 7}, "x-7"),
        ("$a ~ '-' ~ $b", {"a": "x", "b": " "}, None),
        ("$a ?? $b ?? 'c'", {"a": "", "b": []}, "c"),
        ("$a ?? $b", {"a": 0, "b": "x"}, "0"),
        ("$[$a, '', $b, 'z'] | join('+')", {"a": "x", "b": ["y", ""]}, "x+y+z"),
        ("$(1 = 1.0)", {}, "true"),
        ("$a = '1.0'", {"a": 1}, "true"),
        ("$a = 'x'", {"a": "X"}, "false"),
        ("$a < '9'", {"a": "10"}, "false"),
        ("$a < 'b'", {"a": "a"}, "true"),
        ("$a < 9", {"a": "a"}, "false"),
        ("$a = 'x'", {}, "false"),
        ("$a != 'x'", {}, "true"),
        ("$a < 1", {}, "false"),
        ("$a >= 1", {}, "false"),
        ("$a = $b", {"a": {"x": 1}, "b": {"x": 1}}, "false"),
        ("$a in ('x', 2)", {"a": "2.0"}, "true"),
        ("$a in ('x', 2)", {"a": "X"}, "false"),
        ("$a not in ('x', 2)", {"a": "y"}, "true"),
        ("$a not in ('x', 2)", {}, "true"),
        ("$a in ('x')", {}, "false"),
        ("$(not $a)", {"a": "0"}, "false"),
        ("$(not $a)", {"a": ""}, "true"),
        ("$(not $a)", {"a": False}, "true"),
        ("$a and $b", {"a": "x", "b": ""}, "false"),
        ("$a or $b", {"a": "x", "b": ""}, "true"),
        ("$a or $b and $c", {"a": "x"}, "true"),
        ("$a | unless('0.00') ?? 'none'", {"a": "0.00"}, "none"),
        ("$key ~ $stream", {}, "the-keys"),
        ("$site.mrn", {}, "urn:example:mrn"),
        ("$record.key", {"key": "a column"}, "a column"),
        ('$"Home Phone"', {"Home Phone": "5"}, "5"),
        ("$a.b.c", {"a": {"b": [{"c": "x"}, {"c": "y"}]}}, "x"),
        ("$a.b[1].c", {"a": {"b": [{"c": "x"}, {"c": "y"}]}}, "y"),
        ("$a.b[-1].c", {"a": {"b": [{"c": "x"}, {"c": "y"}]}}, "y"),
        ("$a.b[2].c", {"a": {"b": [{"c": "x"}, {"c": "y"}]}}, None),
        ("$a.b[*].c | join", {"a": {"b": [{"c": "x"}, {}, {"c": "y"}]}}, "xy"),
        ("$a[*].b[*] | join", {"a": [{"b": ["x", "y"]}, {"b": "z"}]}, "xyz"),
        ("$a.1.1", {"a": "plain"}, "plain"),
        ("$a.2", {"a": "plain"}, None),
        ("$a.1", {"a": ["p", "q"]}, "p"),
        ("$a[0]", {"a": "plain"}, "plain"),
        ("$a[-1]", {"a": "plain"}, "plain"),
        ("$a[1]", {"a": "plain"}, None),
        ("$a.b", {"a": []}, None),
        ("$a | prefix($b)", {"a": "x", "b": "y"}, "yx"),
        ("$a | prefix($b)", {"a": "x"}, None),
        ("$a | default($b)", {"b": "y"}, "y"),
        ("$a | default($b)", {"b": ["y"]}, "y"),
        ("$a | unless($b, 'q')", {"a": "x"}, "x"),
        ("$a | is($b)", {"a": "x", "b": "x"}, "true"),
        ("$a | truncate(2) | upper", {"a": "xyz"}, "XY"),
        ("$a | upper | join('-')", {"a": ["x", " ", "y"]}, "X-Y"),
        ("$a | replace('x', ' ') ?? 'blank'", {"a": "xx"}, "blank"),
    ],
)
def test_what_expressions_give(expression: str, body: dict[str, Any], wanted: str | None) -> None:
    assert value(expression, body) == wanted


def test_reserved_names_come_before_columns() -> None:
    assert value("$key", {"key": "a column"}) == "the-key"
