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
from facade.rest.routes import ROUTES
from facade.search.kinds import KINDS
from facade.settings import load_settings
from tests.readme import README, files, with_tables


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the reader has typed, in an empty folder that is the working directory."""
    monkeypatch.chdir(tmp_path)
    for name, text in files().items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with closing(sqlite3.connect("clinic.db")) as legacy:
        legacy.executescript(Path("clinic.sql").read_text(encoding="utf-8"))
    return tmp_path


def test_the_tables_are_those_of_the_code() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == with_tables(text), "run `python -m tests.readme`"


def test_ten_minutes(typed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert set(files()) >= {"clinic.sql", "facade.yaml", "clinic/pack.yaml", "clinic/resources/patient.yaml"}
    for command in (["check"], ["sync"], ["explain", "Patient/1"]):
        with pytest.raises(SystemExit) as end:
            main(command)
            raise SystemExit(0)
        assert end.value.code in (0, None), capsys.readouterr()
    out = capsys.readouterr().out
    assert "surname 'SMITH" in out
    bundle, nguyen = asyncio.run(_get("/fhir/Patient?family=smith", "/fhir/Patient/2"))
    assert [entry["resource"]["birthDate"] for entry in bundle["entry"]] == ["1962-03-17"]
    assert (nguyen["gender"], "birthDate" in nguyen) == ("unknown", False)


async def _get(*paths: str) -> list[Any]:
    app = create_app(load_settings(Path("facade.yaml"), {}))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport) as client:
        return [(await client.get(f"http://localhost:8000{path}")).json() for path in paths]


def test_a_mistake_is_told_as_the_page_shows(typed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shown,) = re.findall(r"^resources/patient\.yaml:.*$", README.read_text(encoding="utf-8"), re.M)
    mapping = typed / "clinic/resources/patient.yaml"
    mapping.write_text(mapping.read_text().replace("$surname", "$surnam"))
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
    assert cells["parameters"].startswith("token, string, date and reference:")
    assert set(KINDS) == {"token", "string", "date", "reference"}
    wired = {route.interaction for route in ROUTES}
    told = {name.split(" (")[0] for name in cells["interactions"].split(", ")}
    assert told == wired
    packages = {entry.name for entry in entry_points(group=GROUP)}
    assert packages == {"odbc"}, "name the new connector in the README's row of sources"
