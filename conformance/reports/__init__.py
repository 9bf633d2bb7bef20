"""What a run saw, in the forms it can be given in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from conformance.errors import CannotRun
from conformance.reports.html import write_html
from conformance.reports.json_report import write_json_report
from conformance.reports.junit import write_junit
from conformance.reports.summary import print_summary
from conformance.reports.testreport import write_test_report
from conformance.run import Report

__all__ = ["FORMS", "check_files", "print_summary", "write_reports"]

FORMS: dict[str, Callable[[Report], str]] = {
    "json": write_json_report,
    "junit": write_junit,
    "html": write_html,
    "test-report": write_test_report,
}
"""The text of a report in each form, by the name of its option."""


def check_files(files: Mapping[str, Path]) -> None:
    """Raises CannotRun for a report that could not be written, while there is nothing to lose yet."""
    for form, path in files.items():
        there = path.exists()
        try:
            path.open("ab").close()
        except OSError as error:
            raise CannotRun(f"--{form}: {path} cannot be written: {error.strerror}.") from None
        if not there:
            path.unlink()
    twice = [path for path in files.values() if list(files.values()).count(path) > 1]
    if twice:
        raise CannotRun(f"{twice[0]} is to be two reports; give each a file of its own.")


def write_reports(report: Report, files: Mapping[str, Path]) -> None:
    """Write a report in each form to its file. Raises CannotRun for a file that cannot be written."""
    for form, path in files.items():
        try:
            path.write_bytes(FORMS[form](report).encode("utf-8", "replace"))
        except OSError as error:
            raise CannotRun(f"--{form}: {path} cannot be written: {error.strerror}.") from None
