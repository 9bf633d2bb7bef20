"""Soundex, on the National Archives' own examples."""

from __future__ import annotations

import pytest

from facade.errors import BadRequest
from facade.search import parse_search
from facade.search.phonetic import sounds


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("Washington", "w252"),
        ("Lee", "l000"),
        ("Gutierrez", "g362"),
        ("Pfister", "p236"),
        ("Jackson", "j250"),
        ("Tymczak", "t522"),
        ("Ashcraft", "a261"),
        ("VanDeusen", "v532"),
        ("Müller", "m460"),
        ("O'Brien", "o165"),
        ("Иванов", "иванов"),
    ],
)
def test_the_sound_of_a_name(name: str, sound: str) -> None:
    assert sounds(name) == (sound,)


def test_words_sound_each_for_itself() -> None:
    assert sounds("Robert  Rupert Lee") == ("r163", "l000")
    assert sounds(" ") == ()


def test_one_name_at_a_time() -> None:
    with pytest.raises(BadRequest, match=r"^Search parameter `phonetic` takes one name$"):
        parse_search("Patient", [("phonetic", "Ann Lee")])
