"""How much of a pack a draft finds: elements that a column feeds, and the very columns that feed them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import sqlglot
from sqlglot import exp

from facade.drafting import Drafted
from facade.mapping import Pack, parse_pack
from facade.mapping.document import Map, Node, Scalar, Seq
from facade.packs import PackFiles

Element = tuple[str, str]
"""(resource, element or element.child)."""
Source = tuple[str, str, str, str]
"""(resource, element, table, column), the last two in small letters."""

_PATH = re.compile(r'\$(?:"([^"]+)"|(\w+))')


def parse(drafted: Drafted) -> Pack:
    """The draft as the facade reads it; raises PackError."""
    return parse_pack(PackFiles("draft", Path(), (dict(drafted.files),)))


@dataclass
class Fed:
    """What a pack fills from columns."""

    elements: set[Element] = field(default_factory=set)
    sources: set[Source] = field(default_factory=set)


@dataclass
class Score:
    """Found, wanted and drafted counts."""

    found: int = 0
    wanted: int = 0
    drafted: int = 0

    @property
    def recall(self) -> float:
        return self.found / self.wanted if self.wanted else 1.0

    @property
    def precision(self) -> float:
        return self.found / self.drafted if self.drafted else 1.0


def fed(pack: Pack) -> Fed:
    """The elements of a pack that columns feed, two levels deep, and the columns."""
    found = Fed()
    origins = {
        name: _origins(stream.query, stream.options.get("dialect")) for name, stream in pack.streams.items()
    }
    for name, doc in pack.mappings.items():
        document = pack.documents[name]
        given = document.entries.get("map")
        if given is None:
            continue
        lets = _names(document)
        for path, text in _leaves(given.value, (), _fragments(pack)):
            element = ".".join(path[:2])
            columns = _columns(text, lets, origins[doc.stream])
            fields = _fields(pack, text, lets, origins[doc.stream])
            if columns or fields:
                found.elements.add((doc.resource, element))
            for table, column in columns | fields:
                found.sources.add((doc.resource, element, table, column))
    return found


def _names(document: Map) -> dict[str, str]:
    """The text of `let` and `for`, so that a name stands for the columns behind it."""
    names: dict[str, str] = {}
    let = document.get("let")
    if isinstance(let, Map):
        for key, entry in let.entries.items():
            names[key] = " ".join(text for _, text in _leaves(entry.value, ()))
    loop = document.get("for")
    if isinstance(loop, Scalar):
        name, _, inner = loop.text.partition(" in ")
        names[name.strip()] = inner
    return names


def _fragments(pack: Pack) -> dict[str, Node]:
    assert pack.compiled_site is not None
    return {name: fragment.map for name, fragment in pack.compiled_site.fragments.items()}


def _leaves(
    node: Node, path: tuple[str, ...], fragments: dict[str, Node] | None = None
) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(node, Scalar):
        yield path, node.text
    elif isinstance(node, Seq):
        for item in node.items:
            yield from _leaves(item, path, fragments)
    elif isinstance(node, Map):
        use, given = node.get("$use"), node.get("$with")
        if fragments and isinstance(use, Scalar) and use.text in fragments:
            names = (
                {key: " ".join(t for _, t in _leaves(e.value, ())) for key, e in given.entries.items()}
                if isinstance(given, Map)
                else {}
            )
            for inner, text in _leaves(fragments[use.text], path, fragments):
                yield inner, text + " " + " ".join(names[w] for _, w in _PATH.findall(text) if w in names)
        for key, entry in node.entries.items():
            if key in ("$use", "$with"):
                continue
            if key in ("$if", "$switch", "$for", "$let") and not isinstance(entry.value, Map):
                continue
            plain = not key[:1].isalpha()
            yield from _leaves(entry.value, path if plain or _case(node) else (*path, key), fragments)


def _case(node: Map) -> bool:
    return "$switch" in node.entries


def _columns(
    text: str, lets: dict[str, str], origins: dict[str, set[tuple[str, str]]], depth: int = 3
) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    if "$" not in text:
        return found
    for quoted, word in _PATH.findall(text):
        name = quoted or word
        if name in lets and depth:
            found |= _columns(lets[name], lets, origins, depth - 1)
        else:
            found |= origins.get(name, set())
    return found


def _fields(
    pack: Pack, text: str, lets: dict[str, str], origins: dict[str, set[tuple[str, str]]]
) -> set[tuple[str, str]]:
    """The columns that a concept map names (`$v.column | field`)."""
    whole = " ".join([text, *(lets[name] for _, name in _PATH.findall(text) if name in lets)])
    found: set[tuple[str, str]] = set()
    if "| field" in whole:
        for loop in lets.values():
            table = re.fullmatch(r"\$codes\.(\w+)", loop.strip())
            if table:
                for row in pack.concept_maps[table[1]].objects():
                    found |= origins.get(row.get("column", ""), set())
    return found


def _origins(query: str, dialect: str | None) -> dict[str, set[tuple[str, str]]]:
    """Each column that the SQL gives, with the tables' columns that it is made of."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    if not query:
        return found
    tree = sqlglot.parse_one(query, dialect=dialect)
    tables = {one.alias_or_name: one.name.lower() for one in tree.find_all(exp.Table)}
    same = _joined_on(tree, tables)
    for select in tree.selects if isinstance(tree, exp.Query) else ():
        for column in select.find_all(exp.Column):
            table = tables.get(column.table) or (next(iter(tables.values())) if len(tables) == 1 else "")
            source = (table, column.name.lower())
            found[select.alias_or_name].add(same.get(source, source))
    return found


