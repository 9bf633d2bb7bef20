"""The README is true: its tables are the code's, and its ten minutes work when typed."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import httpx
import pytest

from facade.app import create_app
from facade.cli import main
from facade.flow.source import GROUP
from facade.packs import shipped_packs
from facade.rest.routes import OF_SYSTEM, ROUTES
from facade.search import parse_search
from facade.search.kinds import KINDS
from facade.settings import load_settings
from tests.readme import README, drafts, files, with_tables


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """What the reader has typed: the database, `facade init` as the page has it, and the edits."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    with closing(sqlite3.connect("clinic.db")) as legacy:
        legacy.executescript(files()["clinic.sql"])
    (line,) = re.findall(r"^facade (init .*?)\s+#", README.read_text(encoding="utf-8"), re.M)
    run(line.split())
    shown = block_after("It says what it recognised")
    assert capsys.readouterr().out.strip().splitlines()[1:] == shown.splitlines()[1:]
    for name, text in drafts().items():
        assert (tmp_path / name).read_text(encoding="utf-8") == text
    for name, text in files().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    mapping = tmp_path / "site/clinic/resources/patient.yaml"
    text = mapping.read_text()
    assert "family: $surname " in text
    mapping.write_text(text.replace("family: $surname ", "family: $surname | title "))
    monkeypatch.chdir(tmp_path / "site")
    return tmp_path / "site"


def run(command: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(command)
        raise SystemExit(0)
    assert end.value.code in (0, None)


def block_after(words: str) -> str:
    """The next indented block of the page."""
    return README.read_text(encoding="utf-8").partition(words)[2].split("```")[1].strip()


def test_the_tables_are_those_of_the_code() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == with_tables(text), "run `python -m tests.readme`"


def test_ten_minutes(typed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["check"], ["sync"], ["check", "--diff"], ["explain", "Patient/1"]):
        run(command)
    assert "surname 'SMITH" in capsys.readouterr().out
    smith, booked, nguyen = asyncio.run(
        _get("/fhir/Patient?family=smith", "/fhir/Appointment?patient=1", "/fhir/Patient/2")
    )
    (patient,) = [entry["resource"] for entry in smith["entry"]]
    assert (patient["birthDate"], patient["name"][0]["family"]) == ("1962-03-17", "Smith")
    assert [entry["resource"]["end"] for entry in booked["entry"]] == ["2026-03-02T09:50:00+01:00"]
    assert (nguyen["gender"], "birthDate" in nguyen) == ("unknown", False)


def test_a_search_is_explained_as_the_page_shows(typed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (search,) = re.findall(r"`facade explain '(Appointment\?[^']*)'`", README.read_text(encoding="utf-8"))
    run(["sync"])
    capsys.readouterr()
    run(["explain", search])
    told, shown = (
        re.sub(r"[\d.]+ ms", "… ms", text) for text in (capsys.readouterr().out, block_after(search))
    )
    assert told.strip() == shown


async def _get(*paths: str) -> list[Any]:
    app = create_app(load_settings(Path("facade.yaml"), {}))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport) as client:
        return [(await client.get(f"http://localhost:8000{path}")).json() for path in paths]


def test_the_searches_are_understood() -> None:
    shown = README.read_text(encoding="utf-8").partition("<!-- searches -->")[2].partition("```\n\n")[0]
    urls = re.findall(r"'localhost:8000/fhir/([^']*)'", shown)
    assert len(urls) >= 8
    for url in urls:
        path, _, query = url.partition("?")
        type = path.rpartition("/")[2] or "Patient"
        items = [tuple(item.split("=", 1)) for item in query.split("&")]
        parse_search(type, [item for item in items if item[0] != "_type"])  # type: ignore[misc]


def test_a_mistake_is_told_as_the_page_shows(typed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shown,) = re.findall(r"^resources/patient\.yaml:.*$", README.read_text(encoding="utf-8"), re.M)
    mapping = typed / "clinic/resources/patient.yaml"
    mapping.write_text(mapping.read_text().replace("$surname | title", "$surnam | title"))
    with pytest.raises(SystemExit):
        main(["check"])
    assert shown in capsys.readouterr().err


def test_what_is_supported_is_what_is_wired() -> None:
    cells = {}
    for line in README.read_text(encoding="utf-8").splitlines():
        parts = [part.strip() for part in line.split(" | ")]
        if len(parts) >= 3 and parts[0].startswith("| "):
            cells[parts[0].removeprefix("| ")] = parts[1]
    assert set(re.findall(r"`(\w+)`", cells["packs"])) == set(shipped_packs())
    kinds, _, rest = cells["parameters"].partition(":")
    assert set(kinds.split(", ")) == set(KINDS) | {"composite", "special"}
    assert set(re.findall(r"`:([a-z-]+)`", rest)) == {
        modifier for kind in KINDS.values() for modifier in kind.MODIFIERS
    }
    wired = {route.interaction for route in ROUTES} | set(OF_SYSTEM)
    told = {name.split(" (")[0] for name in cells["interactions"].split(", ")}
    assert told == wired
    packages = {entry.name for entry in entry_points(group=GROUP)}
    assert packages == {"odbc"}, "name the new connector in the README's row of sources"
