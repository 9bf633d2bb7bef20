"""A mapping's `search:` and `id:`, read backwards and checked.

Defined in LANGUAGE.md under "What the database can answer".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC

from facade.mapping.compile.scope import Scope
from facade.mapping.document import Entry, Map, Node, Scalar, Seq
from facade.mapping.errors import ArgumentError, suggest
from facade.mapping.filters import time_reading
from facade.mapping.pushdown.answers import Answer, Every, either
from facade.mapping.pushdown.codes import PLAIN, Codes, Leaf, reference_leaves, token_leaves
from facade.mapping.pushdown.dates import MOMENTS, Dates, Lead, differs_by_item, lead_of, same_lead
from facade.mapping.pushdown.filters import key_of
from facade.mapping.pushdown.forms import Form, form_of, iso
from facade.mapping.pushdown.inverse import MIXED, Inverse, inverse
from facade.mapping.pushdown.places import Place, places
from facade.mapping.pushdown.reach import Found, first_sight, reach
from facade.mapping.pushdown.sight import ABSENT, UNKNOWN, Sight
from facade.spec import definitions

Answerable = Codes | Dates
"""One search parameter that the source can answer for one mapping."""
_KEYS = ("column", "from", "to", "format")
_TOKENS = PLAIN | {"CodeableConcept", "Coding", "Identifier", "ContactPoint"}
_CONCEPTS = frozenset({"CodeableConcept", "Coding"})
_REFERENCES = frozenset({"Reference", "canonical", "uri", "Resource"})


def read_id(document: Map, sight: Sight) -> Inverse:
    """From a logical id to the rows of which a mapping makes it."""
    node = document.get("id")
    read = first_sight(document, sight).scalar(node) if isinstance(node, Scalar) else UNKNOWN
    back = inverse(read, dict(sight.site.concept_maps))

    def answer(id: str) -> Answer:
        keys = key_of(id)
        return keys if isinstance(keys, Every) else either([back(key) for key in keys], MIXED)

    return answer


def read_search(
    document: Map, type: str, sight: Sight, scope: Scope, columns: frozenset[str] | None
) -> dict[str, Answerable]:
    """The parameters of `search:` by code; what is wrong there becomes a problem at its line."""
    entry = document.entries.get("search")
    if entry is None:
        return {}
    if not isinstance(entry.value, Map):
        scope.problem(entry.file, entry.line, "`search` takes search parameters with their columns")
        return {}
    found: dict[str, Answerable] = {}
    for code, item in entry.value.entries.items():
        try:
            found[code] = _Reader(document, type, code, sight, columns, scope).read(item)
        except _Wrong as wrong:
            scope.problem(item.file, wrong.line or item.line, str(wrong))
    return found


@dataclass(slots=True)
class Fixed:
    """The tokens and references that a mapping gives alike for every record: what it cannot give at all is
    known without a column. Looked at when first asked for."""

    document: Map
    type: str
    sight: Sight
    known: dict[str, Codes | None] = field(default_factory=dict)

    def of(self, code: str) -> Codes | None:
        """A parameter's values, if every one is a constant."""
        if code not in self.known:
            self.known[code] = self._read(code)
        return self.known[code]

    def _read(self, code: str) -> Codes | None:
        kind = definitions.search_parameters(self.type)[code].kind
        at = places(self.type, code) if kind in ("token", "reference") else None
        if at is None:
            return None
        leaves = list(_leaves(self.document, self.sight, at, kind))
        return Codes((), tuple(leaves)) if not any(leaf.reads for leaf in leaves) else None


def _leaves(document: Map, sight: Sight, at: tuple[Place, ...], kind: str) -> Iterator[Leaf]:
    types, make = (_TOKENS, token_leaves) if kind == "token" else (_REFERENCES, reference_leaves)
    maps = dict(sight.site.concept_maps)
    for place in at:
        if place.type not in types:
            continue
        for found in _found(document, sight, place):
            if found.read is not ABSENT or found.fields is not None or place.type in _CONCEPTS:
                yield from make(found, place.type, maps)


def _found(document: Map, sight: Sight, place: Place) -> Iterator[Found]:
    elements = document.get("map")
    if isinstance(elements, Map):
        yield from reach(elements, place.path, first_sight(document, sight))


class _Wrong(Exception):
    line: int = 0


