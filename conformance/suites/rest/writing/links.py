"""References in a transaction: to its own entries, and by a search.

https://hl7.org/fhir/R4/http.html#trules
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from conformance.errors import Failed, NotDeclared
from conformance.model import Level, Requirement
from conformance.session import Check, Session
from conformance.suites.rest.writing.bundle import entry, post
from conformance.suites.rest.writing.ledger import Ledger, location_of
from conformance.suites.rest.writing.samples import LINKS, sample
from conformance.suites.rest.writing.transaction import declared, fails

RULES = "https://hl7.org/fhir/R4/http.html#trules"
URN = Requirement(
    "rest.transaction.references",
    Level.SHALL,
    "References to entries by urn:uuid become references to what was created.",
    RULES,
)
SEARCHED = Requirement(
    "rest.transaction.conditional-reference",
    Level.SHALL,
    "A reference that is a search becomes a reference to the one that matches.",
    RULES,
)
UNFOUND = Requirement(
    "rest.transaction.conditional-reference-none",
    Level.SHALL,
    "A transaction fails if a reference that is a search matches nothing, or several.",
    RULES,
)
EXISTING = Requirement(
    "rest.transaction.if-none-exist",
    Level.SHALL,
    "A conditional create that matches makes nothing, and references to it become references to the match.",
    RULES,
)
REQUIREMENTS = (URN, SEARCHED, UNFOUND, EXISTING)


@dataclass(frozen=True, slots=True)
class Link:
    """A type, the element by which it refers, and the type that it refers to."""

    holder: str
    element: str
    target: str

    def __str__(self) -> str:
        return f"{self.holder}.{self.element}"


async def judge(session: Session, ledger: Ledger, type: str) -> None:
    """Of two types that refer to each other, whatever `type` is."""
    does = session.statement.does
    links = [Link(*one) for one in LINKS if does(one[0], "create") and does(one[2], "create")]
    for requirement in (URN, SEARCHED, UNFOUND, EXISTING):
        async with session.check(requirement, str(links[0]) if links else type) as check:
            declared(session)
            if not links:
                raise NotDeclared("no two types that refer to each other can be created")
            await _LINKED[requirement](session, ledger, check, links[0])


def _holder(ledger: Ledger, link: Link, reference: str) -> dict[str, Any]:
    return sample(link.holder, ledger.token(link.holder)) | {link.element: {"reference": reference}}


async def _check_link(ledger: Ledger, check: Check, found: dict[str, Any], element: str, wanted: str) -> None:
    """Raises Failed unless the resource at an entry's location refers to the path wanted."""
    told = location_of(str(found["response"].get("location", "")))
    check.that(told[1], "the entry that created has no location")
    resource = await ledger.read(check, "/".join(told[:2]))
    value = resource.get(element)
    reference = value.get("reference") if isinstance(value, dict) else None
    check.that(
        "/".join(location_of(str(reference))[:2]) == wanted, f"the reference is {reference!r}, not {wanted!r}"
    )


async def _urn(session: Session, ledger: Ledger, check: Check, link: Link) -> None:
    urn = f"urn:uuid:{uuid4()}"
    entries = [
        entry("POST", link.holder, _holder(ledger, link, urn), full_url=f"urn:uuid:{uuid4()}"),
        entry("POST", link.target, sample(link.target, ledger.token(link.target)), full_url=urn),
    ]
    found = await post(ledger, check, "transaction", entries)
    made = location_of(str(found[1]["response"].get("location", "")))
    await _check_link(ledger, check, found[0], link.element, "/".join(made[:2]))


async def _searched(session: Session, ledger: Ledger, check: Check, link: Link) -> None:
    query, paths = await ledger.some(check, link.target, 1)
    resource = _holder(ledger, link, f"{link.target}?{query.replace('%7C', '|')}")
    found = await post(ledger, check, "transaction", [entry("POST", link.holder, resource)])
    await _check_link(ledger, check, found[0], link.element, paths[0])


async def _unfound(session: Session, ledger: Ledger, check: Check, link: Link) -> None:
    for many in (0, 2):
        query, _ = await ledger.some(check, link.target, many)
        resource = _holder(ledger, link, f"{link.target}?{query.replace('%7C', '|')}")
        try:
            await fails(ledger, check, [entry("POST", link.holder, resource)])
        except Failed as error:
            raise Failed(f"{error} (the search matches {many})") from None


async def _existing(session: Session, ledger: Ledger, check: Check, link: Link) -> None:
    if not session.statement.types[link.target].conditional_create:
        raise NotDeclared(f"conditionalCreate is not declared for {link.target}")
    query, paths = await ledger.some(check, link.target, 1)
    urn = f"urn:uuid:{uuid4()}"
    same = sample(link.target, query.partition("%7C")[2], "second")
    plain = query.replace("%7C", "|")
    entries = [
        entry("POST", link.target, same, full_url=urn, ifNoneExist=plain),
        entry("POST", link.holder, _holder(ledger, link, urn), full_url=f"urn:uuid:{uuid4()}"),
    ]
    found = await post(ledger, check, "transaction", entries)
    await _check_link(ledger, check, found[1], link.element, paths[0])
    many = len(await ledger.find(check, link.target, query))
    check.that(many == 1, f"afterwards the search finds {many}, not 1")


_LINKED = {URN: _urn, SEARCHED: _searched, UNFOUND: _unfound, EXISTING: _existing}
