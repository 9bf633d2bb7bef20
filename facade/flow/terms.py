"""The codes that `:in`, `:not-in`, `:above` and `:below` of a token stand for, from what is at hand here.

https://hl7.org/fhir/R4/search.html#token · https://hl7.org/fhir/R4/valueset.html#compositions

A value set is named by its canonical URL or as `ValueSet/id`; a code as `system|code`, of a code system that
tells which codes lie below which. Both are those of R4, of the packages, and of the store.
"""

from __future__ import annotations

from collections.abc import Sequence

from facade.flow.shelf import Shelf
from facade.search.model import Terms
from facade.store import Store


async def find_terms(shelf: Shelf, store: Store, needed: Sequence[tuple[str, str]]) -> Terms:
    """Of each (modifier, value) the codes; what is not known here is left out."""
    if not needed:
        return {}
    library = await shelf.library(store)
    found: dict[tuple[str, str], Sequence[tuple[str, str]]] = {}
    for modifier, value in dict.fromkeys(needed):
        if modifier == "in":
            codes = library.value_sets.codes(library.canonical(value))
        else:
            system, _, code = value.partition("|")
            codes = library.related(system, code, above=modifier == "above")
        if codes is not None:
            found[(modifier, value)] = tuple(codes)
    return found
