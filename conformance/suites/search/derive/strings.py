"""Queries for string parameters.

https://hl7.org/fhir/R4/search.html#string
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance.matching import strings
from conformance.matching.asked import escaped
from conformance.matching.leeway.texts import CERTAIN
from conformance.matching.parameters import Parameter
from conformance.suites.search.derive.plain import start_of, texts_of
from conformance.suites.search.query import Query, one
from conformance.suites.search.scope import Scope

NOWHERE = "zqxjkv"


def queries(scope: Scope, parameter: Parameter) -> Iterator[Query]:
    """The start of a value in its own and in another case, without accents; `:exact`, `:contains`."""
    type, code = parameter.type, parameter.code
    values = scope.values(parameter)
    loose = any(found.type in CERTAIN for _, found in values)  # which parts count is the server's choice
    texts = [text for _, found in values for text in texts_of(found) if len(start_of(text)) > 1]
    if not texts:
        return
    yield one("string.parts" if loose else "string.start", type, code, escaped(start_of(texts[0])))
    if loose:
        for found in [found for _, found in values][:1]:
            for text in texts_of(found)[1:4]:
                if len(start_of(text)) > 1:
                    yield one("string.parts", type, code, escaped(start_of(text)))
    cased = next(
        (start_of(text) for text in reversed(texts) if start_of(text).swapcase() != start_of(text)), ""
    )
    if cased:
        yield one("string.parts" if loose else "string.case", type, code, escaped(cased.swapcase()))
    accented = next((start_of(text) for text in texts if not start_of(text).isascii()), "")
    bare = strings.normal(accented)
    if accented and bare.isascii() and bare != accented.casefold():
        yield one("string.parts" if loose else "string.accents", type, code, escaped(bare))
    if not loose:
        yield from _modified(type, code, texts)
    special = next(
        (start_of(text, 40) for text in texts if escaped(start_of(text, 40)) != start_of(text, 40)), ""
    )
    if special:
        yield one("escape", type, code, escaped(special))
    yield one("string.none", type, code, NOWHERE, positive=False)


def _modified(type: str, code: str, texts: list[str]) -> Iterator[Query]:
    short = [text for text in texts if len(text) <= 60 and text == " ".join(text.split())]
    if short:
        yield one("string.exact", type, f"{code}:exact", escaped(short[0]))
        other = next((text.swapcase() for text in short if text.swapcase() != text), "")
        if other:
            yield one("string.exact", type, f"{code}:exact", escaped(other), positive=False)
        if len(short[0]) > 3:
            yield one("string.exact", type, f"{code}:exact", escaped(short[0][:-1]), positive=False)
    inner = next((inside for text in texts if len(inside := start_of(text[1:], 6)) > 3), "")
    if inner:
        yield one("string.contains", type, f"{code}:contains", escaped(inner))
