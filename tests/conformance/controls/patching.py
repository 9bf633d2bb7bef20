"""JSON Patch (RFC 6902).

https://hl7.org/fhir/R4/http.html#patch
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from tests.conformance.controls.problem import Problem
from tests.conformance.controls.values import Wrong


def patched(resource: dict[str, Any], operations: Any, wrong: Wrong) -> dict[str, Any]:
    """The resource after all of them. Raises Problem: 400 for no patch, 422 for one that fails."""
    if not isinstance(operations, list) or not all(isinstance(one, dict) for one in operations):
        raise Problem(400, "structure", "A JSON Patch is a list of operations.")
    root = {"": deepcopy(resource)}
    for one in operations:
        op, path = one.get("op"), one.get("path")
        needs = {
            "add": "value",
            "replace": "value",
            "test": "value",
            "move": "from",
            "copy": "from",
            "remove": "op",
        }
        if op not in needs or needs[op] not in one or not isinstance(path, str):
            raise Problem(400, "structure", "An operation of the patch is not complete.")
        match op:
            case "test":
                if _get(root, path) != one["value"] and not wrong("patch-test-ignored"):
                    raise Problem(422, "processing", f"The test of {path} does not hold.")
            case "remove":
                _remove(root, path)
            case "replace":
                _get(root, path)
                _set(root, path, one["value"], insert=False)
            case "add":
                _set(root, path, one["value"], insert=True)
            case _:
                value = deepcopy(_get(root, one["from"]))
                if op == "move":
                    _remove(root, one["from"])
                _set(root, path, value, insert=True)
    return root[""]


def _steps(path: str) -> list[str]:
    if path and not path.startswith("/"):
        raise Problem(400, "structure", f"{path} is no JSON Pointer.")
    return [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")]


def _get(root: Any, path: str) -> Any:
    return _reach(root, _steps(path), path)


def _reach(node: Any, steps: list[str], path: str) -> Any:
    for step in steps:
        try:
            node = node[int(step)] if isinstance(node, list) else node[step]
        except (LookupError, ValueError, TypeError):
            raise Problem(422, "processing", f"There is nothing at {path}.") from None
    return node


def _remove(root: Any, path: str) -> None:
    *steps, last = _steps(path)
    _get(root, path)
    parent = _reach(root, steps, path)
    del parent[int(last) if isinstance(parent, list) else last]


def _set(root: Any, path: str, value: Any, *, insert: bool) -> None:
    *steps, last = _steps(path)
    parent = _reach(root, steps, path)
    if not isinstance(parent, list):
        if not isinstance(parent, dict):
            raise Problem(422, "processing", f"Nothing can be put at {path}.")
        parent[last] = value
        return
    at = len(parent) if last == "-" else int(last) if last.isdigit() else -1
    if not 0 <= at <= len(parent):
        raise Problem(422, "processing", f"Nothing can be put at {path}.")
    parent[at : at if insert else at + 1] = [value]
