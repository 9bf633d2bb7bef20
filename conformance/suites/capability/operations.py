"""Every declared operation is called, where R4 tells how and the kit has what it takes.

https://hl7.org/fhir/R4/operations.html
"""

from __future__ import annotations

from collections import defaultdict

from conformance.errors import Failed, NotDeclared, Skipped
from conformance.exchange import Response
from conformance.model import Level, Requirement
from conformance.session import FHIR_TYPE, Check, Session
from conformance.suites.capability.answers import NOT_DONE, counted, permitted, status_and_words
from conformance.suites.capability.calls import CALLS, Call
from conformance.suites.capability.holdings import Holdings

CALLED = Requirement(
    "capability.operation.called",
    Level.SHALL,
    "A declared operation is there, and gives what its definition says.",
    "https://hl7.org/fhir/R4/operations.html#executing",
)
BOTH = Requirement(
    "capability.operation.post",
    Level.SHOULD,
    "An operation declared by its definition in the specification takes POST as well as GET.",
    "https://hl7.org/fhir/R4/capabilitystatement-definitions.html"
    "#CapabilityStatement.rest.resource.operation.definition",
)
REQUIREMENTS = (CALLED, BOTH)
TALLY = "declared operations"
_RESOURCE = "http://hl7.org/fhir/OperationDefinition/Resource-"
CHANGING = (f"{_RESOURCE}meta-add", f"{_RESOURCE}meta-delete")


async def check_operations(session: Session, held: Holdings) -> None:
    """One call of each operation for each type, and for the system; what is not called is told in groups."""
    untried: dict[tuple[str, str], list[str]] = defaultdict(list)
    calls = []
    read: dict[str, Call] = {}
    declared = [("", one) for one in session.statement.operations]
    declared += [(type, one) for type, of in session.statement.types.items() for one in of.operations]
    if not declared:
        for requirement in REQUIREMENTS:
            async with session.check(requirement):
                raise NotDeclared("no operation is declared")
        return
    for type, (name, url) in sorted(set(declared)):
        made, why = _calls(session, type, url.partition("|")[0], held)
        session.tally(TALLY).expect(_subject(type, name), why)
        if made:
            if not made[0].body:
                read.setdefault(name, made[0])
            calls.append(_called(session, type, name, made))
        else:
            untried[name, why].append(type)
    await session.gather(calls)
    await _posted(session, read)
    for (name, why), types in untried.items():
        subject = _subject(types[0], name) if len(types) == 1 else f"${name} ({counted(len(types), 'type')})"
        async with session.check(CALLED, subject):
            raise Skipped(why)


def _subject(type: str, name: str) -> str:
    return f"{type} ${name}" if type else f"${name}"


def _calls(session: Session, type: str, url: str, held: Holdings) -> tuple[list[Call], str]:
    """How to call it, or why it is not called."""
    definition = session.definitions.operations.get(url)
    if definition is None:
        return [], f"its definition ({url or 'none'}) is unknown, and with it its input and what it does"
    if definition.get("kind") == "query":
        return [], "it is a named query"
    if definition.get("affectsState") or url in CHANGING:
        return [], "it changes what is there: it is tried, if at all, on a resource of the kit's own"
    if url not in CALLS:
        return [], "it needs input that the kit does not make up"
    found = CALLS[url](type, held)
    return found, "" if found else "the server holds nothing that it can be tried on"


async def _called(session: Session, type: str, name: str, calls: list[Call]) -> None:
    async with session.check(CALLED, _subject(type, name)) as check:
        for place, call in enumerate(calls):
            answer = await _send(check, call)
            if answer.status not in (*NOT_DONE, 400) or place == len(calls) - 1:
                break
        if answer.status in NOT_DONE or answer.status >= 500:
            raise Failed(f"it is declared, and {call.path} gives {status_and_words(answer)}")
        if permitted(answer).status != 200:
            raise Skipped(f"the input that the kit made up is refused: {status_and_words(answer)}")
        answer.resource(*call.gives)
        session.tally(TALLY).saw(_subject(type, name))


async def call_on_own(session: Session, type: str, path: str) -> None:
    """$meta-add and $meta-delete, on a resource that the kit has made."""
    tag = {"system": "urn:zzz:conformance", "code": "zzz"}
    given = {"resourceType": "Parameters", "parameter": [{"name": "meta", "valueMeta": {"tag": [tag]}}]}
    for name, url in session.statement.types[type].operations:
        if url.partition("|")[0] in CHANGING:
            async with session.check(CALLED, _subject(type, name)) as check:
                answer = permitted(await check.put_in("POST", f"{path}/${name}", given))
                check.that(answer.status == 200, f"it is declared, and gives {status_and_words(answer)}")
                answer.resource("Parameters")
                session.tally(TALLY).saw(_subject(type, name))


async def _posted(session: Session, calls: dict[str, Call]) -> None:
    """The first call by GET of each operation, by POST, and without its input: it may be refused for
    the lack of that alone."""
    if not calls:
        async with session.check(BOTH):
            raise Skipped("no operation of the specification was called by GET")
    for name, call in sorted(calls.items()):
        async with session.check(BOTH, f"${name}") as check:
            answer = permitted(await check.put_in("POST", call.path, {"resourceType": "Parameters"}))
            if answer.status in NOT_DONE or answer.status >= 500:
                raise Failed(f"POST {call.path} gives {status_and_words(answer)}")


async def _send(check: Check, call: Call) -> Response:
    if call.body:
        return await check.send("POST", call.path, headers=FHIR_TYPE, body=call.body)
    return await check.get(call.path, [*call.params])
