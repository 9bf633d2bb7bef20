"""`facade`: the commands, and how a wrong setting, pack or source is told in one line instead of a trace."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from facade.cli import check, explain, init, reindex, replay, run, serve, status, sync
from facade.cli.console import error_line

cli = typer.Typer(
    name="facade",
    help="Makes any EHR, however old, look like a standards-compliant FHIR R4 server.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@cli.callback()
def options(
    trace: Annotated[bool, typer.Option("--trace", help="Show where an unforeseen error arose.")] = False,
) -> None:
    """Makes any EHR, however old, look like a standards-compliant FHIR R4 server."""
    global _trace  # noqa: PLW0603 set once per process, before any command
    _trace = trace


_trace = False

cli.command("run")(run.run)
cli.command("serve")(serve.serve)
cli.command("init")(init.init)
cli.command("check")(check.check)
cli.command("sync")(sync.sync)
cli.command("explain")(explain.explain)
cli.command("replay")(replay.replay)
cli.command("reindex")(reindex.reindex)
cli.command("status")(status.status)


def main(args: list[str] | None = None) -> None:
    """The entry point `facade`; exit status 0 all well, 1 something is wrong, 2 wrong usage."""
    try:
        cli(args)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        lines = _foreseen(error)
        if not lines and _trace:
            raise
        unforeseen = f"unforeseen {type(error).__name__}; `facade --trace …` shows where, for a bug report"
        for line in lines or [unforeseen]:
            error_line(line)
        sys.exit(1)


def _foreseen(error: Exception) -> list[str]:
    """What an error says of what is wrong; nothing of one that nobody thought of."""
    from connectors.errors import ConnectorError
    from facade.errors import FacadeError
    from facade.packs import PackNotFound
    from facade.settings import SettingsError

    if isinstance(error, SettingsError):
        return str(error).splitlines()
    if isinstance(error, ConnectorError | FacadeError | PackNotFound):
        return [str(error)]
    from facade.mapping import PackError

    return str(error).splitlines() if isinstance(error, PackError) else []


if __name__ == "__main__":
    main()
