"""The key `recognise` of pack.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest

from facade.mapping import PackError, parse_pack, recognised_tables, recognises
from facade.packs import PackFiles, read_pack, shipped_packs

ABOUT = "`recognise:` takes `tables: [name, …]`, tables that only this system has"


def files(text: str) -> PackFiles:
    return PackFiles("x", Path(), ({"pack.yaml": "pack: x\n" + text},))


def test_a_pack_names_the_tables_it_is_known_by() -> None:
    pack = files("recognise: { tables: [patient_data, Form Encounter] }\n")
    parse_pack(pack)
    tables = recognised_tables(pack)
    assert tables == ("patient_data", "Form Encounter")
    assert recognises(tables, ["PATIENT_DATA", "form encounter", "more"])
    assert not recognises(tables, ["patient_data", "more"])


def test_a_pack_that_names_none_is_never_recognised() -> None:
    assert recognised_tables(files("")) == ()
    assert not recognises((), ["patient_data"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("recognise: patient_data\n", f"pack.yaml:2: {ABOUT}"),
        ("recognise:\n  tables: patient_data\n", f"pack.yaml:3: {ABOUT}"),
        ("recognise: { tables: [] }\n", f"pack.yaml:2: {ABOUT}"),
        ("recognise: { tables: [{ a: b }] }\n", f"pack.yaml:2: {ABOUT}"),
        (
            "recognise: { tables: [a], table: [b] }\n",
            "pack.yaml:2: unknown key `table`; did you mean `tables`?",
        ),
        ("recognize: { tables: [a] }\n", "pack.yaml:2: unknown key `recognize`; did you mean `recognise`?"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(PackError) as error:
        parse_pack(files(text))
    assert str(error.value) == told


def test_the_shipped_packs_tell_each_other_apart() -> None:
    tables = {name: recognised_tables(read_pack(name)) for name in shipped_packs()}
    assert tables["demo"] and tables["openemr"]
    for name, own in tables.items():
        for other, others in tables.items():
            assert name == other or not recognises(own, others)
