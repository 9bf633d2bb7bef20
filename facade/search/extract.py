"""What a resource can be found by: its index rows, made in one walk over the elements that it has.

https://hl7.org/fhir/R4/search.html

The expressions of all parameters of a type are merged into one tree of element names. The walk follows the
elements that are there, so its cost grows with the resource and not with the number of parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any

from facade.search.composite import grouped_parts
from facade.search.covered import indexed_ends, numbers_of_all
from facade.search.expressions import Call, Is, Node, This
from facade.search.kinds import KINDS, indexed, kind_of, leaf_paths, parameter_paths
from facade.search.model import Leaf, LeafMaker, Setting
from facade.search.moment import moment_of
from facade.search.near import index_position
from facade.search.paths import (
    Child,
    Computed,
    Nth,
    Step,
    Unless,
    Where,
    compile_test,
    reference_type,
    resolve_paths,
)
from facade.spec import definitions
from facade.spec.definitions import SearchParameter
from facade.store.index import IndexRows

PLAIN = Setting()
_LONGEST_NAME = len("Patient/") + 64  # of a logical id; what is longer names none, and no index could bear it


@dataclass(slots=True)
class _Branch:
    """A place in the merged tree: what follows from here, and the parameters that end here."""

    steps: dict[Step, _Branch] = field(default_factory=dict)
    ends: dict[LeafMaker, list[int]] = field(default_factory=dict)
    group: _Branch | None = None  # the parts of composites that must meet in one item here
    positions: list[int] = field(default_factory=list)


def extract(resource: dict[str, Any], setting: Setting = PLAIN) -> IndexRows:
    """The index rows of a resource, for every parameter that `supported_parameters` names."""
    rows = IndexRows()
    _walker(resource["resourceType"], setting)(resource, rows)
    rows.patients = patients_of(resource, rows)[1:]
    rows.moment = moment_of(resource["resourceType"], rows)
    for one in resource.get("contained") or ():
        type, id = one.get("resourceType"), one.get("id")
        if type in definitions.resource_types() and id.__class__ is str and "contained" not in one:
            rows.contain(definitions.search_parameters(type)["_id"].number, id, extract(one, setting))
    return rows


@lru_cache(1024)  # of some hundred types, with this and the last of the site's own parameters
def _walker(type: str, setting: Setting) -> Leaf:
    root = _Branch()
    official = definitions.search_parameters(type)
    for number, ends in indexed_ends(type).items():
        for steps, maker in ends:
            _branch(root, steps).ends.setdefault(maker, []).append(number)
    for parameter in indexed(type, setting.custom).values():
        if parameter.kind in KINDS and parameter.code not in official:
            _graft(root, parameter)
        elif parameter.kind == "special" and parameter.expression is not None:
            for path in resolve_paths(parameter.expression, type):
                _branch(root, path.steps).positions.append(parameter.number)
    for path, parts in grouped_parts(type).items():
        below = _branch(root, path.steps)
        below.group = _Branch()
        for part in parts:
            _graft(below.group, part)
    return _compile(root, setting)


def check_conditions(parameter: SearchParameter) -> None:
    """Raises ExpressionError if there is a condition in the parameter's expression that cannot be told."""
    root = _Branch()
    _graft(root, parameter)
    _compile(root, PLAIN)


def _graft(root: _Branch, parameter: SearchParameter) -> None:
    """Merge a parameter's paths into the tree."""
    for path in parameter_paths(parameter):
        for end, maker in leaf_paths(path, kind_of(parameter)):
            _branch(root, end.steps).ends.setdefault(maker, []).append(parameter.number)


def _branch(root: _Branch, steps: tuple[Step, ...]) -> _Branch:
    branch = root
    for step in steps:
        branch = branch.steps.setdefault(step, _Branch())
    return branch


def _compile(branch: _Branch, setting: Setting) -> Leaf:
    """One item's visitor."""
    actions: list[Leaf] = [maker(tuple(params), setting) for maker, params in branch.ends.items()]
    if branch.group is not None:
        actions.append(_grouped(_compile(branch.group, setting)))
    if branch.positions:
        actions.append(_positioned(branch.positions))
    table: dict[str, Leaf] = {}
    guarded: list[tuple[Where | Unless, Leaf]] = []
    for step, below in branch.steps.items():
        match step:
            case Child(name):
                table[name] = _compile_member(below, setting)
            case Where() | Unless():
                guarded.append((step, _compile(below, setting)))
            case Computed(condition, kind):
                actions.append(_computed(compile_test(condition, kind), _compile(below, setting)))
            case Nth():
                raise AssertionError("positions are taken where their list is")
    if table:
        actions.append(_members(table))
    if guarded:
        actions.append(_guarded(guarded))
    return _all_of(actions)


