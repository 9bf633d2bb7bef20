"""The command: `python -m tests.generators.openemr CONNECTION --patients N --seed S`."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date

import pyodbc

from tests.generators.openemr.fill import PARTS, fill


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.generators.openemr", description=__doc__)
    parser.add_argument(
        "connection", help="an ODBC connection string of a database with OpenEMR 5.0.1's schema"
    )
    parser.add_argument("--patients", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--today", type=date.fromisoformat, default=None, help="the last day of the data (today)"
    )
    parser.add_argument("--start-pid", type=int, default=1000)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="fill these only")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    try:
        rows = fill(
            options.connection, options.patients, options.seed, options.today or date.today(),
            options.start_pid,
            parts=options.parts,
        )  # fmt: skip
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except pyodbc.Error as error:
        sys.stderr.write(f"the database refused: {error.args[0]}\n")
        return 1
    seconds = time.monotonic() - began
    sys.stdout.write(f"{options.patients} patients, {rows} rows in {seconds:.1f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