@dataclass
class _Reader:
    document: Map
    type: str
    code: str
    sight: Sight
    columns: frozenset[str] | None
    scope: Scope

    def read(self, item: Entry) -> Answerable:
        known = definitions.search_parameters(self.type)
        if self.code not in known:
            raise _Wrong(f"{self.type} has no search parameter `{self.code}`{suggest(self.code, known)}")
        if self.code == "_id":
            raise _Wrong("`_id` needs no entry: it follows from `id:`")
        kind = known[self.code].kind
        if kind == "string":
            raise _Wrong(
                f"`{self.code}` is a text: a search folds case and accents, and no two databases fold alike,"
                " so it is left to the store"
            )
        if kind not in ("token", "reference", "date"):
            raise _Wrong(
                f"`{self.code}` is of type {kind}; a database is asked for tokens, references and dates"
            )
        found = places(self.type, self.code)
        if found is None:
            raise _Wrong(f"`{self.code}` does more than look at elements, so it is left to the store")
        if kind == "date":
            return self._dates(item.value, found)
        return self._codes(item.value, found, kind)

    def _codes(self, node: Node, at: tuple[Place, ...], kind: str) -> Codes:
        written = list(node.items) if isinstance(node, Seq) else [node]
        columns = tuple(self._column(one) for one in written)
        leaves = list(_leaves(self.document, self.sight, at, kind))
        self._filled(leaves)
        for column in columns:
            if not any(column in leaf.finds for leaf in leaves):
                raise _Wrong(self._not_found(column, leaves))
        return Codes(columns, tuple(leaves))

    def _not_found(self, column: str, leaves: list[Leaf]) -> str:
        for leaf in leaves:
            if column in leaf.reads:
                return (
                    f"`search` of `{self.code}`: `{leaf.text}` has no inverse, so the database cannot"
                    " answer it"
                )
        others = sorted(frozenset().union(*(leaf.finds for leaf in leaves)))
        from_ = f"; it comes from {', '.join(f'`{name}`' for name in others)}" if others else ""
        return f"`search` of `{self.code}`: no element that it looks at is made of `{column}`{from_}"

    def _filled(self, found: list[Leaf] | list[Found]) -> None:
        if not found:
            raise _Wrong(f"`search` of `{self.code}`: the mapping fills no element that it looks at")

    def _found(self, place: Place) -> Iterator[Found]:
        return _found(self.document, self.sight, place)

    def _dates(self, node: Node, at: tuple[Place, ...]) -> Dates:
        moments = [
            f for place in at if place.type in MOMENTS for f in self._found(place) if f.read is not ABSENT
        ]
        periods = [f for place in at if place.type in ("Period", "Timing") for f in self._found(place)]
        zone = self.sight.site.environment.zone or UTC
        if not isinstance(node, Map):
            return self._date_column(self._column(node), None, moments, periods)
        for key, entry in node.entries.items():
            if key not in _KEYS:
                raise self._at(
                    entry, f"unknown key `{key}`{suggest(key, _KEYS) or '.'} Known are {', '.join(_KEYS)}"
                )
        form = self._form(node)
        named = {key: self._column(e.value) for key, e in node.entries.items() if key != "format"}
        if "column" in named:
            if len(named) > 1:
                raise _Wrong("`column` is the date itself; `from` and `to` are where it lies: not both")
            return self._date_column(named["column"], form, moments, periods)
        if not named:
            raise _Wrong("a date takes `column`, or `from` and `to`")
        self._filled([*moments, *periods])
        form = form or iso(partial=False)
        if form.write is None:
            raise _Wrong("a `format` that does not sort cannot tell what lies between two days")
        columns = tuple(dict.fromkeys(named.values()))
        return Dates("within", columns, named.get("from"), named.get("to"), form, zone)

    def _date_column(
        self, column: str, form: Form | None, moments: list[Found], periods: list[Found]
    ) -> Dates:
        self._filled([*moments, *periods])
        if moments and periods:
            raise _Wrong("it looks at dates and at periods here; say `from` and `to`")
        starts = [inner for found in periods if found.fields for inner in found.inside("start")]
        leaves = moments or starts
        leads = [lead_of(found.read) for found in leaves]
        lead = same_lead(leads)
        if lead is None or lead.column != column:
            self._may_be_asserted(column, leaves, leads)
            lead = Lead(column, (), False)
        if form is not None and lead.partial:
            form = replace(form, partial=True)
        if form is None and lead.formats:
            form = form_of(lead.formats)
            if form is None:
                raise _Wrong(
                    f"`search` of `{self.code}`: no day can be looked up in the form of"
                    f" {', '.join(lead.formats)}"
                )
        zone = self.sight.site.environment.zone or UTC
        form = form or iso(partial=lead.partial)
        if moments:
            return Dates("exact", (column,), None, None, form, zone)
        has_end = any(found.fields is None or "end" in found.fields for found in periods)
        return Dates("start", (column,), None, None, form, zone, has_end)

    def _may_be_asserted(self, column: str, leaves: list[Found], leads: list[Lead | None]) -> None:
        """A column that no element is made of may be there for the search alone; the pack says so by naming
        it. Not where the mapping shows that it is another."""
        if any(differs_by_item(found.read) for found in leaves):
            raise _Wrong(
                f"`search` of `{self.code}`: one row makes several resources (`for`), of different dates;"
                " say `from` and `to`: the columns between which all of them lie"
            )
        known = {lead.column for lead in leads if lead}
        if column in known:
            raise _Wrong(
                f"`search` of `{self.code}`: the date is not always made of `{column}`; say `from` and `to`,"
                " or make a column for it in the SELECT"
            )
        if known and None not in leads and column in self.scope.slots.read:
            raise _Wrong(
                f"`search` of `{self.code}`: the date is not made of `{column}`; it comes from "
                + ", ".join(f"`{name}`" for name in sorted(known))
            )

    def _form(self, node: Map) -> Form | None:
        written = node.get("format")
        if written is None:
            return None
        if not isinstance(written, Scalar):
            raise _Wrong("`format` takes one text, as '%Y%m%d'")
        try:
            time_reading.check_format(written.text)
        except ArgumentError as error:
            raise _Wrong(f"`format`: {error}") from None
        form = form_of((written.text,))
        if form is None:
            raise _Wrong(f"`format`: no day can be looked up in the form of {written.text}")
        return form

    def _column(self, node: Node) -> str:
        if not isinstance(node, Scalar):
            raise _Wrong(f"`search.{self.code}` takes a column")
        column = node.text.removeprefix("$").removeprefix('"').removesuffix('"')
        if self.columns is not None and column not in self.columns:
            hint = suggest(column, self.columns)
            raise self._at(node, f"the stream `{self.scope.stream}` has no column `{column}`{hint}")
        return column

    def _at(self, place: Scalar | Entry, message: str) -> _Wrong:
        wrong = _Wrong(message)
        wrong.line = place.line
        return wrong
