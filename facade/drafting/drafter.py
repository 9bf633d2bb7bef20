"""From tables taken for resources to streams, mappings and concept maps."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from connectors.base import Catalog
from facade.drafting import wide
from facade.drafting.bind import Binder, Bound
from facade.drafting.classify import Classifier, Match
from facade.drafting.codebook import Codebook
from facade.drafting.draft import Guess
from facade.drafting.fill import fill
from facade.drafting.holders import Context, holder, top
from facade.drafting.kinds import Kind
from facade.drafting.links import Links
from facade.drafting.marks import deleted_mark, watermark
from facade.drafting.readings import make
from facade.drafting.stream import StreamDraft, safe
from facade.drafting.temporal import is_iso
from facade.drafting.tokens import fold
from facade.drafting.tree import Leaf, emit
from facade.drafting.views import Tab, see
from facade.drafting.writer import header, pack_yaml, readme


class Drafter:
    """One run over one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.seen = see(catalog)
        self.links = Links(self.seen.tabs)
        self.classifier = Classifier(self.seen.tabs, self.links)
        self.codebook = Codebook()
        self.matches: list[Match] = []
        self.guesses: list[Guess] = []
        self.todo: list[str] = []
        self.mappings: dict[str, str] = {}
        self.vitals: dict[str, str] = {}
        self.streams: dict[Tab, StreamDraft] = {}
        self.prefixes: dict[tuple[str, Tab], str] = {}

    def run(self) -> None:
        """Draft everything."""
        self.matches = [match for match in self.classifier.run() if self.links.key(match.tab)]
        self.binder = Binder(self.classifier, self.links, self.matches)
        counts: Counter[str] = Counter()
        for match in self.matches:
            resource = match.kind.resource
            name = self._stream_name(match)
            self.prefixes[resource, match.tab] = f"{name}-" if counts[resource] else ""
            counts[resource] += 1
        for match in self.matches:
            self._table(match)
        if not self.matches:
            self.todo.append(
                "no table was recognised: a table of patients (names, a date of birth, a sex), and tables"
                " that refer to it, were looked for"
            )
        for rival in self.classifier.rivals:
            self.todo.append(
                f"{rival.tab.place} also looks like {rival.kind.resource} ({rival.score:.2f}): left out"
            )

    def _stream_name(self, match: Match) -> str:
        if match.tab in self.streams:
            return self.streams[match.tab].name
        taken = {stream.name for stream in self.streams.values()}
        name = match.kind.name
        if name in taken:
            name = f"{name}_{safe(fold(match.tab.table.name).lower())}"
        while name in taken:
            name += "_2"
        stream = StreamDraft(
            name, match.tab, self.links.key(match.tab), self.catalog.quote, self.catalog.dialect
        )
        self.streams[match.tab] = stream
        return name

    def _table(self, match: Match) -> None:
        stream = self.streams[match.tab]
        for col in stream.key:
            stream.use(col)
        bound = self.binder.bind(match)
        stream.deleted = deleted_mark(stream, bound)
        if match.kind.body.get("live"):
            stream.mode = "live"
        else:
            watermark(stream, bound)
        self._mapping(match, match.kind, stream, bound)
        for kind in self.classifier.kinds:
            if kind.body.get("beside") == match.kind.name:
                beside = {**bound, **self.binder.bind(Match(kind, match.tab, match.score, match.reason))}
                if all(any(one in beside for one in group) for group in kind.body["needs"]):
                    self._mapping(match, kind, stream, beside)

    def _mapping(self, match: Match, kind: Kind, stream: StreamDraft, bound: dict[str, Bound]) -> None:
        resource = kind.resource
        key = [f"${stream.use(col)}" for col in stream.key]
        prefix = self.prefixes.get((resource, match.tab), "") if kind is match.kind else ""
        own = (
            key[0]
            if len(key) == 1
            else "(" + " ~ '-' ~ ".join(f"({one} ?? '')" if False else one for one in key) + ")"
        )
        ctx = Context(match, stream, bound, self.binder, self.codebook, self.prefixes, own)
        body: dict[str, Any] = {"resource": Leaf(resource), "stream": Leaf(stream.name)}
        extra = self._special(kind, ctx, body, own)
        if extra is None:
            return
        when = extra
        if kind.body.get("patient") == "always":
            reference = make(_must("<patient as ref(Patient)>"), ctx)
            if reference is None:
                self.todo.append(
                    f"{match.tab.place}: looks like {resource}, but its patients cannot be referred to"
                )
                return
            when = [*reference.present, *when]
        when += self._required(kind, ctx)
        if match.only is not None:
            path, values = "$" + stream.use(match.only[0]), [_literal(value) for value in match.only[1]]
            when.append(f"{path} = {values[0]}" if len(values) == 1 else f"{path} in ({', '.join(values)})")
        let = self._let(kind, ctx, body)
        tree = fill(dict(kind.body["map"]), ctx)
        lacking = [one for one in kind.body.get("must", ()) if one not in tree]
        if lacking:
            self.todo.append(f"{match.tab.place}: looks like {resource}, but gives no {', '.join(lacking)}")
            return
        if when:
            text = when[0] if len(when) == 1 else "$" + " and ".join(f"({one})" for one in when)
            body["when"] = Leaf(text if text.startswith("$") else f"({text})")
        body["id"] = Leaf(self._id(kind, own, prefix, stream))
        if let:
            body["let"] = let
        body["map"] = tree
        if search := self._search(kind, ctx):
            body["search"] = search
        name = (
            stream.name if kind is match.kind else f"{kind.name}{stream.name.removeprefix(match.kind.name)}"
        )
        if name in self.mappings:
            name = f"{kind.name}_{safe(fold(match.tab.table.name).lower())}"
        todo = list(dict.fromkeys(ctx.todo))
        self.todo += [f"resources/{name}.yaml: {line}" for line in todo]
        self.mappings[name] = header(match, todo) + "\n".join(emit(_ordered(body))) + "\n"
        self._tell(resource, ctx, stream)

    def _special(self, kind: Kind, ctx: Context, body: dict[str, Any], own: str) -> list[str] | None:
        """`for` and `let` of vital signs; the further conditions."""
        if kind.body.get("wide"):
            found = wide.signs(ctx.bound)
            if not found:
                return None
            aliases = {name: ctx.stream.use(one.col) for name, one in found.items()}
            name = ctx.stream.name
            self.vitals[name] = wide.table(found, aliases)
            body["for"] = Leaf(f"v in $codes.{name}")
            body["let"] = {"n": Leaf("$v.column | field | number")}
            ctx.todo.append(f"codes/{name}.csv: check the units of {', '.join(found)}")
            for sign, one in found.items():
                ctx.used += [("valueQuantity.value", one), (f"code.{sign}", one)]
            return ["$n > 0"]
        if kind.name == "blood_pressure":
            lets = {}
            if text := ctx.get("pressure_text"):
                path = ctx.path(text)
                lets = {
                    "systolic_value": Leaf(f"{path} | capture('^ *([0-9]+)') | number"),
                    "diastolic_value": Leaf(f"{path} | capture('/ *([0-9]+)') | number"),
                }
                ctx.used.append(("component.valueQuantity", text))
            else:
                for side in ("systolic", "diastolic"):
                    half = ctx.get(side)
                    lets[f"{side}_value"] = Leaf(f"{ctx.path(half)} | number" if half else "$''")
                    if half:
                        ctx.used.append(("component.valueQuantity", half))
            body["let"] = lets
            return [*self._patient(ctx), "$systolic_value > 0"]
        return self._patient(ctx) if kind.name == "encounter_diagnosis" else []

    def _patient(self, ctx: Context) -> list[str]:
        made = make(_must("<patient as ref(Patient)>"), ctx)
        return list(made.present) if made else []

    def _required(self, kind: Kind, ctx: Context) -> list[str]:
        """What a resource is nothing without."""
        found = []
        if "when" in kind.body:
            found.append(kind.body["when"])
        for held in kind.body.get("when_filled", ()):
            made = make(_must(held), ctx)
            if made is not None:
                found += made.present
        return found

    def _let(self, kind: Kind, ctx: Context, body: dict[str, Any]) -> dict[str, Any]:
        let: dict[str, Any] = dict(body.pop("let", {}))
        for name, text in kind.body.get("let", {}).items():
            made = make(_must(text), ctx)
            if made is not None:
                let[name] = made.node
                ctx.used += [("start", one) for one in made.behind]
        return let

    def _id(self, kind: Kind, own: str, prefix: str, stream: StreamDraft) -> str:
        if kind.body.get("wide"):
            return f"$'{stream.name}-' ~ {own} ~ '-' ~ $v.code"
        if kind.name == "blood_pressure":
            return f"$'{stream.name}-' ~ {own} ~ '-bp'"
        if kind.name == "encounter_diagnosis":
            return f"$'{stream.name}-' ~ {own}"
        return f"$'{prefix}' ~ {own}" if prefix else top(own)

    def _search(self, kind: Kind, ctx: Context) -> dict[str, Any]:
        """Parameters that a column of this table answers by itself."""
        found = {}
        for parameter, concept in kind.body.get("search", {}).items():
            one = ctx.get(concept)
            if one is None or one.through:
                continue
            if concept == "patient":
                patients = self.classifier.patients
                key = self.links.key(patients) if patients else ()
                if not key or (one.link is not None and one.link.to is not key[0]):
                    continue
            elif one.col.kind not in ("date", "timestamp") and not is_iso(one.col):
                continue
            found[parameter] = Leaf(ctx.stream.use(one.col))
        return found

    def _tell(self, resource: str, ctx: Context, stream: StreamDraft) -> None:
        seen = set()
        for element, one in ctx.used:
            guess = Guess(
                resource, f"{resource}.{element}", stream.name, one.col.tab.place, (one.col.name,),
                one.confidence, one.reason,
            )  # fmt: skip
            if (guess.element, guess.columns) not in seen:
                seen.add((guess.element, guess.columns))
                self.guesses.append(guess)

    def files(self, name: str, timezone: str) -> dict[str, str]:
        """All files by path."""
        found = {"pack.yaml": pack_yaml(name, timezone, self)}
        used = set(re.findall(r"^stream: (\w+)", "\n".join(self.mappings.values()), re.MULTILINE))
        for stream in self.streams.values():
            if stream.name in used:
                found[f"streams/{stream.name}.sql"] = stream.text()
        for one, text in self.mappings.items():
            found[f"resources/{one}.yaml"] = text
        for one, text in self.vitals.items():
            found[f"codes/{one}.csv"] = text
        for file in self.codebook.files.values():
            found[f"codes/{file.name}.csv"] = file.text()
        found["README.md"] = readme(name, self)
        return dict(sorted(found.items()))


def _literal(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _must(text: str) -> Any:
    held = holder(text)
    assert held is not None
    return held


def _ordered(body: dict[str, Any]) -> dict[str, Any]:
    order = ("resource", "stream", "when", "for", "let", "id", "map", "search")
    return {key: body[key] for key in order if key in body}
