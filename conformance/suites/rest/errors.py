"""What is asked of all errors: looked for, when the suite is through, in every answer that it got.

https://hl7.org/fhir/R4/http.html#Status-Codes · https://hl7.org/fhir/R4/operationoutcome.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance.errors import Failed, Skipped
from conformance.exchange import Exchange, Response
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.suites.rest.outcome import check_outcome, leak

NO_5XX = Requirement(
    "rest.errors.no-5xx",
    Level.SHOULD,
    "No request, right or wrong, is answered with a failure of the server (5xx, but for 501 and 503).",
    "https://www.rfc-editor.org/rfc/rfc9110#section-15.6",
)
OUTCOME = Requirement(
    "rest.errors.outcome",
    Level.SHOULD,
    "An error comes with an OperationOutcome.",
    "https://hl7.org/fhir/R4/http.html#return",
)
VALID = Requirement(
    "rest.errors.outcome-valid",
    Level.SHALL,
    "An OperationOutcome is valid: it has an issue at least, each with a severity and a code of R4's.",
    "https://hl7.org/fhir/R4/operationoutcome.html#resource",
)
SILENT = Requirement(
    "rest.errors.no-leak",
    Level.SHOULD,
    "An error tells nothing of the server's inside: no stack trace, no SQL.",
    "https://hl7.org/fhir/R4/security.html#AccessDenied",
)
ALLOW = Requirement(
    "rest.errors.allow",
    Level.SHALL,
    "An answer 405 names the methods that are allowed, in the header Allow.",
    "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6",
)
REQUIREMENTS = (NO_5XX, OUTCOME, VALID, SILENT, ALLOW)
_TOLD = 10  # wrong answers that are told one by one
_OUTSIDE = (401, 406, 414, 431)  # answered by what stands before a FHIR server, or before it knows a format


async def judge(session: Session) -> None:
    """Look through the exchanges of all checks of this suite so far."""
    seen = [
        (exchange, exchange.response)
        for result in session.results
        if result.requirement.suite == "rest"
        for exchange in result.exchanges
        if exchange.response is not None
    ]
    errors = [(one, answer) for one, answer in seen if answer.status >= 400]
    shown = [(one, answer) for one, answer in errors if one.request.method != "HEAD"]
    await _all(session, NO_5XX, seen, _is_ours)
    fhir = [one for one in shown if one[1].status not in _OUTSIDE and one[0].request.method != "OPTIONS"]
    await _all(session, OUTCOME, fhir, _has_outcome)
    await _all(session, VALID, [one for one in shown if _outcome(one[1])], lambda one: _valid(session, one))
    await _all(session, SILENT, shown, _silent)
    await _all(session, ALLOW, [one for one in errors if one[1].status == 405], _allow)


async def _all(
    session: Session,
    requirement: Requirement,
    answers: list[tuple[Exchange, Response]],
    look: Callable[[Response], None],
) -> None:
    """One check for all that hold; one for each of the first that do not, by what was asked."""
    wrong = list(_wrong(answers, look))
    for exchange, reason in wrong[:_TOLD]:
        async with session.check(requirement, _subject(session, exchange)) as check:
            check.exchanges.append(exchange)
            raise Failed(reason)
    async with session.check(requirement) as check:
        if not answers:
            raise Skipped("there was no such answer")
        check.that(not wrong, f"{len(wrong)} of {len(answers)} answers: {wrong[0][1] if wrong else ''}")


def _wrong(
    answers: list[tuple[Exchange, Response]], look: Callable[[Response], None]
) -> Iterator[tuple[Exchange, str]]:
    """Each wrong answer once, however often the same was asked."""
    told = set()
    for exchange, answer in answers:
        try:
            look(answer)
        except Failed as error:
            key = (exchange.request, str(error))
            if str(key) not in told:
                told.add(str(key))
                yield exchange, str(error)


def _subject(session: Session, exchange: Exchange) -> str:
    url = exchange.request.url.removeprefix(session.client.base).lstrip("/")
    return f"{exchange.request.method} {url[:100]}"


def _is_ours(answer: Response) -> None:
    if answer.status >= 500 and answer.status not in (501, 503):
        raise Failed(f"the status is {answer.status}")


def _has_outcome(answer: Response) -> None:
    if not _outcome(answer) and not _xml_outcome(answer):
        kind = answer.header("content-type").partition(";")[0] or "no content type"
        raise Failed(f"the answer {answer.status} ({kind}) has no OperationOutcome")


def _outcome(answer: Response) -> bool:
    try:
        answer.resource("OperationOutcome")
    except Failed:
        return False
    return True


def _xml_outcome(answer: Response) -> bool:
    return "xml" in answer.header("content-type") and b"<OperationOutcome" in answer.body


def _valid(session: Session, answer: Response) -> None:
    check_outcome(answer.resource("OperationOutcome"), session.definitions)


def _silent(answer: Response) -> None:
    told = leak(answer.body)
    if told:
        raise Failed(f"the answer {answer.status} has what looks like {told}")


def _allow(answer: Response) -> None:
    if not answer.header("allow"):
        raise Failed("the answer 405 has no header Allow")
