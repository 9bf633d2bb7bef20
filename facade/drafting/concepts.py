"""How surely a column holds what a concept wants, and which column of a table does so best."""

from __future__ import annotations

from facade.drafting import names
from facade.drafting.fits import fits, looks_alone
from facade.drafting.kinds import Concept, Kind
from facade.drafting.links import Link, Links
from facade.drafting.views import Col, Tab


def column_score(concept: Concept, col: Col, quiet: frozenset[str], link: Link | None) -> float:
    """How surely a column holds what a concept wants, 0 to 1."""
    score = 0.0
    if not concept.vocabulary.isdisjoint(col.words):
        score = names.best(col.words, concept.phrases, quiet)
    if link is not None and not concept.to and not concept.vocabulary.isdisjoint(link.to.tab.words):
        behind = names.best(link.to.tab.words, concept.phrases, quiet)
        score = max(score, 0.93 * behind if link.confidence > 0.8 else 0.85 * behind)
    alone = looks_alone(concept.values, col, concept.shapes) if concept.alone else 0.0
    if not score:
        return alone
    factor = fits(concept.values, col, concept.shapes)
    if factor == 0.0 and link is not None and concept.values in ("text", "short", "name", "code"):
        factor = 0.9 if col.kind in ("text", "integer") else 0.0
    return min(0.98, max(score * factor, alone))


class Look:
    """A table's columns with their links, and by the words that speak for them: their own and those of the
    table they point to."""

    def __init__(self, tab: Tab, links: Links) -> None:
        self.cols = [(col, links.link(col)) for col in tab.cols]
        self._by_word: dict[str, list[tuple[Col, Link | None]]] = {}
        for col, link in self.cols:
            for word in col.words if link is None else col.words | link.to.tab.words:
                self._by_word.setdefault(word, []).append((col, link))

    def spoken_for(self, vocabulary: frozenset[str]) -> dict[Col, Link | None]:
        """The columns that share a word with it."""
        return {col: link for word in vocabulary for col, link in self._by_word.get(word, ())}


class Told:
    """Which column of a table holds each concept of a kind, worked out when it is asked."""

    def __init__(self, kind: Kind, look: Look, quiet: frozenset[str]) -> None:
        self._concepts = {concept.name: concept for concept in kind.concepts}
        self._look = look
        self._quiet = quiet
        self._found: dict[str, tuple[float, Col | None]] = {}

    def score(self, name: str) -> float:
        """How surely it is held, 0 to 1."""
        return self.best(name)[0]

    def best(self, name: str) -> tuple[float, Col | None]:
        """The same, and where; the first of several columns that do equally well."""
        if name not in self._found:
            self._found[name] = self._find(self._concepts.get(name))
        return self._found[name]

    def _find(self, concept: Concept | None) -> tuple[float, Col | None]:
        best: tuple[float, Col | None] = (0.0, None)
        if concept is None:
            return best
        cols = self._look.cols if concept.alone else self._look.spoken_for(concept.vocabulary).items()
        for col, link in sorted(cols, key=lambda one: one[0].at):
            score = column_score(concept, col, self._quiet, link)
            if score > best[0]:
                best = (score, col)
        return best
