"""How well a name's words fit a phrase of the lexicon: 0 to 1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from facade.drafting.data import rule

_LOOSE = rule("loose")
_CHANGES = rule("changing")


def best(words: frozenset[str], phrases: Iterable[str], noise: frozenset[str] = frozenset()) -> float:
    """The fit of the best phrase; those that stand first in a concept's list are a little better."""
    found = 0.0
    for at, phrase in enumerate(phrases):
        found = max(found, fit(words, split(phrase), noise) - 0.008 * min(at, 10))
    return found


@lru_cache(maxsize=4096)
def split(phrase: str) -> frozenset[str]:
    """A phrase's words."""
    return frozenset(phrase.split())


def fit(words: frozenset[str], phrase: frozenset[str], noise: frozenset[str]) -> float:
    """1.0 for the same words; less where words are left over, or only the table's name supplies some."""
    if not words:
        return 0.0
    if words == phrase:
        return 1.0
    left, missing = words - phrase, phrase - words
    if missing and not (missing <= noise and words & phrase):
        return 0.0
    score = 0.9 if missing else 1.0
    for word in sorted(left):
        if word in noise:
            score *= 0.95
        elif word in _CHANGES:
            score *= 0.2
        elif word.isdigit():
            score *= 0.7
        elif word in _LOOSE:
            score *= 0.72
        else:
            score *= 0.47
    return score


def called(words: frozenset[str], phrases: Sequence[str], weak: Sequence[str]) -> float:
    """How well a table's words fit what a template's tables are called."""
    found = 0.0
    for phrase in phrases:
        wanted = split(phrase)
        if not wanted <= words:
            continue
        left = words - wanted
        known = sum(not one.isdigit() for one in left)
        score = max(0.0, 1.0 - 0.28 * known)
        found = max(found, score * (0.55 if phrase in weak else 1.0))
    return found
