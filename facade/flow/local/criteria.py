"""The criteria of a conditional interaction: a search of which only the matches matter.

https://hl7.org/fhir/R4/http.html#ccreate
"""

from __future__ import annotations

from dataclasses import replace

from facade.errors import BadRequest
from facade.search import Search


def as_criteria(search: Search, expression: str | None = None) -> Search:
    """The search without its order, includes and page, to find out whether there is one match.

    Raises BadRequest where it has no condition, and would match every resource of its type; `expression`
    says where the criteria came from.
    """
    if not search.criteria and not search.clauses:
        raise BadRequest(
            f"The criteria have no search parameter: they would match every {search.type}.",
            expression=expression,
        )
    return replace(search, sort=(), includes=(), count=1, total="none", limit=None)
