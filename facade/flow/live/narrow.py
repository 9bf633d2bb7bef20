"""Which part of a search a source can answer by itself: a slice of each stream that makes the type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache
from typing import TYPE_CHECKING

from connectors.base import Condition
from facade.mapping.pushdown.answers import NEVER, Answer, Every, Never, Span, Tests, either
from facade.mapping.pushdown.codes import Codes
from facade.mapping.pushdown.dates import Dates
from facade.search.model import Criterion, DateValue, ReferenceValue, Search, TokenValue, Value
from facade.spec import definitions

if TYPE_CHECKING:
    from facade.mapping import MappingDoc, Pack


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a stream. Every row whose resources may satisfy all of `pushed` satisfies all of `where`:
    so what the store holds for `pushed`, and a read of `where` does not give, has moved or vanished.

    `kept` are the criteria that are left to the store alone, each with the reason in one line.
    """

    stream: str
    where: tuple[Condition, ...]
    pushed: tuple[Criterion, ...]
    kept: tuple[tuple[Criterion, str], ...] = ()

    @property
    def empty(self) -> bool:
        """Whether no row can lie in it, so that the source need not be asked."""
        return any(condition.op == "in" and not condition.value for condition in self.where)


_MIXED = "its mappings find it in different columns"
_LAST_UPDATED = "it is the store's own: the source does not know it"


def narrow(pack: Pack, stream: str, search: Search, *, zone: tzinfo | None = None) -> Slice | None:
    """The slice of a stream for a search; None if the search names nothing that narrows it.

    Pure. Where several mappings of the stream make the type, the slice holds for all of them. `zone` is that
    in which the store reads dates without a time, if it is not the pack's.
    """
    docs = _makers(pack, stream, search.type)
    if not docs or not search.criteria:
        return None
    where: list[Condition] = []
    pushed: list[Criterion] = []
    kept: list[tuple[Criterion, str]] = []
    for criterion in search.criteria:
        answer = _criterion(docs, criterion, zone)
        if isinstance(answer, Every):
            kept.append((criterion, answer.reason))
            continue
        pushed.append(criterion)
        where += _conditions(answer, pack, stream)
    if not pushed:
        return None
    return Slice(stream, tuple(where), tuple(pushed), tuple(kept))


def narrow_id(pack: Pack, stream: str, type: str, id: str) -> Slice | None:
    """The slice in which the record of one resource lies (its `pushed` is `_id`); None if the id does not
    lead back to columns (it is a hash of the key, or made of an expression that has no inverse)."""
    docs = _makers(pack, stream, type)
    answer = either([doc.rows_of(id) for doc in docs], _MIXED)
    if not docs or isinstance(answer, Every):
        return None
    parameter = definitions.search_parameters(type)["_id"]
    criterion = Criterion(parameter, None, (TokenValue(None, id),))
    return Slice(stream, tuple(_conditions(answer, pack, stream)), (criterion,))


def why_not(pack: Pack, stream: str, search: Search, *, zone: tzinfo | None = None) -> list[str]:
    """For each criterion why it does not narrow the stream, or an empty text if it does; in their order."""
    docs = _makers(pack, stream, search.type)
    answers = (_criterion(docs, criterion, zone) for criterion in search.criteria)
    return [answer.reason if isinstance(answer, Every) else "" for answer in answers]


def _makers(pack: Pack, stream: str, type: str) -> list[MappingDoc]:
    return [plan.doc for plan in pack.plans.get(stream, ()) if plan.doc.resource == type]


def _criterion(docs: list[MappingDoc], criterion: Criterion, zone: tzinfo | None) -> Answer:
    code = criterion.parameter.code
    if criterion.modifier is not None and criterion.modifier not in definitions.resource_types():
        return _to_store(criterion.modifier)
    if code == "_lastUpdated":
        return Every(_LAST_UPDATED)
    if code == "_id":
        return either([_ids(doc, criterion.values) for doc in docs], _MIXED)
    return either([_of_mapping(doc, criterion, zone) for doc in docs], _MIXED)


def _of_mapping(doc: MappingDoc, criterion: Criterion, zone: tzinfo | None) -> Answer:
    """Rows of which this mapping makes a match, by one alternative or another."""
    entry = doc.search.get(criterion.parameter.code)
    if entry is None:
        entry = doc.fixed.of(criterion.parameter.code)
        if entry is None or not _impossible(entry, criterion.values):
            return _no_entry(doc.name, criterion.parameter.code)
        return NEVER
    values = criterion.values
    if isinstance(entry, Codes):
        answers = [_code(entry, value) for value in values]
    else:
        answers = [_date(entry, value, zone) for value in values]
    return answers[0] if len(answers) == 1 else either(answers, _SPREAD)


def _impossible(entry: Codes, values: Iterable[Value]) -> bool:
    """Whether a mapping, which gives the same for every record, gives none of these."""
    return all(isinstance(_code(entry, value), Never) for value in values)


_SPREAD = "its alternatives lie in different columns"


@cache
def _to_store(modifier: str) -> Every:
    """A modifier changes what a value means; only that of a reference's type leaves it as it is."""
    return Every(f"the modifier `:{modifier}` is answered by the store")


@cache
def _no_entry(mapping: str, code: str) -> Every:
    return Every(f"`search:` of the mapping {mapping} has no `{code}`")


def _code(entry: Codes, value: Value) -> Answer:
    if isinstance(value, TokenValue):
        return entry.token(value.system, value.code)
    assert isinstance(value, ReferenceValue)
    answers = [entry.reference(target) for target in value.targets]
    return either(answers, "it may refer to several types, in different columns")


def _date(entry: Dates | Codes, value: Value, zone: tzinfo | None) -> Answer:
    assert isinstance(entry, Dates) and isinstance(value, DateValue)
    return entry.rows(value.prefix, value.low, value.high, zone or entry.zone)


def _ids(doc: MappingDoc, values: Iterable[Value]) -> Answer:
    answers = [
        doc.rows_of(value.code)
        if isinstance(value, TokenValue) and value.code and not value.system
        else NEVER
        for value in values
    ]
    return either(answers, _SPREAD)


def _conditions(answer: Never | Tests, pack: Pack, stream: str) -> list[Condition]:
    if isinstance(answer, Never):
        key = pack.streams[stream].key
        return [Condition(key[0] if key else "", "in", ())]
    found = []
    for column, test in answer.items():
        if isinstance(test, Span):
            if test.low is not None:
                found.append(Condition(column, ">" if test.after else ">=", test.low))
            if test.high is not None:
                found.append(Condition(column, "<", test.high))
        elif len(test) == 1:
            found.append(Condition(column, "=", next(iter(test))))
        else:
            found.append(Condition(column, "in", tuple(sorted(test))))
    return found
