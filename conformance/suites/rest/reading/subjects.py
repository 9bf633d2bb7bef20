"""The server's own resources that are looked at: one of each type that has any, chosen by the seed."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from conformance.exchange import Exchange, Response
from conformance.session import Session
from conformance.suites.rest.bundles import ID, version_of

MOST = 24  # types that are looked at
NOBODY = "conformance-no-such-resource"  # an id that nothing has


@dataclass(frozen=True, slots=True)
class Subject:
    """A resource that was read a moment ago, and the exchange in which it was."""

    type: str
    id: str
    exchange: Exchange
    answer: Response
    resource: dict[str, Any]

    @property
    def path(self) -> str:
        return f"{self.type}/{self.id}"

    @property
    def version(self) -> str:
        """Empty where the server keeps none."""
        return version_of(self.resource)

    @property
    def etag(self) -> str:
        return self.answer.header("etag")


async def choose(session: Session) -> list[tuple[str, str]]:
    """A type and an id for each type that can be searched and read, and has resources. Not Binary, which is
    answered in a content type of its own."""
    random = Random(session.options.seed)  # noqa: S311 - a choice, not a secret
    found = []
    for type, pool in sorted((await session.harvest.all()).items()):
        ids = sorted({str(one.get("id")) for one in pool.resources if ID.fullmatch(str(one.get("id")))})
        if ids and type != "Binary" and session.statement.does(type, "read"):
            found.append((type, random.choice(ids)))
    return sorted(random.sample(found, min(MOST, len(found))))


def some(session: Session, subjects: list[Subject], most: int) -> list[Subject]:
    """A few of them, by the seed."""
    random = Random(session.options.seed)  # noqa: S311
    return sorted(random.sample(subjects, min(most, len(subjects))), key=lambda one: one.type)
