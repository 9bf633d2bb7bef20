"""A fast structural check of a resource, as a plain dict, against R4's definitions.

https://hl7.org/fhir/R4/json.html · https://hl7.org/fhir/R4/validation.html

Checks: unknown elements, cardinality, JSON form, primitive formats, choices, required bindings, reference
targets, companions of primitives (`_birthDate`), contained resources, extensions, and the invariants of
`invariants.py`. Not: profiles, bindings weaker than required, terminologies that R4's package does not
enumerate, whether a reference's target exists, and invariants not listed there.

Each type is compiled when first met, into a table from JSON name to a closure. A closure gives None for what
is valid, else problems whose paths begin below it, so that a valid resource pays for no path.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any

from facade.spec import definitions
from facade.spec.definitions import Element
from facade.spec.invariants import INVARIANTS
from facade.spec.primitives import Check, Problem, Problems, primitive, problem
from facade.spec.references import reference_fault, target_fault

_NULL = problem("structure", "null stands only in an array, beside an extension at the same place")
_NO_OBJECT = problem("structure", "a JSON object is expected")
_EMPTY_OBJECT = problem("structure", "an object must have content: leave the element out")
_NO_ARRAY = problem("structure", "an array is expected: the element may repeat")
_EMPTY_ARRAY = problem("structure", "an array must have items: leave the element out")
_ONLY_ID = problem("invariant", "ele-1: an element must have a value or children besides its id")
_NO_TYPE = problem("structure", "resourceType must name a resource type of R4")
_FORMATS = {  # required bindings to code systems without end: by the form of their codes
    "http://hl7.org/fhir/ValueSet/mimetypes": (r"[\w.+\-]+(/[\w.+*\-]+\s*(;.*)?)?", "a mime type"),
    "http://hl7.org/fhir/ValueSet/currencies": (r"[A-Z]{3}", "a currency code of ISO 4217"),
}


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault: FHIRPath of the element, FHIR issue code, and what is expected (never the value)."""

    expression: str
    code: str
    diagnostics: str


def check(resource: dict[str, Any]) -> list[Issue]:
    """Every fault of a resource; empty if it is valid. Decimals must be Decimal or int, never float."""
    try:
        problems = _resource(resource)
    except RecursionError:
        problems = problem("structure", "the resource is nested too deeply")
    if problems is None:
        return []
    name = resource.get("resourceType") if isinstance(resource, dict) else None
    root = name if isinstance(name, str) and name in definitions.resource_types() else "Resource"
    return [Issue(f"{root}{path}", code, diagnostics) for path, code, diagnostics in problems]


def _resource(value: object) -> Problems:
    if value.__class__ is not dict:
        return _NO_OBJECT
    name = value.get("resourceType")
    if name.__class__ is not str or name not in definitions.resource_types():
        return [(".resourceType", "structure" if name else "required", _NO_TYPE[0][2])]
    return _object(name)(value)


def _contained(value: object) -> Problems:
    """A contained resource: https://hl7.org/fhir/R4/domainresource.html (dom-2, dom-4, dom-5)."""
    problems = list(_resource(value) or ())
    if isinstance(value, dict):
        if "contained" in value:
            problems.append(
                (".contained", "invariant", "dom-2: a contained resource must not contain resources")
            )
        meta = value.get("meta")
        if isinstance(meta, dict):
            for name, rule in (("versionId", "dom-4"), ("lastUpdated", "dom-4"), ("security", "dom-5")):
                if name in meta:
                    problems.append(
                        (f".meta.{name}", "invariant", f"{rule}: not allowed in a contained resource")
                    )
        if "id" not in value:
            problems.append((".id", "required", "a contained resource must have an id to be referred to"))
    return problems or None


class _Table(dict[str, Check]):
    """JSON name to check, filled as names are met. An unknown name is never kept."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.elements = definitions.elements(path)
        if path in definitions.resource_types():
            self["resourceType"] = lambda value: None

    def __missing__(self, name: object) -> Check:
        if isinstance(name, str):
            if (element := self.elements.get(name)) is not None:
                self[name] = found = _element(self.path, element)
                return found
            companion = self.elements.get(name[1:]) if name.startswith("_") else None
            if companion is not None and definitions.is_primitive(companion.type):
                self[name] = found = _companion(companion)
                return found
        unknown = problem("structure", _unknown(self.path, name))
        return lambda value: unknown

    def label(self, name: str) -> str:
        """The element's name in FHIRPath: `value` for valueQuantity; blank for a key that is no name."""
        element = self.elements.get(name.removeprefix("_"))
        if element is not None:
            return "." + (element.choice or element.name)
        return f".{name}" if re.fullmatch(r"\w{1,64}", name, re.ASCII) else ""


