"""From the values of a parameter in the server's own resources to queries about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance.matching.parameters import Parameter
from conformance.suites.search.derive import (
    composites,
    dates,
    everywhere,
    numbers,
    references,
    strings,
    tokens,
    uris,
)
from conformance.suites.search.query import Query
from conformance.suites.search.scope import Scope

DERIVE: dict[str, Callable[[Scope, Parameter], Iterator[Query]]] = {
    "string": strings.queries,
    "token": tokens.queries,
    "date": dates.queries,
    "number": numbers.queries,
    "quantity": numbers.queries,
    "reference": references.queries,
    "uri": uris.queries,
    "composite": composites.queries,
}
"""By the type of the search parameter; `special` ones are not asked about."""


def queries(scope: Scope, parameter: Parameter) -> list[Query]:
    """What to ask about a parameter, each once; empty if no resource has a value that can be asked for."""
    if parameter.kind not in DERIVE:
        return []
    made = list(DERIVE[parameter.kind](scope, parameter))
    if made and parameter.kind != "composite" and parameter.code != "_id":
        made += everywhere.queries(scope, parameter)
    return list(dict.fromkeys(made))
