"""Reads of what was found, references that must resolve, Provenance, and requests without a login.

https://hl7.org/fhir/us/core/must-support.html#must-support---resource-references ·
https://hl7.org/fhir/us/core/basic-provenance.html
"""

from __future__ import annotations

from typing import Any

from conformance.errors import Failed, NotDeclared, Skipped
from conformance.fhirpath import named_type
from conformance.harvest import included, matches
from conformance.model import Level
from conformance.session import Check, Session
from conformance.statement import dicts
from conformance.suites.us_core import requirements as asks
from conformance.suites.us_core.guide import Wanted
from conformance.suites.us_core.holdings import Holdings
from conformance.suites.us_core.profiles import Meant
from conformance.validation import must_support

Json = dict[str, Any]
_READS = 2  # of a type, and of the targets of one element
_LOOKED = 200  # resources of a profile whose references are looked at


async def judge_reads(session: Session, holdings: Holdings, wanted: Wanted) -> None:
    """A resource read by its id is the one that a search found."""
    if "read" not in wanted.interactions:
        return
    async with session.check(asks.READ, wanted.type) as check:
        if not session.statement.does(wanted.type, "read"):
            raise NotDeclared(f"read is not declared of {wanted.type}")
        resources = await holdings.of(wanted.type)
        if not resources:
            raise Skipped(holdings.why_none(wanted.type))
        for one in resources[:_READS]:
            await _read(check, f"{wanted.type}/{one['id']}", {wanted.type})


async def _read(check: Check, path: str, types: set[str]) -> None:
    answer = await check.get(path)
    if answer.status != 200:
        raise Failed(f"GET {path} gives status {answer.status}")
    found = answer.resource()
    if types and found["resourceType"] not in types:
        raise Failed(f"{path} is a {found['resourceType']}, not a {' or '.join(sorted(types))}")
    if found.get("id") != path.partition("/_history/")[0].rpartition("/")[2]:
        raise Failed(f"{path} gives a resource with another id")


async def judge_references(session: Session, wanted: Wanted, meant: Meant) -> None:
    """Of each must-support reference of a profile a few targets are read, each only once."""
    done: set[str] = set()
    for url, nodes in sorted(meant.nodes.items()):
        texts: dict[tuple[str, str], dict[str, None]] = {}
        for node in nodes[:_LOOKED]:
            for element in must_support(node, session.definitions, url):
                for one in element.nodes:
                    text = one.value.get("reference") if one.type == "Reference" else None
                    if isinstance(text, str) and (path := _here(session, text)) and " → " not in element.name:
                        texts.setdefault((element.name, named_type(path)), {})[path] = None
        for (name, type), found in sorted(texts.items()):
            paths = [path for path in sorted(found) if path not in done][:_READS]
            if not paths:
                continue
            done.update(paths)
            async with session.check(asks.RESOLVES, f"{url.rpartition('/')[2]} {name} → {type}") as check:
                for path in paths:
                    await _read(check, path, {type})


def _here(session: Session, text: str) -> str:
    """The path of a reference below this server's base; empty for one that leads elsewhere."""
    if session.client.is_here(text):
        text = text[len(session.client.base) + 1 :]
    return text if "://" not in text and named_type(text) else ""


async def judge_provenance(session: Session, holdings: Holdings, wanted: Wanted) -> None:
    """What `_revinclude` brings is of what was found, and brings what there is."""
    for name, level in wanted.revincludes.items():
        async with session.check(asks.PROVENANCE.at(level), f"{wanted.type} {name}") as check:
            type = session.statement.types.get(wanted.type)
            if type is None:
                raise NotDeclared(f"the server does not declare {wanted.type}")
            if not {name, "*"} & set(type.revincludes):
                text = f"{name} is not among searchRevInclude of {wanted.type}"
                raise Failed(text) if level is Level.SHALL else NotDeclared(text)
            resources = await holdings.of(wanted.type)
            if not resources:
                raise Skipped(holdings.why_none(wanted.type))
            source, _, parameter = name.partition(":")
            known = {str(one["id"]): _targets(session, one, parameter) for one in await holdings.of(source)}
            spoken = {text for targets in known.values() for text in targets}
            one = next((one for one in resources if f"{wanted.type}/{one['id']}" in spoken), resources[0])
            params = [*_narrowest(session, wanted, one), ("_revinclude", name)]
            _all_came(session, wanted, name, known, await _bundle(check, wanted.type, params))


async def _bundle(check: Check, type: str, params: list[tuple[str, str]]) -> Json:
    answer = await check.get(type, params)
    check.status(answer, 200)
    return answer.resource("Bundle")


def _all_came(session: Session, wanted: Wanted, name: str, known: dict[str, set[str]], bundle: Json) -> None:
    """Raises Failed for what came along and should not have, or did not and should; Skipped for nothing."""
    source, _, parameter = name.partition(":")
    ids = {f"{wanted.type}/{one.get('id')}" for one in matches(bundle)}
    came = {str(one.get("id")): _targets(session, one, parameter) for one in included(bundle)}
    for id, targets in came.items():
        if targets and not targets & ids:
            raise Failed(f"{source}/{id} came along, and is of nothing that was found")
    missing = [id for id, targets in known.items() if targets & ids and id not in came]
    if missing:
        raise Failed(f"{source}/{missing[0]} is of what was found, and did not come along")
    if not came:
        raise Skipped(f"it is answered, but there is no {source} of what was found")


def _narrowest(session: Session, wanted: Wanted, resource: Json) -> list[tuple[str, str]]:
    known = session.statement.types[wanted.type].parameters
    if "_id" in known:
        return [("_id", str(resource["id"]))]
    subject = resource.get("patient") or resource.get("subject")
    text = subject.get("reference") if isinstance(subject, dict) else None
    return [("patient", text)] if "patient" in known and isinstance(text, str) else []


def _targets(session: Session, resource: Json, name: str) -> set[str]:
    found = resource.get(name)
    items = dicts(found if isinstance(found, list) else [found])
    texts = [one["reference"] for one in items if isinstance(one.get("reference"), str)]
    return {_here(session, text).partition("/_history/")[0] for text in texts} - {""}


async def judge_login(session: Session, holdings: Holdings) -> None:
    """Without the login that was given, the server must not answer."""
    async with session.check(asks.UNAUTHORIZED, "Patient") as check:
        if not session.options.headers:
            raise Skipped("no login was given (--auth): the server is asked without one")
        patients = await holdings.of("Patient")
        path = f"Patient/{patients[0]['id']}" if patients else "Patient"
        answer = await session.client.send("GET", path, log=check.exchanges, anonymous=True)
        check.status(answer, 401, 403, 404)
