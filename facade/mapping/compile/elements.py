"""Values of a mapping, by the element that they fill: objects, lists and leaves.

https://hl7.org/fhir/R4/json.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from facade.mapping.compile.leaves import Place, compile_leaf
from facade.mapping.compile.scope import Always, Run, Scope
from facade.mapping.document import Entry, Map, Node, Scalar, Seq
from facade.mapping.errors import MappingFailure, suggest
from facade.spec import definitions
from facade.spec.definitions import Element

STRUCTURE = frozenset(
    {
        "$value",
        "$for",
        "$if",
        "$then",
        "$else",
        "$let",
        "$use",
        "$with",
        "$switch",
        "$default",
        "$empty",
        "$absent",
    }
)
_BOUND = ("CodeableConcept", "Coding")


def compile_value(node: Node, place: Place, scope: Scope, *, item: bool = False) -> Run:
    """The closure that gives the element's JSON value: for a repeating element a list, or an item of one."""
    if isinstance(node, Seq):
        return _compile_list(node, place, scope, item)
    if isinstance(node, Map):
        from facade.mapping.compile.structure import compile_map

        return compile_map(node, place, scope)
    return compile_leaf(node, place, scope).run


def compile_field(node: Node, place: Place, scope: Scope) -> Run:
    """As `compile_value`, in the shape that the element has in JSON: a list exactly where it repeats."""
    run = compile_value(node, place, scope)
    if not place.repeats:
        return _first(run) if _may_be_list(node) else run
    return run if isinstance(node, Seq) else _listed(run)


def _may_be_list(node: Node) -> bool:
    return isinstance(node, Map)


def _first(run: Run) -> Run:
    if isinstance(run, Always):
        return Always(run.value[0]) if isinstance(run.value, list) else run

    def single(row: Any, context: Any) -> Any:
        value = run(row, context)
        return value[0] if value.__class__ is list else value

    return single


def _listed(run: Run) -> Run:
    if isinstance(run, Always):
        return run if run.value is None or isinstance(run.value, list) else Always([run.value])

    def several(row: Any, context: Any) -> Any:
        value = run(row, context)
        if value is None or value.__class__ is list:
            return value
        return [value]

    return several


def _compile_list(node: Seq, place: Place, scope: Scope, item: bool) -> Run:
    if item:
        scope.problem(node.file, node.line, f"{place.label}: a list inside a list")
    elif not place.repeats:
        scope.problem(node.file, node.line, f"{place.label} takes one value, not a list")
    runs = [compile_value(inner, place, scope, item=True) for inner in node.items]
    if all(isinstance(run, Always) for run in runs):
        return Always(_flattened(run.value for run in runs if isinstance(run, Always)))

    def several(row: Any, context: Any) -> Any:
        found: list[Any] = []
        for run in runs:
            value = run(row, context)
            if value is None:
                continue
            if value.__class__ is list:
                found.extend(value)
            else:
                found.append(value)
        return found or None

    return several


Fields = Mapping[str, tuple[Entry, Scope]]


def _flattened(values: Iterable[Any]) -> list[Any] | None:
    found: list[Any] = []
    for value in values:
        if isinstance(value, list):
            found.extend(value)
        elif value is not None:
            found.append(value)
    return found or None


def compile_object(entries: Fields, node: Map, place: Place, scope: Scope) -> Run:
    """An object's closure: each element of it (in its own scope), pruned; None if nothing is left."""
    type = place.element.path
    if place.primitive:
        word = next(iter(entries), "")
        better = (
            f"write an extension under `_{place.element.name}`"
            if word == "extension"
            else f"a {type} has no elements"
        )
        scope.problem(node.file, node.line, f"{place.label}: `{word}` is not known here; {better}")
        return _nothing
    if type == "Resource":
        return _contained(entries, node, place, scope)
    known = definitions.elements(type)
    fields = []
    for name, (entry, inner) in entries.items():
        if name.startswith("_") and _in_pairs(name[1:], known, entries):
            continue
        pair = entries.get(f"_{name}") if _in_pairs(name, known, entries) else None
        fields.extend(_compile_entry(name, entry, known, place, inner, pair=pair[0] if pair else None))
    check_required(known, entries, node, place.label, scope)
    return build_object(fields)


_nothing = Always(None)


