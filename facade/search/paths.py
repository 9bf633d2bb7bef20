"""A search expression resolved against the definitions: every way into a resource, with the type it ends in.

https://hl7.org/fhir/R4/fhirpath.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from facade.search.expressions import (
    Binary,
    Call,
    Cast,
    ExpressionError,
    Index,
    Is,
    Literal,
    Member,
    Node,
    This,
    parse_expression,
)
from facade.spec import definitions
from facade.spec.definitions import Element


@dataclass(frozen=True, slots=True)
class Child:
    """Into the element of this JSON name."""

    name: str


@dataclass(frozen=True, slots=True)
class Where:
    """Only items for which the condition holds; `type` is the items' type."""

    condition: Node
    type: str


@dataclass(frozen=True, slots=True)
class Unless:
    """Only items for which none of the conditions hold; no expression says so, but see `covered`."""

    conditions: tuple[Node, ...]
    type: str


@dataclass(frozen=True, slots=True)
class Nth:
    """Only the item at this position."""

    position: int


@dataclass(frozen=True, slots=True)
class Computed:
    """A boolean made of the item; always there."""

    condition: Node
    type: str


MOST = 1000
"""Places that an expression may lead to; those of R4 lead to a few dozen."""

Step = Child | Where | Unless | Nth | Computed


@dataclass(frozen=True, slots=True)
class Path:
    """Steps from the item, and what they lead to: its type or backbone path, whether there can be
    only one, the value set that it is bound to, and the name of the choice that it is one of."""

    steps: tuple[Step, ...]
    type: str
    single: bool = True
    binding: str | None = None
    choice: str | None = None

    def then(self, step: Step, kind: str, element: Element | None = None) -> Path:
        steps = (*self.steps, step)
        if element is None:
            return Path(steps, kind, self.single)
        return Path(steps, kind, self.single and element.max == 1, element.binding, element.choice)


def demanded_type(steps: tuple[Step, ...]) -> str | None:
    """The type that a reference at the end must resolve to, if a condition says so."""
    match steps[-1:]:
        case (Where(Is(Call(This(), "resolve", ()), target)),):
            return target
        case _:
            return None


def resolve_paths(expression: str, resource_type: str) -> tuple[Path, ...]:
    """All paths of an expression over a resource type; raises ExpressionError where it does not fit."""
    node = parse_expression(expression)
    return tuple(dict.fromkeys(_walk(node, Path((), resource_type))))


def _walk(node: Node, start: Path) -> list[Path]:
    match node:
        case This():
            return [start]
        case Binary("|", left, right):
            return _walk(left, start) + _walk(right, start)
        case Binary() | Is():
            return [start.then(Computed(node, start.type), "boolean")]
        case Cast(base, kind):  # R4 writes DateTime for dateTime in one place
            known = kind if definitions.is_known(kind) else kind[0].lower() + kind[1:]
            return [path for path in _walk(base, start) if path.type == known]
        case Index(base, position):
            return [path.then(Nth(position), path.type) for path in _walk(base, start)]
        case Member(This(), name) if not start.steps and name[0].isupper():
            return [start] if name in (start.type, "Resource", "DomainResource") else []
        case Member(base, name):
            return _members(_walk(base, start), name)
        case Call(base, "where", (condition,)):
            return [path.then(Where(condition, path.type), path.type) for path in _walk(base, start)]
        case Call(base, "extension", (Literal(url),)):
            condition = Binary("=", Member(This(), "url"), Literal(url))
            children = _walk(Member(base, "extension"), start)
            return [path.then(Where(condition, path.type), path.type) for path in children]
        case Call(_, "exists" | "hasExtension", _):
            return [start.then(Computed(node, start.type), "boolean")]
        case _:
            raise ExpressionError(f"a search expression cannot hold {_named(node)}")


def _named(node: Node) -> str:
    match node:
        case Call(_, name, arguments):
            return f"the function {name} with {len(arguments)} arguments"
        case Literal(value):
            return f"{value!r} there"
        case Binary(op):
            return f"`{op}` there"
        case _:
            return f"{type(node).__name__.lower()} there"


