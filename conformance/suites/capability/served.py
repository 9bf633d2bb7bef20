"""The statement is there for everyone, in every format it names, and the modes of asking for it are known.

https://hl7.org/fhir/R4/http.html#capabilities
"""

from __future__ import annotations

from conformance.errors import Failed, NotDeclared, Skipped
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.suites.capability.answers import is_outcome, permitted, status_and_words
from conformance.suites.capability.holdings import Holdings

_CAPABILITIES = "https://hl7.org/fhir/R4/http.html#capabilities"
_FORMATS = "https://hl7.org/fhir/R4/formats.html"
_MIME = "https://hl7.org/fhir/R4/http.html#mime-type"

OPEN = Requirement(
    "capability.served.open",
    Level.MAY,
    "The statement can be read without a login: it is what tells a client how to log in.",
    _CAPABILITIES,
)
ETAG = Requirement("capability.served.etag", Level.SHOULD, "The statement comes with an ETag.", _CAPABILITIES)
MODE = Requirement(
    "capability.served.mode",
    Level.SHOULD,
    "The modes full, normative and terminology are answered, or ignored.",
    _CAPABILITIES,
)
FORMAT = Requirement(
    "capability.format.served",
    Level.SHALL,
    "What is served in a declared format has its content type.",
    _FORMATS,
)
FORMAT_STATEMENT = Requirement(
    "capability.format.unknown-statement",
    Level.SHALL,
    "The statement asked for in a format that is not supported is refused with 406.",
    _FORMATS,
)
FORMAT_UNKNOWN = Requirement(
    "capability.format.unknown",
    Level.SHOULD,
    "A read in a format that does not exist is refused, not answered in another.",
    _MIME,
)
SMART = Requirement(
    "capability.smart",
    Level.SHALL,
    "A server that declares SMART-on-FHIR serves its configuration at the well-known place.",
    "http://hl7.org/fhir/smart-app-launch/1.0.0/conformance/index.html#using-well-known",
)
REQUIREMENTS = (OPEN, ETAG, MODE, FORMAT, FORMAT_STATEMENT, FORMAT_UNKNOWN, SMART)
TALLY = "declared formats"
_FAMILIES = {
    "json": ("json", "application/json", "application/fhir+json", "text/json"),
    "xml": ("xml", "application/xml", "application/fhir+xml", "text/xml"),
    "turtle": ("ttl", "turtle", "text/turtle", "application/fhir+turtle", "application/x-turtle"),
}
_MODES = {
    "full": ("CapabilityStatement",),
    "normative": ("CapabilityStatement",),
    "terminology": ("TerminologyCapabilities", "CapabilityStatement"),
}
_NONE = "application/zzz-no-such-format"


async def check_served(session: Session, held: Holdings) -> None:
    """The statement in all its forms, and one resource in each declared format."""
    async with session.check(OPEN) as check:
        answer = await check.send("GET", "metadata", anonymous=True)
        check.that(answer.status not in (401, 403), f"status {answer.status} without a login")
        check.status(answer, 200)
        answer.resource("CapabilityStatement")
    async with session.check(ETAG) as check:
        check.that((await check.get("metadata")).header("etag"), "there is no ETag")
    for mode, types in _MODES.items():
        async with session.check(MODE, mode) as check:
            answer = await check.get("metadata", {"mode": mode})
            check.that(answer.status == 200, f"mode={mode} gives {status_and_words(answer)}")
            answer.resource(*types)
    for declared in session.statement.formats:
        session.tally(TALLY).expect(declared)
    await session.gather(_format(session, one, held) for one in dict.fromkeys(session.statement.formats))
    await _unknown(session, held)
    await _smart(session)


def family(media: str) -> str:
    """`json`, `xml` or `turtle`; of others the media type itself, in lower case and without parameters."""
    bare = media.partition(";")[0].strip().lower()
    return next((name for name, members in _FAMILIES.items() if bare in members), bare)


async def _format(session: Session, declared: str, held: Holdings) -> None:
    """The statement, and a resource where there is one, by _format, and by Accept if it is a media type."""
    known = family(declared)
    ways = [
        (f"{declared}: {path.partition('/')[0]} by {way}", path, way)
        for path in ("metadata", *_readable(session, held))
        for way in ("_format", "Accept")
        if way == "_format" or "/" in declared
    ]
    good = 0
    for subject, path, way in ways:
        async with session.check(FORMAT, subject) as check:
            if known not in _FAMILIES:
                raise Skipped("it is not one of the formats that R4 describes")
            by_name = way == "_format"
            params = {"_format": declared} if by_name else {}
            answer = permitted(await check.get(path, params, accept="*/*" if by_name else declared))
            check.that(answer.status == 200, f"{status_and_words(answer)}, not 200")
            got = answer.header("content-type")
            check.that(
                family(got) == known, f"the content type is {got!r}" if got else "there is no content type"
            )
            first = {"json": b"{", "xml": b"<"}.get(known, b"")
            body = answer.body.removeprefix(b"\xef\xbb\xbf").lstrip()
            check.that(body.startswith(first), f"the body does not begin as {known} does")
            good += 1
    if good == len(ways):
        session.tally(TALLY).saw(declared)


def _readable(session: Session, held: Holdings) -> list[str]:
    """The path of a resource that can be read, if there is one; a Binary is answered in its own type."""
    types = [type for type in sorted(held.ids) if session.statement.does(type, "read") and type != "Binary"]
    return [f"{type}/{held.ids[type]}" for type in types[:1]]


async def _unknown(session: Session, held: Holdings) -> None:
    async with session.check(FORMAT_STATEMENT) as check:
        answer = await check.get("metadata", accept=_NONE)
        check.that(answer.status == 406, f"Accept: {_NONE} gives {status_and_words(answer)}, not 406")
    readable = [
        type for type in sorted(held.ids) if session.statement.does(type, "read") and type != "Binary"
    ]
    for way in ("_format", "Accept"):
        async with session.check(FORMAT_UNKNOWN, way) as check:
            if not (readable := _readable(session, held)):
                raise Skipped("there is no resource to read")
            path = readable[0]
            if way == "_format":
                answer = await check.get(path, {"_format": "zzz-no-such-format"}, accept="*/*")
            else:
                answer = await check.get(path, accept=_NONE)
            if not 400 <= permitted(answer).status < 500:
                raise Failed(
                    f"it is answered with {status_and_words(answer)}, as {answer.header('content-type')!r}"
                )


async def _smart(session: Session) -> None:
    async with session.check(SMART) as check:
        if not session.statement.smart:
            raise NotDeclared("the security service SMART-on-FHIR is not declared")
        answer = await check.send(
            "GET", ".well-known/smart-configuration", headers={"accept": "application/json"}, anonymous=True
        )
        check.that(answer.status == 200, f"{status_and_words(answer)}, not 200")
        found = answer.json()
        check.that(isinstance(found, dict) and not is_outcome(answer), "it is not a configuration")
        lacking = [name for name in ("token_endpoint", "capabilities") if name not in found]
        check.that(not lacking, f"it lacks {', '.join(lacking)}")