def _joined_on(tree: exp.Expression, tables: dict[str, str]) -> dict[tuple[str, str], tuple[str, str]]:
    """The columns of joined tables that equal one of the first table: a key and what refers to it are one."""
    first = tree.find(exp.From)
    name = first.this.alias_or_name if first is not None else ""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for equal in tree.find_all(exp.EQ):
        left, right = equal.left, equal.right
        if isinstance(left, exp.Column) and isinstance(right, exp.Column):
            for mine, theirs in ((left, right), (right, left)):
                if mine.table == name != theirs.table:
                    source = (tables.get(theirs.table, ""), theirs.name.lower())
                    found[source] = (tables.get(name, ""), mine.name.lower())
    return found


def compare(pack: Pack, draft: Pack) -> dict[str, tuple[Score, Score]]:
    """By resource, and in all (``): the elements, and the columns that feed them."""
    wanted, drafted = fed(pack), fed(draft)
    scores: dict[str, tuple[Score, Score]] = defaultdict(lambda: (Score(), Score()))
    for at, (mine, theirs) in enumerate(
        ((drafted.elements, wanted.elements), (drafted.sources, wanted.sources))
    ):
        for resource in {one[0] for one in mine | theirs}:
            a = {one for one in mine if one[0] == resource}
            b = {one for one in theirs if one[0] == resource}
            for name in (resource, ""):
                score = scores[name][at]
                score.found += len(a & b)
                score.wanted += len(b)
                score.drafted += len(a)
    return dict(sorted(scores.items()))


def table(title: str, scores: dict[str, tuple[Score, Score]]) -> str:
    """The scores as text."""
    head = "".join(f"{name + ' found':>16}{'recall':>8}{'prec.':>7}" for name in ("elements", "columns"))
    lines = [f"{title:<28}{head}"]
    for name, both in [*((k, v) for k, v in scores.items() if k), ("in all", scores[""])]:
        cells = (f"{one.found:>7} of {one.wanted:<5}{one.recall:>8.0%}{one.precision:>7.0%}" for one in both)
        lines.append(f"{name:<28}{''.join(cells)}")
    return "\n".join(lines)
