"""`facade serve`: the FHIR endpoint, with the schedules that keep its store fresh."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Annotated

import typer

from facade.cli.console import console, error_line
from facade.cli.options import DEFAULT_CONFIG, Config

if TYPE_CHECKING:
    from facade.settings import Settings


def serve(
    config: Config = DEFAULT_CONFIG,
    port: Annotated[int | None, typer.Option(help="Listen here instead of the setting `port`.")] = None,
) -> None:
    """Serve FHIR and keep the store fresh, until stopped."""
    from facade.settings import load_settings

    serve_settings(load_settings(config, overrides={} if port is None else {"port": str(port)}))


def serve_settings(settings: Settings) -> None:
    """Run uvicorn with the application that the settings make; says so in one line if the port is taken."""
    import socket

    import uvicorn

    from facade.app import create_app
    from facade.rest.deadline import DeadlineProtocol

    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        try:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
        except OSError as error:
            reason = "is already in use" if error.errno == errno.EADDRINUSE else "cannot be listened on"
            error_line(f"Port {settings.port} on {settings.host} {reason}; choose another with --port.")
            raise typer.Exit(1) from None
    app = create_app(settings)
    console.print(f"FHIR R4 at [bold]{settings.base_url}[/]  (Ctrl-C stops)")
    uvicorn.run(
        app,
        http=DeadlineProtocol,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=20,
    )
