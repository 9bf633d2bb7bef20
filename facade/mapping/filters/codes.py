"""Codes, through the concept maps in codes/*.csv; a value without a row follows the map's policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from facade.mapping.concept_maps import ConceptMap
from facade.mapping.errors import ArgumentError, suggest
from facade.mapping.filters.registry import UNMAPPED, Context, Environment, filter_

Lookup = Callable[[str, Any, Context], Any]


def _first(table: ConceptMap, make: Callable[[dict[str, Any]], Any]) -> Lookup:
    known = {
        value: make(codings[0]) if (codings := table.codings(value)) else None for value in table.by_value
    }
    fold = table.fold if table.match == "fold" else None

    def run(text: str, row: Any, context: Context) -> Any:
        key = fold(text) if fold else text
        if key in known:
            return known[key]
        context[UNMAPPED].append((table.name, text))
        codings = table.policy_codings(text)
        return make(codings[0]) if codings else None

    return run


def _with_codes(environment: Environment, name: str) -> ConceptMap:
    table = environment.concept_map(name)
    if "code" not in table.columns:
        raise ArgumentError(f"codes/{name}.csv has no column `code`{suggest('code', table.columns)}")
    return table


@filter_(sees_row=True)
def code(environment: Environment, table: str) -> Lookup:
    """The `code` of the value's first row; under the policy `text` a value without a row gives nothing.

    `gender: $sex | code(gender)`
    """
    return _first(_with_codes(environment, table), lambda coding: coding["code"])


@filter_(gives="Coding", sees_row=True)
def coding(environment: Environment, table: str) -> Lookup:
    """A Coding (system, code, display) of the value's first row.

    `class: $type | coding(encounter_class)`
    """
    return _first(_with_codes(environment, table), lambda coding: coding)


@filter_(gives="CodeableConcept", sees_row=True)
def concept(environment: Environment, table: str) -> Lookup:
    """A CodeableConcept with a coding for each of the value's rows; under the policy `text` a value without a
    row gives its text.

    `route: $route | concept(route)`
    """
    found = _with_codes(environment, table)
    known = {
        value: {"coding": codings} if (codings := found.codings(value)) else None for value in found.by_value
    }
    fold = found.fold if found.match == "fold" else None

    def run(text: str, row: Any, context: Context) -> Any:
        key = fold(text) if fold else text
        if key in known:
            return known[key]
        context[UNMAPPED].append((found.name, text))
        codings = found.policy_codings(text)
        if codings:
            return {"coding": codings}
        return {"text": text} if found.unmapped == "text" else None

    return run


@filter_(sees_row=True)
def lookup(environment: Environment, table: str, column: str) -> Lookup:
    """Any column of the value's first row. Without a row: `error` fails, `keep` gives the value itself,
    another word the column of the row with that code, `drop` and `text` nothing.

    `unit: $code | lookup(tests, unit)`
    """
    found = environment.concept_map(table)
    first = found.rows[0].cells if found.rows else {}
    if column not in found.columns and column not in first:
        raise ArgumentError(f"codes/{table}.csv has no column `{column}`{suggest(column, found.columns)}")
    known = {value: rows[0].cells.get(column) for value, rows in found.by_value.items()}
    fallback = next(
        (row.cells.get(column) for row in found.rows if row.cells.get("code") == found.unmapped), None
    )
    fold = found.fold

    def run(text: str, row: Any, context: Context) -> Any:
        key = fold(text)
        if key in known:
            return known[key]
        context[UNMAPPED].append((found.name, text))
        found.policy_codings(text)
        return text if found.unmapped == "keep" else fallback

    return run
