"""Which tables become which resources, and how surely: by name, columns, and links to the patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from facade.drafting import names
from facade.drafting.codebook import tell
from facade.drafting.concepts import Look, Told
from facade.drafting.fits import fits
from facade.drafting.kinds import Kind, kinds, noise
from facade.drafting.links import Link, Links, contained
from facade.drafting.tokens import pieces, said
from facade.drafting.views import Col, Tab

ENOUGH = 0.47
"""Below this a table is not drafted."""


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


class Classifier:
    """Takes tables for resources; finds the patients first, since most others are told by them."""

    def __init__(self, tabs: Sequence[Tab], links: Links) -> None:
        self.tabs = tabs
        self.links = links
        self.kinds = kinds()
        self.patients: Tab | None = None
        self.rivals: list[Match] = []
        self._paths: dict[Tab, Path | None] = {}
        self._looks: dict[Tab, Look] = {}
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
        told = Told(kind, self._look(tab), noise(tab, kind))
        for group in body.get("needs", ()):
            if max(map(told.score, group), default=0.0) < 0.45:
                return None
        for group in body.get("also", ()):
            if max(map(told.score, group), default=0.0) < 0.45 and not named:
                return None
        core = body.get("core", ())
        taken: set[Col] = set()
        held_scores = []
        for one in sorted(core, key=lambda name: -told.score(name)):
            sure, col = told.best(one)
            if col is not None and col not in taken and sure >= 0.45:
                taken.add(col)
                held_scores.append(sure)
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

    def _look(self, tab: Tab) -> Look:
        if tab not in self._looks:
            self._looks[tab] = Look(tab, self.links)
        return self._looks[tab]

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
