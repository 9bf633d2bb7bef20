"""XML to a plain tree, without DOCTYPE and so without entities of its own.

https://www.w3.org/TR/xml/
"""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat

from facade.mapping.errors import MappingFailure

MAX_DEPTH = 100
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


class _Tree:
    def __init__(self) -> None:
        self.stack: list[dict[str, Any]] = [{}]
        self.text: list[list[str]] = [[]]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.stack) > MAX_DEPTH:
            raise MappingFailure(f"cannot read XML deeper than {MAX_DEPTH} levels")
        self.stack.append({f"@{key}": value for key, value in attributes.items()})
        self.text.append([])

    def end(self, name: str) -> None:
        fields = self.stack.pop()
        text = "".join(self.text.pop()).strip()
        value: Any = fields
        if not fields:
            value = text
        elif text:
            fields["#text"] = text
        parent = self.stack[-1]
        if name not in parent:
            parent[name] = value
        elif isinstance(parent[name], list):
            parent[name].append(value)
        else:
            parent[name] = [parent[name], value]

    def data(self, text: str) -> None:
        self.text[-1].append(text)

    def doctype(self, *_: Any) -> None:
        raise MappingFailure("refuses XML with a DOCTYPE")


def xml_tree(text: str) -> Any:
    """The tree of a document or of several elements side by side; raises MappingFailure."""
    tree = _Tree()
    parser = expat.ParserCreate()
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.data
    parser.StartDoctypeDeclHandler = tree.doctype
    # a fragment has no root of its own: OSCAR's family_doctor is <rdohip>…</rdohip><rd>…</rd>
    try:
        if "<!DOCTYPE" in text:
            tree.doctype()
        parser.Parse(f"<r>{_DECLARATION.sub('', text)}</r>", True)
    except expat.ExpatError:
        raise MappingFailure("cannot read the value as XML") from None
    return tree.stack[0]["r"]
