"""A catalog in, the texts of a pack's files out. Pure and deterministic; no network, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.base import Catalog


@dataclass(frozen=True, slots=True)
class Guess:
    """One guess of the draft: an element (`Patient.birthDate`) from columns of a table, and why."""

    resource: str
    element: str
    stream: str
    table: str
    columns: tuple[str, ...]
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class Drafted:
    """The pack's files by path (`pack.yaml`, `streams/patient.sql`, …), the guesses, and what is left to do:
    one line each, as the files' own TODO comments say it."""

    files: Mapping[str, str]
    guesses: tuple[Guess, ...]
    todo: tuple[str, ...]


def draft_pack(catalog: Catalog, name: str, *, timezone: str = "UTC") -> Drafted:
    """Draft a pack called `name`; an unrecognisable database gives a pack without mappings and its TODOs."""
    from facade.drafting.drafter import Drafter

    drafter = Drafter(catalog)
    drafter.run()
    files = drafter.files(name, timezone)
    return Drafted(files, tuple(drafter.guesses), tuple(drafter.todo))
