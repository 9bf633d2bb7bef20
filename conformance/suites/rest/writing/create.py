"""create: POST of a new resource, and what is answered and kept of it.

https://hl7.org/fhir/R4/http.html#create · https://hl7.org/fhir/R4/http.html#ops
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from conformance.errors import Failed, NotDeclared, Skipped
from conformance.exchange import Response, write_json
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.suites.rest.bundles import meta_of, version_of
from conformance.suites.rest.headers import check_etag, instant
from conformance.suites.rest.reading.formats import FHIR_XML, has_xml
from conformance.suites.rest.same import missing
from conformance.suites.rest.writing.ledger import Ledger, location_of
from conformance.suites.rest.writing.samples import all_writable, decimal_of, sample, with_decimal
from conformance.xml.elements import Elements
from conformance.xml.writing import write_xml

CREATE = "https://hl7.org/fhir/R4/http.html#create"
STATUS = Requirement("rest.create.status", Level.SHALL, "A create is answered 201.", CREATE)
LOCATION = Requirement(
    "rest.create.location", Level.SHALL, "A create is answered with the Location of what was made.", CREATE
)
VERSION = Requirement(
    "rest.create.location-version",
    Level.SHOULD,
    "The Location names the version, where there are versions.",
    CREATE,
)
ETAG = Requirement(
    "rest.create.etag", Level.SHOULD, "A create is answered with the ETag of the version made.", CREATE
)
MODIFIED = Requirement(
    "rest.create.last-modified", Level.SHOULD, "A create is answered with Last-Modified.", CREATE
)
READ = Requirement("rest.create.read", Level.SHALL, "What was created can be read at its Location.", CREATE)
ID = Requirement("rest.create.id-ignored", Level.SHALL, "The id that a client gives is ignored.", CREATE)
META = Requirement(
    "rest.create.meta",
    Level.SHALL,
    "The server sets meta.lastUpdated and meta.versionId; what the client gives for them is ignored.",
    CREATE,
)
KEPT = Requirement("rest.create.kept", Level.SHOULD, "The resource is kept as it was sent.", CREATE)
DECIMAL = Requirement(
    "rest.create.decimal",
    Level.SHOULD,
    "Decimals keep the digits they came with.",
    "https://hl7.org/fhir/R4/datatypes.html#decimal",
)
XML = Requirement(
    "rest.create.xml",
    Level.SHALL,
    "A create takes XML, where XML is declared.",
    "https://hl7.org/fhir/R4/http.html#mime-type",
)
PREFER = Requirement(
    "rest.create.prefer",
    Level.SHOULD,
    "Prefer: return is honoured: no body, the resource, or an OperationOutcome.",
    "https://hl7.org/fhir/R4/http.html#ops",
)
REQUIREMENTS = (STATUS, LOCATION, VERSION, ETAG, MODIFIED, READ, ID, META, KEPT, DECIMAL, XML, PREFER)
_DECIMALS = ("1.10", "100", "0.000000000000000001", "-1.50", "12345678901234567.1234567890", "1.0E2")
_UNICODE = 'Zoë 雪 \U0001f9ec \u0301 "quoted" back\\slash <&>'


async def judge(session: Session, ledger: Ledger, type: str) -> None:
    """A first resource, then others that differ from it in one thing."""
    sent = sample(type, ledger.token(type), _UNICODE)
    answer: Response | None = None
    async with session.check(STATUS, type) as check:
        answer = await ledger.send(check, "POST", type, sent)
        if answer.status == 202:
            raise Skipped("the server takes it (202) and has not decided")
        check.status(answer, 201)
    created = answer if answer is not None and answer.status == 201 else None
    await _answer(session, type, created)
    await _kept(session, ledger, type, created, sent)
    await _ignored(session, ledger, type)
    await _decimals(session, ledger)
    await _xml(session, ledger, type)
    await _prefer(session, ledger, type)


def _made(answer: Response | None) -> Response:
    if answer is None:
        raise Skipped("nothing was created")
    return answer


async def _answer(session: Session, type: str, created: Response | None) -> None:
    seen = session.results[-1].exchanges
    async with session.check(LOCATION, type) as check:
        check.exchanges += seen
        header = _made(created).header("location")
        check.that(header, "there is no Location")
        told, id, _ = location_of(header)
        check.that(
            told == type and id, f"the Location is {header[:200]!r}, not [base]/{type}/[id]/_history/[vid]"
        )
    async with session.check(VERSION, type) as check:
        check.exchanges += seen
        header = _made(created).header("location")
        if session.statement.types[type].versioning == "no-version":
            raise NotDeclared(f"{type} has no versions")
        check.that(location_of(header)[2], f"the Location is {header[:200]!r}, without _history/[vid]")
    async with session.check(ETAG, type) as check:
        check.exchanges += seen
        if session.statement.types[type].versioning == "no-version":
            raise NotDeclared(f"{type} has no versions")
        etag = _made(created).header("etag")
        check.that(etag, "there is no ETag")
        version = location_of(_made(created).header("location"))[2]
        if version:
            check_etag(etag, version)
    async with session.check(MODIFIED, type) as check:
        check.exchanges += seen
        check.that(_made(created).header("last-modified"), "there is no Last-Modified")


async def _kept(
    session: Session, ledger: Ledger, type: str, created: Response | None, sent: dict[str, Any]
) -> None:
    found: dict[str, Any] | None = None
    async with session.check(READ, type) as check:
        told, id, version = location_of(_made(created).header("location"))
        if not id:
            raise Skipped("there is no Location to read at")
        found = await ledger.read(check, f"{told}/{id}")
        check.that(found.get("id") == id, f"the body's id is {found.get('id')!r}, not {id!r}")
        known = version_of(found)
        check.that(
            not version or known == version, f"its version is {known!r}; the Location said {version!r}"
        )
    async with session.check(KEPT, type) as check:
        if found is None:
            raise Skipped("nothing could be read")
        check.exchanges += session.results[-1].exchanges
        where = missing(sent, found)
        check.that(not where, f"{where} was sent and is not kept as it was")


async def _ignored(session: Session, ledger: Ledger, type: str) -> None:
    async with session.check(ID, type) as check:
        own = ledger.id()
        answer = await ledger.send(check, "POST", type, sample(type, ledger.token(type)) | {"id": own})
        check.status(answer, 201)
        id = location_of(answer.header("location"))[1]
        if not id:
            raise Skipped("there is no Location")
        check.that(id != own, "the resource has the id that the client gave")
    async with session.check(META, type) as check:
        sent = sample(type, ledger.token(type))
        sent["meta"] |= {"versionId": "conformance-99", "lastUpdated": "1999-01-01T00:00:00Z"}
        _, found = await ledger.make(check, sent)
        updated = meta_of(found).get("lastUpdated")
        check.that(updated is not None, "there is no meta.lastUpdated")
        moment = instant(updated)
        check.that(moment is not None, f"meta.lastUpdated is no instant: {updated!r}")
        check.that(moment is not None and moment.year > 1999, f"meta.lastUpdated is the client's: {updated}")
        version = version_of(found)
        check.that(version != "conformance-99", "meta.versionId is the client's")
        versioned = session.statement.types[type].versioning in ("versioned", "versioned-update")
        check.that(version or not versioned, "there is no meta.versionId")


async def _decimals(session: Session, ledger: Ledger) -> None:
    types = [one for one in all_writable(session, "create") if with_decimal(one, "", Decimal(1))]
    for text in _DECIMALS:
        async with session.check(DECIMAL, text) as check:
            if not types:
                raise NotDeclared("no type that has a decimal can be created")
            if types[0] == "Location" and abs(Decimal(text)) > 180:
                raise Skipped("no longitude is so large")
            sent = with_decimal(types[0], ledger.token(types[0]), Decimal(text)) or {}
            body = write_json(sent).replace(str(Decimal(text)).encode(), text.encode())
            answer = await ledger.send(check, "POST", types[0], body)
            check.status(answer, 201)
            told, id, _ = location_of(answer.header("location"))
            found = decimal_of(await ledger.read(check, f"{told}/{id}"))
            if "E" in text:  # may be written out, but not become another number
                check.that(
                    isinstance(found, int | Decimal) and found == Decimal(text), f"{text} became {found}"
                )
            else:
                check.that(_digits(found) == _digits(Decimal(text)), f"{text} became {found}")


def _digits(value: Any) -> Any:
    """Two decimals have the same digits if these are the same: 1.0 and 1.00 do not, 0.01 and 1E-2 do."""
    return Decimal(value).as_tuple() if isinstance(value, int | Decimal) else value


async def _xml(session: Session, ledger: Ledger, type: str) -> None:
    async with session.check(XML, type) as check:
        if not has_xml(session.statement):
            raise NotDeclared("XML is not among the formats")
        sent = sample(type, ledger.token(type), "Zoë 雪 <&>")
        answer = await ledger.send(
            check, "POST", type, write_xml(sent, Elements(session.definitions)), {"content-type": FHIR_XML}
        )
        check.status(answer, 201)
        told, id, _ = location_of(answer.header("location"))
        where = missing(sent, await ledger.read(check, f"{told}/{id}"))
        check.that(not where, f"{where} was sent as XML and is not kept as it was")


async def _prefer(session: Session, ledger: Ledger, type: str) -> None:
    for wanted in ("minimal", "representation", "OperationOutcome"):
        async with session.check(PREFER, f"{type}, return={wanted}") as check:
            sent = sample(type, ledger.token(type))
            answer = await ledger.send(check, "POST", type, sent, {"prefer": f"return={wanted}"})
            if answer.status != 201:
                raise Skipped(f"the status is {answer.status}")
            if wanted == "minimal":
                check.that(not answer.body.strip(), f"there is a body of {len(answer.body)} bytes")
            elif not answer.body.strip():
                raise Failed("there is no body")
            else:
                answer.resource(type if wanted == "representation" else wanted)
