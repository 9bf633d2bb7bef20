"""Queries for uri parameters.

https://hl7.org/fhir/R4/search.html#uri
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance.matching.asked import escaped
from conformance.matching.parameters import Parameter
from conformance.suites.search.query import Query, one
from conformance.suites.search.scope import Scope


def queries(scope: Scope, parameter: Parameter) -> Iterator[Query]:
    """The URI, one that is longer, `:below` its folder, `:above` what is below it."""
    type, code = parameter.type, parameter.code
    found = [value.value for _, value in scope.values(parameter)]
    texts = [text for text in found if isinstance(text, str) and text and "|" not in text]
    if not texts:
        return
    text = texts[0]
    yield one("uri.whole", type, code, escaped(text))
    yield one("uri.none", type, code, f"{escaped(text)}zq", positive=False)
    folder = text.rpartition("/")[0]
    if text.startswith("http") and folder.count("/") > 2:
        yield one("uri.below", type, f"{code}:below", f"{escaped(folder)}/")
        yield one("uri.above", type, f"{code}:above", f"{escaped(text)}/below/it")
