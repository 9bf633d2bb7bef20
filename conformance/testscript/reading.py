"""A script's parts without trusting its form, and what in it is wrong before anything is sent.

https://hl7.org/fhir/R4/testscript.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.statement import dicts
from conformance.testscript.assertion import RESPONSES
from conformance.testscript.compare import WORDS
from conformance.testscript.library import Library
from conformance.testscript.operation import code_of, may_write
from conformance.testscript.problems import ScriptError
from conformance.testscript.state import PLACEHOLDER

Json = dict[str, Any]
OPERATORS = frozenset({*WORDS, "empty", "notEmpty", "eval"})
ASKS = (
    "contentType", "expression", "headerField", "minimumId", "navigationLinks", "path", "requestMethod",
    "resource", "responseCode", "response", "validateProfileId",
)  # fmt: skip
"""Of these an assert has one (tst-5)."""


def actions(part: Any) -> list[tuple[str, Json]]:
    """`(operation | assert, content)` of a setup, test or teardown. Raises ScriptError."""
    found = []
    for one in dicts(part.get("action")) if isinstance(part, dict) else []:
        kinds = [kind for kind in ("operation", "assert") if isinstance(one.get(kind), dict)]
        if len(kinds) != 1:
            raise ScriptError("an action is either an operation or an assert")
        found.append((kinds[0], one[kinds[0]]))
    return found


def parts(script: Json) -> Iterator[tuple[str, Any]]:
    """`(name, part)`: the setup, each test, the teardown."""
    if "setup" in script:
        yield "setup", script["setup"]
    for at, test in enumerate(dicts(script.get("test")), 1):
        yield str(test.get("id") or test.get("name") or f"test {at}"), test
    if "teardown" in script:
        yield "teardown", script["teardown"]


def writes(part: Any) -> bool:
    """Whether a part may change what the server holds."""
    return any(kind == "operation" and may_write(one) for kind, one in actions(part))


def autocreated(script: Json) -> list[Json]:
    """The fixtures that are created, or deleted, without an operation."""
    return [one for one in dicts(script.get("fixture")) if one.get("autocreate") or one.get("autodelete")]


def examine(script: Json, library: Library, name: str) -> dict[str, Json]:
    """The static fixtures by their ids. Raises ScriptError for the first thing that is wrong."""
    fixtures: dict[str, Json] = {}
    for one in dicts(script.get("fixture")):
        resource = one.get("resource")
        reference = resource.get("reference") if isinstance(resource, dict) else None
        if isinstance(reference, str):
            try:
                fixtures[str(one.get("id"))] = library.find(reference, script, name)
            except ScriptError as error:
                raise ScriptError(f"the fixture {one.get('id')}: {error}") from None
    known = set(fixtures)
    for _, part in parts(script):
        for kind, action in actions(part):
            if kind == "operation":
                known |= {str(action[key]) for key in ("requestId", "responseId") if key in action}
    variables = {str(one.get("name")) for one in dicts(script.get("variable"))}
    for one in dicts(script.get("variable")):
        _variable(one, known)
    for where, part in parts(script):
        for kind, action in actions(part):
            try:
                _refers(action, known, variables)
                if kind == "assert":
                    _assert(action, script)
                else:
                    _operation(action, script)
            except ScriptError as error:
                raise ScriptError(f"{where}: {error}") from None
    if not dicts(script.get("test")) and "setup" not in script:
        raise ScriptError("it has no tests")
    return fixtures


def _variable(one: Json, known: set[str]) -> None:
    ways = [key for key in ("expression", "headerField", "path") if key in one]
    if len(ways) > 1:
        raise ScriptError(f"the variable {one.get('name')} has {' and '.join(ways)}; it may have one of them")
    if "sourceId" in one and one["sourceId"] not in known:
        raise ScriptError(f"the variable {one.get('name')}: there is no fixture {one['sourceId']}")


def _refers(action: Json, known: set[str], variables: set[str]) -> None:
    for key in ("sourceId", "targetId", "compareToSourceId", "minimumId"):
        if key in action and action[key] not in known:
            raise ScriptError(f"there is no fixture {action[key]}")
    headers = [str(one.get("value", "")) for one in dicts(action.get("requestHeader"))]
    for text in [*headers, *(value for value in action.values() if isinstance(value, str))]:
        for name in PLACEHOLDER.findall(text):
            if name not in variables:
                raise ScriptError(f"there is no variable {name}")


def _assert(one: Json, script: Json) -> None:
    asked = [key for key in ASKS if key in one]
    if len(asked) > 1:
        raise ScriptError(f"an assert may ask for one thing, and this one asks for {' and '.join(asked)}")
    if one.get("operator", "equals") not in OPERATORS:
        raise ScriptError(f"there is no operator {one['operator']}")
    if "response" in one and one["response"] not in RESPONSES:
        raise ScriptError(f"there is no response {one['response']}")
    if one.get("direction") == "request" and ("response" in one or "responseCode" in one):
        raise ScriptError("a request has no status (tst-12)")
    compares = "compareToSourceExpression" in one or "compareToSourcePath" in one
    if compares is not ("compareToSourceId" in one):
        raise ScriptError("compareToSourceId goes with an expression or a path (tst-10)")
    if not asked and not compares and "requestURL" not in one:
        raise ScriptError("an assert asks for nothing")
    profiles = {each.get("id") for each in dicts(script.get("profile"))}
    if "validateProfileId" in one and one["validateProfileId"] not in profiles:
        raise ScriptError(f"there is no profile {one['validateProfileId']}")


def _operation(one: Json, script: Json) -> None:
    for key in ("origin", "destination"):
        declared = {each.get("index") for each in dicts(script.get(key))}
        if key in one and one[key] not in declared:
            raise ScriptError(f"there is no {key} {one[key]}")
    if len(dicts(script.get("destination"))) > 1 and "destination" not in one:
        raise ScriptError("an operation has to name its destination, for there are several")
    if not code_of(one) and not any(key in one for key in ("url", "params", "method")):
        raise ScriptError("an operation has neither a type nor a URL")
