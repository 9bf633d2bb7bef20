"""The last step of a mapping: its closures put together to one that makes whole resources."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from facade.mapping.compile.names import Setters, set_names
from facade.mapping.compile.scope import Always, Run, Scope
from facade.mapping.errors import MappingFailure
from facade.mapping.ids import logical_id
from facade.mapping.values import as_text, many

Resource = dict[str, Any]
Make = Callable[[Any, Any], list[tuple[str, Resource]]]
"""(body, context) to (id, resource) pairs."""


@dataclass(frozen=True, slots=True)
class Steps:
    """`for` (its items and the place of its name), `let`, `when`, and what the rest of the mapping sees."""

    items: Run | None
    slot: int
    names: Setters
    when: Run | None
    scope: Scope


@dataclass(frozen=True, slots=True)
class Key:
    """The source key of the logical id; `mark` gives the id with its lineage, in a traced run."""

    run: Run
    mark: Run | None = None


def as_id(run: Run) -> Run:
    """The logical id of a source key."""
    return lambda row, context: None if (value := run(row, context)) is None else logical_id(as_text(value))


def assemble(type: str, steps: Steps, key: Key, build: Run, profiles: list[Run]) -> Make:
    """The closure over (body, context) that makes a mapping's resources."""
    single = _single(type, steps, key, build, profiles)
    if steps.items is None:

        def one(row: Any, context: Any) -> list[tuple[str, Resource]]:
            made = single(row, context)
            return [] if made is None else [made]

        return one
    items, slot = steps.items, steps.slot

    def several(row: Any, context: Any) -> list[tuple[str, Resource]]:
        try:
            values = many(items(row, context))
        except MappingFailure as failure:
            failure.path.append("for")
            raise
        found: list[tuple[str, Resource]] = []
        ids: set[str] = set()
        for item in values:
            context[slot] = item
            made = single(row, context)
            if made is None:
                continue
            if made[0] in ids:
                twice = MappingFailure("two items of `for` give resources with one id")
                twice.path.append("id")
                raise twice
            ids.add(made[0])
            found.append(made)
        return found

    return several


def _single(
    type: str, steps: Steps, key: Key, build: Run, profiles: list[Run]
) -> Callable[[Any, Any], tuple[str, Resource] | None]:
    names, when = steps.names, steps.when
    source_key, mark = key.run, key.mark
    fixed = [profile.value for profile in profiles if isinstance(profile, Always)]
    constant = len(fixed) == len(profiles)

    def single(row: Any, context: Any) -> tuple[str, Resource] | None:
        where = "let"
        try:
            if names:
                set_names(names, row, context)
            where = "when"
            if when is not None:
                held = when(row, context)
                if held is None or held is False:
                    return None
            where = "id"
            value = source_key(row, context)
            if value is None:
                return None
            id = logical_id(value if value.__class__ is str else as_text(value))
        except MappingFailure as failure:
            failure.path.append(where)
            raise
        made = build(row, context)
        if made is None:
            return None
        meta: Resource = {}
        if profiles:
            found = fixed if constant else [v for p in profiles if (v := p(row, context)) is not None]
            meta = {"profile": list(found)}
        resource = {"resourceType": type, "id": id, "meta": meta, **made}
        own = made.get("meta")
        if own is not None:
            resource["meta"] = _joined(own, meta)
        if mark is not None:
            resource["id"] = mark(row, context)
        return id, resource

    return single


def _joined(own: Resource, meta: Resource) -> Resource:
    profiles = [*meta.get("profile", ()), *own.get("profile", ())]
    return {**own, "profile": profiles} if profiles else {**own}
