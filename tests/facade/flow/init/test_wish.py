"""Where the database is: secrets are taken out of what is written, whatever way they are written."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.flow.init import InitError, make_wish
from facade.flow.init.wish import Wish, file_place, hide
from facade.settings import load_settings

ALWAYS = {"name": "a", "timezone": "UTC", "environ": {}, "options": {}}


@pytest.mark.parametrize(
    ("connection", "told", "secrets"),
    [
        ("Driver=X;UID=a;PWD=geheim", "Driver=X;UID=a;PWD=${EMR_PASSWORD}", {"EMR_PASSWORD": "geheim"}),
        ("Driver=X;pwd = {a;b};UID=a", "Driver=X;pwd = {${EMR_PASSWORD}};UID=a", {"EMR_PASSWORD": "a;b"}),
        ("Password=a}}b;Server=h", "Password=${EMR_PASSWORD};Server=h", {"EMR_PASSWORD": "a}}b"}),
        (
            "DSN=x;PWD=eins;TrustStorePassword=zwei;",
            "DSN=x;PWD=${EMR_PASSWORD};TrustStorePassword=${EMR_TRUSTSTOREPASSWORD};",
            {"EMR_PASSWORD": "eins", "EMR_TRUSTSTOREPASSWORD": "zwei"},
        ),
        ("DSN=x;PWD=;Trusted_Connection=yes", "DSN=x;PWD=;Trusted_Connection=yes", {}),
        ("DSN=x;UID=pwd;Database=password", "DSN=x;UID=pwd;Database=password", {}),
    ],
)
def test_secrets_become_variables(connection: str, told: str, secrets: dict[str, str]) -> None:
    place = hide(connection, {})
    assert (place.told, place.secrets, place.used) == (told, secrets, connection.strip())
    assert not any(secret in repr(place) for secret in secrets.values())


def test_a_variable_is_looked_up_and_stays_one() -> None:
    place = hide("Driver=X;PWD=${SECRET};Server=${HOST}", {"SECRET": "geheim", "HOST": "h"})
    assert place.told == "Driver=X;PWD=${SECRET};Server=${HOST}"
    assert (place.used, place.secrets) == ("Driver=X;PWD=geheim;Server=h", {})
    place = hide("PWD={a${SECRET};}", {"SECRET": "geheim"})
    assert (place.told, place.secrets) == ("PWD={${EMR_PASSWORD}}", {"EMR_PASSWORD": "ageheim;"})
    with pytest.raises(InitError, match=r"^--odbc: the environment variable SECRET is not set$"):
        hide("PWD=${SECRET}", {})


@given(
    st.text(st.characters(exclude_characters=";{}=$", exclude_categories=("C", "Z")), min_size=1),
    st.booleans(),
)
def test_what_is_written_and_the_variables_give_the_connection_again(secret: str, braces: bool) -> None:
    value = f"{{{secret};}}" if braces else secret
    connection = f"Driver={{A B}};Server=h;PWD={value};Port=1"
    place = hide(connection, {})
    again = place.told
    for name, text in place.secrets.items():
        again = again.replace(f"${{{name}}}", text)
    assert again == connection
    assert len(place.secrets) == 1
    assert f"PWD={value}" not in place.told


def test_a_file_in_the_folder_is_written_relative_to_it(tmp_path: Path) -> None:
    inside, outside = tmp_path / "site" / "a b.db", tmp_path / "c.db"
    assert file_place(f"sqlite:///{inside}", tmp_path / "site").told == "sqlite:///a%20b.db"
    place = file_place(f"sqlite:///{outside}", tmp_path / "site")
    assert place.told == place.used == f"sqlite:///{outside.as_posix()}"


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ({"odbc": "Driver=X;Database=Praxis Süd;UID=a"}, "praxis-s-d"),
        ({"odbc": "Driver=X;Dbq=C:\\Daten\\Klinik.mdb"}, "klinik"),
        ({"odbc": "DSN={Mein EHR}"}, "mein-ehr"),
        ({"odbc": "Driver=X;Server=h"}, "emr"),
        ({"odbc": "Database=123"}, "emr"),
        ({"url": "sqlite:////x/Clinic.db"}, "clinic"),
    ],
)
def test_a_source_is_called_as_its_database(place: dict[str, str], name: str) -> None:
    wish = make_wish(Path("x"), **{"odbc": None, "url": None, **ALWAYS, **place, "name": None})
    assert wish.name == name


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, 'say where the database is: either --odbc "Driver=…;Server=…" or --url sqlite:///PATH'),
        (
            {"odbc": "DSN=x", "url": "sqlite:///x"},
            'say where the database is: either --odbc "Driver=…;Server=…" or --url sqlite:///PATH',
        ),
        ({"url": "x.db"}, "--url takes sqlite:///PATH (sqlite:////PATH for a path from the root)"),
        (
            {"odbc": "DSN=x", "name": "a b"},
            "--name a b: a name is letters, digits, _ and -, and begins with a letter",
        ),
        (
            {"odbc": "DSN=x", "timezone": "Mars/Base"},
            "--timezone Mars/Base is not a time zone like Europe/Berlin",
        ),
    ],
)
def test_what_is_wrong_in_what_is_asked(asked: dict[str, str], told: str) -> None:
    with pytest.raises(InitError) as error:
        make_wish(Path("x"), **{"odbc": None, "url": None, **ALWAYS, **asked})
    assert str(error.value) == told


def test_the_settings_give_the_connection_again(tmp_path: Path) -> None:
    from facade.flow.init.files import settings_text

    place = hide("Driver={It's};PWD={a;b};Dbq=C:\\x", {})
    wish = Wish(
        tmp_path, "emr", place, "Europe/Vienna", options={"rows_per_second": "50", "encoding": "cp1252"}
    )
    config = tmp_path / "facade.yaml"
    config.write_text(settings_text(wish, "./emr"), encoding="utf-8")
    (source,) = load_settings(config, dict(place.secrets)).sources.values()
    assert source.options == {"connection": place.used, "rows_per_second": 50, "encoding": "cp1252"}
