"""Placeholders of dates, times and durations to expressions."""

from __future__ import annotations

from facade.drafting import temporal
from facade.drafting.bind import Bound
from facade.drafting.holders import Context, Holder, Made, comment, leaf, top
from facade.drafting.tree import Leaf

_BIRTH = "^[12][0-9]{3}(?:-(?:0?[1-9]|1[0-2])(?:-(?:0?[1-9]|[12][0-9]|3[01]))?)?"


def when(one: Bound, filter: str, ctx: Context) -> str:
    """The expression of a date, as a value."""
    return top(temporal.written(temporal.date(ctx.path(one), one.col, []), filter))


def read_date(held: Holder, one: Bound, ctx: Context) -> Made:
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
        return leaf(f"(({day}) ~ 'T00:00:00') | instant", one, ctx, day)
    if one.concept.name == "end" and (start := ctx.get("start") or ctx.get("onset")):
        begin = temporal.written(temporal.date(ctx.path(start), start.col, []), "date")
        close = temporal.written(temporal.date(ctx.path(one), one.col, []), "date")
        # FHIR refuses a period that ends before it starts; legacy systems do not.
        node = {"$if": Leaf(f"not ({close}) < ({begin})"), "$value": Leaf(top(inner), comment(one))}
        return Made(node, (ctx.path(one),), (one,))
    return leaf(inner, one, ctx)


def read_birth(ctx: Context) -> Made:
    parts = [ctx.bound[name] for name in ("birth_year", "birth_month", "birth_day") if name in ctx.bound]
    paths = ", ".join(ctx.path(one) for one in parts)
    reason = "; ".join(comment(one) for one in parts)
    whole = f"$[{paths}] | join('-') | capture('{_BIRTH}') | date"
    return Made(Leaf(whole, reason), (ctx.path(parts[0]),), tuple(parts))


def read_end(held: Holder, one: Bound | None, ctx: Context) -> Made | None:
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


def read_minutes(held: Holder, one: Bound, ctx: Context) -> Made:
    numbers = one.col.evidence.numbers()
    path = ctx.path(one)
    scaled = " | divide(60)" if numbers and numbers[len(numbers) // 2] >= 300 else ""
    node = {
        "$if": Leaf(f"({path} | number) >= {60 if scaled else 1}"),
        "$value": Leaf(f"{path} | number{scaled} | round(0)", comment(one)),
    }
    return Made(node, (path,), (one,))
