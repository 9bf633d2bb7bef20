"""The whole report as JSON: every check, and the requests and answers of those that failed."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from conformance.exchange import Exchange
from conformance.model import Result, Status
from conformance.reports.text import body_text
from conformance.run import Report


def write_json_report(report: Report) -> str:
    """`{"server", "begun", "seconds", "requests", "exitStatus", "cutShort", "counts", "denominators",
    "untried", "checks": […]}`."""
    return json.dumps(as_json(report), indent=1, ensure_ascii=False) + "\n"


def as_json(report: Report) -> dict[str, Any]:
    """The same as a tree."""
    return {
        "server": {"url": report.base_url, "software": report.software},
        "begun": report.begun.isoformat(timespec="seconds"),
        "seconds": round(report.seconds, 1),
        "requests": report.requests,
        "suites": [suite.name for suite in report.suites],
        "exitStatus": report.exit_status,
        "cutShort": report.cut_short or None,
        "counts": counts(report),
        "denominators": {
            name: {
                "seen": tally.seen,
                "of": len(tally.items),
                "missing": {item: tally.why.get(item, "") for item in tally.missing},
            }
            for name, tally in report.tallies.items()
        },
        "untried": [requirement.id for requirement in report.untried()],
        "checks": [_check(result) for result in report.results],
    }


def counts(report: Report) -> dict[str, dict[str, int]]:
    """Checks by level and by how they ended."""
    found: dict[str, Counter[str]] = {}
    for one in report.results:
        found.setdefault(str(one.requirement.level), Counter())[str(one.status)] += 1
    return {level: dict(sorted(found[level].items())) for level in sorted(found)}


def _check(result: Result) -> dict[str, Any]:
    requirement = result.requirement
    found: dict[str, Any] = {
        "id": requirement.id,
        "level": str(requirement.level),
        "subject": result.subject,
        "status": str(result.status),
        "seconds": round(result.seconds, 3),
    }
    if result.reason:
        found["reason"] = result.reason
    if result.status is Status.FAIL:
        found |= {"requirement": requirement.text, "source": requirement.source}
        found["exchanges"] = [exchange_as_json(one) for one in result.exchanges]
    return found


def exchange_as_json(exchange: Exchange) -> dict[str, Any]:
    """A request and its answer, long bodies cut."""
    request, response = exchange.request, exchange.response
    found: dict[str, Any] = {
        "request": {"method": request.method, "url": request.url, "headers": dict(request.headers)}
    }
    if request.body:
        found["request"]["body"] = body_text(request.body)
    if response is None:
        found["trouble"] = exchange.trouble
    else:
        found["response"] = {
            "status": response.status,
            "headers": dict(response.headers),
            "body": body_text(response.body),
        }
    return found
