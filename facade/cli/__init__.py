"""The command line: one file per command, listed here."""

from __future__ import annotations

from facade.cli.main import main

__all__ = ["main"]
