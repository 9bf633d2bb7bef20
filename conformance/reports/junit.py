"""The report as JUnit XML, which build servers read: a test suite a suite, a test case a check.

https://github.com/testmoapp/junitxml
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from conformance.model import Result, Status
from conformance.reports.text import clean, request_text, response_text
from conformance.run import Report


def write_junit(report: Report) -> str:
    """A check that failed is a `failure`, its type the level; what was not tried is `skipped`, no success.

    A run that was cut short has an `error` of its own.
    """
    root = Element("testsuites", name=f"FHIR R4 conformance of {clean(report.base_url)}")
    root.set("time", f"{report.seconds:.3f}")
    for suite in report.suites:
        part = SubElement(root, "testsuite", name=suite.name, timestamp=f"{report.begun:%Y-%m-%dT%H:%M:%S}")
        own = [one for one in report.results if one.requirement.suite == suite.name]
        for one in own:
            _case(part, one)
        for requirement in report.untried():
            if requirement.suite == suite.name:
                case = SubElement(part, "testcase", classname=suite.name, name=requirement.id, time="0")
                SubElement(case, "skipped", message="there was nothing to try it on")
        part.set("time", f"{sum(one.seconds for one in own):.3f}")
    if report.cut_short:
        part = SubElement(root, "testsuite", name="run", time="0")
        case = SubElement(part, "testcase", classname="run", name="whole", time="0")
        SubElement(case, "error", message=clean(report.cut_short), type="cut short")
    for node in (root, *root):
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            node.set(name, str(len(list(node.iter(tag)))))
        node.set("tests", str(len(list(node.iter("testcase")))))
    indent(root)
    return "<?xml version='1.0' encoding='utf-8'?>\n" + tostring(root, encoding="unicode") + "\n"


def _case(part: Element, one: Result) -> None:
    requirement = one.requirement
    name = clean(f"{requirement.id} [{one.subject}]" if one.subject else requirement.id)
    case = SubElement(part, "testcase", classname=requirement.suite, name=name, time=f"{one.seconds:.3f}")
    if one.status is Status.FAIL:
        failure = SubElement(case, "failure", message=clean(one.reason), type=str(requirement.level))
        told = [f"{requirement.text}\n{requirement.source}"]
        told += [f"{request_text(each)}\n\n{response_text(each)}" for each in one.exchanges]
        failure.text = clean("\n\n".join(told))
    elif one.status is not Status.PASS:
        SubElement(case, "skipped", message=clean(f"{one.status}: {one.reason}"))
