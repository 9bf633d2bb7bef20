"""Who may see what, as SQL: every search plan, read and include takes one of these."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Access:
    """The caller's reach. `patients` None means every resource; else only these patients' compartments.

    `clause("r")` gives SQL on the resource table's alias (empty for all) and its parameters.
    """

    patients: frozenset[str] | None = None

    def clause(self, alias: str) -> tuple[str, tuple[str, ...]]:
        """` AND …` to append to a WHERE on the resource table, with `?` placeholders, and its parameters."""
        if self.patients is None:
            return "", ()
        if not self.patients:
            return " AND 1=0", ()
        marks = ",".join("?" * len(self.patients))
        own = f"({alias}.type='Patient' AND {alias}.id IN ({marks}))"
        shared = f"{alias}.rid IN (SELECT rid FROM in_compartment WHERE patient IN ({marks}))"  # noqa: S608
        values = tuple(sorted(self.patients))
        return f" AND ({alias}.patient IN ({marks}) OR {own} OR {shared})", values * 3


EVERYTHING = Access()
