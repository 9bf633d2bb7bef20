"""Values to search for, taken from resources by the parameter's own expression, and searches with them.

https://hl7.org/fhir/R4/search.html · https://hl7.org/fhir/us/core/general-requirements.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from conformance.errors import Failed, Skipped
from conformance.fhirpath import CannotEvaluate, Focus, bare, evaluate
from conformance.harvest import link, matches
from conformance.session import Check
from conformance.suites.us_core.guide import Wanted

Json = dict[str, Any]
_PAGES = 20


@dataclass(frozen=True, slots=True)
class Value:
    """What is asked of a parameter. `forms` are ways to say the same, the first with most said; `dates` is
    how far a date reaches, as its first and last day, each None where it is open."""

    forms: tuple[str, ...]
    dates: tuple[str | None, str | None] = (None, None)


def values_of(wanted: Wanted, name: str, resource: Json) -> list[Value]:
    """The values that a resource has for a parameter; none where that cannot be told."""
    definition = wanted.definitions.get(name)
    if definition is None or not definition.get("expression"):
        return []
    plain = bare(resource)
    try:
        found = evaluate(definition["expression"], Focus(plain, wanted.type, plain, plain))
    except CannotEvaluate:
        return []
    read = _READERS.get(str(definition.get("type")), _text)
    return [value for one in found for value in read(one) if value.forms and all(value.forms)]


def _token(value: Any) -> list[Value]:
    if isinstance(value, bool):
        return [Value(("true" if value else "false",))]
    if isinstance(value, str):
        return [Value((_escape(value),))]
    if not isinstance(value, dict):
        return []
    if isinstance(value.get("coding"), list):
        return [each for coding in value["coding"] for each in _token(coding)]
    code, system = value.get("code", value.get("value")), value.get("system")
    if not isinstance(code, str):
        return []
    if (isinstance(system, str) and "code" in value) or (isinstance(system, str) and ":" in system):
        return [Value((f"{_escape(system)}|{_escape(code)}", _escape(code)))]
    return [Value((_escape(code),))]


def _reference(value: Any) -> list[Value]:
    text = value.get("reference") if isinstance(value, dict) else value
    if not isinstance(text, str) or text.startswith(("#", "urn:")):
        return []
    parts = text.partition("/_history/")[0].split("/")
    if len(parts) < 2 or "://" in text:
        return [Value((_escape(text),))]
    return [Value(("/".join(parts[-2:]), parts[-1]))]


def _string(value: Any) -> list[Value]:
    """One word of a name, or one line or place of an address."""
    if isinstance(value, str):
        return [Value((_escape(value),))]
    if isinstance(value, dict):
        parts = ("family", "given", "text", "city", "line", "state", "postalCode")
        for part in (value.get(name) for name in parts):
            text = part[0] if isinstance(part, list) and part else part
            if isinstance(text, str) and text.strip():
                return [Value((_escape(text),))]
    return []


def _date(value: Any) -> list[Value]:
    """A moment as it is; a period by its first day, with `ge`, or its last, with `le`."""
    if isinstance(value, str) and value[:4].isdigit():
        return [Value((value,), (value[:10], value[:10]))]
    if isinstance(value, dict):
        start, end = (str(value[name]) if value.get(name) else None for name in ("start", "end"))
        if start or end:
            asked = f"ge{start}" if start else f"le{end}"
            return [Value((asked,), (start[:10] if start else None, end[:10] if end else None))]
    return []


def _text(value: Any) -> list[Value]:
    return [Value((_escape(value),))] if isinstance(value, str) else []


_READERS = {"token": _token, "reference": _reference, "string": _string, "date": _date}


def _escape(text: str) -> str:
    for special in "\\,|$":
        text = text.replace(special, "\\" + special)
    return text


async def search(check: Check, type: str, params: list[tuple[str, str]], until: str = "") -> dict[str, Json]:
    """The matches by id, page after page until `until` is among them. Raises Failed, Skipped."""
    found: dict[str, Json] = {}
    url, asked = type, [*params, ("_count", "100")]
    for _ in range(_PAGES):
        answer = await check.get(url, asked)
        if answer.status == 400 and url == type:
            answer.resource("OperationOutcome")
        check.status(answer, 200)
        bundle = answer.resource("Bundle")
        if bundle.get("type") != "searchset":
            raise Failed("the Bundle is not of type searchset")
        found |= {str(one.get("id")): one for one in matches(bundle)}
        url, asked = link(bundle, "next"), []
        if not url or until in found:
            return found
    raise Skipped(f"the first {_PAGES} pages were read, and there are more")
