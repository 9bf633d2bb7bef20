"""facade.settings: what a file and the environment give, and what is said of a wrong line."""

from __future__ import annotations

import dataclasses
from datetime import time
from pathlib import Path

import pytest

from facade.settings import OfDay, Settings, SettingsError, describe_settings, load_settings

WHOLE = """\
base_url: https://clinic.example/fhir/
port: 8080
store: sqlite:///data/facade.db
overlay: overlay
sources:
  emr:
    kind: odbc
    pack: openemr
    connection: "Driver={MariaDB Unicode};UID=facade;PWD=${EMR_PASSWORD}"
    max_connections: 2
    pin: "0123"
    code: 0123
    read_only: true
    writes: { patient: "update ${EMR_PASSWORD}" }
    every: 2h
    max_vanished: 5%
    streams: { patient: { every: 90s } }
  lab:
    pack: packs/lab
    overlay: lab-overlay
site: { timezone: America/New_York, mrn_system: urn:example:mrn }
search: { default_count: 10 }
"""


def load(folder: Path, text: str, environ: dict[str, str] | None = None, **overrides: str) -> Settings:
    path = folder / "facade.yaml"
    path.write_text(text, "utf-8")
    return load_settings(path, environ or {}, overrides)


def problems(folder: Path, text: str, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(folder, text, environ)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return list(caught.value.problems)


def test_a_database_file_is_beside_the_settings(tmp_path: Path) -> None:
    text = "sources: { a: { pack: demo, url: 'sqlite:///legacy.db' }, b: { pack: demo, url: 'http://x/' } }"
    sources = load(tmp_path, text).sources
    assert sources["a"].options == {"url": f"sqlite:///{(tmp_path / 'legacy.db').as_posix()}"}
    assert sources["b"].options == {"url": "http://x/"}


def test_packages_are_a_list_of_paths(tmp_path: Path) -> None:
    both = (tmp_path / "a.tgz", tmp_path / "guides/b.tgz")
    assert load(tmp_path, "packages: [a.tgz, guides/b.tgz]").packages == both
    assert load(tmp_path, "", {"FACADE_PACKAGES": "a.tgz, guides/b.tgz"}).packages == both
    assert load(tmp_path, "packages: a.tgz").packages == both[:1]
    assert load(tmp_path, "").packages == ()
    assert problems(tmp_path, "packages: {a: b}") == ["facade.yaml:1: `packages` must be one value"]
    assert problems(tmp_path, "host: [a]") == ["facade.yaml:1: `host` must be one value"]


@pytest.mark.parametrize(
    "text", ["local: [Task, Flag]", "local: 'Task, Flag, '", "local: [Task, Flag, Task]"]
)
def test_local_types_are_a_list(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, text).local == ("Task", "Flag")
    assert load(tmp_path, text, {"FACADE_LOCAL": "all"}).local == ("all",)
    assert load(tmp_path, "").local == ()


def test_a_whole_file(tmp_path: Path) -> None:
    settings = load(tmp_path, WHOLE, {"EMR_PASSWORD": "hunter2"})
    assert settings.base_url == "https://clinic.example/fhir"
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.store == f"sqlite:///{(tmp_path / 'data/facade.db').as_posix()}"
    assert settings.key_file == tmp_path / "facade.key"
    assert settings.site == {"timezone": "America/New_York", "mrn_system": "urn:example:mrn"}
    assert (settings.search.default_count, settings.search.max_count) == (10, 500)
    emr, lab = settings.sources["emr"], settings.sources["lab"]
    assert (emr.name, emr.kind, emr.pack, emr.overlays) == ("emr", "odbc", "openemr", (tmp_path / "overlay",))
    assert emr.options == {
        "connection": "Driver={MariaDB Unicode};UID=facade;PWD=hunter2",
        "max_connections": 2,
        "pin": "0123",
        "code": "0123",
        "read_only": True,
        "writes": {"patient": "update hunter2"},
    }
    assert (emr.every_of("patient"), emr.every_of("visit"), emr.full_every) == (90, 7200, None)
    assert emr.max_vanished == 0.05
    assert (lab.kind, lab.pack, lab.every) == ("odbc", str(tmp_path / "packs/lab"), 300)
    assert lab.overlays == (tmp_path / "overlay", tmp_path / "lab-overlay")


@pytest.mark.parametrize(
    ("source", "stream", "expected"),
    [
        ("", "", (86400, None)),
        ("full_every: 7d", "", (604800, None)),
        ("full_at: 2:30", "", (None, OfDay(time(2, 30)))),
        ("full_at: '02:30'", "full_at: 23:59", (None, OfDay(time(23, 59)))),
        ("full_at: sat,sun 02:30", "", (None, OfDay(time(2, 30), frozenset({5, 6})))),
        ("full_at: Mon-Fri 2:30", "", (None, OfDay(time(2, 30), frozenset(range(5))))),
        ("full_at: 02:30", "full_every: 1h", (3600, OfDay(time(2, 30)))),
        ("full_every: 7d", "full_at: 04:00", (604800, OfDay(time(4)))),
    ],
)
def test_when_a_stream_is_read_whole(
    tmp_path: Path, source: str, stream: str, expected: tuple[float | None, time | None]
) -> None:
    text = f"sources:\n  emr:\n    pack: x\n    streams: {{ s: {{ {stream} }} }}\n    {source}\n"
    emr = load(tmp_path, text).sources["emr"]
    assert (emr.full_every_of("s"), emr.full_at_of("s")) == expected


def test_no_file_gives_the_defaults() -> None:
    settings = load_settings(None, {})
    assert settings.base_url == "http://localhost:8000/fhir"
    assert settings.store == f"sqlite:///{Path.cwd().as_posix()}/facade.db"
    assert settings.sources == {}


def test_variables_replace_the_file_and_overrides_replace_variables(tmp_path: Path) -> None:
    environ = {"FACADE_PORT": "9000", "FACADE_SEARCH_MAX_COUNT": "70", "FACADE_STORE": "postgresql:///x"}
    settings = load(tmp_path, "port: 8001\nhost: 0.0.0.0\n", environ)
    assert (settings.port, settings.host, settings.search.max_count) == (9000, "0.0.0.0", 70)
    assert (settings.store, settings.base_url) == ("postgresql:///x", "http://localhost:9000/fhir")
    assert load(tmp_path, "", environ, port="9001").base_url == "http://localhost:9001/fhir"


def test_secrets_are_not_in_the_repr(tmp_path: Path) -> None:
    text = WHOLE.replace("sqlite:///data/facade.db", "postgresql://facade:hunter2@db/facade")
    shown = repr(load(tmp_path, text, {"EMR_PASSWORD": "hunter2"}))
    assert "hunter2" not in shown
    assert "openemr" in shown


def test_settings_are_frozen(tmp_path: Path) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        load(tmp_path, "").port = 1  # type: ignore[misc]


def test_a_dollar_can_be_written(tmp_path: Path) -> None:
    assert load(tmp_path, "site: { a: '$${B}', b: '$C $', c: '${B}' }", {"B": "b"}).site == {
        "a": "${B}",
        "b": "$C $",
        "c": "b",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("prot: 80", "facade.yaml:1: there is no setting `prot`; did you mean `port`?"),
        (
            "\nsearch:\n  speed: 1",
            "facade.yaml:3: there is no setting `speed`; known are default_count, max_count",
        ),
        ("port: 80a", "facade.yaml:1: `port` is not a whole number from 1 to 65535"),
        ("port: 0", "facade.yaml:1: `port` is not a whole number from 1 to 65535"),
        ("port: {}", "facade.yaml:1: `port` must be one value"),
        ("host: ''", "facade.yaml:1: `host` must not be empty"),
        ("port: 1\nport: 2", "facade.yaml:2: `port` is written twice"),
        (
            "base_url: clinic.example",
            "facade.yaml:1: `base_url` is not a base URL; write for example https://clinic.example/fhir",
        ),
        (
            "store: mysql://x",
            "facade.yaml:1: `store` is not a store; write sqlite:///facade.db or postgresql://user@host/database",
        ),
        ("site: { a: '${NOWHERE}' }", "facade.yaml:1: the environment variable NOWHERE is not set"),
        ("site: { a: { b: c } }", "facade.yaml:1: `a` must be one value"),
        ("site: here", "facade.yaml:1: `site` must be a mapping"),
        (
            "site: { timezone: Mars/Base }",
            "facade.yaml:1: `timezone` is not a time zone like Europe/Berlin",
        ),
        ("search: { default_count: 600 }", "facade.yaml:1: default_count is larger than max_count"),
        ("sources: { emr: { kind: odbc } }", "facade.yaml:1: source `emr` names no pack; add `pack: …`"),
        ("sources: { 'a b': { pack: x } }", "facade.yaml:1: `a b` is not a source's name"),
        ("sources: { a: x }", "facade.yaml:1: `a` is not a mapping of settings"),
        (
            "sources:\n  a:\n    pack: p\n    every: soon",
            "facade.yaml:4: `every` is not a duration; write for example 30s, 5m, 2h or 1d",
        ),
        (
            "sources:\n  a:\n    pack: p\n    streams: { s: { evry: 1m } }",
            "facade.yaml:4: there is no setting `evry`; did you mean `every`?",
        ),
        (
            "sources:\n  a:\n    pack: p\n    max_vanished: 120%",
            "facade.yaml:4: `max_vanished` is not a percentage; write for example 20%",
        ),
        (
            "sources:\n  a:\n    pack: p\n    full_at: 24:00",
            "facade.yaml:4: `full_at` is not a time of day; write for example 02:30, or sat,sun 02:30",
        ),
        (
            "sources:\n  a:\n    pack: p\n    full_at: funday 02:30",
            "facade.yaml:4: `full_at` names no weekdays; write for example mon-fri 02:30, or sat,sun 02:30",
        ),
        ("metrics: no", "facade.yaml:1: `metrics` is not true or false"),
        ("max_body: 16MB", "facade.yaml:1: `max_body` is not a size; write for example 512KiB or 16MiB"),
        ("max_body: 0KiB", "facade.yaml:1: `max_body` is not a size; write for example 512KiB or 16MiB"),
        (
            "cors: https://a.example/app",
            "facade.yaml:1: `cors` is not a list of origins; write for example https://app.example, or *",
        ),
        ("cors: [{ a: b }]", "facade.yaml:1: `0` must be one value"),
        ("port: [1]", "facade.yaml:1: `port` must be one value"),
        ("- port", "facade.yaml:1: is not a mapping of settings"),
        ("search: [1]", "facade.yaml:1: `search` must be a mapping"),
        ("port", "facade.yaml:1: is not a mapping of settings"),
        ("a: [", "facade.yaml:1: is not YAML: expected the node content, but found '<stream end>'"),
        ("a: \x00", "facade.yaml: is not YAML: it holds a character that YAML forbids"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in problems(tmp_path, text)


def test_all_problems_at_once(tmp_path: Path) -> None:
    assert problems(tmp_path, "prot: 80\nport: x\nsite: { a: '${Q}' }") == [
        "facade.yaml:1: there is no setting `prot`; did you mean `port`?",
        "facade.yaml:2: `port` is not a whole number from 1 to 65535",
        "facade.yaml:3: the environment variable Q is not set",
    ]


def test_a_misspelled_variable_is_named_and_a_stranger_is_not(tmp_path: Path) -> None:
    environ = {"FACADE_PROT": "1", "FACADE_SERVICE_HOST": "10.0.0.1", "FACADE_REQUIRE_SHARED": "1"}
    assert problems(tmp_path, "", environ) == ["FACADE_PROT: is no setting; did you mean FACADE_PORT?"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path / "none.yaml", {})
    assert caught.value.problems == (f"{tmp_path / 'none.yaml'}: cannot be read: No such file or directory",)


def test_every_setting_is_described() -> None:
    rows = describe_settings()
    names = [name for name, _, _ in rows]
    assert len(names) == len(set(names))
    assert all(sentence.endswith(".") for _, _, sentence in rows)
    assert ("port", "8000", "The port to listen on.") in rows
    top = {field.name for field in dataclasses.fields(Settings)} - {"sources", "site", "search"}
    assert top == {name for name in names if "." not in name}


def test_sizes(tmp_path: Path) -> None:
    assert load(tmp_path, "").max_body == 16 * 1024 * 1024
    assert load(tmp_path, "max_body: 512 KiB").max_body == 512 * 1024


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("cors: ''", ()),
        ("cors: '*'", ("*",)),
        ("cors: http://localhost:3000", ("http://localhost:3000",)),
        ("cors: https://a.example, https://b.example", ("https://a.example", "https://b.example")),
        ("cors: [https://a.example, '${OTHER}']", ("https://a.example", "https://b.example")),
    ],
)
def test_origins(tmp_path: Path, text: str, expected: tuple[str, ...]) -> None:
    assert load(tmp_path, text, {"OTHER": "https://b.example"}).cors == expected


def test_options_of_a_connector_may_hold_lists(tmp_path: Path) -> None:
    path = tmp_path / "facade.yaml"
    path.write_text("sources: { a: { pack: p, writes: { book: { statements: [one, { sql: two }] } } } }")
    options = load_settings(path, {}).sources["a"].options
    assert options["writes"] == {"book": {"statements": ["one", {"sql": "two"}]}}


def test_the_admin_token_is_a_secret(tmp_path: Path) -> None:
    settings = load(tmp_path, "sources: {}\n", {"FACADE_ADMIN_TOKEN": "hunter2"})
    assert settings.admin_token == "hunter2"
    assert "hunter2" not in repr(settings)
