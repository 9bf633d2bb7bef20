"""What a client presumes of a resource that it writes: If-Match, and If-None-Match with `*`.

https://hl7.org/fhir/R4/http.html#concurrency
"""

from __future__ import annotations

from dataclasses import dataclass

from facade.errors import PreconditionFailed
from facade.flow.versions import Current


@dataclass(frozen=True, slots=True)
class Precondition:
    """`versions`: one of them must be current. `exists`: whether there must be a resource, or must not."""

    versions: frozenset[int] | None = None
    exists: bool | None = None

    def check(self, type: str, current: Current | None) -> None:
        """Raises PreconditionFailed, naming the header."""
        living = current is not None and not current.deleted
        if self.exists is not None and living != self.exists:
            header, state = (
                ("If-Match", "is no such") if self.exists else ("If-None-Match", "is already such a")
            )
            raise PreconditionFailed(f"There {state} {type}: nothing was done.", expression=f"http.{header}")
        if self.versions is None:
            return
        if current is None or not living:
            raise PreconditionFailed(
                f"There is no such {type}, of any version: nothing was done.", expression="http.If-Match"
            )
        if current.version not in self.versions:
            raise PreconditionFailed(
                f"The current version of this {type} is {current.version}: nothing was done.",
                expression="http.If-Match",
            )


NO_PRECONDITION = Precondition()
