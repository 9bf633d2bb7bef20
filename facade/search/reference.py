"""Reference search: local, absolute and canonical references.

https://hl7.org/fhir/R4/search.html#reference

Stored as `Type/id` when local, else as it stood; a version is left out. References into the resource itself
(`#x`) and logical ones (only an identifier) are not indexed as references; for `:identifier`, the latter's
identifiers are.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from facade.errors import BadRequest
from facade.search import token
from facade.search.model import (
    Criterion,
    Facts,
    Leaf,
    Leaves,
    Match,
    ReferenceValue,
    Setting,
    TokenValue,
)
from facade.search.values import FEW, unescape
from facade.spec import definitions
from facade.spec.definitions import SearchParameter
from facade.store.index import LONGEST, IndexRows

TABLE = "index_reference"
KEY: tuple[str, ...] = ("target",)
MODIFIERS = frozenset({"missing", "identifier"})  # and the name of a resource type
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def stored_form(reference: str, base_url: str) -> str:
    """A literal reference as the index holds it."""
    if "/_history/" in reference:
        reference = reference.split("/_history/", 1)[0]
    if base_url and reference.startswith(f"{base_url}/"):
        reference = reference[len(base_url) + 1 :]
    return reference


def _reference(params: tuple[int, ...], setting: Setting) -> Leaf:
    base_url = setting.base_url.rstrip("/")

    def leaf(value: Any, rows: IndexRows) -> None:
        target = value.get("reference")
        identifier = value.get("identifier")
        if identifier.__class__ is dict:  # for `:identifier`: among the rows of tokens, under the same number
            code, system = identifier.get("value", ""), identifier.get("system", "")
            if (code or system) and code.__class__ is str is system.__class__:
                for param in params:
                    rows.tokens.append((param, code, system))
        if target.__class__ is str and target and target[0] != "#":
            if ":" in target or "/_history/" in target:
                target = stored_form(target, base_url)
            for param in params:
                rows.references.append((param, target))
        else:
            rows.present(params, value)

    return leaf


def _canonical(params: tuple[int, ...], setting: Setting) -> Leaf:
    """With its version and without, so that both are found."""

    def leaf(value: Any, rows: IndexRows) -> None:
        if value.__class__ is str and value and value[0] != "#":
            for form in {value, value.split("|", 1)[0]}:
                for param in params:
                    rows.references.append((param, form))

    return leaf


def _resource(params: tuple[int, ...], setting: Setting) -> Leaf:
    def leaf(value: Any, rows: IndexRows) -> None:
        kind, id = value.get("resourceType"), value.get("id")
        if kind and id:
            for param in params:
                rows.references.append((param, f"{kind}/{id}"))

    return leaf


LEAVES: Leaves = {
    "Reference": (((), _reference),),
    "canonical": (((), _canonical),),
    "uri": (((), _canonical),),
    "Resource": (((), _resource),),
}


def allows(parameter: SearchParameter, modifier: str) -> bool:
    """Whether a modifier names a type that the parameter may point to."""
    return modifier in definitions.resource_types() and (
        not parameter.targets or modifier in parameter.targets
    )


def parse_value(
    text: str, modifier: str | None, parameter: SearchParameter, facts: Facts, setting: Setting
) -> ReferenceValue | TokenValue:
    if modifier == "identifier":
        found = token.parse_value(text, None, parameter, facts, setting)
        assert isinstance(found, TokenValue)
        return found
    text = unescape(text).strip()
    base_url = setting.base_url.rstrip("/")
    if ":" in text:
        return ReferenceValue((stored_form(text, base_url),))
    local = text.split("/_history/", 1)[0]
    kind, slash, id = local.rpartition("/")
    if not _ID.fullmatch(id) or (slash and kind not in definitions.resource_types()):
        raise BadRequest(
            f"Search parameter `{parameter.code}` takes `Type/id`, `id` or a URL",
            expression=f"http.{parameter.code}",
        )
    kinds: tuple[str, ...]
    if modifier is not None:
        kinds = (modifier,) if not slash or kind == modifier else ()
    else:
        kinds = (kind,) if slash else facts.targets or tuple(sorted(definitions.resource_types()))
    return ReferenceValue(tuple(f"{name}/{id}" for name in kinds))


def match(criterion: Criterion, facts: Facts) -> Match:
    if criterion.modifier == "identifier":
        return token.match(replace(criterion, modifier=None), replace(facts, types=frozenset({"Identifier"})))
    targets: list[str] = []
    for value in criterion.values:
        assert isinstance(value, ReferenceValue)
        targets += [target[:LONGEST] for target in value.targets]
    to_patient = "Patient" in facts.targets
    cost = 30 if to_patient else 65
    if not targets:
        return Match(TABLE, (("1=0", ()),), 0)
    if len(targets) > FEW:
        marks = ",".join("?" * len(targets))
        return Match(TABLE, ((f"i.target IN ({marks})", tuple(targets)),), cost)
    tests = tuple(("i.target=?", (target,)) for target in dict.fromkeys(targets))
    return Match(TABLE, tests, cost, ordered=True)