def _unknown(path: str, name: object) -> str:
    known = definitions.elements(path)
    typed = [e.name for e in known.values() if e.choice == name]
    close = typed[:5] if typed else get_close_matches(str(name)[:64], known, n=1)
    hint = f": did you mean {', '.join(close)}?" if close else ""
    return f"R4 has no such element in {path}{hint}"


@cache
def _object(path: str) -> Check:
    """The check of an object: a resource, a complex type or a backbone element."""
    table = _Table(path)
    known = table.elements.values()
    required = tuple((e.name, "_" + e.name) for e in known if e.min and e.choice is None)
    choices = tuple(
        (choice, frozenset(n for e in known if e.choice == choice for n in (e.name, "_" + e.name)), needed)
        for choice, needed in {e.choice: e.min for e in known if e.choice}.items()
    )
    rules = tuple(INVARIANTS.get(path, ()))
    is_resource = "resourceType" in table

    def check_object(value: object) -> Problems:
        if value.__class__ is not dict:
            return _NO_OBJECT
        if not value:
            return _EMPTY_OBJECT
        problems: list[Problem] = []
        for name, item in value.items():
            found = table[name](item)
            if found is not None:
                problems += _placed(table, value, str(name), found)
        for name, companion in required:
            if name not in value and companion not in value:
                problems.append((f".{name}", "required", f"{path}.{name} is required"))
        for choice, names, needed in choices:
            if names.isdisjoint(value):
                if needed:
                    problems.append((f".{choice}", "required", f"{path}.{choice}[x] is required"))
            elif len({name.removeprefix("_") for name in value if name in names}) > 1:
                problems.append((f".{choice}", "structure", f"{path}.{choice}[x] may have one type only"))
        if not is_resource and len(value) == 1 and "id" in value:
            problems += _ONLY_ID
        for rule in rules:
            if (fault := rule(value)) is not None:
                problems.append((fault[0], "invariant", fault[1]))
        return problems or None

    return check_object


def _placed(table: _Table, value: dict[str, Any], name: str, found: list[Problem]) -> list[Problem]:
    """The problems of one property with their paths; those of a null go where a companion explains it."""
    label = table.label(name)
    if name.startswith("_"):
        found = found + _alignment(value.get(name[1:]), value[name])
    elif isinstance(companion := value.get("_" + name), list):
        explained = {f"[{i}]" for i, extension in enumerate(companion) if extension is not None}
        found = [p for p in found if p[2] != _NULL[0][2] or p[0] not in explained]
    return [(label + path, code, diagnostics) for path, code, diagnostics in found]


def _alignment(values: object, companions: object) -> list[Problem]:
    """What a primitive's value and its extensions must be to each other.

    Arrays run side by side, with nulls to fill both; and an id alone needs a value (ele-1).
    """
    if isinstance(companions, dict):
        return _ONLY_ID if values is None and companions.keys() == {"id"} else []
    if isinstance(companions, list) and isinstance(values, list) and len(values) != len(companions):
        return problem("structure", "the arrays of values and of their extensions must be equally long")
    return []


def _element(path: str, element: Element) -> Check:
    """The check of one property of `path`."""
    one = _contained if element.name == "contained" and element.type == "Resource" else _single(element)
    return one if element.max == 1 else _array(one)


def _single(element: Element) -> Check:
    if element.type == "Resource":
        return _resource
    if element.type == "Reference":
        return _reference(frozenset(element.targets))
    if element.binding is not None:
        return _coded(element.type, element.binding)
    if definitions.is_primitive(element.type):
        return primitive(element.type)
    return _simple_quantity if element.simple else _object(element.path)


