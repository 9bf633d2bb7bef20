"""Which column of a table (or of those beside and above it) answers each concept of its template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from facade.drafting import names
from facade.drafting.classify import Classifier, Match
from facade.drafting.concepts import column_score
from facade.drafting.fits import fits
from facade.drafting.kinds import Concept, Kind, noise
from facade.drafting.links import Link, Links, contained
from facade.drafting.views import Col, Tab

BOUND = 0.52
"""A column below this is not taken."""
_ABOVE = frozenset(["date", "start", "provider", "encounter", "code", "name", "report", "order", "type"])


@dataclass(frozen=True)
class Bound:
    """A concept's column, how surely, why, the links that lead to its table, and what it refers to."""

    concept: Concept
    col: Col
    confidence: float
    reason: str
    through: tuple[Link, ...] = ()
    link: Link | None = None


Targets = Mapping[str, tuple[Match, ...]]
"""The tables taken for each kind, by the kind's resource type."""


class Binder:
    """Binds the concepts of one table after another."""

    def __init__(self, classifier: Classifier, links: Links, matches: list[Match]) -> None:
        self.classifier = classifier
        self.links = links
        self.matches = matches
        self.taken = {match.tab: match for match in matches}
        self._sides: dict[Tab, tuple[Link, ...]] = {}

    def bind(self, match: Match) -> dict[str, Bound]:
        """Each concept's best column; no column answers two."""
        found = self._candidates(match.kind, match.tab)
        found.sort(key=lambda one: (-one.confidence, len(one.through), one.col.order(), one.concept.name))
        bound: dict[str, Bound] = {}
        used: set[Col] = set()
        for one in found:
            if one.concept.name not in bound and one.col not in used:
                bound[one.concept.name] = one
                used.add(one.col)
        _half_a_name(match, bound)
        if match.kind.body.get("patient") == "always" and (patient := self._patient(match)):
            bound["patient"] = patient
        return bound

    def _patient(self, match: Match) -> Bound | None:
        path = self.classifier.path(match.tab)
        concept = match.kind.concept("patient")
        if path is None or concept is None:
            return None
        link = self.links.link(path.col)
        if link is not None and link.to.tab is not self.classifier.patients:
            link = None
        return Bound(concept, path.col, path.confidence, path.how, path.through, link)

    def _candidates(self, kind: Kind, tab: Tab) -> list[Bound]:
        found: list[Bound] = []
        quiet = noise(tab, kind)
        path = self.classifier.path(tab) if self.classifier.patients else None
        for concept in kind.concepts:
            if concept.name == "patient" and kind.body.get("patient") == "always":
                continue
            for col in tab.cols:
                if path is None or col is not path.col or path.through:
                    found += self._one(concept, col, quiet, (), 1.0)
            if kind.name in ("patient", "practitioner"):
                for side in self.sides(tab):
                    for col in side.to.tab.cols:
                        found += self._one(concept, col, quiet | side.to.tab.words, (side,), 0.85)
            if path is not None and path.through and concept.name in _ABOVE:
                for depth in range(len(path.through)):
                    through = path.through[: depth + 1]
                    above = through[-1].to.tab
                    for col in above.cols:
                        if col is not path.col:
                            found += self._one(concept, col, above.words, through, 0.8 - 0.1 * depth)
        return found

    def _one(
        self, concept: Concept, col: Col, quiet: frozenset[str], through: tuple[Link, ...], factor: float
    ) -> list[Bound]:
        link = self.links.link(col)
        if concept.to:
            return self._reference(concept, col, quiet, through, factor)
        people = ("patient", "practitioner", "encounter")
        match = self.taken.get(link.to.tab) if link is not None else None
        worded = concept.values in ("text", "name", "short", "coded")
        if match is not None and worded and match.kind.name in people:
            return []
        score = column_score(concept, col, quiet, link) * factor
        if score < BOUND:
            return []
        reason = f"name `{col.name}`, {shown(col)}"
        if link is not None and link.confidence > 0.7 and link.to.tab not in self.taken:
            reason += f", text from {link.to.tab.place}"
        return [Bound(concept, col, round(score, 2), reason, through, link)]

    def _reference(
        self, concept: Concept, col: Col, quiet: frozenset[str], through: tuple[Link, ...], factor: float
    ) -> list[Bound]:
        link = self.links.link(col)
        named = names.best(col.words, concept.phrases, quiet - {"patient"}) * fits("id", col)
        aims = [match for match in self.matches if match.kind.name == concept.to]
        if not aims or (
            any(col.tab is match.tab and not through for match in aims) and concept.to != "organization"
        ):
            return []
        if link is not None and link.to.tab in [match.tab for match in aims]:
            sure = max(named, 0.8) * link.confidence * factor
            return (
                [Bound(concept, col, round(min(0.98, sure), 2), link.how, through, link)]
                if named or sure > 0.6
                else []
            )
        if link is not None or named < 0.55:
            return []
        for match in aims:
            key = self.links.key(match.tab)
            if len(key) == 1 and contained(col, key[0]) and (col.evidence.filled or not col.tab.table.sample):
                made = Link(
                    col, key[0], round(named * 0.9, 2), f"name `{col.name}`, keys of {match.tab.place}"
                )
                return [Bound(concept, col, round(named * 0.9 * factor, 2), made.how, through, made)]
        return []

    def sides(self, tab: Tab) -> tuple[Link, ...]:
        """Tables that hold at most one row for each row of this one, by the same key; as links to them."""
        if tab in self._sides:
            return self._sides[tab]
        key = self.links.key(tab)
        found = []
        if len(key) == 1:
            for other in self.classifier.tabs:
                if other is tab or other in self.taken or len(other.cols) < 3:
                    continue
                for link in self.links.links(other):
                    alone = (link.col.name,) in (other.table.primary_key, *other.table.unique)
                    if link.to is key[0] and alone:
                        found.append(Link(key[0], link.col, 0.85, f"one row each in {other.place}"))
        self._sides[tab] = tuple(found[:4])
        return self._sides[tab]

    def label(self, bound: Bound) -> tuple[Link, Col] | None:
        """The table that says in words what a code means, and its column."""
        link = bound.link
        if link is None or link.confidence < 0.7:
            return None
        match = self.taken.get(link.to.tab)
        if match is not None and match.kind.name not in ("organization", "location"):
            return None
        if link.to.tab is self.classifier.patients:
            return None
        best: tuple[float, int, Col] | None = None
        for col in link.to.tab.cols:
            phrases = ("description", "name", "title", "full name", "drug name")
            score = names.best(col.words, phrases, link.to.tab.words) * fits("text", col)
            if score >= 0.6 and (best is None or (score, -col.at) > best[:2]):
                best = (score, -col.at, col)
        return (link, best[2]) if best else None


