"""Names of many makers to the lexicon's words."""

from __future__ import annotations

from collections import Counter

import pytest
import yaml

from facade.drafting.data import words
from facade.drafting.tokens import common_prefix, pieces, said
from tests.paths import REPO

NAMES = {
    "lname": "surname",
    "f_name": "given",
    "LAST_NAME": "surname",
    "dob": "birth date",
    "birthdt": "birth date",
    "PAT_BDATE": "patient birth date",
    "date_of_birth": "birth date",
    "month_of_birth": "birth month",
    "GebDat": "birth date",
    "Geburtsdatum": "birth date",
    "nachname": "surname",
    "apellido": "surname",
    "datnasc": "birth date",
    "dt_nascimento": "birth date",
    "cognome": "surname",
    "DataNascita": "birth date",
    "geslacht": "sex",
    "geboortedatum": "birth date",
    "date_naissance": "birth date",
    "Straße": "street",
    "STRASSE": "street",
    "Größe": "height",
    "E-Mail": "email",
    "zipCode": "postal",
    "APPT_STATUS": "appointment status",
    "Termindatum": "appointment date",
    "heure_debut": "time start",
    "lastUpdateDate": "updated date",
    "ICD10": "diagnosis",
    "phone2": "phone 2",
    "ADDR1": "address",
    "": "",
    "§§": "",
}


@pytest.mark.parametrize("name", NAMES)
def test_names(name: str) -> None:
    assert said(pieces(name)) == frozenset(NAMES[name].split())


def test_a_prefix_that_nearly_all_columns_share() -> None:
    assert common_prefix(["PAT_ID", "PAT_NAME", "PAT_SEX", "PAT_BDATE"]) == "pat"
    assert common_prefix(["id", "name", "sex", "birth_date"]) is None
    assert common_prefix([]) is None


def test_the_lexicon_is_plain() -> None:
    """Words are folded: small letters without accents or underscores; each stands once."""
    assert [word for word in words() if not word.isascii() or word != word.lower() or "_" in word] == []
    text = (REPO / "facade/drafting/lexicon/words.yaml").read_text(encoding="utf-8")
    listed = [word for line in yaml.safe_load(text).values() for word in map(str, line)]
    assert [word for word, count in Counter(listed).items() if count > 1] == []
