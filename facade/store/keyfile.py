"""The key file of an encrypted SQLite store: 32 random bytes in hexadecimal, made once, never overwritten."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from facade.store.errors import CannotOpen


def read_key(key_file: Path, database: Path, random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """The key in hexadecimal; made, readable by its owner only, when neither file nor database exists."""
    if not key_file.exists():
        if database.exists() and database.stat().st_size:
            raise CannotOpen(
                f"the store {database} exists, but its key file {key_file} does not: put the key file back"
                " (from a backup), or move the store away to begin a new one"
            )
        _create(key_file, random(32).hex())
    try:
        key = key_file.read_text("ascii").strip()
        if len(bytes.fromhex(key)) == 32:
            return key
    except (OSError, ValueError) as error:
        raise CannotOpen(f"the key file {key_file} cannot be read ({type(error).__name__})") from None
    raise CannotOpen(f"the key file {key_file} does not hold 64 hexadecimal digits")


def _create(path: Path, key: str) -> None:
    """Written aside, then linked in place whole: of two processes starting at once, one key wins."""
    aside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(key + "\n")
            file.flush()
            os.fsync(file.fileno())
        _publish(aside, path)
    except OSError as error:
        raise CannotOpen(f"the key file {path} cannot be made: {error.strerror}") from None
    finally:
        aside.unlink(missing_ok=True)


def _publish(aside: Path, path: Path) -> None:
    try:
        path.hardlink_to(aside)
    except FileExistsError:
        return
    except (OSError, NotImplementedError):  # a file system without hard links, such as exFAT
        if not path.exists():
            aside.rename(path)