def _compile_member(branch: _Branch, setting: Setting) -> Leaf:
    """The visitor of an element's JSON value, which may be a list."""
    positions = {step: below for step, below in branch.steps.items() if isinstance(step, Nth)}
    rest = replace(branch, steps={s: b for s, b in branch.steps.items() if not isinstance(s, Nth)})
    actions = [_nth(step.position, _compile(below, setting)) for step, below in positions.items()]
    if rest.steps or rest.ends or rest.group or rest.positions:
        actions.append(_each(_compile(rest, setting)))
    return _all_of(actions)


def _grouped(action: Leaf) -> Leaf:
    """An element's own rows."""

    def visit(value: Any, rows: IndexRows) -> None:
        own = IndexRows()
        action(value, own)
        rows.groups.append(own)

    return visit


def _positioned(params: list[int]) -> Leaf:
    def visit(value: Any, rows: IndexRows) -> None:
        for param in params:
            index_position(param, value, rows)

    return visit


def _all_of(actions: list[Leaf]) -> Leaf:
    if len(actions) == 1:
        return actions[0]

    def visit(value: Any, rows: IndexRows) -> None:
        for action in actions:
            action(value, rows)

    return visit


def _members(table: dict[str, Leaf]) -> Leaf:
    find = table.get

    def visit(item: Any, rows: IndexRows) -> None:
        for name, value in item.items():
            action = find(name)
            if action is not None:
                action(value, rows)

    return visit


def _each(action: Leaf) -> Leaf:
    def visit(value: Any, rows: IndexRows) -> None:
        if value.__class__ is list:
            for item in value:
                if item is not None:
                    action(item, rows)
        else:
            action(value, rows)

    return visit


def _nth(position: int, action: Leaf) -> Leaf:
    def visit(value: Any, rows: IndexRows) -> None:
        if value.__class__ is list and len(value) > position and value[position] is not None:
            action(value[position], rows)

    return visit


def _guarded(guarded: list[tuple[Where | Unless, Leaf]]) -> Leaf:
    """What is done under conditions, each of which is tested once; of types that a reference must lead to the
    one that it does."""
    conditions = list(dict.fromkeys(one for step, _ in guarded for one in _conditions(step)))
    types = {_resolved(one): one for one in conditions}
    if None not in types:
        by_type = {type: _held(guarded, {one}) for type, one in types.items()}
        return _by_type(by_type, _held(guarded, set()))
    return _by_conditions(conditions, guarded)


def _conditions(step: Where | Unless) -> tuple[Node, ...]:
    return step.conditions if isinstance(step, Unless) else (step.condition,)


def _resolved(condition: Node) -> str | None:
    match condition:
        case Is(Call(This(), "resolve", ()), target):
            return target
        case _:
            return None


def _held(guarded: list[tuple[Where | Unless, Leaf]], held: Set[Node]) -> Leaf | None:
    """What is done where these conditions hold, and no others."""
    actions = [
        action for step, action in guarded if held.isdisjoint(_conditions(step)) is isinstance(step, Unless)
    ]
    return _all_of(actions) if actions else None


def _by_type(by_type: Mapping[str | None, Leaf | None], other: Leaf | None) -> Leaf:
    find = by_type.get

    def visit(value: Any, rows: IndexRows) -> None:
        action = find(reference_type(value), other)
        if action is not None:
            action(value, rows)

    return visit


def _by_conditions(conditions: list[Node], guarded: list[tuple[Where | Unless, Leaf]]) -> Leaf:
    tests = [(1 << at, compile_test(one, guarded[0][0].type)) for at, one in enumerate(conditions)]
    chosen: dict[int, Leaf | None] = {}

    def visit(value: Any, rows: IndexRows) -> None:
        held = 0
        for bit, test in tests:
            if test(value):
                held |= bit
        if held not in chosen:
            chosen[held] = _held(guarded, {one for at, one in enumerate(conditions) if held >> at & 1})
        action = chosen[held]
        if action is not None:
            action(value, rows)

    return visit


def _computed(test: Callable[[Any], bool], action: Leaf) -> Leaf:
    def visit(value: Any, rows: IndexRows) -> None:
        action(test(value), rows)

    return visit


def patient_of(resource: dict[str, Any], rows: IndexRows) -> str | None:
    """The logical id of the Patient in whose compartment a resource with these index rows is; the first, if
    it is in several."""
    found = patients_of(resource, rows)
    return found[0] if found else None


def patients_of(resource: dict[str, Any], rows: IndexRows) -> tuple[str, ...]:
    """All of them, each once; a Patient's own id comes first.

    https://hl7.org/fhir/R4/compartmentdefinition-patient.html
    """
    type = resource["resourceType"]
    params = _compartment_params(type)
    found: dict[str, None] = {}
    if type == "Patient" and isinstance(resource.get("id"), str):
        found[resource["id"]] = None
    if params:
        for param, target in rows.references:
            if param in params and target[:8] == "Patient/" and len(target) <= _LONGEST_NAME:
                found[target[8:]] = None
    return tuple(found)


@cache
def _compartment_params(type: str) -> frozenset[int]:
    known = definitions.search_parameters(type)
    return frozenset(numbers_of_all(known[code] for code in definitions.compartment("Patient").get(type, ())))
