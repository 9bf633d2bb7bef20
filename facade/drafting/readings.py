"""A placeholder of a template (`<start as instant>`) to an expression over the bound columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from facade.drafting import temporal
from facade.drafting.bind import Binder, Bound
from facade.drafting.classify import Match
from facade.drafting.codebook import Codebook
from facade.drafting.data import codes
from facade.drafting.stream import StreamDraft
from facade.drafting.tree import Leaf

SYSTEMS = {
    "icd10": "http://hl7.org/fhir/sid/icd-10",
    "icd9": "http://hl7.org/fhir/sid/icd-9-cm",
    "loinc": "http://loinc.org",
    "snomed": "http://snomed.info/sct",
    "atc": "http://www.whocc.no/atc",
    "ndc": "http://hl7.org/fhir/sid/ndc",
    "cvx": "http://hl7.org/fhir/sid/cvx",
    "cpt": "http://www.ama-assn.org/go/cpt",
}
_HOLDER = re.compile(r"<(\w+)(?: as (\w+)(?:\(([^)]*)\))?)?(?: (else|over) (.+))?>")

_BIRTH = "^[12][0-9]{3}(?:-(?:0?[1-9]|1[0-2])(?:-(?:0?[1-9]|[12][0-9]|3[01]))?)?"


@dataclass(frozen=True)
class Holder:
    """A placeholder, read."""

    concept: str
    reading: str
    arguments: tuple[str, ...]
    mode: str
    other: str


@dataclass(frozen=True)
class Made:
    """What a placeholder became: an expression (or a small tree), what must be there for it to say something,
    and the guesses behind it."""

    node: Any
    present: tuple[str, ...] = ()
    behind: tuple[Bound, ...] = ()


def holder(text: str) -> Holder | None:
    """The placeholder that a leaf is, or None for a constant or an expression."""
    found = _HOLDER.fullmatch(text)
    if found is None:
        return None
    arguments = tuple(one.strip() for one in (found[3] or "").split(",") if one.strip())
    return Holder(found[1], found[2] or "text", arguments, found[4] or "", found[5] or "")


def top(inner: str) -> str:
    """An expression as a value: it begins with `$`."""
    return inner if inner.startswith("$") else "$" + inner


@dataclass
class Context:
    """What the placeholders of one mapping are filled from."""

    match: Match
    stream: StreamDraft
    bound: Mapping[str, Bound]
    binder: Binder
    codebook: Codebook
    prefixes: Mapping[Any, str]
    id: str
    todo: list[str] = field(default_factory=list)
    used: list[tuple[str, Bound]] = field(default_factory=list)

    def path(self, one: Bound) -> str:
        """The record's path to a bound column."""
        return "$" + self.stream.use(
            one.col, one.through, one.through[-1].to.tab.table.name if one.through else ""
        )

    def get(self, name: str) -> Bound | None:
        """What a concept is bound to."""
        return self.bound.get(name)


def make(held: Holder, ctx: Context) -> Made | None:
    """A placeholder filled; None if there is no column for it."""
    if held.concept == "key":
        inner = ctx.id.removeprefix("$") if ctx.id.startswith("$(") else ctx.id
        before = ctx.prefixes.get((held.arguments[0], ctx.match.tab), "") if held.arguments else ""
        second = f", '{before}'" if before else ""
        node = ctx.id if held.reading == "text" else f"{inner} | ref({held.arguments[0]}{second})"
        return Made(Leaf(top(node)), (inner,))
    if held.concept == "birth_date" and held.concept not in ctx.bound and ctx.get("birth_year"):
        return _birth(ctx)
    one = ctx.get(held.concept)
    if one is None:
        return _unbound(held, ctx)
    return _READINGS[held.reading](held, one, ctx)


def comment(one: Bound) -> str:
    """`0.92: name `lname`, text`."""
    return f"{one.confidence:.2f}: {one.reason}"


def _leaf(inner: str, one: Bound, ctx: Context, present: str = "") -> Made:
    return Made(Leaf(top(inner), comment(one)), (present or ctx.path(one),), (one,))


def _unbound(held: Holder, ctx: Context) -> Made | None:
    if held.reading == "label" and held.arguments and ctx.get(held.arguments[0]):
        one = ctx.bound[held.arguments[0]]
        if one.col.kind == "integer" and ctx.binder.label(one) is None:
            return None  # a number is no text
        shown = _label(one, ctx)
        return _leaf(shown, one, ctx)
    if held.reading == "sentence":
        parts = [ctx.path(ctx.bound[name]) for name in held.arguments if name in ctx.bound]
        if len(parts) < 2:
            return None
        first = next(ctx.bound[name] for name in held.arguments if name in ctx.bound)
        return Made(Leaf(f"$[{', '.join(parts)}] | join(' ')", comment(first)), tuple(parts), (first,))
    if held.reading == "end":
        return _end(held, None, ctx)
    if held.other:
        return _fallback(held, ctx)
    return None


