"""An assert of a script, judged on the last request and answer, or on what it names.

https://hl7.org/fhir/R4/testscript-definitions.html#TestScript.setup.action.assert
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from conformance.harvest import matches
from conformance.statement import dicts
from conformance.testscript.compare import compare
from conformance.testscript.operation import MIME
from conformance.testscript.paths import values_at
from conformance.testscript.problems import Refuted, ScriptError
from conformance.testscript.state import Json, Message, State

RESPONSES = {
    "okay": 200, "created": 201, "noContent": 204, "notModified": 304, "bad": 400, "forbidden": 403,
    "notFound": 404, "methodNotAllowed": 405, "conflict": 409, "gone": 410, "preconditionFailed": 412,
    "unprocessable": 422,
}  # fmt: skip
_SHORT = {"turtle": "ttl", "": "none"}
_SERVERS_OWN = ("versionId", "lastUpdated")

Validate = Callable[[Json, str], Sequence[str]]
"""What is wrong with a resource by a profile; raises Untold where that cannot be told."""


def judge(one: Json, state: State, validate: Validate) -> None:
    """Raises Refuted if it does not hold, ScriptError and Untold if it cannot be judged."""
    operator = one.get("operator", "equals")
    value = [state.fill(str(one["value"]))] if "value" in one else None
    direction = one.get("direction", "response")
    if "response" in one:
        code = str(one["response"])
        if code not in RESPONSES:
            raise ScriptError(f"there is no response {code}")
        compare("the status", [_answer(one, state).status], operator, [RESPONSES[code]])
    elif "responseCode" in one:
        compare("the status", [_answer(one, state).status], operator, [state.fill(str(one["responseCode"]))])
    elif "requestMethod" in one:
        compare("the method", [state.last("request").method.lower()], operator, [one["requestMethod"]])
    elif "requestURL" in one:
        _request_url(state, operator, state.fill(one["requestURL"]))
    elif "contentType" in one:
        _content_type(_source(one, state, direction), operator, str(one["contentType"]))
    elif "headerField" in one:
        header = _source(one, state, direction).headers.get(one["headerField"].lower(), "")
        compare(f"the header {one['headerField']}", [header], operator, value)
    elif "resource" in one:
        seen = _source(one, state, direction).resource(state.elements)["resourceType"]
        compare("the type of the resource", [seen], operator, [one["resource"]])
    elif "validateProfileId" in one:
        _validated(one, state, direction, validate)
    elif "minimumId" in one:
        wanted = state.message(one["minimumId"]).resource(state.elements)
        _minimum(wanted, _source(one, state, direction).resource(state.elements))
    elif one.get("navigationLinks") is True:
        _navigation(_source(one, state, direction).resource(state.elements))
    else:
        _values(one, state, direction, operator, value)


def _values(one: Json, state: State, direction: str, operator: str, value: list[str] | None) -> None:
    """By `expression` or `path`, against `value` or what `compareToSourceId` has."""
    kind, asked = _asked(one, "expression", "path")
    if value is None and "compareToSourceId" in one:
        other_kind, other = _asked(one, "compareToSourceExpression", "compareToSourcePath")
        source = state.message(one["compareToSourceId"]).resource(state.elements)
        wanted: list[Any] | None = _evaluated(other_kind, other, source, state)
        kind, asked = (kind, asked) if asked else (other_kind, other)
    else:
        wanted = list(value) if value is not None else None
    if not asked:
        raise ScriptError("the assert asks for nothing")
    seen = _evaluated(kind, asked, _source(one, state, direction).resource(state.elements), state)
    if operator == "eval" or (wanted is None and "operator" not in one):
        if not seen or seen[0] is False:
            raise Refuted(f"{asked} gives {'false' if seen else 'nothing'}")
        return
    compare(asked, seen, operator, wanted)


def _asked(one: Json, expression: str, path: str) -> tuple[str, str]:
    if expression in one:
        return "expression", str(one[expression])
    return "path", str(one.get(path, ""))


def _evaluated(kind: str, text: str, resource: Json, state: State) -> list[Any]:
    text = state.fill(text)
    return state.evaluate(resource, text) if kind == "expression" else values_at(text, resource)


def _source(one: Json, state: State, direction: str) -> Message:
    return state.message(one["sourceId"]) if "sourceId" in one else state.last(direction)


def _answer(one: Json, state: State) -> Message:
    """The answer whose status is asked; a fixture has none."""
    found = _source(one, state, "response")
    return found if found.status else state.last("response")


def _request_url(state: State, operator: str, wanted: str) -> None:
    """Equal is the whole URL, or its end from the path on."""
    url = state.last("request").url
    if operator in ("equals", "notEquals") and url.endswith(f"/{wanted.lstrip('/')}"):
        url = wanted
    compare("the URL of the request", [url], operator, [wanted])


def _content_type(message: Message, operator: str, wanted: str) -> None:
    """`json` stands for all of JSON's types, a whole one for itself, parameters apart."""
    kind = message.headers.get("content-type", "").partition(";")[0].strip().lower()
    last = kind.rpartition("/")[2].rpartition("+")[2]
    if wanted in MIME and _SHORT.get(last, last) == wanted:
        kind = wanted
    compare("the content type", [kind], operator, [wanted.partition(";")[0].strip().lower()])


