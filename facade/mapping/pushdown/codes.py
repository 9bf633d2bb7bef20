"""Tokens and references of a mapping, read backwards.

https://hl7.org/fhir/R4/search.html#token · https://hl7.org/fhir/R4/search.html#reference
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from facade.mapping.pushdown.answers import NEVER, Answer, Every, both, either, over
from facade.mapping.pushdown.filters import Maps, values_by_code
from facade.mapping.pushdown.inverse import MIXED, Inverse, columns_found, columns_read, inverse
from facade.mapping.pushdown.reach import Found
from facade.mapping.pushdown.sight import ABSENT, UNKNOWN, Read
from facade.mapping.syntax import Filter, Literal, Word

CodeInverse = Callable[["str | None", str], Answer]
"""From a system (None: any; empty: none) and a code."""
PLAIN = frozenset({"code", "string", "id", "boolean", "uri", "canonical", "url", "oid", "uuid"})
_PARTS = {"Identifier": ("value", "system"), "Coding": ("code", "system"), "ContactPoint": ("value", "")}
_MANY = 250  # characters: longer texts are indexed cut short
_SYSTEM_ALONE = Every("a system alone names no value")
_ELSEWHERE = "it may stand elsewhere than in the columns of `search:`"
_LONG = Every("so long a value is indexed cut short")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One place where a value is made: backwards, and the columns that it reads, or whose test it finds."""

    answer: CodeInverse
    reads: frozenset[str]
    finds: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class Codes:
    """A token or reference parameter of one mapping; tests are on `columns` alone."""

    columns: tuple[str, ...]
    leaves: tuple[Leaf, ...]

    def token(self, system: str | None, code: str | None) -> Answer:
        """Rows that can give this token; `code` None asks for any code of the system."""
        if code is None:
            return _SYSTEM_ALONE
        if len(code) >= _MANY:
            return _LONG
        return self._rows(system, code)

    def reference(self, target: str) -> Answer:
        """Rows that can refer to `Type/id`, or to a URL."""
        return _LONG if len(target) >= _MANY else self._rows(None, target)

    def _rows(self, system: str | None, code: str) -> Answer:
        answers = []
        for leaf in self.leaves:
            answer = leaf.answer(system, code)
            if answer is not NEVER:
                answers.append(over(answer, self.columns, _ELSEWHERE))
        return either(answers, MIXED)


def token_leaves(found: Found, type: str, maps: Maps) -> Iterator[Leaf]:
    """The leaves of what fills an element of this type."""
    if found.rest:
        yield _leaf(found, UNKNOWN, (), maps)
    elif type == "CodeableConcept":
        if found.fields is None:
            yield _coded(found, "concept", maps)
        elif "coding" in found.fields:
            for inner in found.inside("coding"):
                yield from token_leaves(inner, "Coding", maps)
    elif type in _PARTS:
        if found.fields is None:
            yield _coded(found, "coding", maps)
            return
        value, system = _PARTS[type]
        systems = _constants(found.inside(system)) if type != "ContactPoint" else [""]
        if value in found.fields:
            for inner in found.inside(value):
                yield from _plain(inner, systems, maps)
    else:
        yield from _plain(found, None, maps)


def reference_leaves(found: Found, type: str, maps: Maps) -> Iterator[Leaf]:
    """The same of a Reference."""
    if found.rest or type != "Reference" or (found.fields is None and found.read is not ABSENT):
        yield _leaf(found, UNKNOWN, (), maps)
    elif found.fields is not None and "reference" in found.fields:
        for inner in found.inside("reference"):
            yield from _plain(inner, None, maps)


def _plain(found: Found, systems: Iterable[str] | None, maps: Maps) -> Iterator[Leaf]:
    if found.read is not ABSENT:
        yield _leaf(found, found.read, systems, maps)


def _constants(parts: Iterator[Found]) -> list[str] | None:
    """The texts that an element can have, `""` for none; None if they are not all known."""
    texts = [found.read.text if isinstance(found.read, Literal) else None for found in parts]
    known = [text for text in texts if text is not None]
    return (known or [""]) if len(known) == len(texts) else None


def _leaf(found: Found, read: Read, systems: Iterable[str] | None, maps: Maps) -> Leaf:
    back: Inverse = inverse(read, maps)
    known = None if systems is None or found.rest else frozenset(systems)

    def answer(system: str | None, code: str) -> Answer:
        if system is not None and known is not None and system not in known:
            return NEVER
        return back(code)

    return _guarded(found, answer, read, maps)


def _coded(found: Found, name: str, maps: Maps) -> Leaf:
    """`$x | concept(table)`, `$x | coding(table)`."""
    read = found.read
    match read:
        case Filter(operand, ("concept" | "coding") as given, (Word(table) | Literal(table),)) if (
            given == name and table in maps
        ):
            values, back = values_by_code(maps[table], first=given == "coding"), inverse(operand, maps)

            def answer(system: str | None, code: str) -> Answer:
                texts = values(system, code)
                return texts if isinstance(texts, Every) else either([back(text) for text in texts], MIXED)

            return _guarded(found, answer, operand, maps)
        case _:
            unknown = inverse(UNKNOWN, maps)
            return _guarded(found, lambda system, code: unknown(code), read, maps, finds=False)


def _guarded(found: Found, answer: CodeInverse, read: Read, maps: Maps, *, finds: bool = True) -> Leaf:
    """The leaf, with the cases of `$switch` around it."""
    cases: Answer = Every("")
    reads = set(columns_read(read))
    tested = set(columns_found(read, maps)) if finds else set()
    for subject, texts in found.cases:
        cases = both(cases, either([inverse(subject, maps)(text) for text in texts], MIXED))
        reads.update(columns_read(subject))
        tested.update(columns_found(subject, maps))
    if not isinstance(cases, Every):
        inner = answer

        def answer(system: str | None, code: str) -> Answer:
            return both(inner(system, code), cases)

    return Leaf(answer, frozenset(reads), frozenset(tested), found.text)