def _fallback(held: Holder, ctx: Context) -> Made:
    """No column: the word that is always valid, or one for what has ended."""
    ended = re.fullmatch(r"ended\((.+), (.+)\)", held.other)
    node: Any
    if ended and (end := ctx.get("end")):
        node = {"$if": Leaf(_when(end, "date", ctx)), "$then": Leaf(ended[1]), "$else": Leaf(ended[2])}
    else:
        node = Leaf(ended[2] if ended else held.other)
    if held.reading == "coding":
        node = {"system": Leaf(codes()[held.arguments[0]]["system"]), "code": node}
    ctx.todo.append(f"{held.concept}: no column was recognised; {ended[2] if ended else held.other} is taken")
    return Made(node)


def _when(one: Bound, filter: str, ctx: Context) -> str:
    return top(temporal.written(temporal.date(ctx.path(one), one.col, []), filter))


def _text(held: Holder, one: Bound, ctx: Context) -> Made:
    if one.col.evidence.part("xml", "rtf", "php", "json") > 0.5:
        ctx.todo.append(
            f"`{one.col.name}` holds marked-up or serialised text: strip_html, xml, json or php reads it"
        )
    return _leaf(ctx.path(one), one, ctx)


def _date(held: Holder, one: Bound, ctx: Context) -> Made:
    inner = temporal.written(temporal.date(ctx.path(one), one.col, ctx.todo), held.reading)
    clock = ctx.get("start_time" if one.concept.name == "start" else "time")
    if (
        held.reading != "date"
        and clock
        and one.concept.name in ("start", "date")
        and not temporal.has_time(one.col)
    ):
        day = temporal.written(temporal.date(ctx.path(one), one.col, []), "date")
        whole = f"(({day}) ~ 'T' ~ ({ctx.path(clock)} | time)) | {held.reading}"
        plain = f"({inner})" if held.reading == "datetime" else f"(({day}) ~ 'T00:00:00') | instant"
        return Made(Leaf(top(f"({whole}) ?? {plain}"), comment(one)), (day,), (one, clock))
    if held.reading == "instant" and not temporal.has_time(one.col):
        day = temporal.written(temporal.date(ctx.path(one), one.col, []), "date")
        ctx.todo.append(f"`{one.col.name}` has no time of day, midnight is taken")
        return _leaf(
            f"({day}) ~ 'T00:00:00' | instant" if False else f"(({day}) ~ 'T00:00:00') | instant",
            one,
            ctx,
            day,
        )
    if one.concept.name == "end" and (start := ctx.get("start") or ctx.get("onset")):
        begin = temporal.written(temporal.date(ctx.path(start), start.col, []), "date")
        close = temporal.written(temporal.date(ctx.path(one), one.col, []), "date")
        # FHIR refuses a period that ends before it starts; legacy systems do not.
        node = {"$if": Leaf(f"not ({close}) < ({begin})"), "$value": Leaf(top(inner), comment(one))}
        return Made(node, (ctx.path(one),), (one,))
    return _leaf(inner, one, ctx)


def _birth(ctx: Context) -> Made:
    parts = [ctx.bound[name] for name in ("birth_year", "birth_month", "birth_day") if name in ctx.bound]
    paths = ", ".join(ctx.path(one) for one in parts)
    reason = "; ".join(comment(one) for one in parts)
    whole = f"$[{paths}] | join('-') | capture('{_BIRTH}') | date"
    return Made(Leaf(whole, reason), (ctx.path(parts[0]),), tuple(parts))


