"""Names of many makers to the lexicon's words."""

from __future__ import annotations

import pytest

from facade.drafting.data import words
from facade.drafting.tokens import common_prefix, pieces, said

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
    """Words are folded: small letters without accents, digits or underscores."""
    assert [word for word in words() if not word.isascii() or word != word.lower()] == []
