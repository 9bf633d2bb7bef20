"""Writing a site's files: what somebody changed is never lost, and nothing is half written."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from facade.flow.init import InitError
from facade.flow.init.folder import prepare, tidy, write

FILES = {"facade.yaml": "a: b\n", "emr/resources/patient.yaml": "resource: Patient\n", "samples.json": "{}\n"}


def test_files_are_written_once_and_again(tmp_path: Path) -> None:
    for _ in range(2):
        assert write(tmp_path, FILES, ["emr"], force=False, private=["samples.json"]) == []
        for path, text in FILES.items():
            assert (tmp_path / path).read_bytes() == text.encode()
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "samples.json").stat().st_mode) == 0o600


def test_changed_and_strange_files_are_named_and_nothing_is_written(tmp_path: Path) -> None:
    write(tmp_path, FILES, ["emr"], force=False)
    (tmp_path / "facade.yaml").write_text("mine\n")
    (tmp_path / "emr" / "resources" / "mine.yaml").write_text("mine\n")
    (tmp_path / "clinic.db").write_text("not ours to judge")
    with pytest.raises(InitError) as error:
        write(tmp_path, {**FILES, "samples.json": "new"}, ["emr"], force=False)
    assert str(error.value) == (
        f"{tmp_path} holds files that would be overwritten or read along: emr/resources/mine.yaml, "
        "facade.yaml, samples.json; nothing was written. Choose another folder, or --force, which keeps each "
        "as NAME.bak"
    )
    assert (tmp_path / "samples.json").read_text() == "{}\n"


def test_force_keeps_what_was_there(tmp_path: Path) -> None:
    write(tmp_path, FILES, ["emr"], force=False)
    (tmp_path / "facade.yaml").write_text("mine\n")
    (tmp_path / "emr" / "mine.sql").write_text("mine\n")
    assert write(tmp_path, FILES, ["emr"], force=True) == ["emr/mine.sql", "facade.yaml"]
    assert (tmp_path / "facade.yaml").read_text() == "a: b\n"
    assert (tmp_path / "facade.yaml.bak").read_text() == "mine\n"
    assert (tmp_path / "emr" / "mine.sql.bak").read_text() == "mine\n"
    assert not (tmp_path / "emr" / "mine.sql").exists()
    assert write(tmp_path, FILES, ["emr"], force=False) == []


def test_a_folder_that_cannot_be_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InitError, match=r"file cannot be written: "):
        prepare(tmp_path / "file")
    with pytest.raises(InitError, match=r"below cannot be written: "):
        prepare(tmp_path / "file" / "below")


def test_a_folder_made_in_vain_goes_again(tmp_path: Path) -> None:
    prepare(tmp_path / "new")
    tidy(tmp_path / "new", was_there=False)
    assert not (tmp_path / "new").exists()
    prepare(tmp_path / "used")
    (tmp_path / "used" / "x").touch()
    tidy(tmp_path / "used", was_there=False)
    assert (tmp_path / "used" / "x").exists()
