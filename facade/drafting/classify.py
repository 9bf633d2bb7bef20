"""Which tables become which resources, and how surely: by name, columns, and links to the patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from facade.drafting import names
from facade.drafting.codebook import tell
from facade.drafting.data import columns, templates
from facade.drafting.fits import fits, looks_alone
from facade.drafting.links import Link, Links, contained
from facade.drafting.tokens import pieces, said
from facade.drafting.views import Col, Tab

ENOUGH = 0.47
"""Below this a table is not drafted."""


@dataclass(frozen=True)
class Concept:
    """What a template wants to know of a table: names, kind of values, and where it points."""

    name: str
    phrases: tuple[str, ...]
    values: str
    shapes: tuple[str, ...] = ()
    to: str | None = None
    vocabulary: frozenset[str] = frozenset()
    alone: bool = False


@dataclass(frozen=True, eq=False)
class Kind:
    """A template, read: what its tables are called, and its concepts."""

    name: str
    resource: str
    body: Mapping[str, Any]
    concepts: tuple[Concept, ...]

    def concept(self, name: str) -> Concept | None:
        """One of its concepts."""
        return next((one for one in self.concepts if one.name == name), None)


@dataclass(frozen=True)
class Path:
    """How a table's rows reach their patient: a column of its own, or through links to other tables."""

    through: tuple[Link, ...]
    col: Col
    confidence: float
    how: str


@dataclass(frozen=True)
class Match:
    """A table taken for a kind of resource."""

    kind: Kind
    tab: Tab
    score: float
    reason: str
    only: tuple[Col, tuple[str, ...]] | None = None


def kinds() -> tuple[Kind, ...]:
    """All templates."""
    found = []
    for body in templates():
        merged: dict[str, Any] = {}
        for group in body.get("use", ()):
            merged.update(columns()[group])
        merged.update(body.get("columns", {}))
        concepts = tuple(
            Concept(
                name=name,
                phrases=tuple(one["is"]),
                values=one["values"],
                shapes=tuple(one.get("shapes", ())),
                to=one.get("to"),
                vocabulary=frozenset(word for phrase in one["is"] for word in phrase.split()),
                alone=one["values"] in ("email", "pressure", "sex", "coded"),
            )
            for name, one in merged.items()
        )
        found.append(Kind(body["name"], body["resource"], body, concepts))
    return tuple(found)


def noise(tab: Tab, kind: Kind) -> frozenset[str]:
    """Words that need no mention in a column's name, as the table says them."""
    own = {word for phrase in kind.body.get("called", ())[:3] for word in phrase.split()}
    return tab.words | frozenset(own) | {"patient"}


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


