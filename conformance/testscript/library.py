"""The scripts that are given, and the resources beside them that they use as fixtures.

https://hl7.org/fhir/R4/testscript-definitions.html#TestScript.fixture
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from conformance.errors import Failed
from conformance.exchange import parse_json
from conformance.testscript.problems import ScriptError
from conformance.xml.elements import Elements
from conformance.xml.reading import read_xml

Json = dict[str, Any]
_LARGEST = 16 * 1024 * 1024  # bytes of a file that are read
_PACKAGES = (".tgz", ".tar.gz")


@dataclass(slots=True)
class Library:
    """What one `--testscript` holds: a file with its folder, a folder, or a package (.tgz).

    `scripts` are by the name of their file; `trouble` says of each file asked for why it cannot be used.
    """

    scripts: dict[str, Json] = field(default_factory=dict)
    trouble: dict[str, str] = field(default_factory=dict)
    _by_file: dict[str, Json] = field(default_factory=dict)
    _by_id: dict[str, Json] = field(default_factory=dict)
    _by_url: dict[str, Json] = field(default_factory=dict)

    def find(self, reference: str, script: Json, name: str) -> Json:
        """What a script's reference means: `#id` inside it, a file beside it, `Type/id`, or a canonical URL.
        Raises ScriptError."""
        if reference.startswith("#"):
            for one in script.get("contained", ()):
                if isinstance(one, dict) and one.get("id") == reference[1:]:
                    return one
        plain = reference.partition("|")[0]
        beside = str(PurePosixPath(name).parent / plain) if "://" not in plain else plain
        for shelf, key in (
            (self._by_file, beside),
            (self._by_id, plain),
            (self._by_url, plain),
            (self._by_id, "/".join(plain.split("/")[-2:])),
        ):
            if key in shelf:
                return shelf[key]
        raise ScriptError(f"{reference} is not beside the script")

    def add(self, name: str, body: bytes, elements: Elements, wanted: bool) -> None:
        """One file; a file that was not named by the user and holds no resource is no trouble."""
        try:
            resource = read_xml(body, elements) if name.endswith(".xml") else parse_json(body)
        except (ValueError, RecursionError, Failed) as error:
            if wanted:
                self.trouble[name] = f"it cannot be read: {error}"
            return
        if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
            if wanted:
                self.trouble[name] = "it is not a resource"
            return
        self._by_file[name] = resource
        self._by_id.setdefault(f"{resource['resourceType']}/{resource.get('id')}", resource)
        self._by_url.setdefault(str(resource.get("url")), resource)
        if resource["resourceType"] == "TestScript":
            self.scripts[name] = resource
        elif wanted:
            self.trouble[name] = f"it is a {resource['resourceType']}, not a TestScript"


def open_library(path: Path, elements: Elements) -> Library:
    """Everything that a path holds; of a file only that file's script, with what lies beside it."""
    library = Library()
    alone = path.is_file() and not path.name.endswith(_PACKAGES)
    try:
        for name, body in _files(path):
            library.add(name, body, elements, alone and name == path.name)
    except (OSError, EOFError, tarfile.TarError) as error:
        library.trouble[path.name] = f"it cannot be read: {error}"
    if alone:
        library.scripts = {name: one for name, one in library.scripts.items() if name == path.name}
    elif not library.scripts and not library.trouble:
        library.trouble[path.name] = "it holds no TestScript"
    return library


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    """Names, with `/` in them, and what is in the JSON and XML files, in order."""
    if path.name.endswith(_PACKAGES):
        with tarfile.open(path, mode="r:gz") as archive:
            for one in archive:
                if one.isfile() and one.name.endswith((".json", ".xml")) and one.size <= _LARGEST:
                    file = archive.extractfile(one)
                    if file is not None:
                        yield one.name, file.read()
        return
    folder = path.parent if path.is_file() else path
    if not folder.is_dir():
        raise FileNotFoundError("there is no such file or folder")
    pattern = "*" if path.is_file() else "**/*"
    for file_path in sorted(folder.glob(pattern)):
        named = file_path == path
        small = file_path.suffix in (".json", ".xml") and file_path.stat().st_size <= _LARGEST
        if file_path.is_file() and (named or small):
            yield file_path.relative_to(folder).as_posix(), file_path.read_bytes()
