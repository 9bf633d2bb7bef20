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
from rich.markup import escape
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
from conformance.reports import check_files, print_summary, write_reports
from conformance.reports.text import clean
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
            auth = Path(auth[1:]).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeError):
            raise CannotRun(f"--auth: the file {auth[1:]} cannot be read.") from None
    kind, _, secret = auth.partition(":")
    if kind == "bearer" and not (secret.isascii() and secret.isprintable() and " " not in secret):
        raise CannotRun("--auth: a token has no spaces, and no characters but those of ASCII.")
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
        check_paths(options)
        given = {"json": json, "junit": junit, "html": html, "test-report": test_report}
        files = {form: path for form, path in given.items() if path is not None}
        check_files(files)
        report = _run(options)
        print_summary(report, Console())
        write_reports(report, files)
    except CannotRun as error:
        _say(str(error))
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        _say("interrupted before anything was judged.")
        raise SystemExit(130) from None
    if report.cut_short:
        _say(f"cut short: {report.cut_short}")
    raise SystemExit(report.exit_status)


def _say(text: str) -> None:
    """One line on standard error, whatever a server put into it."""
    line = escape(" ".join(clean(text).split()))
    _errors.print(f"[red]facade-conformance:[/] {line}", highlight=False, soft_wrap=True)


def check_url(base_url: str) -> None:
    """Raises CannotRun unless it is the http(s) URL of a server."""
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.userinfo:
        raise CannotRun("the base URL holds a login, which reports would show; give it with --auth.")
    if url.scheme not in ("http", "https") or not url.host or not 0 < (url.port or 80) < 65536:
        raise CannotRun(
            f"{base_url!r} is not the URL of a server; write http://host/path or https://host/path."
        )
    if url.query or url.fragment:
        raise CannotRun(f"{base_url!r}: a base URL has no query and no fragment.")


def check_paths(options: Options) -> None:
    """Raises CannotRun for what is to be read and is not there; what is in it, its readers see."""
    named: list[tuple[str, Path | None]] = [("--ig", path) for path in options.packages]
    named += [("--testscript", path) for path in options.testscripts]
    named += [("--fidelity", options.fidelity), ("--validator", options.validator), ("--ca", options.ca)]
    for option, path in named:
        if path is not None and not path.exists():
            raise CannotRun(f"{option}: {path} is not there.")


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
