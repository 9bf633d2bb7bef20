"""The columns of a plain SELECT, off its list; of what is not plain nothing is said, for sqlglot to read.

Plain is what all databases read alike. Importing sqlglot takes longer than most commands run.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""(?P<blank>\s+|--(?=\s)[^\n]*|/\*(?![!+])[^*]*\*/)
    | '(?:[^'\\]|\\[^'\\])*' | "[^"\\]*" | `[^`\\]*`
    | [A-Za-z_][A-Za-z0-9_]* | [0-9]+(?:\.[0-9]+)?
    | -(?!-) | /(?!\*) | [+*%(),.=<>|:]
    """,
    re.VERBOSE,
)
_QUOTED = dict.fromkeys((None, "postgres", "sqlite", "tsql", "oracle"), '"') | {"mysql": "`"}
"""The dialects that are read here, each with the quotes of its names."""
_NO_NAMES = re.compile(
    r"AS|CASE|END|SELECT|DISTINCT|ALL|TOP|NOT|NULL|TRUE|FALSE|DEFAULT|USER|SESSION_USER|SYSDATE|SYSTIMESTAMP"
    r"|CURRENT_(?:DATE|TIME|TIMESTAMP|DATETIME|USER|ROLE|SCHEMA|CATALOG)|LOCALTIME|LOCALTIMESTAMP",
    re.IGNORECASE,
)
"""Words that stand for something else where the name of a column could."""
_NOT_PLAIN = ("UNION", "INTERSECT", "EXCEPT", "MINUS", "INTO")


def plain_columns(query: str, dialect: str | None = None) -> frozenset[str] | None:
    """The names that the list between SELECT and FROM gives; None where it takes more to know them."""
    if dialect not in _QUOTED:
        return None
    quote = _QUOTED[dialect]
    tokens = _tokens(query)
    if not tokens or tokens[0].upper() != "SELECT" or (quote != "`" and "`" in query):
        return None
    items: list[list[str]] = [[]]
    depth, listed = 0, False
    for word in tokens[1:]:
        depth += (word == "(") - (word == ")")
        if depth < 0 or (depth == 0 and word.upper() in _NOT_PLAIN):
            return None
        if depth == 0 and word.upper() == "FROM":
            listed = True
        elif depth == 0 and word == "," and not listed:
            items.append([])
        elif not listed:
            items[-1].append(word)
    names = [_name(item, quote) for item in items]
    if depth or not listed or None in names:
        return None
    return frozenset(name for name in names if name)


def _tokens(query: str) -> list[str]:
    """The tokens; none if one is not plain."""
    found: list[str] = []
    at = 0
    while at < len(query):
        token = _TOKEN.match(query, at)
        if token is None:
            return []
        if token["blank"] is None:
            found.append(token[0])
        at = token.end()
    return found


def _name(item: list[str], quote: str) -> str | None:
    """The name of `… AS name`, `table.name` or `name`."""
    if item and item[0].upper() in ("DISTINCT", "ALL"):
        item = item[1:]
    if not item or not _is_name(item[-1], quote):
        return None
    aliased = len(item) > 2 and item[-2].upper() == "AS"
    dotted = all(_is_name(word, quote) for word in item[::2]) and all(dot == "." for dot in item[1::2])
    return item[-1].strip(quote) if aliased or (dotted and len(item) % 2) else None


def _is_name(token: str, quote: str) -> bool:
    if token[0] == quote:
        return len(token) > 2
    return token.isidentifier() and not _NO_NAMES.fullmatch(token)
