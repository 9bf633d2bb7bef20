"""The server's own resources of the guide's types, patient by patient where a server wants that.

https://hl7.org/fhir/us/core/general-guidance.html#search
"""

from __future__ import annotations

import asyncio
import random
from typing import Any

from conformance.errors import Failed
from conformance.harvest import matches
from conformance.session import Session

Json = dict[str, Any]
_PATIENTS = 10  # patients that are asked for one by one


class Holdings:
    """Read once a type, and shared by all checks."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tasks: dict[str, asyncio.Task[list[Json]]] = {}
        self.trouble: dict[str, str] = {}

    async def of(self, type: str) -> list[Json]:
        """Resources of a type, in an order that the seed decides; none where they cannot be read."""
        if type not in self._tasks:
            self._tasks[type] = asyncio.create_task(self._read(type))
        return await asyncio.shield(self._tasks[type])

    def why_none(self, type: str) -> str:
        """What to say where a type has no resources."""
        return self.trouble.get(type) or f"the server has no {type}"

    async def _read(self, type: str) -> list[Json]:
        statement = self._session.statement
        if not statement.does(type, "search-type"):
            self.trouble[type] = f"no search for {type} is declared"
            return []
        pool = await self._session.harvest.of(type)
        found = [
            one
            for one in pool.resources
            if one.get("resourceType") == type and isinstance(one.get("id"), str)
        ]
        if not found and pool.trouble:
            self.trouble[type] = pool.trouble
            if type != "Patient" and "patient" in statement.types[type].parameters:
                found = await self._by_patient(type)
        found.sort(key=lambda one: one["id"])
        random.Random(f"{self._session.options.seed} {type}").shuffle(found)  # noqa: S311
        return found

    async def _by_patient(self, type: str) -> list[Json]:
        found: dict[str, Json] = {}
        for patient in (await self.of("Patient"))[:_PATIENTS]:
            try:
                answer = await self._session.client.send(
                    "GET", type, params={"patient": f"Patient/{patient['id']}"}
                )
                if answer.status == 200:
                    found |= {str(one.get("id")): one for one in matches(answer.resource("Bundle"))}
            except Failed as error:
                self.trouble[type] = str(error)
        return [
            one
            for one in found.values()
            if one.get("resourceType") == type and isinstance(one.get("id"), str)
        ]

    async def search(self, type: str, params: dict[str, str]) -> list[Json]:
        """What one page of a search has; nothing where it is not understood."""
        try:
            answer = await self._session.client.send("GET", type, params=params | {"_count": "100"})
            found = matches(answer.resource("Bundle")) if answer.status == 200 else []
        except Failed:
            return []
        return [one for one in found if one.get("resourceType") == type and isinstance(one.get("id"), str)]
