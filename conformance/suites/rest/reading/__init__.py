"""The checks that only read: they run on any server."""

from __future__ import annotations

from conformance.session import Session
from conformance.suites.rest.reading import (
    batch,
    conditional,
    formats,
    history,
    read,
    references,
    robust,
    searchset,
    subsets,
    surface,
    versions,
    wrong_search,
)
from conformance.suites.rest.reading.subjects import Subject, choose, some

THEMES = (
    read, conditional, versions, history, searchset, references, formats, subsets, wrong_search, surface,
    batch, robust,
)  # fmt: skip
REQUIREMENTS = tuple(one for theme in THEMES for one in theme.REQUIREMENTS)


async def judge(session: Session) -> None:
    """All of them, on one resource of each type that has any; what is the same for every type, on few."""
    subjects: list[Subject] = []

    async def look(type: str, id: str) -> None:
        subject = await read.read(session, type, id)
        await searchset.judge(session, type)
        await references.judge(session, type)
        if subject is not None:
            subjects.append(subject)
            await read.judge(session, subject)
            await conditional.judge(session, subject)
            await versions.judge(session, subject)

    await session.gather(look(type, id) for type, id in await choose(session))
    subjects.sort(key=lambda one: one.type)
    await history.judge(session, subjects)
    few = some(session, subjects, 3)
    await session.gather(formats.same(session, one) for one in subjects if one not in few[:1])
    if subjects:
        await wrong_search.values(session, [one.type for one in subjects])
    for subject in few[:1]:
        await formats.judge(session, subject)
        await surface.judge(session, subject)
        await batch.judge(session, subject)
        await robust.judge(session, subject)
    for subject in few:
        await read.malformed(session, subject.type)
        await subsets.judge(session, subject)
        await wrong_search.judge(session, subject.type)
