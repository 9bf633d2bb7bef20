"""A placeholder of a template (`<start as instant>`) to an expression over the bound columns."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from facade.drafting.bind import Bound
from facade.drafting.data import codes
from facade.drafting.holders import Context, Holder, Made, comment, leaf, top
from facade.drafting.moments import read_birth, read_date, read_end, read_minutes, when
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


def make(held: Holder, ctx: Context) -> Made | None:
    """A placeholder filled; None if there is no column for it."""
    if held.concept == "key":
        inner = ctx.id.removeprefix("$") if ctx.id.startswith("$(") else ctx.id
        before = ctx.prefixes.get((held.arguments[0], ctx.match.tab), "") if held.arguments else ""
        second = f", '{before}'" if before else ""
        node = ctx.id if held.reading == "text" else f"{inner} | ref({held.arguments[0]}{second})"
        return Made(Leaf(top(node)), (inner,))
    if held.concept == "birth_date" and held.concept not in ctx.bound and ctx.get("birth_year"):
        return read_birth(ctx)
    one = ctx.get(held.concept)
    if one is None:
        return _unbound(held, ctx)
    return _READINGS[held.reading](held, one, ctx)


def _unbound(held: Holder, ctx: Context) -> Made | None:
    if held.reading == "label" and held.arguments and ctx.get(held.arguments[0]):
        one = ctx.bound[held.arguments[0]]
        if one.col.kind == "integer" and ctx.binder.label(one) is None:
            return None  # a number is no text
        shown = _label(one, ctx)
        return leaf(shown, one, ctx)
    if held.reading == "sentence":
        parts = [ctx.path(ctx.bound[name]) for name in held.arguments if name in ctx.bound]
        if len(parts) < 2:
            return None
        first = next(ctx.bound[name] for name in held.arguments if name in ctx.bound)
        return Made(Leaf(f"$[{', '.join(parts)}] | join(' ')", comment(first)), tuple(parts), (first,))
    if held.reading == "end":
        return read_end(held, None, ctx)
    if held.other:
        return _fallback(held, ctx)
    return None


def _fallback(held: Holder, ctx: Context) -> Made:
    """No column: the word that is always valid, or one for what has ended."""
    ended = re.fullmatch(r"ended\((.+), (.+)\)", held.other)
    node: Any
    if ended and (end := ctx.get("end")):
        node = {"$if": Leaf(when(end, "date", ctx)), "$then": Leaf(ended[1]), "$else": Leaf(ended[2])}
    else:
        node = Leaf(ended[2] if ended else held.other)
    if held.reading == "coding":
        node = {"system": Leaf(codes()[held.arguments[0]]["system"]), "code": node}
    ctx.todo.append(f"{held.concept}: no column was recognised; {ended[2] if ended else held.other} is taken")
    return Made(node)


def _text(held: Holder, one: Bound, ctx: Context) -> Made:
    if one.col.evidence.part("xml", "rtf", "php", "json") > 0.5:
        ctx.todo.append(
            f"`{one.col.name}` holds marked-up or serialised text: strip_html, xml, json or php reads it"
        )
    return leaf(ctx.path(one), one, ctx)


def _number(held: Holder, one: Bound, ctx: Context) -> Made:
    comma = " | replace(',', '.')" if one.col.evidence.part("comma_number") > 0 else ""
    inner = f"{ctx.path(one)}{comma} | number"
    return leaf(inner, one, ctx, inner)


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
        return leaf(f"{path} | is('J', 'j', 'S', 's', 'O', 'o', 'Y', 'y', '1')", one, ctx)
    guard = "" if one.col.kind == "boolean" else " | capture('(?i)^(y|n|yes|no|t|f|true|false|0|1)$')"
    return leaf(f"{path}{guard} | bool", one, ctx)


def _coded(held: Holder, one: Bound, ctx: Context) -> Made:
    return leaf(ctx.path(one), one, ctx)


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
                "$if": Leaf(when(end, "date", ctx)),
                "$then": whole,
                "$else": _else(held, inner, one, ended[2]),
            },
            (),
            (one,),
        )
    if held.mode:
        return Made(_else(held, inner, one, ended[2] if ended else held.other), (), (one,))
    return leaf(inner, one, ctx)


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
    return leaf(f"{path} | ref({held.arguments[0]}{before})", one, ctx, path)


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
    return leaf(inner, one, ctx)


def _label(one: Bound, ctx: Context) -> str:
    shown = ctx.binder.label(one)
    if shown is None:
        return ctx.path(one)
    return f"${ctx.stream.use(shown[1], (*one.through, shown[0]), one.col.name)} ?? {ctx.path(one)}"


def _joined(held: Holder, one: Bound, ctx: Context) -> Made:
    others = [ctx.bound[name] for name in held.arguments if name in ctx.bound]
    if not others:
        return leaf(ctx.path(one), one, ctx)
    paths = ", ".join(ctx.path(each) for each in (one, *others))
    return Made(Leaf(f"$[{paths}] | join(' ')", comment(one)), (ctx.path(one),), (one, *others))


def _mime(held: Holder, one: Bound, ctx: Context) -> Made:
    return leaf(f"{ctx.path(one)} | capture('^[a-z]+/[A-Za-z0-9.+-]+$')", one, ctx)


def _url(held: Holder, one: Bound, ctx: Context) -> Made:
    return leaf(f"{ctx.path(one)} | replace(' ', '%20')", one, ctx)


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
    "date": read_date,
    "datetime": read_date,
    "instant": read_date,
    "end": read_end,
    "minutes": read_minutes,
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