def _array(one: Check) -> Check:
    def check_array(value: object) -> Problems:
        if value.__class__ is not list:
            return _NO_ARRAY
        if not value:
            return _EMPTY_ARRAY
        problems: list[Problem] = []
        for index, item in enumerate(value):
            found = one(item)
            if found is not None:
                if item is None:
                    found = _NULL
                problems += [(f"[{index}]{path}", code, text) for path, code, text in found]
        return problems or None

    return check_array


def _companion(element: Element) -> Check:
    """The check of `_name`: an Element (id, extension), or an array of them and of nulls.

    What it gives is never None, so that the caller looks at the value beside it (`_alignment`).
    """
    check_object = _object("Element")

    def one(value: object) -> Problems:
        found = check_object(value)
        return None if found == _ONLY_ID else found

    if element.max == 1:
        return lambda value: one(value) or []
    many = _array(lambda value: None if value is None else one(value))
    hollow = problem("structure", "an array of nulls alone says nothing: leave it out")

    def check_companions(value: object) -> Problems:
        if isinstance(value, list) and value and all(item is None for item in value):
            return hollow
        return many(value) or []

    return check_companions


@cache
def _reference(targets: frozenset[str]) -> Check:
    """A Reference to one of `targets` (none means any)."""
    check_object = _object("Reference")
    allowed = targets or definitions.resource_types()

    @lru_cache(8192)  # the same few targets are referred to again and again
    def check_text(reference: str) -> Problems:
        return check_whole({"reference": reference})

    def check_reference(value: object) -> Problems:
        if value.__class__ is dict and len(value) == 1:
            reference = value.get("reference")
            if reference.__class__ is str:
                return check_text(reference)
        return check_whole(value)

    def check_whole(value: object) -> Problems:
        problems = check_object(value)
        if problems is not None or not isinstance(value, dict):
            return problems
        reference = value.get("reference")
        if reference is not None and (fault := reference_fault(reference, allowed)) is not None:
            return [(".reference", "value", fault)]
        if targets and value.get("type") in definitions.resource_types() - targets:
            return [(".type", "value", target_fault(targets))]
        return None

    return check_reference


@cache
def _coded(type: str, url: str) -> Check:
    """A code or CodeableConcept with a required binding."""
    systems = definitions.value_set(url)
    plain: Check = primitive(type) if type == "code" else _object(type)
    if systems is None:
        return plain
    return _concept(plain, url) if type == "CodeableConcept" else _bound_code(plain, url)


def _bound_code(plain: Check, url: str) -> Check:
    if url in _FORMATS:
        pattern, expected = _FORMATS[url]
        fullmatch = re.compile(pattern).fullmatch
        wrong = problem("code-invalid", f"{expected} is expected")
        return lambda value: plain(value) or (None if fullmatch(str(value)) else wrong)
    codes = frozenset(code for some in (definitions.value_set(url) or {}).values() for code in some)
    invalid = problem("code-invalid", f"a code of {url} is expected: {_some(codes)}")
    wrong = problem("value", f"a code of {url} is expected: {_some(codes)}")

    def check_code(value: object) -> Problems:
        if value.__class__ is str:
            return None if value in codes else invalid
        return wrong

    return check_code


def _concept(plain: Check, url: str) -> Check:
    """One coding at least must be of the value set; an extension may stand for all (data-absent-reason)."""
    systems = definitions.value_set(url) or {}
    codes = frozenset(code for some in systems.values() for code in some)
    wrong = problem(
        "code-invalid",
        f"a coding of {url} is expected: {_some(codes) or 'any code'} in {' or '.join(systems)}",
    )

    def check_concept(value: object) -> Problems:
        problems = plain(value)
        if problems is not None or not isinstance(value, dict):
            return problems
        for coding in value.get("coding", ()):
            allowed = systems.get(coding.get("system"))
            if allowed is not None and (coding.get("code") in allowed or not allowed):
                return None
        return None if value.keys() == {"extension"} else wrong

    return check_concept


def _some(codes: frozenset[str]) -> str:
    shown = sorted(codes)[:12]
    return ", ".join(shown) + (" …" if len(codes) > len(shown) else "")


def _simple_quantity(value: object) -> Problems:
    problems = _object("Quantity")(value)
    if isinstance(value, dict) and "comparator" in value:
        return [*(problems or ()), (".comparator", "invariant", "sqty-1: a SimpleQuantity has no comparator")]
    return problems
