"""The cases of the shipped packs hold."""

from __future__ import annotations

from functools import cache

import pytest

from facade.mapping import Pack, parse_pack
from facade.mapping.pack import CaseResult
from facade.packs import read_pack
from tests.facade.packs.cases import case_names

CASES = {name: case_names(name) for name in ("openemr", "openhospital", "oscar")}
ONES = [
    pytest.param(name, number, id=f"{name}-{mapping}-{case}")
    for name, cases in CASES.items()
    for number, (mapping, case) in enumerate(cases)
]


@cache
def pack(name: str) -> Pack:
    return parse_pack(read_pack(name))


@cache
def results(name: str) -> list[CaseResult]:
    return pack(name).run_cases()


@pytest.mark.parametrize(("name", "number"), ONES)
def test_case(name: str, number: int) -> None:
    result = results(name)[number]
    assert result.ok, result.difference


@pytest.mark.parametrize("name", CASES)
def test_every_case_is_run_under_its_name(name: str) -> None:
    assert [(case.mapping, case.name) for case in pack(name).cases] == CASES[name]


@pytest.mark.parametrize("name", CASES)
def test_every_mapping_has_a_case(name: str) -> None:
    assert {case.mapping for case in pack(name).cases} == set(pack(name).mappings)
