"""`$absent`: why a value is not there.

https://hl7.org/fhir/R4/extension-data-absent-reason.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from facade.mapping.compile.elements import build_object, compile_field
from facade.mapping.compile.leaves import Place, compile_leaf
from facade.mapping.compile.names import scalar
from facade.mapping.compile.scope import Run, Scope
from facade.mapping.compile.tracing import Marked
from facade.mapping.document import Entry, Map
from facade.mapping.errors import suggest
from facade.mapping.expression import is_expression
from facade.spec.definitions import Element

_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_ABSENT_EXTENSION = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
REASONS = {
    "unknown": "Unknown",
    "asked-unknown": "Asked But Unknown",
    "temp-unknown": "Temporarily Unknown",
    "not-asked": "Not Asked",
    "asked-declined": "Asked But Declined",
    "masked": "Masked",
    "not-applicable": "Not Applicable",
    "unsupported": "Unsupported",
    "as-text": "As Text",
    "error": "Error",
    "not-a-number": "Not a Number (NaN)",
    "negative-infinity": "Negative Infinity (NINF)",
    "positive-infinity": "Positive Infinity (PINF)",
    "not-performed": "Not Performed",
    "not-permitted": "Not Permitted",
}


def compile_absent(entry: Entry, place: Place, scope: Scope) -> Run:
    """What stands for an empty value: a coding on a CodeableConcept that no required binding closes,
    elsewhere the extension."""
    written = scalar(entry, "$absent", scope)
    if written is None:
        return lambda row, context: None
    if not is_expression(written.text) and written.text not in REASONS:
        hint = suggest(written.text, REASONS) or f"; one of: {', '.join(sorted(REASONS))}"
        scope.problem(entry.file, entry.line, f"`$absent` cannot be `{written.text}`{hint}")
    element = Element("valueCode", ("code",), 0, 1, None, frozenset(REASONS), (), "code", None, False, False)
    reason = compile_leaf(written, Place(f"{place.label}.$absent", element, None, ()), scope).run
    if place.element.path == "CodeableConcept" and place.codes is None:
        return build_object([("coding", _one_item(_coding(reason)))])
    url = compile_leaf(replace(written, text=_ABSENT_EXTENSION), Place("url", element, None, ()), scope).run
    extension = build_object([("url", url), ("valueCode", reason)])
    whole = build_object([("extension", _one_item(extension))])
    return lambda row, context: None if reason(row, context) is None else whole(row, context)


def _coding(reason: Run) -> Run:
    def coding(row: Any, context: Any) -> Any:
        code = reason(row, context)
        if code is None:
            return None
        plain = code.value if isinstance(code, Marked) else code
        return {"system": _ABSENT, "code": code, "display": REASONS.get(plain, plain)}

    return coding


def _one_item(run: Run) -> Run:
    def items(row: Any, context: Any) -> Any:
        value = run(row, context)
        return None if value is None else [value]

    return items


def absent_fields(name: str, entry: Entry, place: Place, scope: Scope) -> list[tuple[str, Run]] | None:
    """The fields of an element written with `$absent`; None if it is not."""
    if not isinstance(entry.value, Map) or "$absent" not in entry.value.entries:
        return None
    rest = dict(entry.value.entries)
    reason = compile_absent(rest.pop("$absent"), place, scope)
    value = compile_field(replace(entry.value, entries=rest), place, scope)
    if not place.primitive:
        shaped = _one_item(reason) if place.repeats else reason

        def either(row: Any, context: Any) -> Any:
            found = value(row, context)
            return shaped(row, context) if found is None else found

        return [(name, either)]
    slot = scope.slots.next()
    extra = _one_item(reason) if place.repeats else reason

    def remembered(row: Any, context: Any) -> Any:
        context[slot] = found = value(row, context)
        return found

    return [
        (name, remembered),
        (f"_{name}", lambda row, context: extra(row, context) if context[slot] is None else None),
    ]
