"""A template's tree filled with the bound columns: what has none goes, what must be gets a valid word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from facade.drafting.holders import Context, holder
from facade.drafting.readings import make
from facade.drafting.tree import Leaf

GONE = object()


@dataclass
class _Found:
    """What a subtree holds: placeholders that were filled (and what they need), whether it has constants."""

    present: tuple[str, ...] = ()
    filled: bool = False
    held: bool = False
    constant: bool = False


def fill(body: dict[str, Any], ctx: Context) -> dict[str, Any]:
    """The `map` of a mapping."""
    found: dict[str, Any] = {}
    for name, child in body.items():
        node, _ = _fill(child, name, ctx)
        if node is not GONE:
            found[name] = node
    return found


def _fill(node: Any, element: str, ctx: Context) -> tuple[Any, _Found]:
    if isinstance(node, str):
        return _scalar(node, element, ctx)
    if isinstance(node, list):
        return _list(node, element, ctx)
    return _object(node, element, ctx)


def _scalar(text: str, element: str, ctx: Context) -> tuple[Any, _Found]:
    held = holder(text)
    if held is None:
        return Leaf(text), _Found(constant=not text.startswith("$") or text.startswith("$site."))
    made = make(held, ctx)
    if made is None:
        return GONE, _Found(held=True)
    for one in made.behind:
        ctx.used.append((element, one))
    if not made.present and not made.behind:
        return made.node, _Found(filled=True, constant=True, held=True)
    present = tuple(one for one in made.present if one)
    constant = made.present == ("",) or not made.present
    return made.node, _Found(present, filled=True, held=True, constant=constant)


def _list(items: list[Any], element: str, ctx: Context) -> tuple[Any, _Found]:
    kept, total = [], _Found()
    for item in items:
        node, found = _fill(item, element, ctx)
        _add(total, found)
        if node is not GONE:
            kept.append(node)
    if not kept:
        return GONE, total
    return kept, total


def _object(body: dict[str, Any], element: str, ctx: Context) -> tuple[Any, _Found]:
    kept: dict[str, Any] = {}
    total = _Found()
    named = body.get("$with", "").split()
    for name, child in body.items():
        if name in ("$with", "$always", "$filled"):
            continue
        if name in ("$absent", "$if") and holder(child) is None:
            kept[name] = Leaf(child)
            continue
        inside = element if name.startswith("$") else f"{element}.{name}"
        node, found = _fill(child, inside, ctx)
        if name == "$if" and node is GONE:
            return GONE, _Found(held=True)
        _add(total, found)
        if node is not GONE:
            kept[name] = node
    if named and not any(name in ctx.bound for name in named):
        return GONE, _Found(held=True)
    if total.held and not total.filled:
        if "$absent" not in body:
            return GONE, _Found(held=True)
        ctx.todo.append(f"{element}: no column was recognised")
        empty = {"$value": Leaf("$''")} if "$value" in body else {}
        return {**empty, "$absent": kept["$absent"]}, _Found(held=True, filled=True, constant=True)
    if "$value" in kept and isinstance(kept["$value"], dict):
        inner = kept.pop("$value")
        kept = {**inner, **kept}
    guarded = total.constant and "$always" not in body and "$absent" not in body
    if total.present and "$if" not in kept and (guarded or named):
        kept = {"$if": Leaf(_any(_named(named, ctx) or total.present)), **kept}
        total = _Found(total.present, filled=True, held=True)
    if "$absent" in kept:
        kept = {"$absent": kept.pop("$absent"), **kept}
    return kept, total


def _named(names: list[str], ctx: Context) -> tuple[str, ...]:
    return tuple(ctx.path(ctx.bound[name]) for name in names if name in ctx.bound)


def _any(present: tuple[str, ...]) -> str:
    one_each = list(dict.fromkeys(present))
    if len(one_each) == 1:
        inner = one_each[0]
        return inner if inner.startswith("$") else f"({inner})"
    return "$" + " or ".join(f"({one})" for one in one_each)


def _add(total: _Found, found: _Found) -> None:
    total.present += found.present
    total.filled |= found.filled
    total.held |= found.held
    total.constant |= found.constant and not found.present