def _end(held: Holder, one: Bound | None, ctx: Context) -> Made | None:
    """The end of an appointment or a slot: its own, else its start and duration, else its start."""
    ways: list[str] = []
    behind: list[Bound] = []
    start, end_time, duration = ctx.get("start"), ctx.get("end_time"), ctx.get("duration")
    if one is not None:
        made = temporal.written(temporal.date(ctx.path(one), one.col, ctx.todo), "instant")
        if temporal.has_time(one.col):
            ways.append(f"({made})")
            behind.append(one)
    if start and end_time:
        day = temporal.written(temporal.date(ctx.path(start), start.col, []), "date")
        ways.append(f"((({day}) ~ 'T' ~ ({ctx.path(end_time)} | time)) | instant)")
        behind.append(end_time)
    if start and duration:
        numbers = duration.col.evidence.numbers()
        unit = "seconds" if numbers and numbers[len(numbers) // 2] >= 300 else "minutes"
        ctx.todo.append(f"`{duration.col.name}`: is the duration in {unit}?")
        ways.append(f"($begins | plus({ctx.path(duration)}, {unit}))")
        behind.append(duration)
    if not behind:
        ctx.todo.append("end: no column was recognised; the start is taken")
        return Made(Leaf("$begins"))
    # FHIR wants an end with every start, and none before it.
    checked = f"$({' ?? '.join(ways)})" if len(ways) > 1 else top(ways[0])
    said = comment(behind[0])
    node = {"$if": Leaf(f"{checked} > $begins"), "$then": Leaf(checked, said), "$else": Leaf("$begins")}
    return Made(node, (), tuple(behind))


def _minutes(held: Holder, one: Bound, ctx: Context) -> Made:
    numbers = one.col.evidence.numbers()
    path = ctx.path(one)
    scaled = " | divide(60)" if numbers and numbers[len(numbers) // 2] >= 300 else ""
    node = {
        "$if": Leaf(f"({path} | number) >= {60 if scaled else 1}"),
        "$value": Leaf(f"{path} | number{scaled} | round(0)", comment(one)),
    }
    return Made(node, (path,), (one,))


def _number(held: Holder, one: Bound, ctx: Context) -> Made:
    comma = " | replace(',', '.')" if one.col.evidence.part("comma_number") > 0 else ""
    inner = f"{ctx.path(one)}{comma} | number"
    return _leaf(inner, one, ctx, inner)


def _count(held: Holder, one: Bound, ctx: Context) -> Made:
    path = ctx.path(one)
    return Made(
        {"$if": Leaf(f"{path} | matches('^[0-9]+$')"), "$value": Leaf(f"{path} | integer", comment(one))},
        (path,),
        (one,),
    )


def _words(held: Holder, one: Bound, ctx: Context) -> Made:
    test = _number(held, one, ctx).present[0]
    return Made(
        {"$if": Leaf(f"not ({test})"), "$value": Leaf(ctx.path(one), comment(one))}, (ctx.path(one),), (one,)
    )


def _bool(held: Holder, one: Bound, ctx: Context) -> Made:
    path = ctx.path(one)
    values = {value.lower() for value in one.col.evidence.counts}
    if values & {"j", "s", "o"}:
        return _leaf(f"{path} | is('J', 'j', 'S', 's', 'O', 'o', 'Y', 'y', '1')", one, ctx)
    guard = "" if one.col.kind == "boolean" else " | capture('(?i)^(y|n|yes|no|t|f|true|false|0|1)$')"
    return _leaf(f"{path}{guard} | bool", one, ctx)


def _coded(held: Holder, one: Bound, ctx: Context) -> Made:
    return _leaf(ctx.path(one), one, ctx)


def _system(held: Holder, one: Bound, ctx: Context) -> Made:
    seen = one.col.evidence
    for shape in one.concept.shapes:
        if (
            shape in SYSTEMS
            and seen.filled >= 3
            and seen.part(shape) >= 0.8
            and (shape != "icd9" or one.col.kind == "text")
        ):
            return Made(Leaf(SYSTEMS[shape], f"{seen.part(shape):.2f}: the values have this form"))
    ctx.todo.append(f"`{one.col.name}`: which code system is it? The site's own is taken")
    name = re.sub(r"[^a-z0-9]+", "-", ctx.match.kind.name + "-" + one.concept.name)
    return Made(Leaf(f"$site.system ~ ':{name}'"), ("",))


def _map(held: Holder, one: Bound, ctx: Context) -> Made:
    label = ctx.binder.label(one)
    file = ctx.codebook.add(held.arguments[0], one.col, label)
    path = ctx.path(one)
    inner = f"{path} | {held.reading}({file.name})"
    ctx.todo.append(
        f"`{one.col.name}`: check codes/{file.name}.csv ({len(file.rows)} rows, {file.unknown} not known)"
    )
    ended = re.fullmatch(r"ended\((.+), (.+)\)", held.other)
    end = ctx.get("end")
    if held.mode == "over" and ended and end is not None:
        whole = _fallback_node(held, ended[1])
        return Made(
            {
                "$if": Leaf(_when(end, "date", ctx)),
                "$then": whole,
                "$else": _else(held, inner, one, ended[2]),
            },
            (),
            (one,),
        )
    if held.mode:
        return Made(_else(held, inner, one, ended[2] if ended else held.other), (), (one,))
    return _leaf(inner, one, ctx)


def _else(held: Holder, inner: str, one: Bound, word: str) -> Any:
    if held.reading == "code":
        return Leaf(f"$({inner}) ?? '{word}'", comment(one))
    return {"$if": Leaf(inner), "$then": Leaf(top(inner), comment(one)), "$else": _fallback_node(held, word)}


def _fallback_node(held: Holder, word: str) -> Any:
    if held.reading == "coding":
        return {"system": Leaf(codes()[held.arguments[0]]["system"]), "code": Leaf(word)}
    return Leaf(word)


def _ref(held: Holder, one: Bound, ctx: Context) -> Made | None:
    """A reference to what another mapping makes, through its table's own key."""
    link = one.link
    target = link.to.tab if link else None
    if held.concept == "patient":
        target = ctx.binder.classifier.patients
    if target is None or (held.arguments[0], target) not in ctx.prefixes:
        return None
    prefix = ctx.prefixes[held.arguments[0], target]
    key = ctx.binder.links.key(target)
    if len(key) != 1:
        ctx.todo.append(f"`{one.col.name}` refers to {target.place}, whose key has several columns")
        return None
    if link is not None and link.to is not key[0]:
        path = "$" + ctx.stream.use(key[0], (*one.through, link), target.table.name)
    else:
        path = ctx.path(one)
    if one.col.kind in ("integer", "decimal") or "0" in one.col.evidence.counts:
        path = f"{path} | unless('0')"
    before = f", '{prefix}'" if prefix else ""
    return _leaf(f"{path} | ref({held.arguments[0]}{before})", one, ctx, path)


def _made(held: Holder, one: Bound, ctx: Context) -> Made:
    """A reference to what the same row makes beside this, where the column says that it does."""
    node = {
        "$if": Leaf(ctx.path(one)),
        "$value": Leaf(f"{top(ctx.id)} | ref(Condition, '{ctx.stream.name}-')", comment(one)),
    }
    return Made(node, (ctx.path(one),), (one,))


def _label_of(held: Holder, one: Bound, ctx: Context) -> Made:
    inner = _label(one, ctx)
    if held.arguments and (code := ctx.get(held.arguments[0])):
        shown = ctx.binder.label(code)
        if shown:
            inner = f"{inner} ?? ${ctx.stream.use(shown[1], (*code.through, shown[0]), code.col.name)}"
    return _leaf(inner, one, ctx)


def _label(one: Bound, ctx: Context) -> str:
    shown = ctx.binder.label(one)
    if shown is None:
        return ctx.path(one)
    return f"${ctx.stream.use(shown[1], (*one.through, shown[0]), one.col.name)} ?? {ctx.path(one)}"


def _joined(held: Holder, one: Bound, ctx: Context) -> Made:
    others = [ctx.bound[name] for name in held.arguments if name in ctx.bound]
    if not others:
        return _leaf(ctx.path(one), one, ctx)
    paths = ", ".join(ctx.path(each) for each in (one, *others))
    return Made(Leaf(f"$[{paths}] | join(' ')", comment(one)), (ctx.path(one),), (one, *others))


def _mime(held: Holder, one: Bound, ctx: Context) -> Made:
    return _leaf(f"{ctx.path(one)} | capture('^[a-z]+/[A-Za-z0-9.+-]+$')", one, ctx)


def _url(held: Holder, one: Bound, ctx: Context) -> Made:
    return _leaf(f"{ctx.path(one)} | replace(' ', '%20')", one, ctx)


def _base64(held: Holder, one: Bound, ctx: Context) -> Made | None:
    mime = ctx.get("mime")
    if mime is None:
        ctx.todo.append(f"`{one.col.name}` may be the content: map it to data, with its contentType")
        return None
    inner = ctx.path(one) if one.col.kind == "binary" else f"{ctx.path(one)} | base64"
    test = make(Holder("mime", "mime", (), "", ""), ctx)
    assert test is not None
    # FHIR refuses data of which nobody knows what they are.
    node = {"$if": Leaf(test.node.text), "$value": Leaf(inner, comment(one))}
    return Made(node, (ctx.path(one),), (one,))


_READINGS: dict[str, Callable[[Holder, Bound, Context], Made | None]] = {
    "text": _text,
    "date": _date,
    "datetime": _date,
    "instant": _date,
    "end": _end,
    "minutes": _minutes,
    "number": _number,
    "isnumber": _number,
    "count": _count,
    "words": _words,
    "bool": _bool,
    "code": _map,
    "coding": _map,
    "concept": _map,
    "coded": _coded,
    "system": _system,
    "ref": _ref,
    "made": _made,
    "label": _label_of,
    "joined": _joined,
    "sentence": _text,
    "mime": _mime,
    "url": _url,
    "base64": _base64,
}
