"""The checks that write (--write): they create resources of their own, and remove them in the end."""

from __future__ import annotations

from conformance.errors import NotDeclared, Skipped
from conformance.model import Requirement
from conformance.session import Session
from conformance.suites.rest.reading.subjects import choose
from conformance.suites.rest.writing import (
    bundle,
    conditional,
    create,
    delete,
    history,
    invalid,
    ledger,
    links,
    patch,
    transaction,
    update,
)
from conformance.suites.rest.writing.ledger import Ledger
from conformance.suites.rest.writing.samples import all_writable, sample, writable

_MADE = 3
# What each wants declared of one type: the first that has it is written.
_THEMES = (
    (create, ("create",)),
    (invalid, ("create",)),
    (update, ("create", "update")),
    (delete, ("create", "delete")),
    (conditional, ("create",)),
    (patch, ("create", "patch")),
    (history, ("create",)),
    (bundle, ("create",)),
    (transaction, ("create",)),
    (links, ("create",)),
)
REQUIREMENTS = tuple(one for theme, _ in _THEMES for one in theme.REQUIREMENTS) + ledger.REQUIREMENTS


async def prepare(session: Session, book: Ledger) -> None:
    """Make resources for the checks that read, where the server has none at all."""
    if await choose(session):
        return
    types = all_writable(session, "create", "search-type")[:_MADE]
    async with session.check(ledger.MADE) as check:
        if not types:
            raise NotDeclared("create is not declared for any type that the kit makes resources of")
        for type in types:
            await book.make(check, sample(type, book.token(type)))
    session.harvest.forget()


async def judge(session: Session, book: Ledger) -> None:
    """All of them, each on the first type that takes what it wants; nothing without --write."""
    if not session.options.write:
        for requirement in REQUIREMENTS:
            async with session.check(requirement):
                raise Skipped("it writes, and --write was not given")
        return
    for theme, wanted in _THEMES:
        everything = ("create", "update", "delete", "patch")
        type = writable(session, *everything) or writable(session, *wanted)
        if type:
            await theme.judge(session, book, type)
        else:
            await _not_declared(session, theme.REQUIREMENTS, " and ".join(wanted))


async def _not_declared(session: Session, requirements: tuple[Requirement, ...], wanted: str) -> None:
    for requirement in requirements:
        async with session.check(requirement):
            raise NotDeclared(f"{wanted} is not declared for any type that the kit makes resources of")
