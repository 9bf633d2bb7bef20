"""The mapping language: a pack's files to a compiled Pack, and records to FHIR resources. Pure, no I/O.

Defined in LANGUAGE.md; the filters in FILTERS.md.
"""

from __future__ import annotations

from facade.mapping.cases import Case, CaseResult
from facade.mapping.compile.mapping import MappingDoc
from facade.mapping.errors import PackError, Problem
from facade.mapping.lineage import Lineage
from facade.mapping.pack import Failure, Mapped, Outcome, Pack
from facade.mapping.parse import parse_pack
from facade.mapping.recognise import recognised_tables, recognises

__all__ = [
    "Case",
    "CaseResult",
    "Failure",
    "Lineage",
    "Mapped",
    "MappingDoc",
    "Outcome",
    "Pack",
    "PackError",
    "Problem",
    "parse_pack",
    "recognised_tables",
    "recognises",
]
