"""Content negotiation: Accept, _format, XML that says what the JSON says, compression.

https://hl7.org/fhir/R4/http.html#mime-type · https://hl7.org/fhir/R4/http.html#parameters
"""

from __future__ import annotations

from conformance.errors import Failed, NotDeclared, Skipped
from conformance.exchange import Response
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.statement import Statement
from conformance.suites.rest.headers import check_media_type, media_type
from conformance.suites.rest.reading.subjects import Subject
from conformance.suites.rest.same import difference, leaves
from conformance.suites.rest.xml import Document

HTTP = "https://hl7.org/fhir/R4/http.html"
FHIR_JSON, FHIR_XML = "application/fhir+json", "application/fhir+xml"
JSON_CODES = ("json", "application/json", FHIR_JSON)
XML_CODES = ("xml", "text/xml", "application/xml", FHIR_XML)
JSON = Requirement(
    "rest.format.json",
    Level.SHALL,
    "Who accepts FHIR's JSON gets it, under its own media type.",
    f"{HTTP}#mime-type",
)
XML = Requirement(
    "rest.format.xml",
    Level.SHALL,
    "Who accepts FHIR's XML gets it, well formed and under its own media type, where it is declared.",
    f"{HTTP}#mime-type",
)
SAME = Requirement(
    "rest.format.same",
    Level.SHALL,
    "XML and JSON of a resource say the same: every value, decimals and dates with their digits.",
    "https://hl7.org/fhir/R4/json.html#resources",
)
ANY = Requirement(
    "rest.format.any",
    Level.SHALL,
    "Who accepts anything gets one of FHIR's formats under the media type of it.",
    f"{HTTP}#mime-type",
)
GENERIC = Requirement(
    "rest.format.generic",
    Level.SHOULD,
    "Who accepts application/json or application/xml gets that media type.",
    f"{HTTP}#mime-type",
)
QUALITY = Requirement(
    "rest.format.quality",
    Level.SHOULD,
    "Of several formats the one of the highest quality is chosen.",
    "https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1",
)
PARAMETER = Requirement(
    "rest.format.parameter", Level.SHOULD, "_format takes precedence over Accept.", f"{HTTP}#parameters"
)
UNSUPPORTED = Requirement(
    "rest.format.unsupported",
    Level.SHOULD,
    "Who accepts only what the server has not gets 406.",
    f"{HTTP}#mime-type",
)
GZIP = Requirement(
    "rest.format.gzip",
    Level.MAY,
    "Compressed answers hold what plain ones hold.",
    "https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3",
)
PLAIN = Requirement(
    "rest.format.identity",
    Level.SHOULD,
    "Who accepts no compression gets none.",
    "https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3",
)
REQUIREMENTS = (JSON, XML, SAME, ANY, GENERIC, QUALITY, PARAMETER, UNSUPPORTED, GZIP, PLAIN)
_JSON_ACCEPTS = (
    FHIR_JSON,
    f"{FHIR_JSON}; fhirVersion=4.0",
    f"{FHIR_JSON};charset=utf-8",
    f"text/html;q=0.1, {FHIR_JSON}",
)


def has_json(statement: Statement) -> bool:
    """Whether JSON is declared, under any of its names."""
    return any(one.partition(";")[0].strip() in JSON_CODES for one in statement.formats)


def has_xml(statement: Statement) -> bool:
    """Whether XML is declared, under any of its names."""
    return any(one.partition(";")[0].strip() in XML_CODES for one in statement.formats)


async def judge(session: Session, subject: Subject) -> None:
    """Ask for one resource in every way."""
    xml = has_xml(session.statement)
    for accept in _JSON_ACCEPTS:
        async with session.check(JSON, f"{subject.path}, Accept: {accept}") as check:
            if not has_json(session.statement):
                raise NotDeclared("JSON is not among the formats")
            _check_json(await check.get(subject.path, accept=accept), subject, FHIR_JSON)
    async with session.check(ANY, subject.path) as check:
        answer = await check.get(subject.path, accept="*/*")
        check.status(answer, 200)
        check_media_type(answer, FHIR_JSON, FHIR_XML, "application/fhir+turtle", "text/turtle", "text/html")
    await same(session, subject)
    await _generic(session, subject, xml)
    await _quality(session, subject, xml)
    await _parameter(session, subject, xml)
    async with session.check(UNSUPPORTED, subject.path) as check:
        check.status(await check.get(subject.path, accept="image/png"), 406)
    await _compression(session, subject)