def _members(parents: list[Path], name: str) -> list[Path]:
    """Of the types of a choice (`value.code`), those count that have the element."""
    found: list[Path] = []
    wrong: ExpressionError | None = None
    for parent in parents:
        try:
            found += _children(parent, name)
        except ExpressionError as error:
            wrong = error
            if parent.choice is None:
                raise
        if len(found) > MOST:
            raise ExpressionError(f"{name} leads to more than {MOST} places")
    if wrong is not None and not found:
        raise wrong
    return found


def _children(parent: Path, name: str) -> list[Path]:
    if not definitions.has_elements(parent.type):
        raise ExpressionError(f"{parent.type} has no elements")
    elements = definitions.elements(parent.type)
    found = []
    for json_name, element in elements.items():
        if name in (json_name, element.choice):
            found.append(parent.then(Child(json_name), element.path, element))
    if not found:
        raise ExpressionError(f"{parent.type} has no element {name}")
    return found


Test = Callable[[Any], bool]
Values = Callable[[Any], list[Any]]


def compile_test(node: Node, kind: str) -> Test:
    """A condition as a function of an item of this type."""
    match node:
        case Literal(value):
            return lambda item: value is True
        case Binary("and", left, right):
            first, second = compile_test(left, kind), compile_test(right, kind)
            return lambda item: first(item) and second(item)
        case Binary("or", left, right):
            first, second = compile_test(left, kind), compile_test(right, kind)
            return lambda item: first(item) or second(item)
        case Binary("=" | "!=" as op, left, Literal(value)):
            values, wanted = compile_values(left, kind), op == "="
            return lambda item: any((found == value) == wanted for found in values(item))
        case Is(Call(This(), "resolve", ()), target):
            return lambda item: reference_type(item) == target
        case Call(base, "exists", ()):
            values = compile_values(base, kind)
            return lambda item: bool(values(item))
        case Call(base, "hasExtension", (Literal(url),)):
            values = compile_values(Call(base, "extension", (Literal(url),)), kind)
            return lambda item: bool(values(item))
        case _:
            raise ExpressionError(f"a condition cannot hold {_named(node)}")


def compile_values(node: Node, kind: str) -> Values:
    """An expression as a function from an item of this type to the values found."""
    paths = list(dict.fromkeys(_walk(node, Path((), kind))))
    walks = [compile_steps(path.steps) for path in paths]
    return lambda item: [value for walk in walks for value in walk([item])]


def compile_steps(steps: tuple[Step, ...]) -> Callable[[list[Any]], list[Any]]:
    """Steps as a function from items to the values found."""

    def walk(items: list[Any]) -> list[Any]:
        for step in compiled:
            items = step(items)
        return items

    compiled = [_compile_step(step) for step in steps]
    return walk


def _compile_step(step: Step) -> Callable[[list[Any]], list[Any]]:
    match step:
        case Child(name):
            return lambda items: [value for item in items for value in _listed(item.get(name))]
        case Nth(position):
            return lambda items: items[position : position + 1]
        case Where(condition, kind):
            test = compile_test(condition, kind)
            return lambda items: [item for item in items if test(item)]
        case Unless(conditions, kind):
            tests = [compile_test(one, kind) for one in conditions]
            return lambda items: [item for item in items if not any(one(item) for one in tests)]
        case Computed(condition, kind):
            test = compile_test(condition, kind)
            return lambda items: [test(item) for item in items]


def _listed(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [item for item in value if item is not None]
    return [] if value is None else [value]


def reference_type(reference: Any) -> str | None:
    """The resource type that a Reference points to, as far as it says so itself."""
    target = reference.get("reference") if isinstance(reference, dict) else None
    if isinstance(target, str) and "/" in target:
        parts = target.split("/_history/", 1)[0].split("/")
        return parts[-2]
    kind = reference.get("type") if isinstance(reference, dict) else None
    return kind if isinstance(kind, str) else None
