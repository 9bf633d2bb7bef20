"""A record's key: the text of its key column; several are joined by `|`, their own `|` and `\\` escaped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.base import Condition, Stream

NO_KEY = "?"
"""What the key of a row without one begins with; a hash of the row follows. Not unique, not lasting."""


def join_key(parts: Sequence[Any]) -> str:
    """The key of these plain values; "" if all are empty. The padding of CHAR columns is not part of it."""
    texts = [key_text(part) for part in parts]
    if len(texts) == 1:
        return texts[0]
    if not any(texts):
        return ""
    return "|".join(text.replace("\\", "\\\\").replace("|", "\\|") for text in texts)


def key_text(value: Any) -> str:
    """One part of a key."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.rstrip(" ")
    return str(value)


def split_key(key: str) -> list[str]:
    """The parts that `join_key` joined, when they were several."""
    parts, part, escaped = [], "", False
    for character in key:
        if escaped or character not in "\\|":
            part, escaped = part + character, False
        elif character == "\\":
            escaped = True
        else:
            parts.append(part)
            part = ""
    return [*parts, part]


def where_key(stream: Stream, key: str) -> tuple[Condition, ...]:
    """The slice that holds the one record of this key; raises ValueError if it is none of this stream's."""
    parts = split_key(key) if len(stream.key) > 1 else [key]
    if len(parts) != len(stream.key):
        raise ValueError("not a key of this stream")
    return tuple(Condition(column, "=", part) for column, part in zip(stream.key, parts, strict=True))


def hash_key(body: Mapping[str, Any]) -> str:
    """A key for a row that has none, so that it can be shown to a person."""
    text = json.dumps(body, sort_keys=True, default=str)
    return NO_KEY + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
