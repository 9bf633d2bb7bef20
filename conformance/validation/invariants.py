"""Whether an invariant holds: the common ones in code, the others by FHIRPath.

https://hl7.org/fhir/R4/conformance-rules.html#constraints

An empty result, and what cannot be evaluated, is not judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from conformance.fhirpath import CannotEvaluate, Focus, evaluate, order
from conformance.validation.narrative import narrative_faults
from conformance.validation.node import Node
from conformance.validation.references import Targets

Json = dict[str, Any]
Verdict = bool | None


def holds(constraint: Json, node: Node, targets: Targets) -> Verdict:
    """None where it is not judged."""
    key, expression = constraint["key"], constraint["expression"]
    native = NATIVE.get(key)
    if native is not None:
        return native(node)
    if node.resource is None or node.root is None:
        return None
    focus = Focus(
        node.bare, node.path, node.resource.bare, node.root.bare, lambda text: targets.find(node, text)
    )
    try:
        found = evaluate(CORRECTED.get(key) or expression, focus)
    except CannotEvaluate:
        return None
    return found[0] if len(found) == 1 and isinstance(found[0], bool) else None


CORRECTED = {
    # the code is `noshow`; the expression of R4 says `no-show`
    "app-4": "cancelationReason.exists() implies (status = 'noshow' or status = 'cancelled')",
    # FHIR's type is `boolean`; of R4's `Boolean` nothing is
    "que-7": "operator = 'exists' implies (answer is boolean)",
    # false of nothing
    "bdl-8": "fullUrl.exists() implies fullUrl.contains('/_history/').not()",
    "ras-2": "probability.ofType(decimal).empty() or probability.ofType(decimal) <= 100",
    # a problem-list-item is the code of a coding, not the category itself
    "con-3": "clinicalStatus.exists() or verificationStatus.coding.where(code = 'entered-in-error').exists()"
    " or category.coding.where(code = 'problem-list-item').empty()",
}
"""Expressions of R4 that do not say what their own words say."""


def _contained(node: Node) -> list[Json]:
    found = node.value.get("contained")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _no_nested(node: Node) -> Verdict:
    return not any("contained" in one for one in _contained(node))


def _no_meta(name: str, node: Node) -> Verdict:
    metas = [one.get("meta") for one in _contained(node)]
    return not any(name in meta for meta in metas if isinstance(meta, dict))


def _all_used(node: Node) -> Verdict:
    """Each contained resource is spoken of from elsewhere, or speaks of its container."""
    contained = _contained(node)
    if not contained:
        return True
    said = set(_local_texts(node.value))
    return all(f"#{one.get('id')}" in said or "#" in set(_local_texts(one)) for one in contained)


def _local_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value.startswith("#"):
            yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _local_texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _local_texts(item)


def _has_narrative(node: Node) -> Verdict:
    text = node.value.get("text")
    return node.root is not node or (isinstance(text, dict) and "div" in text)


def _html(key: str, node: Node) -> Verdict:
    return key not in narrative_faults(node.value) if isinstance(node.value, str) else None


def _local_reference(node: Node) -> Verdict:
    text = node.value.get("reference") if isinstance(node.value, dict) else None
    if not isinstance(text, str) or not text.startswith("#") or text == "#":
        return True
    return node.root is not None and any(one.get("id") == text[1:] for one in _contained(node.root))


def _in_order(first: str, second: str, node: Node) -> Verdict:
    """Of unequal precision or units nothing can be said."""
    found = order(node.value.get(first), node.value.get(second))
    return None if found is None and first in node.value and second in node.value else found != 1


def _value_or_extensions(node: Node) -> Verdict:
    has_value = any(name.lstrip("_").startswith("value") for name in node.value)
    return has_value != ("extension" in node.value)


NATIVE: dict[str, Callable[[Node], Verdict]] = {
    "dom-2": _no_nested,
    "dom-3": _all_used,
    "dom-4": lambda node: _no_meta("versionId", node) and _no_meta("lastUpdated", node),
    "dom-5": partial(_no_meta, "security"),
    "dom-6": _has_narrative,
    "txt-1": partial(_html, "txt-1"),
    "txt-2": partial(_html, "txt-2"),
    "ref-1": _local_reference,
    "per-1": partial(_in_order, "start", "end"),
    "rng-2": partial(_in_order, "low", "high"),
    "ext-1": _value_or_extensions,
}
"""Those that come often, or that FHIRPath takes long for."""
EXT_1: Json = {
    "key": "ext-1",
    "severity": "error",
    "human": "Must have either extensions or value[x], not both",
    "expression": "extension.exists() != value.exists()",
}
"""Left out of the definitions, as every element repeats it."""
