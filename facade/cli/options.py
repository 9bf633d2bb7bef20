"""Options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path, typer.Option("--config", "-c", help="The site's facade.yaml.", show_default=True, dir_okay=False)
]
Streams = Annotated[
    list[str] | None, typer.Argument(help="Streams, or SOURCE.STREAM where several sources share a name.")
]
DEFAULT_CONFIG = Path("facade.yaml")
