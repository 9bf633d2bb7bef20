"""Every form of the report, read back by what reads such a form, says what the results say."""

from __future__ import annotations

import io
import json
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fhir.resources.R4B import get_fhir_model_class
from rich.console import Console

from conformance.errors import CannotRun
from conformance.reports import FORMS, check_files, print_summary, write_reports
from conformance.reports.html import write_html
from conformance.reports.junit import write_junit
from conformance.reports.testreport import as_test_report, write_test_report
from conformance.run import Report
from conformance.spec.definitions import definitions
from tests.conformance.reports.examples import NASTY, cut_short, green, vacuous, whole

EVERY = (whole, green, vacuous, cut_short)


def test_junit_counts_what_the_results_are() -> None:
    root = ElementTree.fromstring(write_junit(whole()))
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "7",
        "failures": "2",
        "errors": "0",
        "skipped": "3",
    }
    assert [(suite.get("name"), suite.get("tests"), suite.get("failures")) for suite in root] == [
        ("rest", "4", "2"),
        ("search", "3", "0"),
    ]
    cases = {case.get("name"): [child.tag for child in case] for case in root.iter("testcase")}
    assert cases["rest.holds [Patient]"] == []
    assert cases["search.skipped [Patient]"] == ["skipped"]
    assert cases["search.undeclared [Patient]"] == ["skipped"]
    assert cases["search.untried"] == ["skipped"]
    failure = next(root.iter("failure"))
    assert failure.get("type") == "SHALL"
    assert (failure.get("message") or "").startswith("it says <script>alert('x')</script> & \"q\" ]]> ")
    assert "POST http://here/fhir/Patient?name=a&b" in (failure.text or "")
    assert "no answer: nothing came within 3 seconds" in (failure.text or "")


def test_a_run_cut_short_is_no_success_in_junit() -> None:
    root = ElementTree.fromstring(write_junit(cut_short()))
    assert (root.get("errors"), root.get("tests")) == ("1", "3")


class _Page(HTMLParser):
    """The tags of a page, that each is closed, and its text."""

    VOID = ("meta",)

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.links: list[str | None] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize("make", EVERY)
def test_html_is_one_page_without_script(make: type[Report]) -> None:
    page = _Page(write_html(make()))
    assert page.open == []
    assert "script" not in page.tags
    assert all(link and link.startswith("https://hl7.org/") for link in page.links)


def test_html_shows_failures_first_with_all_that_was_said() -> None:
    text = write_html(whole())
    page = _Page(text)
    words = "".join(page.words)
    order = ["SHALL: 1 requirement", "SHOULD: 1 requirement", "Denominators", "Skipped: 1", "Not declared: 1"]
    order += ["Pass: 2", "Requirements untried: 1"]
    places = [words.index(each) for each in order]
    assert places == sorted(places)
    assert "declared parameters: 1 of 2" in words
    assert "1 SHALL fails" in words
    assert words.count("→ 500") == 1
    assert words.count("→ no answer") == 1
    assert "https://hl7.org/fhir/R4/http.html#breaks" in page.links
    assert "<script>alert('x')</script> & \"q\" ]]>" in words
    assert "http://here/fhir/Patient?name=a&b" in words


@pytest.mark.parametrize(
    ("make", "status", "result", "score"),
    [
        (whole, "completed", "fail", 33.33),
        (green, "completed", "pass", 100.0),
        (vacuous, "completed", "fail", 0.0),
        (cut_short, "stopped", "pending", 100.0),
    ],
)
def test_the_test_report_is_one(make: type[Report], status: str, result: str, score: float) -> None:
    resource = json.loads(write_test_report(make()))
    get_fhir_model_class("TestReport").model_validate(resource)
    codes = definitions().code_systems
    for name, system in (("status", "report-status-codes"), ("result", "report-result-codes")):
        assert resource[name] in {code for code, _ in codes[f"http://hl7.org/fhir/{system}"]["concept"]}
    for name in ("status", "result", "testScript"):  # 1..1; the model allows their absence
        assert resource[name]
    assert all(one["type"] and one["uri"] for one in resource["participant"])
    assert all(test["action"] for test in resource["test"])
    assert (resource["status"], resource["result"], resource["score"]) == (status, result, score)


def test_a_skip_is_never_a_pass_in_the_test_report() -> None:
    found = {
        test["name"]: [action["assert"]["result"] for action in test["action"]]
        for test in as_test_report(whole())["test"]
    }
    assert found == {
        "rest.holds": ["pass", "pass"],
        "rest.breaks": ["fail"],
        "rest.should": ["warning"],
        "search.skipped": ["skip"],
        "search.undeclared": ["skip"],
        "search.untried": ["skip"],
    }


def test_json_says_the_same() -> None:
    tree = json.loads(FORMS["json"](whole()))
    assert tree["counts"] == {
        "MAY": {"not declared": 1},
        "SHALL": {"fail": 1, "pass": 2, "skipped": 1},
        "SHOULD": {"fail": 1},
    }
    assert tree["untried"] == ["search.untried"]
    assert tree["exitStatus"] == 1
    (broken,) = [one for one in tree["checks"] if one["id"] == "rest.breaks"]
    assert [one.get("trouble") for one in broken["exchanges"]] == [None, "nothing came within 3 seconds"]


@pytest.mark.parametrize("make", EVERY)
def test_the_summary_survives_what_servers_call_themselves(make: type[Report]) -> None:
    report, out = make(), io.StringIO()
    print_summary(report, Console(file=out, width=200))
    text = out.getvalue()
    assert "\x1b" not in text
    assert "[/bold] [red]" in text
    verdicts = {0: "every SHALL that was tried holds", 1: "SHALL", 3: "Cut short: "}
    assert verdicts[report.exit_status] in text


def test_nothing_tried_is_no_success() -> None:
    assert [make().exit_status for make in EVERY] == [1, 0, 1, 3]
    assert "no SHALL was seen to hold" in write_html(vacuous())


def test_every_form_is_written(tmp_path: Path) -> None:
    files = {form: tmp_path / form for form in FORMS}
    check_files(files)
    assert list(tmp_path.iterdir()) == []
    write_reports(whole(), files)
    for path in files.values():
        assert NASTY[:8] in path.read_text(encoding="utf-8") or "&lt;script" in path.read_text(
            encoding="utf-8"
        )


def test_a_file_that_cannot_be_written_is_refused_before_the_run(tmp_path: Path) -> None:
    missing = tmp_path / "none" / "report.xml"
    with pytest.raises(
        CannotRun, match=r"^--junit: .*report\.xml cannot be written: No such file or directory\.$"
    ):
        check_files({"junit": missing})
    with pytest.raises(CannotRun, match=r"^--html: .* cannot be written: Is a directory\.$"):
        check_files({"html": tmp_path})
    with pytest.raises(CannotRun, match="is to be two reports"):
        check_files({"html": tmp_path / "a", "json": tmp_path / "a"})


def test_a_report_that_is_there_is_kept_until_the_next_is_written(tmp_path: Path) -> None:
    old = tmp_path / "report.json"
    old.write_text("old")
    check_files({"json": old})
    assert old.read_text() == "old"
