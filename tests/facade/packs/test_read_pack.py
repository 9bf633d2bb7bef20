"""Finding packs and reading their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from facade.packs import PackNotFound, read_pack, shipped_packs


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def test_a_folder(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "ours",
        {
            "pack.yaml": b"\xef\xbb\xbfpack: ours\r\n",
            "resources/patient.yaml": b"resource: Patient\n",
            "resources/.swap.yaml": b"",
            "__pycache__/x.yaml": b"",
            "README.md": b"x",
            "codes/c.csv": b"a,\xff\n",
        },
    )
    files = read_pack(str(folder))
    assert files.name == "ours"
    assert files.layers == (
        {
            "codes/c.csv": "a,\udcff\n",
            "pack.yaml": "pack: ours\n",
            "resources/patient.yaml": "resource: Patient\n",
        },
    )


def test_overlays_are_further_layers(tmp_path: Path) -> None:
    folder = write(tmp_path / "ours", {"pack.yaml": b""})
    overlay = write(tmp_path / "clinic", {"pack.yaml": b"title: x"})
    files = read_pack(str(folder), [overlay])
    assert files.layers == ({"pack.yaml": ""}, {"pack.yaml": "title: x"})
    assert files.places == ("", "clinic")


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PackNotFound, match=r"no pack `opnemr`; did you mean `openemr`"):
        read_pack("opnemr")
    with pytest.raises(PackNotFound, match=r"name a folder that has a pack.yaml"):
        read_pack(str(tmp_path))
    with pytest.raises(PackNotFound, match=r"the overlay folder `.*nowhere` is not there"):
        read_pack("demo", [tmp_path / "nowhere"])


def test_shipped_packs_are_found_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in shipped_packs():
        assert read_pack(name).layers[0]["pack.yaml"]
    assert {"demo", "openemr"} <= set(shipped_packs())
