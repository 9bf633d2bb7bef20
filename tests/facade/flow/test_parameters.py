"""A pack may make SearchParameters, too: what cannot be searched by is quarantined with its reason."""

from __future__ import annotations

from connectors.base import Record
from facade.flow.reindex import all_types, reindex_types
from facade.flow.sync import How, sync_stream
from facade.mapping import Pack
from facade.search import parse_search, plan_search
from facade.store import Store
from facade.store.access import EVERYTHING
from tests.facade.flow.scripted import Scripted, pack, row
from tests.facade.stores import store

__all__ = ["store"]

DEFINED = """
resource: SearchParameter
stream: patient
when: $note
id: $pid
map:
  url: $('urn:sp:' ~ $pid)
  name: $fname
  status: $doctor
  description: $lname
  code: $fname
  base: [Patient]
  type: token
  expression: $note
"""


def definition(
    pid: int, code: str, expression: str, status: str = "active", *, deleted: bool = False
) -> Record:
    return row(pid, fname=code, note=expression, doctor=status, deleted=deleted)


def makes_parameters() -> Pack:
    return pack(**{"resources/parameter.yaml": DEFINED})


async def sync(store: Store, *rows: Record) -> None:
    how = How(accept_deletes=True)
    result = await sync_stream(store, makes_parameters(), Scripted(rows), "patient", how)
    assert result.error is None


def codes(store: Store) -> list[tuple[str, bool]]:
    return [(one.code, one.ready) for one in store.parameters]


async def test_a_source_defines_parameters(store: Store) -> None:
    named = definition(1, "called", "Patient.identifier.where(system = 'urn:mrn').value")
    await sync(store, named, definition(2, "broken", "Patient.first()"), definition(3, "later", "x", "draft"))
    assert codes(store) == [("called", False)]
    ((element, reason),) = store.query("SELECT element, reason FROM quarantine")
    assert element == "SearchParameter.expression"
    assert "the function first" in reason
    await reindex_types(store, await all_types(store), settle=0)
    assert codes(store) == [("called", True)]
    search = parse_search("Patient", [("called", "3")], custom=store.parameters)
    assert len(store.query(*plan_search(search, EVERYTHING, store.dialect).page)) == 1
    await sync(store, definition(1, "called", "Patient.active"))
    assert codes(store) == [("called", False)]
    await sync(store)
    assert codes(store) == []


async def test_of_two_that_define_a_code_the_first_has_it(store: Store) -> None:
    await sync(store, definition(1, "called", "Patient.active"), definition(2, "called", "Patient.gender"))
    assert [one.expression for one in store.parameters] == ["Patient.active"]