async def same(session: Session, subject: Subject) -> None:
    """The resource as XML."""
    document = None
    async with session.check(XML, subject.path) as check:
        if not has_xml(session.statement):
            raise NotDeclared("XML is not among the formats")
        answer = await check.get(subject.path, accept=FHIR_XML)
        check.status(answer, 200)
        check_media_type(answer, FHIR_XML)
        document = Document(answer.body)
        check.that(document.root == subject.type, f"the root element is {document.root!r}")
    async with session.check(SAME, subject.path) as check:
        if not has_xml(session.statement):
            raise NotDeclared("XML is not among the formats")
        if document is None:
            raise Skipped("there is no XML")
        check.exchanges += [subject.exchange, *session.results[-1].exchanges]
        expected = leaves(subject.resource)
        for leaf in sorted(expected | document.leaves):
            one, other = expected.get(leaf, 0), document.leaves.get(leaf, 0)
            path = leaf.partition(" = ")[0]
            check.that(
                one == other, f"a value of {path} is {one} times in the JSON, {other} times in the XML"
            )


def _check_json(answer: Response, subject: Subject, *types: str) -> None:
    if answer.status != 200:
        raise Failed(f"the status is {answer.status}, not 200")
    check_media_type(answer, *types)
    where = difference(subject.resource, answer.resource(subject.type))
    if where:
        raise Failed(f"{where} differs from what was read")


def _check_xml(answer: Response, subject: Subject, *types: str) -> None:
    if answer.status != 200:
        raise Failed(f"the status is {answer.status}, not 200")
    check_media_type(answer, *types)
    root = Document(answer.body).root
    if root != subject.type:
        raise Failed(f"the root element is {root!r}")


async def _generic(session: Session, subject: Subject, xml: bool) -> None:
    for kind in ("application/json", "application/xml"):
        async with session.check(GENERIC, f"{subject.path}, Accept: {kind}") as check:
            if kind.endswith("xml"):
                if not xml:
                    raise NotDeclared("XML is not among the formats")
                _check_xml(await check.get(subject.path, accept=kind), subject, kind)
            else:
                _check_json(await check.get(subject.path, accept=kind), subject, kind)


async def _quality(session: Session, subject: Subject, xml: bool) -> None:
    for best, other in ((FHIR_JSON, FHIR_XML), (FHIR_XML, FHIR_JSON)):
        async with session.check(QUALITY, f"{subject.path}, best {best}") as check:
            if not xml or not has_json(session.statement):
                raise NotDeclared("there are not two formats to choose from")
            answer = await check.get(subject.path, accept=f"{other};q=0.4, {best};q=0.9, */*;q=0.1")
            check.status(answer, 200)
            check_media_type(answer, best)


async def _parameter(session: Session, subject: Subject, xml: bool) -> None:
    for code in JSON_CODES:
        async with session.check(PARAMETER, f"{subject.path}, _format={code}") as check:
            if not has_json(session.statement):
                raise NotDeclared("JSON is not among the formats")
            answer = await check.get(subject.path, {"_format": code}, accept=FHIR_XML if xml else "*/*")
            _check_json(answer, subject, FHIR_JSON, "application/json")
    for code in XML_CODES:
        async with session.check(PARAMETER, f"{subject.path}, _format={code}") as check:
            if not xml:
                raise NotDeclared("XML is not among the formats")
            answer = await check.get(subject.path, {"_format": code}, accept=FHIR_JSON)
            _check_xml(answer, subject, FHIR_XML, "application/xml", "text/xml")


async def _compression(session: Session, subject: Subject) -> None:
    async with session.check(PLAIN, subject.path) as check:
        answer = await check.get(subject.path, accept_encoding="identity")
        check.status(answer, 200)
        coding = answer.header("content-encoding")
        check.that(coding in ("", "identity"), f"the Content-Encoding is {coding}")
    async with session.check(GZIP, subject.type) as check:
        answer = await check.get(subject.type, {"_count": "20"}, accept_encoding="gzip")
        check.status(answer, 200)
        if answer.header("content-encoding") != "gzip":
            raise NotDeclared("answers are not compressed")
        plain = await check.get(subject.type, {"_count": "20"}, accept_encoding="identity")
        one, other = (each.resource("Bundle").get("entry") for each in (answer, plain))
        where = difference(one, other, "entry")
        check.that(not where, f"{where} differs in the compressed answer ({media_type(answer)[0]})")
