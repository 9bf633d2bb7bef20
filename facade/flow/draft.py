"""From a record to what will be written: mapped, checked, serialised once, its index rows extracted. No I/O.

https://hl7.org/fhir/R4/validation.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connectors.base import Record
from facade.errors import InvalidResource
from facade.search import Setting, extract, patient_of
from facade.search.definition import read_definition
from facade.spec.check import check
from facade.store.index import IndexRows
from facade.store.serialise import Content, freeze, weight

if TYPE_CHECKING:
    from facade.mapping import Mapped, Pack

WHOLE = ""
"""The mapping of a quarantine row that is about the record itself."""


@dataclass(slots=True)
class Draft:
    """One resource to be written: what a record makes by a `mapping`, or a client sent (None)."""

    mapping: str | None
    type: str
    id: str
    content: Content
    index: IndexRows
    patient: str | None


@dataclass(slots=True)
class Refusal:
    """Why a record, or one mapping of it, makes nothing. `wants`: the resource that another record makes."""

    mapping: str
    element: str | None
    reason: str
    wants: str | None = None


@dataclass(slots=True)
class Item:
    """A record on its way into the store.

    `whole`: refused as such, so that what is stored of it stays. `again`: written even if unchanged.
    `touch`: even if unchanged, it is noted when the source said so.
    """

    key: str
    body: bytes
    hash: bytes
    deleted: bool = False
    drafts: list[Draft] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    unmapped: frozenset[tuple[str, str]] = frozenset()
    whole: bool = False
    again: bool = False
    touch: bool = False


def fault(record: Record) -> str | None:
    """What is wrong with the record as such, so that it is not even mapped."""
    if not record.key or record.key.startswith("?"):
        return "row has no key"
    if "\0" in record.key:
        return "the key of the row holds a NUL character"
    if "$error" in record.body:
        return str(record.body["$error"])
    return None


Weighed = tuple[Record, bytes, bytes]
"""A record, its bytes and their hash: enough to tell whether the store holds it as it is."""


def weigh(records: Sequence[Record], unique: bool, found: dict[str, Weighed], refused: list[Item]) -> None:
    """Add the records to `found` by key, and to `refused` those that are not even mapped.

    `unique`: of two with one key the first stands, and the second is refused if it is another; else the last.
    """
    for record in records:
        key, tree = record.key, record.body
        if not key or key[0] == "?" or "\0" in key or "$error" in tree:  # as `fault`, which costs a call
            refused.append(read(record))
            continue
        body, hash = weight(tree)
        if not unique or key not in found:
            found[key] = (record, body, hash)
        elif found[key][2] != hash:
            refused.append(refuse_double(Item(key, body, hash, record.deleted)))


def read(record: Record) -> Item:
    """The record's bytes and hash, not yet mapped."""
    body, hash = weight(record.body)
    reason = fault(record)
    refusals = [Refusal(WHOLE, None, reason)] if reason else []
    key = record.key.replace("\0", "")
    return Item(key, body, hash, record.deleted, [], refusals, whole=bool(reason))


def refuse_double(item: Item) -> Item:
    """A second row with a key that this read has met: the first stands."""
    item.whole = True
    item.drafts, item.unmapped = [], frozenset()
    item.refusals = [Refusal(WHOLE, None, "another row of this stream has the same key")]
    return item


def map_item(pack: Pack, record: Record, item: Item, setting: Setting) -> None:
    """Fill in what the record makes; each mapping succeeds or is refused alone."""
    if item.whole or item.deleted:
        return
    try:
        outcome = pack.to_fhir(record)
    except Exception as error:  # a `py` filter of the site's own, for one: its text may hold patient data
        item.refusals.append(Refusal(WHOLE, None, f"the mapping failed ({type(error).__name__})"))
        return
    for failure in outcome.failures:
        item.refusals.append(Refusal(failure.mapping, failure.element, failure.reason))
    for mapped in outcome.resources:
        drafted = _draft(mapped, setting)
        if isinstance(drafted, Draft):
            item.drafts.append(drafted)
        else:
            item.refusals.append(drafted)
    if outcome.unmapped:
        item.unmapped = frozenset((name, str(value)) for name, value in outcome.unmapped)


def without_empty_meta(resource: dict[str, Any]) -> None:
    """The mapping leaves room for `meta` at its place; FHIR knows no empty object."""
    if not resource.get("meta", True):
        del resource["meta"]


def _draft(mapped: Mapped, setting: Setting) -> Draft | Refusal:
    mapping, resource = mapped.mapping, mapped.resource
    without_empty_meta(resource)
    issues = check(resource)
    if issues:
        return Refusal(mapping, issues[0].expression, issues[0].diagnostics)
    if mapped.type == "SearchParameter":
        try:
            read_definition(resource)
        except InvalidResource as error:
            return Refusal(mapping, error.expression, error.diagnostics)
    try:
        content = freeze(resource)
    except TypeError as error:
        return Refusal(mapping, None, f"not representable as JSON: {error}")
    index = extract(resource, setting)
    index.settle()
    return Draft(mapping, mapped.type, mapped.id, content, index, patient_of(resource, index))