class Classifier:
    """Takes tables for resources; finds the patients first, since most others are told by them."""

    def __init__(self, tabs: Sequence[Tab], links: Links) -> None:
        self.tabs = tabs
        self.links = links
        self.kinds = kinds()
        self.patients: Tab | None = None
        self.rivals: list[Match] = []
        self._paths: dict[Tab, Path | None] = {}
        (self._patient,) = [kind for kind in self.kinds if kind.name == "patient"]

    def run(self) -> list[Match]:
        """The tables to draft, best first for each kind."""
        first = [match for tab in self.tabs if (match := self.judge(self._patient, tab, alone=True))]
        first.sort(key=lambda one: (-one.score + 0.25 * one.tab.empty, one.tab.place))
        if first:
            self.patients = first[0].tab
        found: dict[Tab, Match] = {}
        several: list[Match] = []
        for tab in self.tabs:
            if tab is self.patients:
                continue
            matches = [match for kind in self.kinds if (match := self.judge(kind, tab))]
            if mixed := self._mixed(tab):
                several += mixed
            elif matches:
                found[tab] = max(matches, key=lambda one: (one.score, one.kind.name))
        chosen = first[:1]
        self.rivals += first[1:3]
        for kind in self.kinds:
            mine = sorted(
                (
                    one
                    for one in (*found.values(), *several)
                    if one.kind is kind and kind is not self._patient
                ),
                key=lambda one: (-one.score + 0.25 * one.tab.empty, one.tab.place),
            )
            many = int(kind.body.get("several", "2" if kind.body.get("patient") == "always" else "1"))
            if kind.name == "practitioner" and mine:
                mine = self._most_used(mine)
            chosen += mine[:many]
            self.rivals += mine[many : many + 3]
        return chosen

    def _mixed(self, tab: Tab) -> list[Match]:
        """A table that holds several kinds of thing, told apart by the values of one column."""
        if self.patients is None or self.path(tab) is None:
            return []
        for col in tab.cols:
            if "type" not in col.words or not 2 <= col.evidence.distinct <= 30 or col.kind != "text":
                continue
            meant: dict[Kind, list[str]] = {}
            for value in tell(col):
                words = said(pieces(value))
                ranked = [
                    (names.called(words, kind.body["called"], kind.body.get("weak", ())), kind)
                    for kind in self.kinds
                    if kind.body.get("patient") == "always" and "called" in kind.body
                ]
                score, kind = max(ranked, key=lambda one: (one[0], one[1].name))
                if score >= 0.5:
                    meant.setdefault(kind, []).append(value)
            matches = []
            for kind, values in meant.items():
                match = self.judge(kind, tab, named=0.8)
                if match is not None:
                    reason = f"values of `{col.name}`, {match.reason}"
                    matches.append(Match(kind, tab, match.score, reason, (col, tuple(values))))
            if len(matches) >= 2:
                return matches
        return []

    def _most_used(self, mine: list[Match]) -> list[Match]:
        best = mine[0].score
        near = [one for one in mine if one.score >= best - 0.2]
        near.sort(key=lambda one: (-self._pointed(one.tab), -one.score, one.tab.place))
        return near + [one for one in mine if one not in near]

    def _pointed(self, tab: Tab) -> int:
        return sum(
            link.to.tab is tab for one in self.tabs if one is not tab for link in self.links.links(one)
        )

    def judge(self, kind: Kind, tab: Tab, *, alone: bool = False, named: float = 0.0) -> Match | None:
        """A table taken for a kind, or None if it surely is not of it."""
        body = kind.body
        if "called" not in body or (not alone and kind is self._patient):
            return None
        named = max(named, names.called(tab.words, body["called"], body.get("weak", ())))
        if named < float(body.get("named", 0)):
            return None
        rule = body.get("patient")
        reached = None
        if rule in ("always", "never") and self.patients is not None:
            reached = self.path(tab)
            if (reached is None) == (rule == "always"):
                return None
            if rule == "never" and reached is not None:
                return None
        elif rule == "always":
            return None
        quiet = noise(tab, kind)
        scores: dict[str, float] = {}
        held: dict[str, Col] = {}
        for concept in kind.concepts:
            ranked = [
                (column_score(concept, col, quiet, self.links.link(col)), -col.at, col) for col in tab.cols
            ]
            if ranked:
                best = max(ranked, key=lambda one: one[:2])
                scores[concept.name], held[concept.name] = best[0], best[2]
        for group in body.get("needs", ()):
            if max((scores.get(one, 0.0) for one in group), default=0.0) < 0.45:
                return None
        for group in body.get("also", ()):
            if max((scores.get(one, 0.0) for one in group), default=0.0) < 0.45 and not named:
                return None
        core = body.get("core", ())
        taken: set[Col] = set()
        held_scores = []
        for one in sorted(core, key=lambda name: -scores.get(name, 0.0)):
            col = held.get(one)
            if col is not None and col not in taken and scores[one] >= 0.45:
                taken.add(col)
                held_scores.append(scores[one])
        if len(held_scores) < int(body.get("least", 1)):
            return None
        if body.get("wide") and len(held_scores) < 0.12 * len(tab.cols):
            return None
        wanted = min(len(core), 4)
        shape = min(1.0, sum(held_scores[:6]) / wanted)
        score = 0.55 * named + 0.45 * shape
        if body.get("wide") and len(held_scores) >= 3:
            score = max(score, 0.8)
        if kind is self._patient:
            score += min(0.15, 0.01 * self._pointed(tab))
        if reached is not None and reached.through:
            score -= 0.08
        if tab.table.kind == "view":
            score -= 0.08
        if score < ENOUGH:
            return None
        reason = f"{'name and ' if named else ''}{len(held_scores)} telling columns"
        return Match(kind, tab, min(0.98, score), reason)

    def path(self, tab: Tab, depth: int = 2) -> Path | None:
        """How the rows of a table reach their patient."""
        if tab not in self._paths:
            self._paths[tab] = None
            self._paths[tab] = self._find_path(tab, depth)
        return self._paths[tab]

    def _find_path(self, tab: Tab, depth: int) -> Path | None:
        assert self.patients is not None
        best: Path | None = None
        (key, *rest) = self.links.key(self.patients) or (None,)
        for link in self.links.links(tab):
            if link.to.tab is self.patients and (best is None or link.confidence > best.confidence):
                best = Path((), link.col, link.confidence, link.how)
        if best is None and key is not None and not rest:
            concept = next(one for one in self._by_name("appointment").concepts if one.name == "patient")
            for col in tab.cols:
                if self.links.link(col) is None or not col.evidence.filled:
                    score = names.best(col.words, concept.phrases) * fits("id", col)
                    if score >= 0.6 and contained(col, key) and (best is None or score > best.confidence):
                        best = Path((), col, min(0.9, score), "named after patients")
        if best is None and depth:
            for link in self.links.links(tab):
                if link.to.tab in (tab, self.patients):
                    continue
                behind = self._find_path(link.to.tab, depth - 1)
                if behind is not None:
                    sure = link.confidence * behind.confidence * 0.95
                    if best is None or sure > best.confidence:
                        how = f"through {link.to.tab.place}"
                        best = Path((link, *behind.through), behind.col, sure, how)
        return best

    def _by_name(self, name: str) -> Kind:
        return next(one for one in self.kinds if one.name == name)
