"""A pack: the texts of its files to streams, concept maps and compiled mappings; and records to FHIR."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from connectors.base import Record, Stream
from facade.mapping.cases import Case, CaseResult, differences
from facade.mapping.compile.mapping import MappingDoc, Plan, compile_mapping
from facade.mapping.compile.scope import Site
from facade.mapping.concept_maps import ConceptMap
from facade.mapping.document import Map
from facade.mapping.errors import MappingFailure
from facade.mapping.filters.registry import RECORD, UNMAPPED
from facade.mapping.lineage import Lineage, unmark


class Mapped(NamedTuple):
    """One resource that a mapping made. Only the top level and `meta` of `resource` may be changed: what lies
    below may be shared with other resources."""

    mapping: str
    type: str
    id: str
    resource: dict[str, Any]


class Failure(NamedTuple):
    """One mapping that could not map a record: the element at fault, and a reason without the record's
    values."""

    mapping: str
    element: str
    reason: str


class Outcome(NamedTuple):
    """What a record gave; `unmapped` are (concept map, value) pairs of values without a row."""

    resources: list[Mapped]
    failures: list[Failure]
    unmapped: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Pack:
    """A compiled pack. It is not changed after `parse_pack`, and may be used from several threads."""

    name: str
    title: str
    site: Mapping[str, str]
    streams: dict[str, Stream]
    columns: dict[str, frozenset[str] | None]
    mappings: dict[str, MappingDoc]
    concept_maps: dict[str, ConceptMap]
    cases: list[Case]
    plans: dict[str, list[Plan]] = field(repr=False, default_factory=dict)
    documents: dict[str, Map] = field(repr=False, default_factory=dict)
    compiled_site: Site | None = field(repr=False, default=None)
    _traced: dict[str, Plan] = field(repr=False, default_factory=dict)

    def to_fhir(self, record: Record) -> Outcome:
        """The resources of a record, from every mapping of its stream; each mapping fails or succeeds
        alone."""
        resources: list[Mapped] = []
        failures: list[Failure] = []
        unmapped: list[tuple[str, str]] = []
        for plan in self.plans.get(record.stream, ()):
            _run(plan, record, resources, failures, unmapped)
        return Outcome(resources, failures, unmapped)

    def explain(self, record: Record) -> list[tuple[Mapped, list[Lineage]]]:
        """Every resource of a record with the lineage of its elements; mappings that fail are left out."""
        found: list[tuple[Mapped, list[Lineage]]] = []
        for plan in self.plans.get(record.stream, ()):
            resources: list[Mapped] = []
            _run(self._trace(plan), record, resources, [], [])
            for mapped in resources:
                lines: list[Lineage] = []
                resource = unmark(mapped.resource, "", record.stream, lines)
                found.append((mapped._replace(resource=resource), lines))
        return found

    def _trace(self, plan: Plan) -> Plan:
        name = plan.doc.name
        if name not in self._traced:
            assert self.compiled_site is not None
            traced = compile_mapping(
                name, self.documents[name], self.compiled_site, self.columns, traced_run=True
            )
            assert traced is not None
            self._traced[name] = traced
        return self._traced[name]

    def run_cases(self) -> list[CaseResult]:
        """Every case of the pack against its mapping."""
        return [self._run_case(case) for case in self.cases]

    def _run_case(self, case: Case) -> CaseResult:
        doc = self.mappings.get(case.mapping)
        if doc is None:  # turned off by an overlay
            return CaseResult(case, case.mapping, True, "")
        key = case.key if case.key is not None else self._key(doc.stream, case.record)
        plan = next(plan for plan in self.plans[doc.stream] if plan.doc is doc)
        resources: list[Mapped] = []
        failures: list[Failure] = []
        _run(plan, Record(doc.stream, key, case.record), resources, failures, [])
        if case.quarantined is not None:
            lines = _quarantine_differences(case.quarantined, resources, failures)
        elif failures:
            lines = [f"wanted resources, got a failure at {failures[0].element}: {failures[0].reason}"]
        else:
            lines = list(
                differences(_without_meta(case.gives), _without_meta([m.resource for m in resources]))
            )
        return CaseResult(case, case.mapping, not lines, "\n".join(lines))

    def _key(self, stream: str, body: Mapping[str, Any]) -> str:
        parts = [str(body.get(column) or "") for column in self.streams[stream].key]
        if len(parts) == 1:
            return parts[0]
        return "|".join(part.replace("\\", "\\\\").replace("|", "\\|") for part in parts)


def _quarantine_differences(wanted: str, resources: list[Mapped], failures: list[Failure]) -> list[str]:
    if not failures:
        return [f"wanted a failure at {wanted}, got {len(resources)} resources"]
    if failures[0].element != wanted:
        return [f"wanted a failure at {wanted}, got one at {failures[0].element}: {failures[0].reason}"]
    return []


def _without_meta(resources: Any) -> Any:
    """A `meta` that is empty need not be written in a case."""
    return [
        {name: item for name, item in resource.items() if name != "meta" or item}
        if isinstance(resource, dict)
        else resource
        for resource in resources
    ]


def _run(
    plan: Plan,
    record: Record,
    resources: list[Mapped],
    failures: list[Failure],
    unmapped: list[tuple[str, str]],
) -> None:
    doc = plan.doc
    context: list[Any] = [None] * plan.size
    context[RECORD] = record
    context[UNMAPPED] = unmapped
    try:
        for id, resource in plan.run(record.body, context):
            resources.append(Mapped(doc.name, doc.resource, id, resource))
    except MappingFailure as failure:
        failures.append(Failure(doc.name, failure.element, failure.reason))
    except Exception as error:
        failures.append(Failure(doc.name, "", f"failed ({type(error).__name__})"))
