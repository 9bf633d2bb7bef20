"""What a run saw, in the forms it can be given in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from conformance.errors import CannotRun
from conformance.reports.json_report import write_json_report
from conformance.reports.summary import print_summary
from conformance.run import Report

__all__ = ["FORMS", "print_summary", "write_reports"]

FORMS: dict[str, Callable[[Report], str]] = {"json": write_json_report}
"""The text of a report in each form."""


def write_reports(report: Report, files: Mapping[str, Path]) -> None:
    """Write a report in each form to its file. Raises CannotRun for a file that cannot be written."""
    for form, path in files.items():
        try:
            path.write_text(FORMS[form](report), encoding="utf-8")
        except OSError as error:
            raise CannotRun(f"--{form}: {path} cannot be written: {error.strerror}.") from None
