"""What no good client sends: answered all the same, and not as a failure of the server.

https://hl7.org/fhir/R4/http.html#Status-Codes · https://www.rfc-editor.org/rfc/rfc9110#section-15
"""

from __future__ import annotations

from urllib.parse import urlsplit

from conformance.client import Unanswered
from conformance.errors import Failed
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.suites.rest.reading.subjects import Subject
from conformance.suites.rest.reading.wrong_search import FORM, parameter_of

RFC = "https://www.rfc-editor.org/rfc/rfc9110"
ANSWERED = Requirement(
    "rest.robust.answered",
    Level.SHOULD,
    "A malformed request is answered, and not with a failure of the server (5xx).",
    f"{RFC}#section-15.6",
)
LONG = Requirement(
    "rest.robust.long-url",
    Level.SHOULD,
    "A very long URL is answered, with 414 if it is too long.",
    f"{RFC}#section-15.5.15",
)
OUTSIDE = Requirement(
    "rest.robust.outside",
    Level.SHALL,
    "No path leads out of the interface, to files of the machine.",
    "https://hl7.org/fhir/R4/security.html",
)
REQUIREMENTS = (ANSWERED, LONG, OUTSIDE)
_HUGE = "9" * 40
_QUERIES = {
    "a NUL in a string": ("string", "a\0b"),
    "a NUL in a token": ("token", "a\0b"),
    "a NUL in a reference": ("reference", "a\0b"),
    "a token of bars": ("token", "|||"),
    "a token of 5,000 characters": ("token", "x" * 5000),
    "a string of quotes": ("string", "'\";--%_\\"),
    "a reference of slashes": ("reference", "///"),
    "a date in the year 0": ("date", "0000-01-01"),
    "a date in the year 9999": ("date", "9999-12-31T23:59:59.999999999Z"),
    "a date at the end of a day": ("date", "2020-01-01T24:00:00Z"),
    "a number beyond all": ("number", "1e999999"),
    "a quantity beyond all": ("quantity", "1e999999||mg"),
    "a comma alone": ("token", ","),
    "a character beyond the BMP": ("string", "\U0001f9ec"),
}
_RESULTS = {
    "_count beyond all": {"_count": _HUGE},
    "_sort by nothing": {"_sort": "-,,-"},
    "_include of nothing": {"_include": ":::"},
    "_revinclude of nothing": {"_revinclude": "*:*:*:*"},
    "_has of nothing": {"_has:::": "1"},
    "a chain without an end": {".".join(["subject"] * 60): "1"},
    "_elements of nothing": {"_elements": ",,"},
    "_summary that is none": {"_summary": "no-such"},
    "_total that is none": {"_total": "no-such"},
    "_format that is none": {"_format": "no/such"},
    "an empty name": {"": "1"},
}
_HEADERS = {
    "Accept": "///;;q=x",
    "If-None-Match": '"',
    "If-Match": "W/W/",
    "Prefer": "handling=;;==",
    "Range": "bytes=9-1",
    "Accept-Encoding": ";;q=2",
    "Content-Type": ";;",
    "Cache-Control": "max-age=" + _HUGE,
}
_TARGETS = {
    "a broken escape": "?_id=%zz",
    "half an escape": "?_id=%",
    "bytes that are not UTF-8": "?_id=%ff%fe",
    "a NUL in the path": "/%00",
    "bytes in the path that are not UTF-8": "/%ff%fe",
    "an escaped slash": "/a%2fb",
    "an empty segment": "//",
    "a matrix parameter": ";a=b",
    "three question marks": "???",
}
_OUTSIDE = ("/../../../../etc/passwd", "/..%2f..%2f..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/%2e%2e/etc/passwd")


async def judge(session: Session, subject: Subject) -> None:
    """One after the other, so that a server that closes connections is not taken for one that is gone."""
    path = urlsplit(session.client.base).path
    for name, (kind, value) in _QUERIES.items():
        parameter = parameter_of(session, subject.type, kind)
        if parameter is not None:
            await _asked(session, f"{subject.type}, {name}", subject.type, params={parameter.name: value})
    for name, params in _RESULTS.items():
        await _asked(session, f"{subject.type}, {name}", subject.type, params=params)
    for name, value in _HEADERS.items():
        await _asked(session, f"{subject.path}, {name}: {value[:20]}", subject.path, headers={name: value})
    for name, rest in _TARGETS.items():
        await _asked(session, f"{subject.type}, {name}", subject.type, target=f"{path}/{subject.type}{rest}")
    for name, body in (("a broken form", b"_id=%zz&&=&a=%ff"), ("a form with a NUL", b"_id=%00")):
        async with session.check(ANSWERED, f"{subject.type}/_search, {name}") as check:
            answer = await check.send("POST", f"{subject.type}/_search", headers=FORM, body=body)
            _check(answer.status)
    for size in (6_000, 20_000):
        async with session.check(LONG, f"{subject.type}, {size} characters") as check:
            try:
                answer = await check.get(subject.type, {"_id": ",".join(["x" * 59] * (size // 60))})
            except Unanswered:
                raise Failed("there is no answer: the connection was closed") from None
            _check(answer.status)
    await _outside(session, path, subject)


async def _asked(
    session: Session,
    name: str,
    url: str,
    *,
    params: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    target: str = "",
) -> None:
    async with session.check(ANSWERED, name) as check:
        answer = await check.send("GET", url, params=params, headers=headers, target=target)
        _check(answer.status)


def _check(status: int) -> None:
    if status >= 500 and status not in (501, 503):
        raise Failed(f"the status is {status}")


async def _outside(session: Session, path: str, subject: Subject) -> None:
    for rest in _OUTSIDE:
        async with session.check(OUTSIDE, rest) as check:
            answer = await check.send("GET", subject.type, target=f"{path}/{subject.type}{rest}")
            check.that(b"root:" not in answer.body[:2000], "the answer is a file of the server's machine")
