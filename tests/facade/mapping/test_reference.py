"""The generated pages are up to date; the editor schema accepts the shipped packs and refuses mistakes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from facade.mapping import reference
from facade.mapping.filters import FILTERS
from facade.packs import SHIPPED

MAPPINGS = sorted(SHIPPED.glob("*/resources/*.yaml"))
_VALIDATOR = jsonschema.Draft202012Validator(reference.schema())


@pytest.mark.parametrize("path", reference.pages(), ids=lambda path: path.name)
def test_generated_files_are_up_to_date(path: Path) -> None:
    made = reference.pages()[path]
    assert path.read_text(encoding="utf-8") == made, "run: python -m facade.mapping.reference"


def test_every_filter_is_on_the_page() -> None:
    page = reference.filters_page()
    assert all(f"### `{spec.signature()}`" in page for spec in FILTERS.values())
    assert {spec.group for spec in FILTERS.values()} == set(reference.GROUPS)


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(reference.schema())
    assert json.loads(json.dumps(reference.schema())) == reference.schema()


def _errors(text: str) -> list[str]:
    loaded: Any = yaml.load(text, Loader=yaml.CBaseLoader)
    return [error.message for error in _VALIDATOR.iter_errors(loaded)]


def test_the_shipped_mappings_are_valid() -> None:
    assert len(MAPPINGS) > 40
    for path in MAPPINGS:
        assert _errors(path.read_text(encoding="utf-8")) == [], path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("resource: Patient\nmap: { gendr: x }", "'gendr' was unexpected"),
        ("resource: Patiant\nmap: {}", "'Patiant' is not one of"),
        ("resource: Patient\nwhne: x", "'whne' was unexpected"),
        (
            "resource: Patient\nmap: { name: { $fro: x in $y } }",
            "is not valid under any of the given schemas",
        ),
        ("resource: Patient\nfor: $x", "'$x' does not match"),
    ],
)
def test_mistakes_are_refused(text: str, said: str) -> None:
    assert any(said in message for message in _errors(text)), _errors(text)
