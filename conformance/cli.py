"""`facade-conformance BASE_URL`: arguments, progress, reports, exit status."""

from __future__ import annotations

import asyncio
import sys
from base64 import b64encode
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from conformance.errors import CannotRun
from conformance.model import Result, Status
from conformance.options import Options
from conformance.reports import print_summary, write_reports
from conformance.run import Report, run
from conformance.suites import Suite

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_errors = Console(stderr=True)


def main() -> None:
    """The entry point."""
    app()


def headers_of(auth: str) -> dict[str, str]:
    """`bearer:TOKEN`, `basic:USER:PASSWORD`, or `@FILE` holding either. Raises CannotRun."""
    if auth.startswith("@"):
        try:
            auth = Path(auth[1:]).read_text().strip()
        except OSError:
            raise CannotRun(f"--auth: the file {auth[1:]} cannot be read.") from None
    kind, _, secret = auth.partition(":")
    if kind == "bearer" and secret:
        return {"authorization": f"Bearer {secret}"}
    if kind == "basic" and ":" in secret:
        return {"authorization": "Basic " + b64encode(secret.encode()).decode()}
    raise CannotRun("--auth: write bearer:TOKEN, basic:USER:PASSWORD, or @FILE that holds one of these.")


def variables_of(given: list[str]) -> dict[str, str]:
    """`NAME=VALUE`, each. Raises CannotRun."""
    for one in given:
        if not one.partition("=")[0] or "=" not in one:
            raise CannotRun(f"--testscript-variable: write NAME=VALUE, not {one}.")
    return {one.partition("=")[0]: one.partition("=")[2] for one in given}


@app.command()
def judge(  # noqa: PLR0917 - each is an option by its name
    base_url: Annotated[str, typer.Argument(help="Of the FHIR server, such as http://localhost:8000/fhir")],
    suite: Annotated[list[str], typer.Option(help="Only this suite; may be repeated")] = [],  # noqa: B006
    write: Annotated[bool, typer.Option("--write", help="Also create, change and remove own data")] = False,
    ig: Annotated[list[Path], typer.Option(help="An implementation guide's package (.tgz)")] = [],  # noqa: B006
    fidelity: Annotated[Path | None, typer.Option(help="A folder of rows and golden resources")] = None,
    testscript: Annotated[list[Path], typer.Option(help="A TestScript, or a folder of them")] = [],  # noqa: B006
    testscript_variable: Annotated[list[str], typer.Option(help="NAME=VALUE for a script's variable")] = [],  # noqa: B006
    testscript_reports: Annotated[Path | None, typer.Option(help="Write a TestReport a script here")] = None,
    validator: Annotated[Path | None, typer.Option(help="HL7's or HAPI's Java validator (.jar)")] = None,
    auth: Annotated[str, typer.Option(help="bearer:TOKEN, basic:USER:PASSWORD or @FILE")] = "",
    ca: Annotated[Path | None, typer.Option(help="A certificate authority to trust (PEM)")] = None,
    insecure: Annotated[bool, typer.Option("--insecure", help="Accept any TLS certificate")] = False,
    rate: Annotated[float, typer.Option(min=0.1, help="Requests a second at most")] = 100.0,
    at_once: Annotated[int, typer.Option(min=1, max=64, help="Requests open at a time")] = 4,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds to wait for an answer")] = 30.0,
    max_answer: Annotated[int, typer.Option(min=1, help="MiB of an answer that are read")] = 64,
    sample: Annotated[int, typer.Option(min=1, help="Resources of a type that are looked at")] = 500,
    seed: Annotated[int, typer.Option(help="Chooses among the server's resources")] = 0,
    json: Annotated[Path | None, typer.Option(help="Write the whole report here, as JSON")] = None,
    junit: Annotated[Path | None, typer.Option(help="… as JUnit XML")] = None,
    html: Annotated[Path | None, typer.Option(help="… as a page")] = None,
    test_report: Annotated[Path | None, typer.Option(help="… as a FHIR TestReport")] = None,
) -> None:
    """Judge a FHIR R4 server by its answers. Exit status: 0 every SHALL that was tried holds, 1 one does not,
    2 wrong arguments, 3 cut short."""
    try:
        options = Options(
            base_url.rstrip("/"),
            suites=tuple(suite),
            write=write,
            packages=tuple(ig),
            fidelity=fidelity,
            testscripts=tuple(testscript),
            testscript_variables=variables_of(testscript_variable),
            testscript_reports=testscript_reports,
            validator=validator,
            headers=headers_of(auth) if auth else {},
            ca=ca,
            insecure=insecure,
            rate=rate,
            at_once=at_once,
            timeout=timeout,
            max_answer=max_answer * 1024 * 1024,
            sample=sample,
            seed=seed,
        )
        check_url(base_url)
        report = _run(options)
        files = {json: "json", junit: "junit", html: "html", test_report: "testreport"}
        write_reports(report, {form: path for path, form in files.items() if path is not None})
    except CannotRun as error:
        _errors.print(f"[red]facade-conformance:[/] {error}", highlight=False, soft_wrap=True)
        raise SystemExit(2) from None
    print_summary(report, Console())
    raise SystemExit(report.exit_status)


def check_url(base_url: str) -> None:
    """Raises CannotRun unless it is the http(s) URL of a server."""
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host:
        raise CannotRun(
            f"{base_url!r} is not the URL of a server; write http://host/path or https://host/path."
        )


def _run(options: Options) -> Report:
    """The run with its progress bar, which goes to standard error and only to a terminal."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]} failed"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=_errors, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task("asking what is declared", total=None, failed=0)
        failed = 0

        def begin(suite: Suite) -> None:
            progress.update(bar, description=suite.title)

        def told(result: Result) -> None:
            nonlocal failed
            failed += result.status is Status.FAIL
            progress.update(bar, advance=1, failed=failed)

        return asyncio.run(run(options, told=told, begin=begin))
