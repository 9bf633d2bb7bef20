"""The versions of each resource, in memory.

https://hl7.org/fhir/R4/http.html#versions
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from tests.conformance.controls.validity import parse_json
from tests.conformance.controls.values import Wrong

GOLDEN = Path(__file__).with_name("golden.json")
BEGIN = datetime(2024, 3, 1, 8, tzinfo=UTC)
STEP = timedelta(hours=7, minutes=13, seconds=17, milliseconds=250)


@dataclass(frozen=True, slots=True)
class Version:
    """`resource` is None where it was deleted."""

    key: tuple[str, str]
    number: int
    at: datetime
    method: str
    resource: dict[str, Any] | None = None

    @property
    def etag(self) -> str:
        return f'W/"{self.number}"'


class Store:
    """`versions` has those of each (type, id), the oldest first."""

    def __init__(self, wrong: Wrong, types: Sequence[str]) -> None:
        self._wrong = wrong
        self.versions: dict[tuple[str, str], list[Version]] = {}
        self._last = BEGIN
        for one in parse_json(GOLDEN.read_bytes()):
            if wrong("code-unknown") and one["id"] == "f6":
                one["gender"] = "f"
            if wrong("claim-untrue") and one["id"] == "bp2":
                del one["category"]
            if wrong("mandatory-missing") and one["id"] == "w2":
                del one["status"]
            if one["resourceType"] in types:
                self.put(one["resourceType"], one["id"], one, "PUT", at=self._last + STEP)
        if "Patient" in types:
            gone = {"resourceType": "Patient", "active": True}
            self.put("Patient", "gone", gone, "PUT", at=self._last + STEP)
            self.delete("Patient", "gone", at=self._last + STEP)
        if changed := self.resource("Observation", "w3"):
            self.put("Observation", "w3", changed | {"status": "final"}, "PUT", at=self._last + STEP)

    def put(
        self, type: str, id: str, resource: dict[str, Any], method: str, at: datetime | None = None
    ) -> Version:
        at = at or self._now()
        number = self._next(type, id)
        meta = {"versionId": str(number), "lastUpdated": at.isoformat(timespec="milliseconds")}
        kept = {name: value for name, value in resource.items() if name not in ("resourceType", "id", "meta")}
        resource = {"resourceType": type, "id": id, "meta": resource.get("meta", {}) | meta} | deepcopy(kept)
        return self._add(Version((type, id), number, at, method, resource))

    def delete(self, type: str, id: str, at: datetime | None = None) -> Version:
        return self._add(Version((type, id), self._next(type, id), at or self._now(), "DELETE"))

    def last(self, type: str, id: str) -> Version | None:
        return self.versions.get((type, id), [None])[-1]

    def resource(self, type: str, id: str) -> dict[str, Any] | None:
        last = self.last(type, id)
        return last.resource if last else None

    def all(self, type: str) -> list[dict[str, Any]]:
        found = [versions for (of, _), versions in self.versions.items() if of == type]
        if self._wrong("deleted-in-search"):
            return [
                one.resource for own in found for one in own[-2:] if one.resource and one in (own[-1], own[0])
            ]
        return [own[-1].resource for own in found if own[-1].resource]

    def _add(self, version: Version) -> Version:
        self._last = version.at
        self.versions.setdefault(version.key, []).append(version)
        return version

    def _next(self, type: str, id: str) -> int:
        last = self.last(type, id)
        if last and self._wrong("version-not-raised"):
            return last.number
        return last.number + 1 if last else 1

    def _now(self) -> datetime:
        """The time in whole milliseconds, and always later than the last."""
        now = datetime.now(UTC)
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        return max(now, self._last + timedelta(milliseconds=1))


def as_json(value: Any) -> bytes:
    """Decimals with the digits they have."""
    return orjson.dumps(value, default=lambda number: orjson.Fragment(str(number)))
