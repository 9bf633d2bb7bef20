"""The kit finds nothing in a correct server, and in each of its mutants the fault, by a check with a name."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from conformance.model import Result, Status
from conformance.options import Options
from conformance.run import run
from tests.conformance.controls import BASE, FAULTS, make_app

CAUGHT = {
    # search: values
    "ge-as-eq": ("search.date.ge", "Patient"),
    "le-as-eq": ("search.date.le", "Patient"),
    "sa-as-gt": ("search.date.sa", "Patient"),
    "eb-as-lt": ("search.date.eb", "Observation"),
    "date-as-point": ("search.date.partial", "Patient"),
    "zone-dropped": ("search.date.zone", "Observation"),
    "open-period-closed": ("search.date.gt", "Encounter"),
    "exact-ignored": ("search.string.exact", "Patient"),
    "contains-ignored": ("search.string.contains", "Patient"),
    "missing-ignored": ("search.missing.true", "Patient"),
    "not-ignored": ("search.token.not", "Patient"),
    "unknown-modifier-ignored": ("search.modifier.unknown", "Patient"),
    "or-as-and": ("search.or", "Patient"),
    "second-and-ignored": ("search.and", "Patient"),
    "escape-ignored": ("search.escape", "Patient"),
    "case-kept": ("search.string.case", "Patient"),
    "accents-kept": ("search.string.accents", "Patient"),
    "bare-token-as-no-system": ("search.token.code", "Patient"),
    "token-system-ignored": ("search.token.other-system", "Patient"),
    "text-as-code": ("search.token.text", "Observation"),
    "of-type-of-any": ("search.token.of-type", "Patient"),
    "identifier-as-reference": ("search.reference.identifier", "RiskAssessment"),
    "number-precision-ignored": ("search.number.precision", "RiskAssessment"),
    "quantity-unit-ignored": ("search.quantity.other-unit", "Observation"),
    "reference-type-ignored": ("search.reference.type-id", "Patient Practitioner Organization Provenance"),
    "bad-value-accepted": ("rest.search.malformed-value", "Patient"),
    # search: parameters
    "unknown-unfiltered": ("rest.search.strict", "Patient"),
    "parameter-does-nothing": ("capability.parameter.filters", "Patient"),
    "chain-ignored": ("search.chain", "Patient Organization"),
    "has-ignored": ("search.has", "Patient RiskAssessment"),
    # search: the Bundle
    "total-wrong": ("search.total.accurate", "Patient"),
    "total-with-includes": ("search.include.total", "Patient Organization"),
    "page-dropped": ("search.page.union", "Patient"),
    "duplicate-across-pages": ("search.page.union", "Patient"),
    "next-without-filter": ("search.sort.descending", "Patient"),
    "self-missing": ("rest.searchset.self", "Patient"),
    "full-url-wrong": ("rest.searchset.full-url", "Patient"),
    "sort-ignored": ("search.sort.ascending", "Patient"),
    "descending-ignored": ("search.sort.descending", "Patient"),
    "include-forgotten": ("search.include", "Patient Organization"),
    "revinclude-forgotten": ("search.revinclude", "Patient Organization"),
    "include-as-match": ("search.include.mode", "Patient Organization"),
    "count-with-entries": ("search.summary.count", "Patient"),
    "elements-ignored": ("rest.subset.obeyed", "Patient"),
    "summary-ignored": ("rest.subset.obeyed", "Observation"),
    "deleted-in-search": ("rest.delete.search", "Patient"),
    "post-search-differs": ("search.post", "Patient"),
    # reads and errors
    "decimal-zero-lost": ("rest.create.decimal", "Patient Observation"),
    "etag-missing": ("rest.read.etag", "Patient"),
    "last-modified-missing": ("rest.read.last-modified", "Patient"),
    "not-modified-200": ("rest.conditional-read.none-match", "Patient"),
    "deleted-readable": ("rest.delete.read", "Patient"),
    "deleted-as-404": ("rest.delete.gone", "Patient"),
    "missing-as-200": ("rest.read.unknown", "Patient"),
    "unknown-type-empty": ("rest.surface.unknown-type", "Patient"),
    "vread-latest": ("rest.vread.earlier", "Patient"),
    "html-errors": ("rest.errors.outcome", "Patient"),
    "malformed-as-500": ("rest.invalid.status", "Patient"),
    "text-plain": ("rest.read.content-type", "Patient"),
    # writes
    "if-match-ignored": ("rest.update.stale", "Patient"),
    "if-none-exist-ignored": ("rest.conditional-create.one", "Patient"),
    "version-not-raised": ("rest.update.version", "Patient"),
    "location-missing": ("rest.create.location", "Patient"),
    "client-id-taken": ("rest.create.id-ignored", "Patient"),
    "other-id-accepted": ("rest.update.other-id", "Patient"),
    "prefer-ignored": ("rest.create.prefer", "Patient"),
    "delete-does-nothing": ("rest.delete.read", "Patient"),
    "patch-test-ignored": ("rest.patch.test", "Patient"),
    "history-without-deletion": ("rest.history.methods", "Patient"),
    "history-oldest-first": ("rest.history.order", "Patient"),
    "batch-fails-whole": ("rest.batch.independent", "Patient"),
    "transaction-not-atomic": ("rest.transaction.atomic", "Patient"),
    "urn-unresolved": ("rest.transaction.references", "Patient Observation"),
    # what is held
    "code-unknown": ("resources.valid", "Patient"),
    "mandatory-missing": ("resources.valid", "Observation"),
    "claim-untrue": ("resources.claimed", "Observation"),
    # the statement
    "statement-without-status": ("capability.statement.valid", "Patient"),
    "statement-kind-unknown": ("capability.statement.valid", "Patient"),
    "parameter-type-wrong": ("capability.parameter.type", "Patient"),
    "parameter-unserved": ("capability.parameter.accepted", "Patient"),
    "operation-unserved": ("capability.operation.called", "Observation"),
    "xml-declared": ("rest.format.xml", "Patient"),
}
"""Of each fault the check that finds it, and the types of resources that this takes."""

_killed: dict[str, bool] = {}  # those tried in this process, and whether they were caught


class Enough(BaseException):
    """What was to be seen has been seen."""


async def judge(fault: str | None = None, *suites: str, types: str = "", until: str = "") -> set[str]:
    """The ids of the checks that fail, up to the check `until`, which ends the run."""
    app = make_app(fault, **({"types": types.split()} if types else {}))
    options = Options(BASE, suites=suites, write=True, rate=1e9)
    failed: set[str] = set()

    def told(result: Result) -> None:
        if result.status is Status.FAIL:
            failed.add(result.requirement.id)
            if result.requirement.id == until:
                raise Enough

    try:
        report = await run(options, told=told, transport=httpx.ASGITransport(app))
        assert report.cut_short == ""
    except* Enough:
        pass
    return failed


async def test_the_correct_server_passes() -> None:
    """Every check of every level; what is skipped is what it does not have."""
    options = Options(BASE, write=True, rate=1e9)
    report = await run(options, transport=httpx.ASGITransport(make_app()))
    wrong = [
        (one.requirement.id, one.subject, one.reason) for one in report.results if one.status is Status.FAIL
    ]
    assert wrong == []
    assert (report.cut_short, report.exit_status) == ("", 0)
    assert sum(one.status is Status.PASS for one in report.results) > 1500


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_mutant_is_caught(fault: str) -> None:
    check, types = CAUGHT[fault]
    _killed[fault] = False
    assert check in await judge(fault, check.partition(".")[0], types=types, until=check)
    _killed[fault] = True


def test_the_mutation_score_is_100(capsys: pytest.CaptureFixture[str]) -> None:
    """Of the mutants that were tried in this process: all of them, unless tests are picked or spread."""
    killed = sum(_killed.values())
    with capsys.disabled():
        print(f"\nmutation score: {killed} of {len(_killed)} mutants are caught ({len(FAULTS)} in all)")
    assert killed == len(_killed)


def test_every_fault_has_its_spot() -> None:
    """A fault that no line of the server asks about would be no mutant."""
    code = "".join(path.read_text() for path in Path(__file__).parent.glob("controls/*.py"))
    asked = set(re.findall(r'wrong\(\s*"([a-z0-9-]+)"', code))
    assert asked == set(FAULTS) == set(CAUGHT)
