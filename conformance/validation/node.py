"""The elements of a resource that could be read, each with what R4 says it is.

https://hl7.org/fhir/R4/json.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from conformance.fhirpath import bare

Json = dict[str, Any]


@dataclass(slots=True, eq=False)
class Node:
    """One element. `place` is where it is (`Patient.name[0].given[1]`), `type` its FHIR type, `path` where
    the elements below it are defined (`HumanName`, `Patient.contact`).

    `value` is None for a primitive that is nothing but extensions, which are in `beside`. `children` are by
    the name of the element (`value[x]`). `resource` is the one it is in, `root` what holds that or the same.
    """

    place: str
    type: str
    path: str
    value: Any
    beside: Json | None = None
    resource: Node | None = None
    root: Node | None = None
    parent: Node | None = None
    children: dict[str, list[Node]] = field(default_factory=dict)
    _bare: Any = None

    @property
    def bare(self) -> Any:
        """The value as FHIRPath wants it; made once."""
        if self._bare is None:
            self._bare = self.beside if self.value is None else bare(self.value)
        return self._bare

    @property
    def is_resource(self) -> bool:
        return self.resource is self

    def all(self) -> list[Node]:
        """Itself and all below it, in order."""
        found = [self]
        for items in self.children.values():
            for item in items:
                found += item.all()
        return found
