"""Which profiles a resource is meant for, where it does not say: by the codes that tell profiles apart.

https://hl7.org/fhir/R4/profiling.html#resources
"""

from __future__ import annotations

from conformance.spec.definitions import Definitions
from conformance.validation.library import Library, library
from conformance.validation.node import Node
from conformance.validation.references import Targets
from conformance.validation.shape import Shape
from conformance.validation.slicing import Slicer
from conformance.validation.values import has_pattern, is_fixed

_CODED = frozenset({"code", "Coding", "CodeableConcept"})


def marks(node: Node, definitions: Definitions, url: str) -> int | None:
    """How many of a profile's marks a resource has; None if it lacks one, or none can tell.

    Marks are the fixed values, patterns and slices of its coded elements, and the value set of its code. A
    patient whom the profile asks for and R4 does not is one too: a device of no one is no implant.
    """
    known = library(definitions)
    profile = known.profile(url)
    if profile is None or profile.root is None or profile.type != node.type:
        return None
    slicer = Slicer(known, Targets(node), lambda item, url: None)
    found = 0
    for name, shape in profile.root.children.items():
        more = _of_element(known, slicer, shape, node.children.get(name, []))
        if more is None or (not node.children.get(name) and _is_patient(known, node, shape)):
            return None
        found += more
    return found


def tokens(definitions: Definitions, url: str) -> dict[str, tuple[str, str]]:
    """System and code to search for a profile's resources by, by the name of the coded element."""
    profile = library(definitions).profile(url)
    found: dict[str, tuple[str, str]] = {}
    for name, shape in profile.root.children.items() if profile and profile.root else ():
        if shape.least and _CODED & set(shape.codes):
            codings = (_coding(one) for one in (shape, *(slice for slice in shape.slices if slice.least)))
            for system, code in filter(None, codings):
                found.setdefault(name, (system, code))
    return found


def _coding(shape: Shape) -> tuple[str, str] | None:
    """The first coding that an element must have, by its own value or by those below."""
    value = shape.said("pattern") or shape.said("fixed")
    if isinstance(value, dict):
        coding = value["coding"][0] if value.get("coding") else value
        system, code = coding.get("system"), coding.get("code")
    else:
        below = shape.children.get("coding", shape).children
        system, code = (below[name].said("fixed") if name in below else None for name in ("system", "code"))
    return (system, code) if isinstance(system, str) and isinstance(code, str) else None


def _of_element(known: Library, slicer: Slicer, shape: Shape, items: list[Node]) -> int | None:
    if not _CODED & set(shape.codes):
        return 0
    found = 0
    for kind, agrees in (("fixed", is_fixed), ("pattern", has_pattern)):
        wanted = shape.said(kind)
        if wanted is not None and shape.least:
            if not any(agrees(item.value, wanted) for item in items):
                return None
            found += 1
    for slice in shape.slices:
        if any(slicer.matches(item, shape, slice) for item in items):
            found += 1
        elif slice.least:
            return None
    return found if found or shape.name != "code" else _of_binding(known, shape, items)


def _of_binding(known: Library, shape: Shape, items: list[Node]) -> int | None:
    """The value set of a code tells a profile apart only as far as it is here."""
    binding = shape.element.get("binding", {})
    url = str(binding.get("valueSet", "")).partition("|")[0]
    if not url or binding.get("strength") not in ("required", "extensible") or not shape.least:
        return 0
    if url not in known.definitions.value_sets:
        return None
    verdicts = [known.terminology.holds(url, item.value) for item in items]
    return None if verdicts and all(one is False for one in verdicts) else int(True in verdicts)


def _is_patient(known: Library, node: Node, shape: Shape) -> bool:
    core = known.core(f"{node.type}.{shape.name}")
    targets = [url for type in shape.types for url in type.get("targetProfile", ())]
    patients = any(known.type_of_profile(url) == "Patient" for url in targets)
    return patients and shape.least > 0 and core is not None and core.least == 0
