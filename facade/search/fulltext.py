"""Full-text search: `_text` in the narrative, `_content` in all of a resource's text.

https://hl7.org/fhir/R4/search.html#content

A query is words, joined with `and`, `or`, `not` and parentheses; words that merely stand beside each other
must all be there. Words are compared without case and accents. In the index each is one token, the same on
both databases: letters and digits, everything else parts them.
"""

# ruff: noqa: S608 - the text is made of our own names and `?`

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from facade.errors import BadRequest
from facade.search.model import Chain, Clause, Criterion, Has, Junction, Search, Statement, WordQuery, Words
from facade.search.string import fold

_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r'\(|\)|"[^"]*"|[^\s()"]+')
_TAG = re.compile(r"<[^>]*>")
_ENTITY = re.compile(r"&#?\w+;")
_NOT_TEXT = frozenset(
    {"id", "url", "system", "reference", "resourceType", "contentType", "div", "data", "hash"}
)
MAX_WORDS = 50
LONGEST_WORD = 60


def words_of(text: str) -> list[str]:
    """The words of a text as the index holds them."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text))]


def texts_of(resource: dict[str, Any]) -> tuple[str, str]:
    """The words of a resource's narrative, and of all its text with the narrative; each word once."""
    div = resource.get("text")
    markup = div.get("div", "") if isinstance(div, dict) else ""
    narrative = dict.fromkeys(words_of(_ENTITY.sub(" ", _TAG.sub(" ", markup)))) if markup else {}
    content = dict(narrative)
    for text in _strings(resource):
        content.update(dict.fromkeys(words_of(text)))
    return " ".join(narrative), " ".join(content)


def _strings(value: Any) -> Iterable[str]:
    """Every text of a resource that a person would read."""
    todo: list[Any] = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, dict):
            todo.extend(below for name, below in one.items() if name not in _NOT_TEXT)
        elif isinstance(one, list):
            todo.extend(one)
        elif isinstance(one, str):
            yield one


def parse_words(code: str, text: str) -> Words:
    """A query of `_text` or `_content`; raises BadRequest."""
    tokens = _TOKEN.findall(text)
    if len(tokens) > MAX_WORDS:
        raise BadRequest(f"`{code}` takes at most {MAX_WORDS} words", expression=f"http.{code}")
    try:
        query, rest = _either(tokens)
    except (IndexError, ValueError):
        rest = [""]
    if rest:
        raise BadRequest(
            f"`{code}` takes words, joined with and, or, not and parentheses", expression=f"http.{code}"
        )
    return Words(code == "_text", query)


def _either(tokens: list[str]) -> tuple[WordQuery, list[str]]:
    parts = []
    while True:
        part, tokens = _both(tokens)
        parts.append(part)
        if not tokens or tokens[0].lower() != "or":
            return (parts[0] if len(parts) == 1 else WordQuery("or", parts=tuple(parts))), tokens
        tokens = tokens[1:]


def _both(tokens: list[str]) -> tuple[WordQuery, list[str]]:
    """A negation needs something to be taken away from."""
    wanted: list[WordQuery] = []
    without: list[WordQuery] = []
    while True:
        negated = tokens[0].lower() == "not"
        part, tokens = _one(tokens[1:] if negated else tokens)
        (without if negated else wanted).append(part)
        if tokens and tokens[0].lower() == "and":
            tokens = tokens[1:]
        elif not tokens or tokens[0] == ")" or tokens[0].lower() == "or":
            break
    if not wanted:
        raise ValueError
    both = wanted[0] if len(wanted) == 1 else WordQuery("and", parts=tuple(wanted))
    return (WordQuery("not", parts=(both, *without)) if without else both), tokens


def _one(tokens: list[str]) -> tuple[WordQuery, list[str]]:
    first, rest = tokens[0], tokens[1:]
    if first == "(":
        query, rest = _either(rest)
        if rest[0] != ")":
            raise ValueError
        return query, rest[1:]
    words = words_of(first)
    if not words or first == ")" or first.lower() in ("and", "or", "not"):
        raise ValueError
    found = tuple(WordQuery("word", word) for word in words)
    return (found[0] if len(found) == 1 else WordQuery("and", parts=found)), rest


def text_types(search: Search) -> set[str]:
    """The types whose words, or texts of codes, a search looks into."""
    found: set[str] = set()
    todo: list[tuple[str, Clause]] = [(search.type, clause) for clause in (*search.criteria, *search.clauses)]
    while todo:
        type, clause = todo.pop()
        if isinstance(clause, Words) or (isinstance(clause, Criterion) and clause.modifier == "text"):
            found.add(type)
        elif isinstance(clause, Chain):
            todo += clause.inner
        elif isinstance(clause, Has):
            todo.append((clause.parameter.type, clause.inner))
        elif isinstance(clause, Junction):
            todo += [(type, part) for part in clause.parts]
    return found


def rows(clause: Words, dialect: str) -> Statement:
    """The rids of the resources whose text satisfies the query."""
    if dialect == "sqlite":
        column = "narrative" if clause.narrative else "content"
        query = f"{column} : ({_fts5(clause.query)})"
        return "SELECT x.rowid AS rid FROM index_text x WHERE index_text MATCH ?", (query,)
    column = "narrative" if clause.narrative else "content"
    sql = f"SELECT x.rid AS rid FROM index_text x WHERE x.{column} @@ CAST(? AS tsquery)"
    return sql, (_tsquery(clause.query),)


def _fts5(query: WordQuery) -> str:
    if query.op == "word":
        return f'"{query.word}"'
    return f" {query.op.upper()} ".join(f"({_fts5(part)})" for part in query.parts)


def _tsquery(query: WordQuery) -> str:
    if query.op == "word":
        return f"'{query.word}'"
    sign = {"and": " & ", "or": " | ", "not": " & !"}[query.op]
    return sign.join(f"({_tsquery(part)})" for part in query.parts)
