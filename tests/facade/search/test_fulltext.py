"""Words and queries of them: what is read, what is refused, and how it is said to each database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.errors import BadRequest
from facade.search import parse_search
from facade.search.fulltext import LONGEST_WORD, MAX_WORDS, parse_words, rows, text_types, texts_of, words_of


def test_words() -> None:
    assert words_of("Jean-Luc's  ÉTAT, 3.5mg_x") == ["jean", "luc", "s", "etat", "3", "5mg", "x"]
    assert words_of("x" * 100) == ["x" * LONGEST_WORD]


def test_texts() -> None:
    resource = {
        "resourceType": "Patient",
        "id": "hidden",
        "text": {"status": "generated", "div": "<div class='no'>One &amp; two</div>"},
        "name": [{"family": "Three", "given": ["One", "Four"]}],
        "managingOrganization": {"reference": "Organization/hidden", "display": "Five"},
        "photo": [{"data": "hidden", "title": "Six"}],
        "active": True,
    }
    narrative, content = texts_of(resource)
    assert narrative == "one two"
    assert set(content.split()) == {"one", "two", "generated", "three", "four", "five", "six"}
    assert texts_of({"resourceType": "Patient", "text": "no narrative"}) == ("", "no narrative")


@pytest.mark.parametrize(
    ("query", "fts5", "tsquery"),
    [
        ("one", 'content : ("one")', "'one'"),
        ("one two", 'content : (("one") AND ("two"))', "('one') & ('two')"),
        ("one or two", 'content : (("one") OR ("two"))', "('one') | ('two')"),
        ("one not two", 'content : (("one") NOT ("two"))', "('one') & !('two')"),
        (
            "not x and (a or b)",
            'content : ((("a") OR ("b")) NOT ("x"))',
            "(('a') | ('b')) & !('x')",
        ),
    ],
)
def test_what_is_asked_of_each_database(query: str, fts5: str, tsquery: str) -> None:
    words = parse_words("_content", query)
    assert rows(words, "sqlite")[1] == (fts5,)
    assert rows(words, "postgresql")[1] == (tsquery,)


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        "and",
        "one and",
        "or one",
        "not one",
        "(one",
        "one)",
        "()",
        "'",
        "one or (not two)",
        "a or or b",
    ],
)
def test_what_is_no_query(query: str) -> None:
    with pytest.raises(BadRequest, match=r"^`_text` takes words, joined with and, or, not and parentheses$"):
        parse_words("_text", query)


def test_a_query_has_limits() -> None:
    parse_words("_text", "word " * MAX_WORDS)
    with pytest.raises(BadRequest, match=rf"^`_text` takes at most {MAX_WORDS} words$"):
        parse_words("_text", "word " * (MAX_WORDS + 1))
    with pytest.raises(BadRequest):
        parse_words("_text", "(" * 5000)


@given(st.text(alphabet="ab ()\"'orandnt|&!:*\\", max_size=40))
def test_any_text_is_a_query_or_refused(text: str) -> None:
    try:
        words = parse_words("_text", text)
    except BadRequest:
        return
    for dialect in ("sqlite", "postgresql"):
        assert rows(words, dialect)[1][0]


def test_whose_words_are_searched() -> None:
    def types(type: str, *items: tuple[str, str]) -> set[str]:
        return text_types(parse_search(type, items))

    assert types("Patient", ("gender", "male")) == set()
    assert types("Patient", ("_text", "x")) == {"Patient"}
    assert types("Observation", ("subject:Patient._content", "x")) == {"Patient"}
    assert types("Patient", ("_has:Observation:subject:_text", "x")) == {"Observation"}
    assert types("Patient", ("_filter", '_content co "x" or active eq true')) == {"Patient"}
