"""What the server serves, judged by HL7's Java validator or HAPI's (`--validator`).

https://hl7.org/fhir/R4/validation.html

A validator that cannot be run says nothing of the server: it is a skip.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random
from typing import Any

from conformance.errors import Failed, Skipped
from conformance.exchange import write_json
from conformance.harvest import Pool
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.suites import Suite
from conformance.suites.validator.jar import Unusable, validate_folder

VALID = Requirement(
    "validator.valid",
    Level.SHALL,
    "A resource that is served is valid, by the validator that was given.",
    "https://hl7.org/fhir/R4/validation.html",
)
RUN = Requirement(
    "validator.run",
    Level.SHOULD,
    "The validator that was given can be run. What is wrong here is not the server.",
    "https://confluence.hl7.org/display/FHIR/Using+the+FHIR+Validator",
)
_OF_A_TYPE = 100  # resources of a type that are validated
_SHOWN = 3  # errors in a reason


async def run_validator(session: Session) -> None:
    """All types in one run of the validator; then a check of each resource."""
    jar = session.options.validator
    if jar is None:
        async with session.check(VALID):
            raise Skipped("no validator was given (--validator)")
        return
    chosen = await _chosen(session)
    if not chosen:
        async with session.check(VALID):
            raise Skipped("no resource was read")
        return
    tally = session.tally("resources validated by the Java validator")
    for one in chosen.values():
        tally.expect(f"{one['resourceType']}/{one['id']}", "the validator did not come to it")
    found: dict[str, list[str]] | None = None
    async with session.check(RUN) as check:
        with tempfile.TemporaryDirectory(prefix="facade-conformance-") as place:
            folder = Path(place) / "resources"
            folder.mkdir()
            for file, resource in chosen.items():
                (folder / file).write_bytes(write_json(resource))
            try:
                found = await validate_folder(
                    jar, folder, Path(place) / "outcome.json", session.options.packages
                )
            except Unusable as error:
                raise Failed(str(error)) from None
        check.that(found, "the validator's outcome names no file")
    for file, resource in chosen.items():
        subject = f"{resource['resourceType']}/{resource['id']}"
        async with session.check(VALID, subject):
            if found is None or file not in found:
                raise Skipped("the validator did not come to it")
            tally.saw(subject)
            _judge(found[file])


def _judge(errors: list[str]) -> None:
    if errors:
        more = f"; and {len(errors) - _SHOWN} more" if len(errors) > _SHOWN else ""
        raise Failed("; ".join(errors[:_SHOWN]) + more)


async def _chosen(session: Session) -> dict[str, dict[str, Any]]:
    """The resources by the names of their files, of each type some."""
    random = Random(session.options.seed)  # noqa: S311 - a sample, not a secret
    pools: dict[str, Pool] = await session.harvest.all()
    found: dict[str, dict[str, Any]] = {}
    for type in sorted(pools):
        resources = [one for _, one in sorted(pools[type].by_id.items()) if isinstance(one.get("id"), str)]
        if len(resources) > _OF_A_TYPE:
            resources = random.sample(resources, _OF_A_TYPE)
        for one in resources:
            if one.get("resourceType") == type:
                found[f"r{len(found):05}.json"] = one
    return found


SUITE = Suite("validator", "Java validator", run_validator, (RUN, VALID))
