"""What a script knows while it runs: fixtures, requests and answers by their ids, and variables.

https://hl7.org/fhir/R4/testscript-definitions.html#TestScript.variable
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.errors import Failed
from conformance.exchange import parse_json
from conformance.testscript.paths import text_of, values_at
from conformance.testscript.problems import Refuted, ScriptError, Untold
from conformance.xml.elements import Elements
from conformance.xml.reading import read_xml

Json = dict[str, Any]
Evaluate = Callable[[Json, str], list[Any]]
PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")


@dataclass(slots=True)
class Message:
    """A request or an answer; header names in lower case. `fixture` marks one that is a resource alone."""

    name: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    status: int = 0
    method: str = ""
    url: str = ""
    fixture: Json | None = None

    def resource(self, elements: Elements) -> Json:
        """The body as a resource, from JSON or XML. Raises Refuted."""
        if self.fixture is not None:
            return self.fixture
        if not self.body.strip():
            raise Refuted(f"{self.name} has no body")
        kind = self.headers.get("content-type", "")
        try:
            if "xml" in kind or self.body.lstrip()[:1] == b"<":
                found = read_xml(self.body, elements)
            else:
                found = parse_json(self.body)
        except (ValueError, RecursionError, Failed) as error:
            raise Refuted(f"{self.name} cannot be read as a resource: {error}") from None
        if not isinstance(found, dict) or not isinstance(found.get("resourceType"), str):
            raise Refuted(f"{self.name} is not a resource")
        return found


@dataclass(slots=True)
class State:
    """`messages` are static fixtures, and what `requestId` and `responseId` name; `ids` the logical ids that
    the server gave to fixtures. `told` are values that the user gave to variables."""

    script: Json
    elements: Elements
    evaluate: Evaluate
    told: Mapping[str, str] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    request: Message | None = None
    response: Message | None = None

    def message(self, id: str) -> Message:
        """Raises Untold for one that no operation has filled yet; unknown names were found before the run."""
        if id not in self.messages:
            raise Untold(f"there is nothing under {id!r} yet")
        return self.messages[id]

    def last(self, direction: str) -> Message:
        """The last request or answer. Raises ScriptError before any operation, Refuted without an answer."""
        if self.request is None:
            raise ScriptError("there was no operation before this")
        found = self.request if direction == "request" else self.response
        if found is None:
            raise Refuted("the operation before this had no answer")
        return found

    def fill(self, text: str) -> str:
        """The text with its `${name}` replaced. Raises ScriptError, Untold, Refuted."""
        return PLACEHOLDER.sub(lambda match: self.value(match[1]), text)

    def value(self, name: str) -> str:
        """A variable's: the user's, what its source has, or its default."""
        variable = next((one for one in self.script.get("variable", ()) if one.get("name") == name), None)
        if variable is None:
            raise ScriptError(f"there is no variable {name}")
        if name in self.told:
            return self.told[name]
        found: list[Any] = []
        if any(kind in variable for kind in ("expression", "path", "headerField")):
            source = variable.get("sourceId")
            if "defaultValue" not in variable or source is None or source in self.messages:
                found = self._evaluated(variable)
        if found:
            return text_of(found[0])
        if "defaultValue" in variable:
            return str(variable["defaultValue"])
        if any(kind in variable for kind in ("expression", "path", "headerField")):
            raise Refuted(
                f"the variable {name} is empty: {variable.get('sourceId') or 'the answer'} has none"
            )
        raise Untold(f"the variable {name} has no value: give one with --testscript-variable {name}=…")

    def _evaluated(self, variable: Json) -> list[Any]:
        source = variable.get("sourceId")
        message = self.message(source) if source else self.last("response")
        if "headerField" in variable:
            header = message.headers.get(variable["headerField"].lower())
            return [header] if header else []
        if "expression" in variable:
            return self.evaluate(message.resource(self.elements), variable["expression"])
        return [
            each
            for each in values_at(variable["path"], message.resource(self.elements))
            if not isinstance(each, dict | list)
        ]
