"""The house is built as its plan says: import order, sizes, READMEs, dependencies with reasons, any desk."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from facade.settings import describe_settings
from tests.paths import REPO

ROOTS = ("facade", "connectors", "conformance")
POSIX_ONLY = {"fcntl", "grp", "pwd", "pty", "readline", "resource", "syslog", "termios", "tty", "uvloop"}
GENERATED = {"__pycache__", "data"}
PARTS_OF_A_PACK = {"streams", "resources", "codes", "cases", "fragments"}


def files(*suffixes: str) -> Iterator[Path]:
    """Files under the packages with one of these endings, by path."""
    for root in ROOTS:
        for path in sorted((REPO / root).rglob("*")):
            if path.suffix in suffixes and not GENERATED & set(path.parts):
                yield path


def name(path: Path) -> str:
    return path.relative_to(REPO).as_posix()


def imports(path: Path, *, everywhere: bool) -> set[str]:
    """Modules that a file imports: when it is loaded, or also those imported on use."""
    found: set[str] = set()
    todo: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module or "")
        if everywhere or not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            todo.extend(ast.iter_child_nodes(node))
    return found


def test_imports_point_down() -> None:
    """The contracts in pyproject.toml, by import-linter itself."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=False)
    assert (done.returncode, "Contracts: 5 kept, 0 broken." in done.stdout) == (0, True), done.stdout


def test_every_room_is_in_the_order() -> None:
    """A package or module of ours that no contract speaks of would be free to import anything."""
    config = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    spoken = set(re.findall(r"[\w.]+", " ".join(" ".join(one.get("layers", ())) for one in contracts)))
    rooms = {
        f"{root}.{path.stem}"
        for root in ROOTS
        for path in (REPO / root).iterdir()
        if path.stem not in ("__init__", "__main__")
        and (path.suffix == ".py" or (path / "__init__.py").exists())
    }
    assert rooms - spoken == set()


def importers(*packages: str, everywhere: bool) -> set[str]:
    """The files that import one of these."""
    return {
        name(path)
        for path in files(".py")
        if any(one.split(".")[0] in packages for one in imports(path, everywhere=everywhere))
    }


def test_only_one_file_knows_fhir_resources() -> None:
    assert importers("fhir", everywhere=True) == {"facade/spec/models.py"}


def test_nothing_that_only_posix_has_is_imported() -> None:
    assert importers(*POSIX_ONLY, everywhere=False) == set()


def test_drivers_are_imported_on_use() -> None:
    """Whoever has no unixODBC, PostgreSQL client or browser can use the rest."""
    assert importers("pyodbc", "playwright", "hl7", everywhere=False) == set()
    assert importers("psycopg", "psycopg_pool", everywhere=False) == {"facade/store/postgres.py"}
    assert "facade.store.postgres" not in {
        one for path in files(".py") for one in imports(path, everywhere=False)
    }


def test_no_file_is_too_long() -> None:
    """But for the cases of a pack, of which there cannot be too many."""
    lengths = {
        name(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in files(".py", ".yaml", ".sql")
        if path.parent.name != "cases"
    }
    assert len(lengths) > 100
    assert {path: length for path, length in lengths.items() if length > 500} == {}


def test_every_folder_says_what_it_is() -> None:
    """In 30 lines; a pack, whose own folders the language explains, may have a table of what it fills."""
    folders = {path.parent for path in files(".py", ".sql", ".yaml")}
    readmes = {one: one / "README.md" for one in folders if one.name not in PARTS_OF_A_PACK}
    assert {name(one) for one, readme in readmes.items() if not readme.is_file()} == set()
    lengths = {
        name(readme): len(readme.read_text(encoding="utf-8").splitlines())
        for one, readme in readmes.items()
        if not (one / "pack.yaml").is_file()
    }
    assert {path: length for path, length in lengths.items() if length > 30} == {}


def test_every_dependency_has_a_reason() -> None:
    text = (REPO / "pyproject.toml").read_text(encoding="utf-8")
    config = tomllib.loads(text)
    project = config["project"]
    wanted = [*project["dependencies"], *config["dependency-groups"]["dev"]]
    wanted += [one for some in project["optional-dependencies"].values() for one in some]
    assert len(wanted) > 20
    for dependency in wanted:
        (line,) = [line for line in text.splitlines() if f'"{dependency}"' in line]
        assert re.search(r'"[\],]*\s+# \w.{3,}', line), line


def test_the_readme_has_every_setting() -> None:
    readme = (REPO / "README.md").read_text(encoding="utf-8")
    for setting, default, sentence in describe_settings():
        assert f"| `{setting}` | {f'`{default}`' if default else ''} | {sentence} |" in readme
