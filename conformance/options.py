"""What the user asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """`base_url` has no slash at its end. `rate` is in requests a second, `timeout` in seconds, `max_answer`
    in bytes; `at_once` requests are open at a time. `seed` chooses among the server's resources: the same
    seed on the same data asks the same. `sample` is how many resources of a type are harvested."""

    base_url: str
    suites: tuple[str, ...] = ()
    write: bool = False
    packages: tuple[Path, ...] = ()
    fidelity: Path | None = None
    testscripts: tuple[Path, ...] = ()
    testscript_variables: dict[str, str] = field(default_factory=dict)
    testscript_reports: Path | None = None
    validator: Path | None = None
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    ca: Path | None = None
    insecure: bool = False
    rate: float = 100.0
    at_once: int = 4
    timeout: float = 30.0
    max_answer: int = 64 * 1024 * 1024
    sample: int = 500
    seed: int = 0
