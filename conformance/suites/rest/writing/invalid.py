"""Bodies that are wrong: refused, and nothing made of them.

https://hl7.org/fhir/R4/http.html#create · https://hl7.org/fhir/R4/json.html
"""

from __future__ import annotations

from typing import Any

from conformance.errors import Failed, NotDeclared, Skipped
from conformance.exchange import write_json
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.suites.rest.reading.formats import FHIR_XML, has_xml
from conformance.suites.rest.writing.ledger import Ledger
from conformance.suites.rest.writing.samples import sample
from conformance.xml.elements import Elements
from conformance.xml.writing import write_xml

HTTP = "https://hl7.org/fhir/R4/http.html"
JSON = "https://hl7.org/fhir/R4/json.html"
SYNTAX = Requirement(
    "rest.invalid.syntax",
    Level.SHALL,
    "What cannot be read as a resource of the type is refused.",
    f"{HTTP}#create",
)
CONTENT = Requirement(
    "rest.invalid.content",
    Level.SHOULD,
    "A resource whose elements have wrong types, or that lacks what its type requires, is refused.",
    f"{HTTP}#create",
)
CODE = Requirement(
    "rest.invalid.status",
    Level.SHOULD,
    "It is refused with 400 or 422.",
    f"{HTTP}#create",
)
DUBIOUS = Requirement(
    "rest.invalid.json",
    Level.SHOULD,
    "JSON that FHIR does not allow is refused: names given twice, lone surrogates, NaN, empty arrays.",
    JSON,
)
UNKNOWN = Requirement(
    "rest.invalid.unknown-element",
    Level.MAY,
    "An element that the type does not have is refused.",
    "https://hl7.org/fhir/R4/validation.html",
)
MEDIA = Requirement(
    "rest.invalid.media-type",
    Level.SHOULD,
    "A body in a format that the server does not take is refused with 415.",
    f"{HTTP}#mime-type",
)
DEEP = Requirement(
    "rest.invalid.deep",
    Level.SHOULD,
    "A body that is nested very deeply is answered, and not with a failure of the server.",
    "https://www.rfc-editor.org/rfc/rfc9110#section-15.6",
)
REQUIREMENTS = (SYNTAX, CONTENT, CODE, DUBIOUS, UNKNOWN, MEDIA, DEEP)


async def judge(session: Session, ledger: Ledger, type: str) -> None:
    """Each wrong body once."""
    good = sample(type, ledger.token(type))
    other = "Practitioner" if type != "Practitioner" else "Patient"
    await _refused(session, ledger, SYNTAX, type, _no_resources(good, other))
    await _refused(session, ledger, CONTENT, type, _wrong(good))
    await _refused(session, ledger, DUBIOUS, type, _dubious(good))
    async with session.check(SYNTAX, f"{type}, XML that is not well formed") as check:
        if not has_xml(session.statement):
            raise NotDeclared("XML is not among the formats")
        body = write_xml(good, Elements(session.definitions))[:-12]
        _check(await _status(ledger, check, type, body, FHIR_XML))
    async with session.check(UNKNOWN, type) as check:
        status = await _status(ledger, check, type, write_json(good | {"noSuchElement": "x"}))
        if status < 300:
            raise NotDeclared("it is accepted")
        _check(status)
    for kind in ("text/plain", "image/png"):
        async with session.check(MEDIA, f"{type}, {kind}") as check:
            check.status(
                await ledger.send(check, "POST", type, write_json(good), {"content-type": kind}), 415
            )
    deep = write_json(good)[:-1] + b', "extension": ' + b'[{"url": "urn:x", "extension": ' * 5000
    for name, body in (("whole", deep + b"[]" + b"}]" * 5000 + b"}"), ("broken off", deep)):
        async with session.check(DEEP, f"{type}, {name}") as check:
            status = await _status(ledger, check, type, body)
            check.that(status < 500, f"the status is {status}")


async def _refused(
    session: Session, ledger: Ledger, requirement: Requirement, type: str, bodies: dict[str, bytes]
) -> None:
    for name, body in bodies.items():
        status = 0
        async with session.check(requirement, f"{type}, {name}") as check:
            status = await _status(ledger, check, type, body)
            _check(status)
        async with session.check(CODE, f"{type}, {name}") as check:
            check.exchanges += session.results[-1].exchanges
            if status < 400:
                raise Skipped("it was not refused")
            check.that(status in (400, 422), f"the status is {status}")


async def _status(
    ledger: Ledger, check: Any, type: str, body: bytes, kind: str = "application/fhir+json"
) -> int:
    return (await ledger.send(check, "POST", type, body, {"content-type": kind})).status


def _check(status: int) -> None:
    if status < 400:
        raise Failed(f"the status is {status}: it was not refused")


def _no_resources(good: dict[str, Any], other: str) -> dict[str, bytes]:
    whole = write_json(good)
    untyped = {name: value for name, value in good.items() if name != "resourceType"}
    return {
        "nothing": b"",
        "a broken object": whole[:-3],
        "two objects": whole + whole,
        "an array": b"[" + whole + b"]",
        "a string": b'"Patient"',
        "null": b"null",
        "no resourceType": write_json(untyped),
        "another resourceType": write_json({"resourceType": other}),
        "an unknown resourceType": write_json({"resourceType": "NoSuchType"}),
        "a page": b"<html><body>Hello</body></html>",
    }


def _wrong(good: dict[str, Any]) -> dict[str, bytes]:
    return {
        "a string for an array": write_json(good | {"identifier": "x"}),
        "an object for an array": write_json(good | {"identifier": {"value": "x"}}),
        "a number for a string": write_json(good | {"identifier": [{"value": 5}]}),
        "an array for a string": write_json(good | {"identifier": [{"value": ["x"]}]}),
        "a code that is none": write_json(good | {"identifier": [{"use": "no-such-use", "value": "x"}]}),
        "a date that is none": write_json(good | {"identifier": [{"period": {"start": "2020-13-45"}}]}),
        "an extension without a url": write_json(good | {"extension": [{"valueString": "x"}]}),
    }


def _dubious(good: dict[str, Any]) -> dict[str, bytes]:
    whole = write_json(good)
    return {
        "bytes that are not UTF-8": whole.replace(b'"first"', b'"\xff\xfe"'),
        "a name given twice": whole[:-1] + b', "language": "en", "language": "de"}',
        "a lone surrogate": whole.replace(b'"first"', b'"\\ud800"'),
        "NaN": whole[:-1] + b', "extension": [{"url": "urn:x", "valueDecimal": NaN}]}',
        "a number with a leading zero": whole[:-1]
        + b', "extension": [{"url": "urn:x", "valueInteger": 01}]}',
        "an empty array": whole[:-1] + b', "extension": []}',
        "an empty object": whole[:-1] + b', "text": {}}',
        "an empty string": whole.replace(b'"first"', b'""'),
        "a control character": whole.replace(b'"first"', b'"a\\u0000b"'),
        "null for a value": whole[:-1] + b', "language": null}',
    }
