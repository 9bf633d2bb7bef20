"""The suites, in the order in which they run: one module or folder each, registered here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from conformance.model import Requirement
from conformance.session import Session


@dataclass(frozen=True, slots=True)
class Suite:
    """`run` makes the checks; `requirements` are all that it can make: one never tried is seen."""

    name: str
    title: str
    run: Callable[[Session], Awaitable[None]]
    requirements: tuple[Requirement, ...]


def suites() -> tuple[Suite, ...]:
    """All of them; imported here, so that a suite may import what is above."""
    from conformance.suites import (
        bulk,
        capability,
        fidelity,
        resources,
        rest,
        search,
        smart,
        testscript,
        us_core,
        validator,
    )

    return (
        capability.SUITE,
        search.SUITE,
        rest.SUITE,
        resources.SUITE,
        us_core.SUITE,
        fidelity.SUITE,
        testscript.SUITE,
        bulk.SUITE,
        smart.SUITE,
        validator.SUITE,
    )
