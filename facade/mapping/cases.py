"""Cases: a record and the exact resources it must give; a pack's documentation and its tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import zip_longest
from typing import Any

from facade.mapping.document import Map, Node, Seq
from facade.mapping.errors import Problem, suggest

KEYS = ("case", "mapping", "record", "key", "gives", "quarantined")


class Absent(Enum):
    """What a tree holds where it holds nothing."""

    ABSENT = "nothing"


ABSENT = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `gives` is None where the mapping must fail at the element `quarantined`."""

    name: str
    mapping: str
    record: dict[str, Any]
    key: str | None
    gives: list[Any] | None
    quarantined: str | None
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What became of a case; `difference` is empty if it is ok, else one line for each thing that differs."""

    case: Case
    mapping: str
    ok: bool
    difference: str


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError
    return text == "true"


_TAGS: dict[str, Callable[[str], Any]] = {
    "!int": int,
    "!float": float,
    "!bool": _flag,
    "!null": lambda text: None,
    "!str": str,
    "tag:yaml.org,2002:str": str,
}


def plain(node: Node, problems: list[Problem]) -> Any:
    """A node as a record's value: scalars are text unless tagged."""
    if isinstance(node, Map):
        return {key: plain(entry.value, problems) for key, entry in node.entries.items()}
    if isinstance(node, Seq):
        return [plain(item, problems) for item in node.items]
    if node.tag is None:
        return node.text
    convert = _TAGS.get(node.tag)
    if convert is None:
        hint = suggest(node.tag, _TAGS)
        problems.append(
            Problem(node.file, node.line, f"unknown tag `{node.tag}`{hint}; !int !float !bool !null")
        )
        return None
    try:
        return convert(node.text)
    except ValueError:
        problems.append(Problem(node.file, node.line, f"`{node.text}` is no {node.tag[1:]}"))
        return None


def parse_cases(node: Node | None, file: str, mappings: set[str], problems: list[Problem]) -> list[Case]:
    """The cases of one file."""
    if node is None:
        return []
    if not isinstance(node, Seq):
        problems.append(Problem(file, 1, "a list of cases, each beginning with `- case: …`"))
        return []
    return [case for item in node.items if (case := _case(item, file, mappings, problems))]


def _case(node: Node, file: str, mappings: set[str], problems: list[Problem]) -> Case | None:
    if not isinstance(node, Map):
        problems.append(Problem(file, node.line, "a case has `case`, `mapping`, `record` and `gives`"))
        return None
    for key, entry in node.entries.items():
        if key not in KEYS:
            problems.append(Problem(file, entry.line, f"unknown key `{key}`{suggest(key, KEYS)}"))
    values = {key: plain(entry.value, problems) for key, entry in node.entries.items()}
    name, mapping, record = values.get("case"), values.get("mapping"), values.get("record")
    if not isinstance(name, str) or not isinstance(mapping, str) or not isinstance(record, dict):
        problems.append(
            Problem(file, node.line, "a case needs `case: title`, `mapping: name` and `record: {…}`")
        )
        return None
    if mapping not in mappings:
        line = node.entries["mapping"].line
        problems.append(
            Problem(file, line, f"there is no resources/{mapping}.yaml{suggest(mapping, mappings)}")
        )
        return None
    gives = values.get("gives")
    if ("gives" in values) == ("quarantined" in values):
        problems.append(Problem(file, node.line, "a case has either `gives` or `quarantined`"))
        return None
    if gives == "":
        gives = []
    given_key = values.get("key")
    return Case(
        name,
        mapping,
        record,
        None if given_key is None else str(given_key),
        gives if isinstance(gives, list) or gives is None else [gives],
        None if "quarantined" not in values else str(values["quarantined"]),
        file,
        node.line,
    )


def differences(wanted: Any, got: Any) -> Iterator[str]:
    """One line for each difference; scalars compare by their JSON text, decimals with all their digits."""
    for place, before, after in changes(wanted, got):
        yield f"{place}: wanted {shown(before)}, got {shown(after)}"


def changes(before: Any, after: Any, where: str = "") -> Iterator[tuple[str, Any, Any]]:
    """(path, before, after) for each difference of two trees, as deep as it goes; a side may be ABSENT."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys((*before, *after)):
            place = f"{where}.{name}" if where else name
            yield from changes(before.get(name, ABSENT), after.get(name, ABSENT), place)
    elif isinstance(before, list) and isinstance(after, list):
        for number, (one, other) in enumerate(zip_longest(before, after, fillvalue=ABSENT)):
            yield from changes(one, other, f"{where}[{number}]")
    elif isinstance(before, (dict, list)) or isinstance(after, (dict, list)) or shown(before) != shown(after):
        yield where, before, after


def shown(value: Any) -> str:
    """A value as a difference shows it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {shown(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(shown, value)) + "]"
    if value is ABSENT:
        return str(ABSENT.value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
