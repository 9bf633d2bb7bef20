"""Writing a site's files, without losing what somebody changed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from facade.flow.init.wish import InitError

PRIVATE = 0o600
_BACKUP = ".bak"


def prepare(folder: Path) -> None:
    """Make the folder, and see that it can be written before anything long is begun."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".facade-init"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise InitError(f"{folder} cannot be written: {error.strerror or 'it is no folder'}") from None


def tidy(folder: Path, was_there: bool) -> None:
    """Take back an empty folder that was made in vain."""
    if not was_there and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def write(
    folder: Path, files: Mapping[str, str], ours: Iterable[str], *, force: bool, private: Iterable[str] = ()
) -> list[str]:
    """Write the files; gives those whose former content was put aside as NAME.bak.

    `ours` are folders that hold nothing else. Raises InitError if a file is there with other content, or lies
    in one of `ours` and is none of these, unless `force`.
    """
    changed = [path for path, text in files.items() if _differs(folder / path, text)]
    strange = [path for one in ours for path in _within(folder, one) if path not in files]
    aside = sorted({*changed, *strange})
    if aside and not force:
        named = ", ".join(aside[:8]) + (f" and {len(aside) - 8} more" if len(aside) > 8 else "")
        raise InitError(
            f"{folder} holds files that would be overwritten or read along: {named}; nothing was written. "
            "Choose another folder, or --force, which keeps each as NAME.bak"
        )
    try:
        for path in aside:
            (folder / path).replace(folder / f"{path}{_BACKUP}")
        for path, text in files.items():
            _write(folder / path, text, secret=path in private)
    except OSError as error:
        raise InitError(f"{folder} cannot be written: {error.strerror}") from None
    return aside


def _differs(path: Path, text: str) -> bool:
    try:
        return path.read_bytes() != text.encode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _within(folder: Path, part: str) -> list[str]:
    """Files in a part of the folder, but for those that were put aside."""
    paths = sorted((folder / part).rglob("*")) if (folder / part).is_dir() else []
    return [
        path.relative_to(folder).as_posix() for path in paths if path.is_file() and path.suffix != _BACKUP
    ]


def _write(path: Path, text: str, *, secret: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = PRIVATE if secret else 0o666
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), mode)
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode("utf-8", "surrogateescape"))
    if secret:
        path.chmod(PRIVATE)
