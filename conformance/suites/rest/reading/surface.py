"""What is no part of the interface: types that are none, methods that are not for a URL.

https://hl7.org/fhir/R4/http.html#styleguide · https://hl7.org/fhir/R4/http.html#root
"""

from __future__ import annotations

from conformance.errors import Failed, NotDeclared
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.suites.rest.reading.subjects import NOBODY, Subject

HTTP = "https://hl7.org/fhir/R4/http.html"
TYPE = Requirement(
    "rest.surface.unknown-type",
    Level.SHALL,
    "A type that the server does not have is a 404.",
    f"{HTTP}#search",
)
CASE = Requirement(
    "rest.surface.case", Level.SHALL, "The case of a URL counts: patient is not Patient.", f"{HTTP}#root"
)
METHOD = Requirement(
    "rest.surface.method",
    Level.SHOULD,
    "A method that is not for the URL is refused with 405, 404, 400 or 501.",
    "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6",
)
PATH = Requirement(
    "rest.surface.path", Level.MAY, "A URL that means nothing is refused.", f"{HTTP}#styleguide"
)
CORS = Requirement(
    "rest.surface.cors",
    Level.SHOULD,
    "Pages of other origins may ask: the answer names the origin or * (cross-origin resource sharing).",
    f"{HTTP}#security",
)
OPTIONS = Requirement(
    "rest.surface.options", Level.MAY, "OPTIONS is answered, if with a refusal.", f"{HTTP}#general"
)
REQUIREMENTS = (TYPE, CASE, METHOD, PATH, CORS, OPTIONS)
_ORIGIN = "https://conformance.example"


async def judge(session: Session, subject: Subject) -> None:
    """Around one type that there is."""
    for path in ("NoSuchType", f"NoSuchType/{NOBODY}", f"NoSuchType/{NOBODY}/_history/1"):
        async with session.check(TYPE, path) as check:
            check.status(await check.get(path), 404)
    for path in (subject.type.lower(), f"{subject.type.lower()}/{subject.id}"):
        async with session.check(CASE, path) as check:
            answer = await check.get(path)
            if not 400 <= answer.status < 500:
                raise Failed(f"the status is {answer.status}, not 404")
    methods = [("DELETE", "metadata"), ("PUT", "metadata"), ("PATCH", "metadata"), ("POST", subject.path)]
    if not session.statement.does(subject.type, "create"):
        methods.append(("POST", subject.type))
    for method, path in methods:
        async with session.check(METHOD, f"{method} {path}") as check:
            answer = await check.send(method, path)
            if answer.status not in (400, 401, 403, 404, 405, 415, 422, 501):
                raise Failed(f"the status is {answer.status}, not 405")
    for path in (f"{subject.path}/_history/1/more", f"{subject.path}/no-such-thing", "metadata/more"):
        async with session.check(PATH, path) as check:
            answer = await check.get(path)
            if not 400 <= answer.status < 500:
                raise Failed(f"the status is {answer.status}, not 404 or 400")
    await _origins(session, subject)


async def _origins(session: Session, subject: Subject) -> None:
    async with session.check(OPTIONS, subject.path) as check:
        answer = await check.send("OPTIONS", subject.path)
        check.that(answer.status < 500 or answer.status == 501, f"the status is {answer.status}")
    async with session.check(CORS, subject.path) as check:
        answer = await check.get(subject.path, origin=_ORIGIN)
        allowed = answer.header("access-control-allow-origin")
        if not allowed:
            raise NotDeclared("there is no Access-Control-Allow-Origin")
        check.that(allowed in ("*", _ORIGIN), f"Access-Control-Allow-Origin is {allowed}")
