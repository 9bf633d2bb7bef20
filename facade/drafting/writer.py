"""pack.yaml, README.md and the comments at the top of a mapping."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from facade.drafting.classify import Match
from facade.drafting.tokens import fold
from facade.drafting.tree import Leaf, emit

if TYPE_CHECKING:
    from facade.drafting.drafter import Drafter


def one_line(text: str) -> str:
    """A name of the database in a comment."""
    return re.sub(r"\s+", " ", "".join(one if one.isprintable() else " " for one in text))


def header(match: Match, todo: list[str]) -> str:
    """What a mapping was drafted from, and what is left to do."""
    lines = [
        f"Drafted from {match.tab.place} ({match.score:.2f}: {match.reason}). Numbers below are confidences."
    ]
    lines += [f"TODO: {line}" for line in todo]
    return "".join(f"# {one_line(line)}\n" for line in lines)


def pack_yaml(name: str, timezone: str, drafter: Drafter) -> str:
    """The file pack.yaml."""
    stem = re.sub(r"[^a-z0-9]+", "-", fold(name).lower()).strip("-") or "site"
    body: dict[str, Any] = {
        "pack": Leaf(name),
        "title": Leaf(f"{name} (drafted)"),
        "site": {
            "timezone": Leaf(timezone, "TODO: the zone of the database's local times"),
            "mrn_system": Leaf(f"urn:example:{stem}:mrn", "TODO: the system of the patients' numbers"),
            "system": Leaf(f"urn:example:{stem}", "TODO: the stem of this system's own numbers and codes"),
        },
    }
    if drafter.codebook.files:
        body["codes"] = {
            file.name: {key: Leaf(value) for key, value in file.policy.items()}
            for _, file in sorted(drafter.codebook.files.items())
        }
    lines = [f"# TODO: {one_line(line)}" for line in drafter.todo if not line.startswith("resources/")]
    return "\n".join([*lines, *emit(body)]) + "\n"


def readme(name: str, drafter: Drafter) -> str:
    """What was recognised, what was left out and why, and what is left to do."""
    lines = [f"# {one_line(name)}", "", "Drafted by `facade init` from the database's own catalog.", ""]
    if drafter.matches:
        lines += ["| stream | table | gives | confidence |", "|---|---|---|---|"]
        for match in drafter.matches:
            stream = drafter.streams[match.tab]
            lines.append(
                f"| {stream.name} | {one_line(match.tab.place)} | {match.kind.resource} | {match.score:.2f} |"
            )
        lines.append("")
    if drafter.todo:
        lines += ["## To do", "", *(f"- {one_line(line)}" for line in drafter.todo), ""]
    if drafter.seen.skipped:
        lines += [
            "## Left out",
            "",
            *(f"- {one_line(place)}: {reason}" for place, reason in drafter.seen.skipped),
            "",
        ]
    return "\n".join(lines)
