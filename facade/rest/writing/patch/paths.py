"""The FHIRPath of a patch: from a path to the elements that it finds in a resource.

https://hl7.org/fhirpath/N1/ · https://hl7.org/fhir/R4/fhirpatch.html

The language is that of search expressions: members, `where`, indices, `ofType`, `extension`, tests of
equality, `and` and `or`. What is beyond is refused, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from facade.rest.writing.patch.errors import DoesNotFit
from facade.rest.writing.patch.json_patch import same
from facade.rest.writing.patch.nodes import Node
from facade.search import expressions as tree
from facade.search.expressions import ExpressionError, parse_expression
from facade.spec import definitions

MAX_PATH = 1000

Items = list[Any]
"""A FHIRPath collection: Nodes, and plain texts, numbers and truths."""


def find(root: Node, path: str) -> list[Node]:
    """The elements at a path, in their order, each once. Raises DoesNotFit."""
    if len(path) > MAX_PATH:
        raise DoesNotFit(f"the path is longer than {MAX_PATH} characters")
    try:
        found = _Evaluation(root).items(parse_expression(path), [root])
    except ExpressionError:
        raise DoesNotFit("the path cannot be read; it is FHIRPath as search parameters use it") from None
    except RecursionError:
        raise DoesNotFit("the path is nested too deeply") from None
    if not all(isinstance(item, Node) for item in found):
        raise DoesNotFit("the path leads to a value, not to an element")
    return _once(found)


class _Evaluation:
    def __init__(self, root: Node) -> None:
        self.root = root

    def items(self, node: tree.Node, these: Items) -> Items:
        """What an expression gives; `these` are what it is applied to."""
        match node:
            case tree.This():
                return these
            case tree.Member():
                return self.member(node, these)
            case tree.Call():
                return self.call(node, these)
            case tree.Index():
                return self.items(node.base, these)[node.position : node.position + 1]
            case tree.Cast():
                return [item for item in self.items(node.base, these) if _is(item, node.type)]
            case tree.Is():
                item = _single(self.items(node.base, these))
                return [] if item is None else [_is(item, node.type)]
            case tree.Binary():
                return self.binary(node, these)
            case tree.Literal():
                return [node.value]

    def member(self, node: tree.Member, these: Items) -> Items:
        base = self.items(node.base, these)
        if isinstance(node.base, tree.This) and these and _names_root(base, node.name, self.root):
            return base
        found: Items = []
        fault: DoesNotFit | None = None
        known = False
        for item in base:
            try:
                found += item.children(node.name) if isinstance(item, Node) else []
                known = True
            except DoesNotFit as error:
                fault = error
        if fault is not None and not known:
            raise fault
        return found

    def binary(self, node: tree.Binary, these: Items) -> Items:
        left, right = self.items(node.left, these), self.items(node.right, these)
        if node.op == "|":
            return _once([*left, *right])
        if node.op in ("=", "!="):
            if not left or not right:
                return []
            equal = len(left) == len(right) and all(map(_equal, left, right))
            return [equal == (node.op == "=")]
        one, other = _truth(left), _truth(right)
        decisive = node.op == "or"
        if decisive in (one, other):
            return [decisive]
        return [] if None in (one, other) else [not decisive]

    def call(self, node: tree.Call, these: Items) -> Items:
        function = _FUNCTIONS.get(node.name)
        if function is None or len(node.args) not in function[1]:
            raise DoesNotFit("the path calls a function that is not supported in a patch")
        return function[0](self, self.items(node.base, these), node.args, these)

    def where(self, base: Items, args: Sequence[tree.Node], these: Items) -> Items:
        return [item for item in base if _truth(self.items(args[0], [item]))]

    def exists(self, base: Items, args: Sequence[tree.Node], these: Items) -> Items:
        return [bool(self.where(base, args, these) if args else base)]

    def all(self, base: Items, args: Sequence[tree.Node], these: Items) -> Items:
        return [len(self.where(base, args, these)) == len(base)]

    def single(self, base: Items, args: Sequence[tree.Node], these: Items) -> Items:
        _single(base)
        return base

    def negated(self, base: Items, args: Sequence[tree.Node], these: Items) -> Items:
        truth = _truth(base)
        return [] if truth is None else [not truth]

    def skip(self, base: Items, args: Sequence[tree.Node], these: Items) -> Items:
        return base[self.number(args[0], these) :]

    def take(self, base: Items, args: Sequence[tree.Node], these: Items) -> Items:
        return base[: self.number(args[0], these)]

    def number(self, node: tree.Node, these: Items) -> int:
        match self.items(node, these):
            case [int() as number] if not isinstance(number, bool):
                return number
        raise DoesNotFit("the path counts with what is not a whole number")

    def extension(self, base: Items, args: Sequence[tree.Node], these: Items) -> Items:
        url = self.items(args[0], these)
        extensions = [one for item in base if isinstance(item, Node) for one in item.children("extension")]
        return [one for one in extensions if [one.value.get("url")] == url]

    def text(self, test: Callable[[str, str], bool], base: Items, arg: tree.Node, these: Items) -> Items:
        value, part = _plain(_single(base)), _plain(_single(self.items(arg, these)))
        return [test(value, part)] if isinstance(value, str) and isinstance(part, str) else []


def _tester(test: Callable[[str, str], bool]) -> Callable[..., Items]:
    return lambda self, base, args, these: self.text(test, base, args[0], these)


_FUNCTIONS: dict[str, tuple[Callable[..., Items], tuple[int, ...]]] = {
    "where": (_Evaluation.where, (1,)),
    "exists": (_Evaluation.exists, (0, 1)),
    "all": (_Evaluation.all, (1,)),
    "empty": (lambda self, base, args, these: [not base], (0,)),
    "count": (lambda self, base, args, these: [len(base)], (0,)),
    "first": (lambda self, base, args, these: base[:1], (0,)),
    "last": (lambda self, base, args, these: base[-1:], (0,)),
    "tail": (lambda self, base, args, these: base[1:], (0,)),
    "skip": (_Evaluation.skip, (1,)),
    "take": (_Evaluation.take, (1,)),
    "single": (_Evaluation.single, (0,)),
    "not": (_Evaluation.negated, (0,)),
    "hasValue": (lambda self, base, args, these: [len(base) == 1 and _plain(base[0]) is not None], (0,)),
    "extension": (_Evaluation.extension, (1,)),
    "startsWith": (_tester(str.startswith), (1,)),
    "endsWith": (_tester(str.endswith), (1,)),
    "contains": (_tester(lambda text, part: part in text), (1,)),
}
"""By name: the function, and how many arguments it may have."""


def _names_root(base: Items, name: str, root: Node) -> bool:
    """Whether a path begins with the type of the resource that it is applied to."""
    if len(base) != 1 or not isinstance(base[0], Node) or base[0].type not in definitions.resource_types():
        return False
    return name == base[0].type or (base[0] is root and name in definitions.ancestors(root.type))


def _is(item: Any, type: str) -> bool:
    if not isinstance(item, Node):
        return False
    return type == item.type or (not item.primitive and type in definitions.ancestors(item.type))


def _plain(item: Any) -> Any:
    """A primitive's value; None for anything that has none."""
    if not isinstance(item, Node):
        return item
    return item.value if item.primitive else None


def _equal(one: Any, other: Any) -> bool:
    values = [item.value if isinstance(item, Node) else item for item in (one, other)]
    return same(*values)


def _single(items: Items) -> Any:
    if len(items) > 1:
        raise DoesNotFit("the path finds several elements where it needs one")
    return items[0] if items else None


def _truth(items: Items) -> bool | None:
    """A collection as a condition: empty is neither; one that is no boolean is true."""
    item = _single(items)
    if item is None:
        return None
    value = _plain(item)
    return value if isinstance(value, bool) else True


def _once(items: Items) -> Items:
    """Each element and each value once."""
    found: Items = []
    places: set[Any] = set()
    for item in items:
        if isinstance(item, Node):
            key: Any = item.place.key if item.place is not None else None
        else:
            key = (type(item) if isinstance(item, bool) else Decimal, item)
        if key not in places:
            places.add(key)
            found.append(item)
    return found
