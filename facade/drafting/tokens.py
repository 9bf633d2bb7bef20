"""A legacy name to the lexicon's words: `PAT_BDATE` and `GebDatum` both say birth and date."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from facade.drafting.data import rule, words

STOP = rule("particles")
_UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "å": "a", "ł": "l"}
)
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_ENDINGS = frozenset(["dt", "tm", "cd", "no", "nr", "nm", "id", "ty", "pk", "fk"])


def fold(name: str, umlauts: bool = True) -> str:
    """Without accents; umlauts as two letters, or as one."""
    if umlauts:
        name = "".join(
            one.translate(_UMLAUTS)
            if one.islower() or not one.lower().translate(_UMLAUTS).isascii()
            else one.lower().translate(_UMLAUTS).capitalize()
            if one.lower() != one.lower().translate(_UMLAUTS)
            else one
            for one in unicodedata.normalize("NFC", name)
        )
    text = unicodedata.normalize("NFKD", name)
    return "".join(one for one in text if not unicodedata.combining(one))


def pieces(name: str) -> tuple[str, ...]:
    """The parts of a name as its writer set them apart (by `_`, blanks, capitals), in small letters."""
    found: list[str] = []
    for part in re.split(r"[^0-9A-Za-z]+", fold(name)):
        if part.lower() in words():
            found.append(part.lower())
        else:
            found += [one.lower() for one in _PIECE.findall(part)]
    return tuple(found)


@lru_cache(maxsize=65536)
def canonical(piece: str) -> tuple[str, ...]:
    """A piece in the lexicon's words; a piece that is not known stays as it is."""
    known = words()
    if piece in known:
        return known[piece]
    if piece.isdigit():
        return () if int(piece) in (0, 1) else (str(int(piece)),)
    for plain in (piece.replace("ae", "a").replace("oe", "o").replace("ue", "u"), piece.rstrip("s")):
        if len(plain) > 2 and plain in known:
            return known[plain]
    split = _segment(piece)
    if split is None:
        return (piece,)
    return tuple(word for part in split for word in known.get(part, (part,)))


def _segment(piece: str) -> tuple[str, ...] | None:
    """A glued name in known parts of three letters or more (or a short ending): the fewest that cover it."""
    known = words()
    best: list[tuple[str, ...] | None] = [()] + [None] * len(piece)
    for end in range(1, len(piece) + 1):
        for start in range(end):
            before = best[start]
            part = piece[start:end]
            if before is None or part not in known:
                continue
            if len(part) < 3 and not (end == len(piece) and start > 1 and part in _ENDINGS):
                continue
            if best[end] is None or len(before) + 1 < len(best[end] or ()):
                best[end] = (*before, part)
    found = best[-1]
    if found is None and piece.endswith("s") and len(piece) > 5:
        return _segment(piece[:-1])
    return found


@lru_cache(maxsize=65536)
def said(name_pieces: tuple[str, ...]) -> frozenset[str]:
    """The words of a name, without particles."""
    phrase = "".join(name_pieces)
    if len(name_pieces) > 1 and phrase in words() and not phrase.isdigit():
        return frozenset(words()[phrase])
    found: list[str] = []
    for at, one in enumerate(name_pieces):
        pair = one + name_pieces[at + 1] if at + 1 < len(name_pieces) else ""
        if at and name_pieces[at - 1] + one in words() and len(one) > 1:
            found += words()[name_pieces[at - 1] + one]
        elif not (pair and pair in words() and len(one) > 1) and (one not in STOP or one.isdigit()):
            found += canonical(one)
    return frozenset(found) - STOP


def common_prefix(names: Iterable[str]) -> str | None:
    """The first piece that nearly all of a table's columns begin with (`PAT` of `PAT_ID`, `PAT_NAME` …)."""
    split = [pieces(name) for name in names]
    if len(split) < 4:
        return None
    piece, count = max(
        Counter(one[0] for one in split if len(one) > 1).items(), key=lambda x: (x[1], x[0]), default=("", 0)
    )
    return piece if count >= 0.75 * len(split) else None
