"""The book of what the kit created, so that all of it can be removed again.

https://hl7.org/fhir/R4/http.html#delete
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from conformance.client import Unanswered
from conformance.errors import Failed, NotDeclared, ServerGone, Skipped
from conformance.exchange import Response, write_json
from conformance.harvest import matches
from conformance.model import Level, Requirement
from conformance.session import FHIR_TYPE, Check, Session
from conformance.statement import dicts
from conformance.suites.rest.bundles import ID
from conformance.suites.rest.writing.samples import SYSTEM, findable, sample

REMOVED = Requirement(
    "rest.own-data.removed",
    Level.MAY,
    "What the kit created can be removed again.",
    "https://hl7.org/fhir/R4/http.html#delete",
)
MADE = Requirement(
    "rest.own-data.made",
    Level.MAY,
    "The kit can create resources, where the server has none to look at.",
    "https://hl7.org/fhir/R4/http.html#create",
)
REQUIREMENTS = (REMOVED, MADE)
_LOCATION = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/([A-Za-z0-9\-.]{1,64}))?/?$")
_GONE = (200, 202, 204, 404, 410)


def location_of(location: str) -> tuple[str, str, str]:
    """Type, id and version in a Location, absolute or relative; empty where it has none."""
    found = _LOCATION.search(location)
    return (found[1], found[2], found[3] or "") if found else ("", "", "")


class Ledger:
    """All writes of the suite go through here: what an answer says was created is written down."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._paths: dict[str, None] = {}
        self._tokens: dict[str, set[str]] = {}
        # Not from the seed: what a run that was killed left behind must not meet the next run's searches.
        self._run = uuid4().hex[:12]
        self._made = 0

    def token(self, type: str) -> str:
        """A new identifier for a resource of this type."""
        self._made += 1
        token = f"{self._run}-{self._made}"
        self._tokens.setdefault(type, set()).add(token)
        return token

    def id(self) -> str:
        """A logical id that nothing has."""
        self._made += 1
        return f"conformance-{self._run}-{self._made}"

    async def send(
        self,
        check: Check,
        method: str,
        path: str,
        body: bytes | Any,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """A write, and a note of what it made."""
        if method == "PUT" and _LOCATION.fullmatch(path):
            self._paths[path] = None  # before it is sent: there may be no answer
        content = body if isinstance(body, bytes) else write_json(body)
        answer = await check.send(method, path, headers=FHIR_TYPE | dict(headers or {}), body=content)
        self._note(answer)
        return answer

    async def make(self, check: Check, resource: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Create a resource that a check needs; its path and what a read then gives. Raises Skipped."""
        answer = await self.send(check, "POST", resource["resourceType"], resource)
        path = created_path(answer)
        if answer.status != 201 or not path:
            raise Skipped(f"a resource that this needs could not be created: the status is {answer.status}")
        return path, await self.read(check, path)

    async def read(self, check: Check, path: str) -> dict[str, Any]:
        """What a read gives. Raises Failed unless it is there."""
        answer = await check.get(path)
        if answer.status != 200:
            raise Failed(f"{path} was written, and a read of it gives {answer.status}")
        return answer.resource(path.partition("/")[0])

    async def some(self, check: Check, type: str, many: int) -> tuple[str, list[str]]:
        """So many resources that one search finds: its `identifier=…` and their paths. Raises Skipped."""
        if not findable(self._session, type):
            raise NotDeclared(f"{type} cannot be searched by identifier")
        token = self.token(type)
        query = f"identifier={SYSTEM}%7C{token}"
        paths = [(await self.make(check, sample(type, token)))[0] for _ in range(many)]
        found = await self.find(check, type, query)
        if sorted(found) != sorted(paths):  # else what follows might change what is not ours
            raise Skipped(f"the search by identifier does not find what was created: {len(found)} for {many}")
        return query, paths

    async def find(self, check: Check, type: str, query: str) -> list[str]:
        """The paths that a search matches."""
        answer = await check.get(f"{type}?{query}")
        if answer.status != 200:
            raise Skipped(f"the search by identifier is answered {answer.status}")
        return [f"{one.get('resourceType')}/{one.get('id')}" for one in matches(answer.resource("Bundle"))]

    def _note(self, answer: Response) -> None:
        if not 200 <= answer.status < 300:
            return
        path = created_path(answer)
        if path:
            self._paths[path] = None
        try:
            body = answer.json()
        except Failed:
            return
        for entry in dicts(body.get("entry")) if isinstance(body, dict) else []:
            response = entry.get("response")
            location = response.get("location") if isinstance(response, dict) else None
            type, id, _ = location_of(location) if isinstance(location, str) else ("", "", "")
            if id and str(response.get("status") if isinstance(response, dict) else "").startswith("201"):
                self._paths[f"{type}/{id}"] = None

    async def clear(self) -> None:
        """Remove all that was created, the newest first; what cannot be is told."""
        async with self._session.check(REMOVED) as check:
            left = {}
            await self._sweep(check)
            for _ in range(3):  # what others refer to may go only after them
                left = {
                    path: why for path in reversed(self._paths) if (why := await self._remove(check, path))
                }
                self._paths = dict.fromkeys(reversed(left))
                if not left:
                    break
            told = ", ".join(f"{path} ({why})" for path, why in left.items())
            check.exchanges = [one for one in check.exchanges if one.request.url.endswith(tuple(left))][-20:]
            if any(why == "delete is not declared" for why in left.values()):
                raise NotDeclared(f"left behind: {told}")
            check.that(not left, f"left behind: {told}")
        self._session.harvest.forget()

    async def _remove(self, check: Check, path: str) -> str:
        """Why it is still there; empty where it is gone."""
        if not self._session.statement.does(path.partition("/")[0], "delete"):
            return "delete is not declared"
        try:
            answer = await check.send("DELETE", path)
        except (Unanswered, ServerGone):
            return "no answer"
        return "" if answer.status in _GONE else f"status {answer.status}"

    async def _sweep(self, check: Check) -> None:
        """Find what was created without being told where: an answer never came, or said too little."""
        for type, tokens in sorted(self._tokens.items()):
            if not findable(self._session, type):
                continue
            for first in range(0, len(tokens), 20):
                wanted = sorted(tokens)[first : first + 20]
                values = ",".join(f"{SYSTEM}%7C{token}" for token in wanted)
                try:
                    answer = await check.get(f"{type}?identifier={values}&_count=100")
                    found = matches(answer.resource("Bundle"))
                except (Failed, ServerGone):
                    continue
                for one in found:
                    ours = any(str(each.get("value")) in tokens for each in dicts(one.get("identifier")))
                    if ours and ID.fullmatch(str(one.get("id"))):
                        self._paths[f"{type}/{one['id']}"] = None


def created_path(answer: Response) -> str:
    """`Type/id` of what a write answers with: of its Location, or else of its body; empty for neither."""
    type, id, _ = location_of(answer.header("location") or answer.header("content-location"))
    if id:
        return f"{type}/{id}"
    if answer.status != 201:
        return ""
    try:
        body = answer.resource()
    except Failed:
        return ""
    known = isinstance(body.get("id"), str) and body["resourceType"] not in ("OperationOutcome", "Bundle")
    return f"{body['resourceType']}/{body['id']}" if known else ""
