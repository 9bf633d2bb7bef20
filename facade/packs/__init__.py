"""Finds a pack, shipped or in a folder, and reads its files into text; what they mean is facade.mapping's."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SHIPPED = Path(__file__).parent
_SUFFIXES = frozenset({".yaml", ".yml", ".sql", ".csv"})


class PackNotFound(LookupError):
    """No such pack, or no such overlay; the message says what there is."""


@dataclass(frozen=True, slots=True)
class PackFiles:
    """The texts of a pack: one layer for the pack itself, then one for each overlay.

    Keys are relative POSIX paths (`resources/patient.yaml`). `places` names the folder of each layer, for
    messages; the pack's own is empty. Bytes that are not UTF-8 are kept as surrogates, to be told of by the
    parser.
    """

    name: str
    root: Path
    layers: tuple[Mapping[str, str], ...]
    places: tuple[str, ...] = ()


def shipped_packs() -> list[str]:
    """The names of the packs that come with the facade."""
    return sorted(folder.parent.name for folder in SHIPPED.glob("*/pack.yaml"))


def read_pack(name_or_path: str, overlays: Sequence[Path] = ()) -> PackFiles:
    """The files of a shipped pack by its name, or of a pack's folder, and those of the overlays over it."""
    folder = SHIPPED / name_or_path
    if not (name_or_path in shipped_packs() or (name_or_path.isidentifier() and folder.is_dir())):
        folder = Path(name_or_path)
    if not (folder / "pack.yaml").is_file():
        raise PackNotFound(_nearest(name_or_path))
    for overlay in overlays:
        if not overlay.is_dir():
            raise PackNotFound(f"the overlay folder `{overlay}` is not there")
    return PackFiles(
        name=folder.resolve().name,
        root=folder,
        layers=(read_layer(folder), *(read_layer(overlay) for overlay in overlays)),
        places=("", *(overlay.name for overlay in overlays)),
    )


def read_layer(folder: Path) -> dict[str, str]:
    """The text files of one folder, by relative path; hidden files and folders are left out."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.suffix.lower() in _SUFFIXES and path.is_file() and not _hidden(relative):
            text = path.read_bytes().decode("utf-8", "surrogateescape")
            found[relative.as_posix()] = text.removeprefix("\ufeff").replace("\r\n", "\n")
    return found


def _hidden(relative: Path) -> bool:
    return any(part.startswith((".", "__")) for part in relative.parts)


def _nearest(name: str) -> str:
    known = shipped_packs()
    near = difflib.get_close_matches(name, known, n=1)
    meant = f"; did you mean `{near[0]}`?" if near else ""
    return f"no pack `{name}`{meant} (shipped: {', '.join(known)}; or name a folder that has a pack.yaml)"
