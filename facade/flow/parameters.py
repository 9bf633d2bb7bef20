"""SearchParameter resources become search parameters in the transaction that writes them.

https://hl7.org/fhir/R4/searchparameter.html

Who defines a code of a type first, has it. A number is given once to a type and code and stays; when a type
has none left, those of retired ones are given anew: nothing is searched by them before it is indexed by them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from facade.errors import FacadeError, InvalidResource
from facade.flow.sql import by_parts
from facade.search.definition import Definition, read_definition
from facade.spec.definitions import own_numbers
from facade.store import Store, Transaction
from facade.store.parameters import next_generation

TYPE = "SearchParameter"
_ROW = "number, type, code, kind, expression, targets, url, description, state, rid"


def refuse_rivals(transaction: Transaction, resource: Mapping[str, Any], rid: int | None) -> None:
    """Raises InvalidResource if another resource than `rid` defines such a parameter, or a type has too many.

    No one else may change parameters until the transaction ends.
    """
    faults = []
    for one in read_definition(resource):
        known = _of_type(transaction, one.type)
        row = next((row for row in known if row[2] == one.code), None)
        if row is not None and row[9] != rid and row[8] != "retired":
            text = f"Another SearchParameter defines `{one.code}` of {one.type}."
            faults.append(("SearchParameter.code", "duplicate", text))
        elif row is None and _free_number(known, one.type) is None:
            most = len(own_numbers(one.type))
            text = f"{one.type} has {most} search parameters of the site's own; more are not possible."
            faults.append(("SearchParameter.base", "too-costly", text))
    if faults:
        raise InvalidResource(faults)


def define(transaction: Transaction, written: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """These resources (rid, resource) say from now on what is searched by. What cannot be had is left out:
    who writes for clients has asked `refuse_rivals` before."""
    transaction.alone()
    changed = False
    for rid, resource in written:
        try:
            wanted = {(one.type, one.code): one for one in read_definition(resource)}
        except InvalidResource:
            wanted = {}
        sql = f"SELECT {_ROW} FROM search_parameter WHERE rid=? AND state<>'retired'"  # noqa: S608
        had = {(row[1], row[2]): row for row in transaction.execute(sql, (rid,))}
        gone = [row[0] for name, row in had.items() if name not in wanted]
        changed |= _retire(transaction, gone)
        for one in wanted.values():
            changed |= _define(transaction, rid, one)
    if changed:
        _announce(transaction)


def undefine(transaction: Transaction, rids: Sequence[int]) -> None:
    """These resources are gone, and what they defined with them."""
    sql = "SELECT number FROM search_parameter WHERE state<>'retired' AND rid IN"
    if not transaction.execute("SELECT 1 FROM search_parameter LIMIT 1"):
        return
    transaction.alone()
    if _retire(transaction, [number for (number,) in by_parts(transaction.execute, sql, rids)]):
        _announce(transaction)


async def notice_parameters(store: Store) -> None:
    """Look for parameters that other processes have changed, once a second, until cancelled."""
    while True:
        await asyncio.sleep(1)
        with suppress(FacadeError):
            await store.notice_parameters()


def _define(transaction: Transaction, rid: int, one: Definition) -> bool:
    known = _of_type(transaction, one.type)
    row = next((row for row in known if row[2] == one.code), None)
    targets = ",".join(one.targets)
    if row is not None and row[8] != "retired":
        if row[9] != rid:
            return False
        if row[3:8] == (one.kind, one.expression, targets, one.url, one.description):
            return False
        same = row[3:6] == (one.kind, one.expression, targets)
        state = row[8] if same else "pending"
        number = row[0]
    else:
        found = row[0] if row is not None else _free_number(known, one.type)
        if found is None:
            return False
        number, state, same = found, "pending", False
    transaction.execute("DELETE FROM search_parameter WHERE number=?", (number,))
    columns = _ROW.split(", ")
    values = (number, one.type, one.code, one.kind, one.expression, targets, one.url, one.description)
    transaction.insert("search_parameter", (*columns, "since"), [(*values, state, rid, 0 if same else -1)])
    return True


def _retire(transaction: Transaction, numbers: Sequence[int]) -> bool:
    sql = "UPDATE search_parameter SET state='retired', since=-1 WHERE number IN"
    by_parts(transaction.execute, sql, numbers)
    return bool(numbers)


def _announce(transaction: Transaction) -> None:
    """What has changed belongs to the generation that begins now."""
    generation = next_generation(transaction)
    transaction.execute("UPDATE search_parameter SET since=? WHERE since=-1", (generation,))


def _of_type(transaction: Transaction, type: str) -> list[tuple[Any, ...]]:
    sql = f"SELECT {_ROW} FROM search_parameter WHERE type=? ORDER BY since, number"  # noqa: S608
    return transaction.execute(sql, (type,))


def _free_number(known: Sequence[tuple[Any, ...]], type: str) -> int | None:
    """One that was never given, or that of the parameter that was retired first."""
    used = {row[0] for row in known}
    fresh = next((number for number in own_numbers(type) if number not in used), None)
    return fresh or next((row[0] for row in known if row[8] == "retired"), None)