def _compile_entry(
    name: str,
    entry: Entry,
    known: Mapping[str, Element],
    place: Place,
    scope: Scope,
    *,
    pair: Entry | None,
) -> list[tuple[str, Run]]:
    from facade.mapping.compile.absent import absent_fields
    from facade.mapping.compile.paired import paired_fields

    label = f"{place.label}.{name}"
    element = known.get(name)
    if element is not None:
        inner = inner_place(place, element, label)
        if pair is not None:
            return paired_fields(name, (entry, pair), (inner, _extension_place(element, label)), scope)
        return absent_fields(name, entry, inner, scope) or [(name, compile_field(entry.value, inner, scope))]
    base = known.get(name[1:]) if name.startswith("_") else None
    if base is not None and definitions.is_primitive(base.path):
        return [(name, compile_field(entry.value, _extension_place(base, label), scope))]
    hint = choice_hint(name, known) or suggest(name, known)
    if name.startswith("$"):
        hint = suggest(name, STRUCTURE)
    scope.problem(entry.file, entry.line, f"{place.label} has no element `{name}`{hint}")
    return []


def _in_pairs(name: str, known: Mapping[str, Element], entries: Fields) -> bool:
    """Whether a repeating primitive is written together with its extensions."""
    element = known.get(name)
    if element is None or element.max is not None or not definitions.is_primitive(element.path):
        return False
    return name in entries and f"_{name}" in entries


def _extension_place(base: Element, label: str) -> Place:
    element = Element(base.name, ("Element",), 0, base.max, None, None, (), "Element", None, False, False)
    return Place(label, element, None, ())


def choice_hint(name: str, known: Mapping[str, Element]) -> str:
    """The names of a choice, where its bare name was written."""
    kinds = [element.name for element in known.values() if element.choice == name.removesuffix("[x]")]
    return f"; write its type: {', '.join(kinds)}" if kinds else ""


def inner_place(place: Place, element: Element, label: str) -> Place:
    """The place of an element within another, with what binds from outside."""
    codes, targets = element.codes, element.targets
    around = place.element.path
    if codes is None and around in _BOUND and element.name in ("coding", "code"):
        codes = place.codes
    if around == "Reference" and element.name == "reference":
        targets = place.targets
    return Place(label, element, codes, targets)


def build_object(fields: list[tuple[str, Run]]) -> Run:
    """The hot loop: the fields in their order, empty ones left out."""
    fields = [(name, run) for name, run in fields if not (isinstance(run, Always) and run.value is None)]
    first: dict[str, Any] = {}
    for name, run in fields:
        if not isinstance(run, Always):
            break
        first[name] = run.value
    items = tuple(fields[len(first) :])
    if not items:
        return Always(first or None)

    def build(row: Any, context: Any) -> Any:
        made = first.copy()
        name = ""
        try:
            for name, run in items:
                value = run(row, context)
                if value is not None:
                    made[name] = value
        except MappingFailure as failure:
            failure.path.append(name)
            raise
        return made or None

    return build


def check_required(
    known: Mapping[str, Element], entries: Mapping[str, Any], node: Map, label: str, scope: Scope
) -> None:
    """Elements that FHIR requires and that the mapping never sets."""
    given = {name.removeprefix("_") for name in entries}
    choices: dict[str, list[str]] = {}
    for name, element in known.items():
        if not element.min:
            continue
        if element.choice is not None:
            choices.setdefault(element.choice, []).append(name)
        elif name not in given:
            scope.problem(node.file, node.line, f"{label} needs `{name}`, which the mapping never sets")
    for names in choices.values():
        if not given & set(names):
            scope.problem(
                node.file, node.line, f"{label} needs one of {', '.join(names)}, and the mapping sets none"
            )


def _contained(entries: Fields, node: Map, place: Place, scope: Scope) -> Run:
    entry = entries["resourceType"][0] if "resourceType" in entries else None
    types = definitions.resource_types()
    if entry is None or not isinstance(entry.value, Scalar):
        scope.problem(node.file, node.line, f"{place.label} needs `resourceType`")
        return _nothing
    type = entry.value.text
    if type not in types:
        scope.problem(entry.file, entry.line, f"unknown resource type `{type}`{suggest(type, types)}")
        return _nothing
    element = Element(type, (type,), 0, 1, None, None, (), type, None, False, False)
    rest = {name: item for name, item in entries.items() if name != "resourceType"}
    run = compile_object(rest, node, Place(place.label, element, None, ()), scope)

    def contained(row: Any, context: Any) -> Any:
        made = run(row, context)
        return None if made is None else {"resourceType": type, **made}

    return contained