def _half_a_name(match: Match, bound: dict[str, Bound]) -> None:
    """Beside a given name alone, `nom` is the surname; beside a surname alone, `nome` is the given name."""
    whole = bound.get("full_name")
    if whole is None or "name" not in whole.col.words or ("given" in bound) == ("surname" in bound):
        return
    half = "surname" if "given" in bound else "given"
    other = "given" if half == "surname" else "surname"
    concept = match.kind.concept(half)
    if concept is not None and bound[other].through == whole.through:
        reason = (
            f"{whole.reason}, beside a {other} name"
            if other == "given"
            else f"{whole.reason}, beside a surname"
        )
        bound[half] = Bound(concept, whole.col, min(whole.confidence, 0.85), reason, whole.through)
        del bound["full_name"]


def shown(col: Col) -> str:
    """What a column's type and sample are, in a few words, without a value."""
    seen = col.evidence
    if not seen.filled:
        return f"{col.kind}, no values seen"
    for shape, words in (
        ("iso_date", "dates"), ("iso_datetime", "times with dates"), ("compact_date", "dates as yyyymmdd"),
        ("slash_date", "dates with the year last"), ("email", "e-mail addresses"), ("loinc", "LOINC's form"),
        ("pressure", "pairs such as n/n"), ("number", "numbers"),
    ):  # fmt: skip
        if seen.part(shape) > 0.9:
            return f"{col.kind}, {words}"
    if seen.distinct <= 12 < seen.filled:
        return f"{col.kind}, {seen.distinct} different values"
    return f"{col.kind}"
