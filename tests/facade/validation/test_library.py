"""What packages and resources give, by URL and version; and what is no package."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from facade.flow.shelf import open_shelf
from facade.settings import SettingsError
from facade.validation.library import CannotRead, Library, base_type
from facade.validation.profile import Rule, build_tree

URL = "http://example.org/p"


def package(folder: Path, name: str, *resources: dict[str, Any], manifest: bool = True) -> Path:
    path = folder / name
    files = {f"package/{r['resourceType']}-{at}.json": r for at, r in enumerate(resources)}
    files["package/example/StructureDefinition-x.json"] = structure("example")
    if manifest:
        files["package/package.json"] = {"name": name}
    with tarfile.open(path, "w:gz") as archive:
        for member, content in files.items():
            data = json.dumps(content).encode()
            info = tarfile.TarInfo(member)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def structure(name: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "StructureDefinition",
        "url": URL,
        "name": name,
        "status": "active",
        "kind": "resource",
        "abstract": False,
        "type": "Patient",
        **more,
    }


def name_of(library: Library, canonical: str = URL) -> str | None:
    profile = library.profile(canonical)
    return None if profile is None else profile.name


def test_the_last_goes_first_and_each_version_is_kept(tmp_path: Path) -> None:
    one = package(tmp_path, "one.tgz", structure("one", version="1"))
    two = package(tmp_path, "two.tgz", structure("two", version="2"))
    library = Library([one, two])
    assert (name_of(library), name_of(library, URL + "|1"), name_of(library, URL + "|3")) == (
        "two",
        "one",
        None,
    )
    assert name_of(Library([two, one])) == "one"
    assert library.profiles() == [URL]
    above = Library(resources=[structure("stored", version="2")], base=library)
    assert (name_of(above), name_of(above, URL + "|1"), name_of(above, URL + "|2")) == (
        "stored",
        "one",
        "stored",
    )
    assert above.profiles() == [URL]
    assert name_of(above, "http://example.org/none") is None


def test_what_is_no_package(tmp_path: Path) -> None:
    junk = tmp_path / "junk.tgz"
    junk.write_bytes(b"junk")
    cut = tmp_path / "cut.tgz"
    cut.write_bytes(package(tmp_path, "whole.tgz", structure("x")).read_bytes()[:200])
    for path in (junk, cut, tmp_path / "none.tgz", tmp_path):
        with pytest.raises(CannotRead, match=rf"^{path.name} is no FHIR package: \w+$"):
            Library([path])
    with pytest.raises(CannotRead, match=r"it has no package\.json"):
        Library([package(tmp_path, "bare.tgz", manifest=False)])
    with pytest.raises(SettingsError, match=r"packages: junk\.tgz is no FHIR package"):
        open_shelf([junk])
    assert Library([package(tmp_path, "empty.tgz")]).profiles() == []


@pytest.mark.parametrize(
    ("url", "type"),
    [
        ("http://hl7.org/fhir/StructureDefinition/Patient", "Patient"),
        ("http://hl7.org/fhir/StructureDefinition/Patient|4.0.1", "Patient"),
        ("http://hl7.org/fhir/StructureDefinition/DomainResource", "DomainResource"),
        ("http://hl7.org/fhir/StructureDefinition/vitalsigns", None),
        ("http://example.org/Patient", None),
    ],
)
def test_base_type(url: str, type: str | None) -> None:
    assert base_type(url) == type


def test_a_tree_of_ids_or_of_paths_and_slice_names() -> None:
    elements = [
        {"path": "Questionnaire"},
        {"path": "Questionnaire.item", "min": 1},
        {"path": "Questionnaire.item.linkId", "max": "1"},
        {"path": "Questionnaire.item.item", "contentReference": "#Questionnaire.item"},
        {"path": "Questionnaire.code", "slicing": {}},
        {"path": "Questionnaire.code", "sliceName": "a"},
        {"path": "Questionnaire.code.system", "min": 1},
        {"path": "Questionnaire.code", "id": "Questionnaire.code:a/b"},
    ]
    root = build_tree(elements, "Questionnaire")
    item, code = root.children["item"], root.children["code"]
    assert (item.min, item.max, item.children["linkId"].max) == (1, None, 1)
    assert item.children["item"].children is item.children
    assert list(code.slices) == ["a"]
    assert code.slices["a"].children["system"].min == 1
    assert list(code.slices["a"].slices) == ["a/b"]
    assert isinstance(root, Rule)
