"""A StructureDefinition as a tree: each element with its children and its slices.

https://hl7.org/fhir/R4/profiling.html · https://hl7.org/fhir/R4/elementdefinition.html#id
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True, eq=False)
class Rule:
    """One ElementDefinition. `raw` is the ElementDefinition, empty where a differential leaves it out.

    `name` is the element's own (`value[x]`), `slice` the slice's or None.
    """

    name: str
    slice: str | None
    raw: Json
    children: dict[str, Rule] = field(default_factory=dict)
    slices: dict[str, Rule] = field(default_factory=dict)

    @property
    def min(self) -> int:
        return int(self.raw.get("min", 0))

    @property
    def max(self) -> int | None:
        """None for any number."""
        text = self.raw.get("max", "*")
        return None if text == "*" else int(text)

    @property
    def types(self) -> list[Json]:
        found: list[Json] = self.raw.get("type", [])
        return found

    def value(self, prefix: str) -> Any:
        """fixed[x], pattern[x] and the like; None without."""
        return next((item for name, item in self.raw.items() if is_typed(name, prefix)), None)


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """A profile: the `root` of its tree; of one that has a differential only, what it is `based_on` too."""

    url: str
    name: str
    type: str
    root: Rule
    based_on: str | None
    contexts: tuple[tuple[str, str], ...]


def is_typed(name: str, prefix: str) -> bool:
    """Whether a name is a choice's: `fixedCode` for `fixed`."""
    return name.startswith(prefix) and name[len(prefix) : len(prefix) + 1].isupper()


def read_profile(structure: Json) -> Profile:
    """The tree of a StructureDefinition's snapshot; without one, of its differential."""
    elements = structure.get("snapshot", {}).get("element")
    based_on = None if elements else structure.get("baseDefinition")
    if not elements:
        elements = structure.get("differential", {}).get("element", [])
    root = build_tree(elements, structure["type"])
    contexts = tuple((c["type"], c["expression"]) for c in structure.get("context", ()))
    return Profile(
        url=structure["url"],
        name=structure.get("name") or structure["url"],
        type=structure["type"],
        root=root,
        based_on=based_on,
        contexts=contexts,
    )


def build_tree(elements: Iterable[Json], type: str) -> Rule:
    """The tree of a list of ElementDefinitions, by their ids or else by paths and slice names."""
    root = Rule(type, None, {})
    ids: dict[str, str] = {}  # of each path, the last id seen
    for raw in elements:
        path = raw["path"]
        own = raw.get("id") or _id_of(raw, ids)
        ids[path] = own
        rule = root
        for part in own.split(".")[1:]:
            rule = _below(rule, part)
        rule.raw = raw
    _link(root, root)
    return root


def _id_of(raw: Json, ids: dict[str, str]) -> str:
    parent, _, name = raw["path"].rpartition(".")
    own = f"{ids.get(parent, parent)}.{name}" if parent else name
    return own + (f":{raw['sliceName']}" if "sliceName" in raw else "")


def _below(rule: Rule, part: str) -> Rule:
    name, _, slices = part.partition(":")
    found = rule.children.get(name)
    if found is None:
        found = rule.children[name] = Rule(name, None, {})
    known = ""
    for one in slices.split("/") if slices else ():  # a slice of a slice is named a/b
        known = f"{known}/{one}" if known else one
        inner = found.slices.get(known)
        if inner is None:
            inner = found.slices[known] = Rule(name, known, {})
        found = inner
    return found


def _link(rule: Rule, root: Rule) -> None:
    """Gives a content reference the children of what it refers to."""
    reference = rule.raw.get("contentReference")
    if reference:
        target: Rule | None = root
        for part in reference.partition("#")[2].split(".")[1:]:
            target = target.children.get(part) if target is not None else None
        if target is not None:
            rule.children = target.children
        return
    for below in (*rule.children.values(), *rule.slices.values()):
        _link(below, root)
