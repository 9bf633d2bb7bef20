"""Conditional read: 304 for what the client has already.

https://hl7.org/fhir/R4/http.html#cread · https://www.rfc-editor.org/rfc/rfc9110#section-13
"""

from __future__ import annotations

from datetime import timedelta

from conformance.errors import NotDeclared, Skipped
from conformance.exchange import Response
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.suites.rest.headers import http_date, http_second
from conformance.suites.rest.reading.subjects import Subject

CREAD = "https://hl7.org/fhir/R4/http.html#cread"
RFC = "https://www.rfc-editor.org/rfc/rfc9110"
NONE_MATCH = Requirement(
    "rest.conditional-read.none-match",
    Level.SHALL,
    "If-None-Match with the current ETag is answered 304 without a body, where that is declared.",
    CREAD,
)
NONE_MATCH_ETAG = Requirement(
    "rest.conditional-read.etag",
    Level.SHALL,
    "An answer 304 has the ETag that a 200 would have had.",
    f"{RFC}#section-15.4.5",
)
NONE_MATCH_LIST = Requirement(
    "rest.conditional-read.list",
    Level.SHALL,
    "If-None-Match may list several ETags; one that matches is enough.",
    f"{RFC}#section-13.1.2",
)
CHANGED = Requirement(
    "rest.conditional-read.changed",
    Level.SHALL,
    "If-None-Match with another ETag is answered with the whole resource.",
    CREAD,
)
SINCE = Requirement(
    "rest.conditional-read.modified-since",
    Level.SHALL,
    "If-Modified-Since with the time of Last-Modified is answered 304, where that is declared.",
    CREAD,
)
SINCE_CHANGED = Requirement(
    "rest.conditional-read.modified-since-changed",
    Level.SHALL,
    "If-Modified-Since with an earlier time is answered with the whole resource.",
    CREAD,
)
SINCE_WRONG = Requirement(
    "rest.conditional-read.modified-since-malformed",
    Level.SHALL,
    "If-Modified-Since with what is no date is ignored.",
    f"{RFC}#section-13.1.3",
)
PRECEDENCE = Requirement(
    "rest.conditional-read.precedence",
    Level.SHALL,
    "If-Modified-Since is ignored where there is If-None-Match too.",
    f"{RFC}#section-13.1.3",
)
REQUIREMENTS = (
    NONE_MATCH, NONE_MATCH_ETAG, NONE_MATCH_LIST, CHANGED, SINCE, SINCE_CHANGED, SINCE_WRONG, PRECEDENCE,
)  # fmt: skip
_OTHER = 'W/"conformance-no-such-version"'


async def judge(session: Session, subject: Subject) -> None:
    """Ask again for what was read a moment ago, with each condition."""
    declared = session.statement.types[subject.type].conditional_read
    by_etag = declared in ("not-match", "full-support")
    by_time = declared in ("modified-since", "full-support")
    await _by_etag(session, subject, by_etag)
    await _by_time(session, subject, by_time)
    async with session.check(PRECEDENCE, subject.path) as check:
        if not (by_etag and by_time):
            raise NotDeclared(_said(subject, declared))
        header = subject.answer.header("last-modified")
        if not header:
            raise Skipped("the read has no Last-Modified")
        check.status(await check.get(subject.path, if_none_match=_OTHER, if_modified_since=header), 200)


def _said(subject: Subject, declared: str) -> str:
    return f"conditionalRead of {subject.type} is {declared or 'not declared'}"


async def _by_etag(session: Session, subject: Subject, declared: bool) -> None:
    answer = None
    async with session.check(NONE_MATCH, subject.path) as check:
        if not declared:
            raise NotDeclared(f"conditionalRead of {subject.type} does not include not-match")
        check.that(subject.etag, "conditionalRead is declared, but the read has no ETag to ask with")
        answer = await check.get(subject.path, if_none_match=subject.etag)
        check.status(answer, 304)
        check.that(not answer.body, "the answer 304 has a body")
    async with session.check(NONE_MATCH_ETAG, subject.path) as check:
        check.exchanges += session.results[-1].exchanges
        found = _not_modified(declared, answer).header("etag")
        check.that(found == subject.etag, f"the ETag is {found or 'absent'}, not {subject.etag}")
    async with session.check(NONE_MATCH_LIST, subject.path) as check:
        _not_modified(declared, answer)
        check.status(await check.get(subject.path, if_none_match=f"{_OTHER}, {subject.etag}"), 304)
    async with session.check(CHANGED, subject.path) as check:
        answer = await check.get(subject.path, if_none_match=_OTHER)
        check.status(answer, 200)
        check.that(answer.resource(subject.type).get("id") == subject.id, "the answer is another resource")


def _not_modified(declared: bool, answer: Response | None) -> Response:
    if not declared:
        raise NotDeclared("conditionalRead does not include not-match")
    if answer is None or answer.status != 304:
        raise Skipped("there is no answer 304")
    return answer


async def _by_time(session: Session, subject: Subject, declared: bool) -> None:
    header = subject.answer.header("last-modified")
    moment = http_second(header)
    async with session.check(SINCE, subject.path) as check:
        if not declared:
            raise NotDeclared(f"conditionalRead of {subject.type} does not include modified-since")
        check.that(header, "conditionalRead is declared, but the read has no Last-Modified to ask with")
        answer = await check.get(subject.path, if_modified_since=header)
        check.status(answer, 304)
        check.that(not answer.body, "the answer 304 has a body")
    async with session.check(SINCE_CHANGED, subject.path) as check:
        if moment is None:
            raise Skipped("the read has no Last-Modified")
        earlier = http_date(moment - timedelta(days=1))
        check.status(await check.get(subject.path, if_modified_since=earlier), 200)
    async with session.check(SINCE_WRONG, subject.path) as check:
        check.status(await check.get(subject.path, if_modified_since="no date"), 200)