def _validated(one: Json, state: State, direction: str, validate: Validate) -> None:
    profile = next(
        (each for each in state.script.get("profile", ()) if each.get("id") == one["validateProfileId"]), None
    )
    if profile is None:
        raise ScriptError(f"there is no profile {one['validateProfileId']}")
    resource = _source(one, state, direction).resource(state.elements)
    found = validate(resource, str(profile.get("reference", "")))
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        raise Refuted(f"the {resource['resourceType']} is not valid: {found[0]}{more}")


def _navigation(bundle: Json) -> None:
    """First, last and next; of a result that is whole on its page none of them can be asked."""
    if bundle.get("resourceType") != "Bundle":
        raise Refuted(f"it is a {bundle.get('resourceType')}, which has no links to other pages")
    links = dicts(bundle.get("link"))
    for each in links:
        if not isinstance(each.get("relation"), str) or not isinstance(each.get("url"), str):
            raise Refuted("a link of the Bundle has no relation or no URL")
    seen = {each["relation"] for each in links}
    total = bundle.get("total")
    paged = bool(seen & {"next", "previous", "prev"}) or (
        isinstance(total, int) and total > len(matches(bundle))
    )
    wanted = {"first", "last"} | (set() if seen & {"previous", "prev"} else {"next"}) if paged else set()
    if missing := sorted(wanted - seen):
        raise Refuted(f"the Bundle has no link {' and no link '.join(missing)}")


def _minimum(wanted: Any, seen: Any, path: str = "") -> None:
    """All that is wanted is there; what only the server can know (id, version, time) is left out."""
    if isinstance(wanted, dict):
        if not isinstance(seen, dict):
            raise Refuted(f"{path} is not there")
        skipped = ("id",) if not path else _SERVERS_OWN if path.endswith(".meta") else ()
        for name, value in wanted.items():
            if name not in skipped:
                here = f"{path or wanted.get('resourceType', '')}.{name}"
                if name not in seen and not (name == "meta" and set(value) <= set(_SERVERS_OWN)):
                    raise Refuted(f"{here} is not there")
                _minimum(value, seen.get(name, {}), here)
    elif isinstance(wanted, list):
        rest = list(seen) if isinstance(seen, list) else []
        for value in wanted:
            at = next((at for at, each in enumerate(rest) if _has(value, each, path)), None)
            if at is None:
                raise Refuted(f"{path} has an item fewer, or other content")
            rest.pop(at)
    elif _plain(wanted) != _plain(seen):
        raise Refuted(f"{path} has another value")


def _has(wanted: Any, seen: Any, path: str) -> bool:
    try:
        _minimum(wanted, seen, path or "item")
    except Refuted:
        return False
    return True


def _plain(value: Any) -> Any:
    """Numbers by their digits: 1.50 is not 1.5."""
    return f"number {value}" if isinstance(value, int | Decimal) and not isinstance(value, bool) else value
