"""The command line is there at once: what a command works with is loaded when it is given."""

from __future__ import annotations

import subprocess
import sys

HEAVY = (
    "facade.mapping",
    "facade.search",
    "facade.store",
    "facade.flow.site",
    "sqlglot",
    "starlette",
    "yaml",
)


def test_the_list_of_commands_loads_none_of_their_work() -> None:
    code = f"import sys, facade.cli; print(*(name for name in {HEAVY} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
