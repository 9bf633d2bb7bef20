"""`facade check --diff` as a person uses it: an overlay changed, told element by element, nothing written."""

from __future__ import annotations

import json
from pathlib import Path

from tests.flows.clinic import PEOPLE, SECRET, on_sqlite
from tests.flows.home import Home


def changed(folder: Path) -> Home:
    """A synced clinic whose pack was edited since: one code, one element, one mapping turned off."""
    clinic = on_sqlite(folder)
    assert clinic.home.facade("sync").status == 0
    clinic.rewrite(clinic.pack / "codes/sex.csv", "F,female", "F,other")
    clinic.rewrite(clinic.pack / "resources/person.yaml", "family: $surname,", "family: $surname | upper,")
    clinic.rewrite(
        clinic.pack / "resources/booking.yaml", "stream: booking", "stream: booking\ndisabled: true"
    )
    return clinic.home


def test_nothing_changed_is_said_so(tmp_path: Path) -> None:
    home = on_sqlite(tmp_path).home
    home.facade("sync")
    done = home.facade("check", "--diff")
    assert (done.status, done.err) == (0, "")
    assert done.out.count("nothing would change") == 2
    assert f"Patient {PEOPLE}" in " ".join(done.out.split())


def test_a_changed_pack_is_told_and_then_replayed(tmp_path: Path) -> None:
    home = changed(tmp_path)
    before = home.query("SELECT type, id, version FROM resource")
    done = home.facade("check", "--diff")
    assert (done.status, done.err) == (0, "")
    told = " ".join(done.out.split())
    assert f"Patient 0 0 {PEOPLE} 0" in told
    assert f"Patient.gender changed {PEOPLE // 2}: Patient/" in told
    assert f"Patient.name.family changed {PEOPLE}: Patient/" in told
    assert f"Appointment gone {PEOPLE}: Appointment/" in told
    assert "nothing was written; `facade replay` does it" in told
    assert SECRET not in done.out
    assert home.query("SELECT type, id, version FROM resource") == before
    assert home.facade("replay").status == 0
    assert home.facade("check", "--diff").out.count("nothing would change") == 2


def test_values_are_shown_when_asked_for(tmp_path: Path) -> None:
    done = changed(tmp_path).facade("check", "--diff", "--values")
    assert "female → other" in done.out
    assert f"{SECRET}1 → {SECRET.upper()}1" in done.out


def test_as_json(tmp_path: Path) -> None:
    done = changed(tmp_path).facade("check", "--diff", "--json")
    clinic, staff = json.loads(done.out)
    assert clinic["types"]["Patient"]["changed"] == PEOPLE
    assert clinic["types"]["Patient"]["elements"]["Patient.gender"]["changed"] == PEOPLE // 2
    assert (clinic["differs"], staff["differs"]) == (True, False)
    assert SECRET not in done.out


def test_a_source_that_is_away_is_told_when_it_is_needed(tmp_path: Path) -> None:
    home = changed(tmp_path)
    (tmp_path / "clinic.db").rename(tmp_path / "away.db")
    assert home.facade("check", "--diff").status == 0
    done = home.facade("check", "--diff", "--from-source")
    assert done.status == 1
    assert "person not compared: source clinic: " in done.out
    assert "gone" not in done.out.replace("gone\n", "")
