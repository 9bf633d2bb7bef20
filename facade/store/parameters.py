"""The search parameters that the site defined: their rows, and the generation that tells when they change.

https://hl7.org/fhir/R4/searchparameter.html
"""

from __future__ import annotations

from collections.abc import Iterable

from facade.spec.definitions import SearchParameter, own_parameter
from facade.store.writer import Row, Transaction

GENERATION = "SELECT value FROM store_fact WHERE name='parameters'"
DEFINED = (
    "SELECT number, type, code, kind, expression, targets, url, description, state "
    "FROM search_parameter WHERE state<>'retired' ORDER BY number"
)


def own_parameters(rows: Iterable[Row]) -> tuple[SearchParameter, ...]:
    """The parameters of DEFINED rows."""
    return tuple(
        own_parameter(
            number=number,
            type=type,
            code=code,
            kind=kind,
            expression=expression,
            targets=tuple(targets.split(",")) if targets else (),
            url=url,
            description=description,
            ready=state == "ready",
        )
        for number, type, code, kind, expression, targets, url, description, state in rows
    )


def next_generation(transaction: Transaction) -> int:
    """Begin another generation; every process that shares the store will notice."""
    transaction.redefines = True
    transaction.execute(
        "INSERT INTO store_fact (name, value) VALUES ('parameters', '1') ON CONFLICT (name) "
        "DO UPDATE SET value=CAST(CAST(store_fact.value AS BIGINT) + 1 AS TEXT)"
    )
    return int(transaction.execute(GENERATION)[0][0])
