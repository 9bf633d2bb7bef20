"""What is wrong in a folder is one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.suites.fidelity.folder import FolderError, read_folder


def fill(folder: Path, **files: str) -> Path:
    """A folder with a golden Patient, and these files beside it."""
    (folder / "golden").mkdir()
    (folder / "rows").mkdir()
    (folder / "golden" / "Patient-1.json").write_text(json.dumps({"resourceType": "Patient", "id": "1"}))
    (folder / "rows" / "PT.csv").write_text("NO,NAME\n1,x\n")
    for name, text in files.items():
        (folder / name.replace("__", "/").replace("_", ".")).write_text(text)
    return folder


def test_a_whole_one(tmp_path: Path) -> None:
    options = "ignore: [meta]\nwhole: { Patient: PT }\ndown: a 'b c'\nup: d\nsettle: 3\n"
    found = read_folder(fill(tmp_path, fidelity_yaml=options))
    assert found.golden == {"Patient/1": {"resourceType": "Patient", "id": "1"}}
    assert (found.rows, found.whole, found.ignore) == ({"PT": 1}, {"Patient": "PT"}, {"meta"})
    assert (found.down, found.up, found.settle) == (("a", "b c"), ("d",), 3.0)


def test_options_may_be_left_out(tmp_path: Path) -> None:
    assert read_folder(fill(tmp_path)).down == ()


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("fidelity_yaml", "ignore: [", "cannot be read"),
        ("fidelity_yaml", "- a", "is not a list of options"),
        ("fidelity_yaml", "colour: red", "there is no option colour"),
        ("fidelity_yaml", "down: x", "down and up go together"),
        ("fidelity_yaml", "whole: [x]", "whole is types"),
        ("fidelity_yaml", "whole: { Patient: X }", "there is no rows/X.csv"),
        ("fidelity_yaml", "settle: soon", "could not convert"),
        ("rows__PT_csv", "NO\n1\n2\n", ""),
        ("golden__Patient-2_json", "{", "Patient-2.json cannot be read"),
        ("golden__Patient-2_json", "[]", "Patient-2.json is not a resource"),
        (
            "golden__Patient-2_json",
            '{"resourceType": "Patient", "id": "3"}',
            "Patient-2.json holds Patient/3",
        ),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, name: str, text: str, why: str) -> None:
    folder = fill(tmp_path, **{name: text})
    if not why:
        (folder / "fidelity.yaml").write_text("whole: { Patient: PT }")
        why = "PT has 2 rows, golden has 1 resources"
    with pytest.raises(FolderError, match=why):
        read_folder(folder)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="holds no resources"):
        read_folder(tmp_path)
    with pytest.raises(FolderError, match="is not a folder"):
        read_folder(tmp_path / "none")
