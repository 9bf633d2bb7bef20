"""The XPath and JSONPath that scripts use, read on a resource as JSON.

https://hl7.org/fhir/R4/testscript-definitions.html#TestScript.setup.action.assert.path
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from conformance.testscript.problems import ScriptError

_STEP = re.compile(r"(?P<axis>//|/)?(?P<name>@?\w[\w.-]*|\*|\.)(?P<predicates>(?:\[[^\[\]]*\])*)")
_JSON_STEP = re.compile(
    r"\.\.(?P<deep>\w+|\*)|\.(?P<name>[\w-]+|\*)|\[(?:'(?P<quoted>[^']*)'|(?P<index>-?\d+|\*)|\?\((?P<filter>[^()]*)\))\]"
)
_TEST = re.compile(r"(?P<path>.+?)\s*(?P<operator>!=|=)\s*(?P<quote>['\"])(?P<text>.*)(?P=quote)")
_FILTER = re.compile(r"@\.(?P<path>[\w.]+)\s*(?P<operator>==|!=)\s*(?P<quote>['\"])(?P<text>.*)(?P=quote)")


def values_at(path: str, resource: Any) -> list[Any]:
    """The values at a path: JSON values, in the order of the document. Raises ScriptError for what is beyond
    the subset: axes other than child, `//` and `@`, functions other than count()."""
    path = path.strip()
    if path.startswith("$"):
        return _json_path(path, resource)
    counted = re.fullmatch(r"count\((.*)\)", path)
    if counted:
        return [len(values_at(counted[1], resource))]
    return _xpath(re.sub(r"\bf(?:hir)?:", "", path), [resource], path)


def _xpath(path: str, nodes: list[Any], whole: str) -> list[Any]:
    """`Patient/name/family/@value`: the first step may be the type of the resource."""
    at, first = 0, True
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None or (not first and not step["axis"]):
            raise ScriptError(f"the path {whole!r} is not one that this engine reads")
        name, deep = step["name"], step["axis"] == "//"
        origin = [each for node in nodes for each in _all_below(node)] if deep else nodes
        nodes = [found for node in origin for found in _named(node, name)]
        for predicate in re.findall(r"\[([^\[\]]*)\]", step["predicates"]):
            nodes = _kept(predicate.strip(), nodes, whole)
        at, first = step.end(), False
    return nodes


def _named(node: Any, name: str) -> Iterator[Any]:
    """The children of this name; of a primitive its `@value`."""
    if name == ".":
        yield node
    elif not isinstance(node, dict):
        if name == "@value":
            yield node
    elif name == "*":
        for key, value in node.items():
            if key != "resourceType":
                yield from value if isinstance(value, list) else [value]
    elif name.lstrip("@") in node:
        value = node[name.lstrip("@")]
        yield from value if isinstance(value, list) else [value]
    elif node.get("resourceType") == name:
        yield node


def _kept(predicate: str, nodes: list[Any], whole: str) -> list[Any]:
    if predicate == "last()":
        return nodes[-1:]
    if predicate.isdigit():
        return nodes[int(predicate) - 1 :][:1] if int(predicate) else []
    if test := _TEST.fullmatch(predicate):
        equal = test["operator"] == "="
        return [
            node
            for node in nodes
            if any((text_of(each) == test["text"]) is equal for each in _xpath(test["path"], [node], whole))
        ]
    return [node for node in nodes if _xpath(predicate, [node], whole)]


def _json_path(path: str, resource: Any) -> list[Any]:
    """`$.name[0].family`, `$..id`, `$.link[?(@.relation=='next')].url`."""
    nodes, at = [resource], 1
    while at < len(path):
        step = _JSON_STEP.match(path, at)
        if step is None:
            raise ScriptError(f"the path {path!r} is not one that this engine reads")
        if step["deep"]:
            nodes = [
                each for node in nodes for below in _all_below(node) for each in _member(below, step["deep"])
            ]
        elif step["index"]:
            nodes = [each for node in nodes for each in _item(node, step["index"])]
        elif step["filter"] is not None:
            nodes = [each for node in nodes for each in _filtered(node, step["filter"], path)]
        else:
            name = step["name"] if step["name"] is not None else step["quoted"]
            nodes = [each for node in nodes for each in _member(node, name)]
        at = step.end()
    return [each for node in nodes for each in (node if isinstance(node, list) else [node])]


def _member(node: Any, name: str) -> list[Any]:
    if not isinstance(node, dict):
        return []
    return list(node.values()) if name == "*" else [node[name]] if name in node else []


def _item(node: Any, index: str) -> list[Any]:
    if not isinstance(node, list):
        return []
    if index == "*":
        return node
    return [node[int(index)]] if -len(node) <= int(index) < len(node) else []


def _filtered(node: Any, text: str, path: str) -> list[Any]:
    test = _FILTER.fullmatch(text.strip())
    if test is None:
        raise ScriptError(f"the path {path!r} is not one that this engine reads")
    equal = test["operator"] == "=="
    return [
        each
        for each in (node if isinstance(node, list) else [node])
        if any((text_of(found) == test["text"]) is equal for found in _json_path(f"$.{test['path']}", each))
    ]


def _all_below(node: Any) -> Iterator[Any]:
    """A node and all in it, from the top."""
    yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _all_below(child)


def text_of(value: Any) -> str:
    """A primitive as a script writes it; an object or array as nothing that could be equal to a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float | Decimal):
        return str(value)
    return f"<{type(value).__name__}>"
