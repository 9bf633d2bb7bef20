"""YAML text to a tree of nodes that know their file and line, with every scalar as text.

https://yaml.org/spec/1.1/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from facade.mapping.errors import Problem

MAX_DEPTH = 60
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar as text; `tag` only where tags are allowed (cases)."""

    text: str
    file: str
    line: int
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Seq:
    """A list."""

    items: tuple[Node, ...]
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of a map, and the place of its key."""

    value: Node
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Map:
    """A map, in the order written."""

    entries: dict[str, Entry]
    file: str
    line: int

    def get(self, key: str) -> Node | None:
        """The value at a key, if it is there."""
        entry = self.entries.get(key)
        return None if entry is None else entry.value


Node = Scalar | Seq | Map


class _Wrong(Exception):
    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def parse_document(text: str, file: str, problems: list[Problem], *, tags: bool = False) -> Node | None:
    """The one document of a file; None, and one problem, if it is not clear YAML."""
    try:
        return _parse(text, file, tags)
    except _Wrong as wrong:
        problems.append(Problem(file, wrong.line, wrong.message))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line if mark else 0
        lines = text.split("\n")
        at = lines[line][mark.column :] if mark and line < len(lines) else ""
        problems.append(Problem(file, min(line + 1, len(lines)), _meant(error, at[:1])))
    except yaml.YAMLError as error:
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1
        problems.append(Problem(file, line, "a character that YAML does not allow"))
    return None


def check_text(text: str) -> tuple[int, str] | None:
    """Line and message of what makes a text unreadable: bytes that are not UTF-8 (kept as surrogates)."""
    found = re.search("[\udc80-\udcff]", text)
    if found is None:
        return None
    return text.count("\n", 0, found.start()) + 1, "not UTF-8; save the file as UTF-8"


def _meant(error: yaml.MarkedYAMLError, character: str) -> str:
    said = error.problem or "not YAML"
    if character == "\t":
        return "a tab cannot indent YAML; use blanks"
    if "mapping values are not allowed" in said:
        return "a `: ` inside a value; put the whole value in quotes"
    if "cannot start any token" in said:
        return f"a value cannot begin with `{character}`; put it in quotes"
    return f"not YAML: {said}"


def _parse(text: str, file: str, tags: bool) -> Node | None:
    unreadable = check_text(text)
    if unreadable:
        raise _Wrong(unreadable[1], unreadable[0])
    events: Iterator[Any] = iter(yaml.parse(text, Loader=_Loader))
    root: Node | None = None
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            if root is not None:
                raise _Wrong("one document a file: a second `---` begins here", line)
            root = _node(next(events), events, file, tags, 0)
    return root


def _node(event: Any, events: Iterator[Any], file: str, tags: bool, depth: int) -> Node:
    line = event.start_mark.line + 1
    if depth > MAX_DEPTH:
        raise _Wrong(f"nested deeper than {MAX_DEPTH} levels", line)
    if isinstance(event, yaml.AliasEvent):
        raise _Wrong(f"aliases (`*{event.anchor}`) are not used here; share pieces with $use", line)
    if event.anchor:
        raise _Wrong(f"anchors (`&{event.anchor}`) are not used here; share pieces with $use", line)
    if event.tag and event.tag != "!" and not tags:
        raise _Wrong(f"tags (`{event.tag}`) are not used here; FHIR's definition types every value", line)
    if isinstance(event, yaml.ScalarEvent):
        return Scalar(event.value, file, line, event.tag if event.tag != "!" else None)
    if isinstance(event, yaml.SequenceStartEvent):
        items = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(_node(event, events, file, tags, depth + 1))
        return Seq(tuple(items), file, line)
    entries: dict[str, Entry] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        key_line = event.start_mark.line + 1
        key = _node(event, events, file, False, depth + 1)
        if not isinstance(key, Scalar):
            raise _Wrong("a key must be plain text", key_line)
        if key.text in entries:
            first = entries[key.text].line
            raise _Wrong(f"the key `{key.text}` is here twice (first in line {first})", key_line)
        entries[key.text] = Entry(_node(next(events), events, file, tags, depth + 1), file, key_line)
    return Map(entries, file, line)
