"""What a reference points to, by its text and by what is in the same resource or Bundle.

https://hl7.org/fhir/R4/references.html · https://hl7.org/fhir/R4/bundle.html#references
"""

from __future__ import annotations

from conformance.fhirpath import named_type
from conformance.validation.node import Json, Node


class Targets:
    """Of one resource, or of one Bundle with its entries."""

    def __init__(self, top: Node) -> None:
        self._entries: dict[str, Json] = {}
        for entry in top.children.get("entry", ()) if top.type == "Bundle" else ():
            resource = entry.value.get("resource")
            if isinstance(resource, dict):
                if isinstance(entry.value.get("fullUrl"), str):
                    self._entries[entry.value["fullUrl"]] = resource
                self._entries.setdefault(f"{resource.get('resourceType')}/{resource.get('id')}", resource)

    def find(self, node: Node, text: str) -> Json | None:
        """The resource itself, if it is at hand."""
        root = node.root.value if node.root else {}
        if text == "#":
            return root if isinstance(root, dict) else None
        if text.startswith("#"):
            contained = root.get("contained")
            for one in contained if isinstance(contained, list) else ():
                if isinstance(one, dict) and one.get("id") == text[1:]:
                    return one
            return None
        return self._entries.get(text.partition("/_history/")[0])

    def type_of(self, node: Node) -> str:
        """The resource type that a Reference is to; empty where it cannot be told."""
        text, said = node.value.get("reference"), node.value.get("type")
        if isinstance(text, str):
            target = self.find(node, text)
            type = target.get("resourceType") if target else named_type(text)
            if isinstance(type, str) and type:
                return type
        return said if isinstance(said, str) and said.isalpha() else ""
