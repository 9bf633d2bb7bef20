"""One item of a query to its clauses: plain parameters, chains, `_has`, composites, and what is special.

https://hl7.org/fhir/R4/search.html#chaining · https://hl7.org/fhir/R4/search.html#has
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

from facade.errors import BadRequest, FacadeError, NotIndexed, TooCostly, UnknownParameter
from facade.search import reference
from facade.search.composite import parse_composite
from facade.search.filter import MARK, compare, filter_terms, parse_filter
from facade.search.fulltext import parse_words
from facade.search.kinds import ELSEWHERE, ON_RESOURCE, facts, kind_of, supported
from facade.search.model import Chain, Clause, Criterion, Has, Listed, Setting, Terms, TokenValue
from facade.search.near import parse_near
from facade.search.values import alternatives, unescape
from facade.spec import definitions
from facade.spec.definitions import SearchParameter

MAX_DEPTH = 8
"""Links of a chain, `_has` counted alike."""
MAX_TERMS = 5000
BY_TERMS = frozenset({"in", "not-in", "above", "below"})
"""Modifiers of tokens that need the codes of a value set or code system, which are looked up beforehand."""
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def needed_terms(items: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The modifiers and values (each alternative) of which `parse_search` wants the codes, if they are of a
    token: `:in` and `:not-in` a value set, `:above` and `:below` a code."""
    found: list[tuple[str, str]] = []
    for name, value in items:
        modifier = name.rpartition(":")[2] if ":" in name else ""
        if name == "_filter":
            found += filter_terms(value)
        elif modifier in BY_TERMS:
            found += [(modifier.removeprefix("not-"), part) for part in value.split(",")]
    return found


class Reader:
    """Reads the items of one query. `made` counts clauses, those within others too."""

    def __init__(self, setting: Setting, terms: Terms) -> None:
        self.setting = setting
        self.terms = terms
        self.made = 0
        self.item = ""
        self.filtering = False  # within `_filter`, operators stand where modifiers do

    def clauses(self, type: str, name: str, value: str) -> list[Clause]:
        """Usually one; several where the item joins conditions that stand for themselves. Raises
        UnknownParameter, BadRequest, TooCostly."""
        self.item = name
        if name == "_filter":
            return parse_filter(self, type, value)
        return [self.clause(type, name, value, 0)]

    def clause(self, type: str, name: str, value: str, depth: int) -> Clause:
        """The clause of an item on resources of a type; `depth` is how many links lead there."""
        self.made += 1
        if depth > MAX_DEPTH:
            raise TooCostly(f"A chain has at most {MAX_DEPTH} links.", expression=f"http.{self.item}")
        if name.startswith("_has:"):
            return self._has(type, name, value, depth)
        if name == "_list":
            return self._list(value)
        if name == "_query":
            raise UnknownParameter("Named queries (`_query`) are not supported", expression="http._query")
        head, dot, rest = name.partition(".")
        if dot:
            return self._chain(type, head, rest, value, depth=depth)
        return self._plain(type, name, value)

    def parameters(self, type: str) -> dict[str, SearchParameter]:
        return dict(supported(type, self.setting.custom))

    def _plain(self, type: str, name: str, value: str) -> Clause:
        code, colon, modifier = name.partition(":")
        parameter = supported(type, self.setting.custom).get(code)
        if parameter is None:
            raise unknown(type, code, code, "is not known for", self.setting.custom)
        if self.filtering and modifier.startswith(MARK):
            return compare(self, parameter, modifier.removeprefix(MARK), value)
        return self.plain(parameter, modifier if colon else None, value)

    def plain(self, parameter: SearchParameter, modifier: str | None, value: str) -> Clause:
        """The clause of one parameter, without a chain."""
        code, name = parameter.code, f"{parameter.code}:{modifier}"
        if modifier is not None:
            _check_modifier(parameter, modifier)
        if modifier == "missing" and parameter.kind not in ("composite", "special"):
            if value not in ("true", "false"):
                raise BadRequest(f"`{name}` takes true or false", expression=f"http.{name}")
            return Criterion(parameter, modifier, (), value == "true")
        if code in ELSEWHERE:
            return parse_words(code, value)
        if parameter.kind == "composite":
            return parse_composite(parameter, value, self.setting)
        if parameter.kind == "special":
            return parse_near(parameter, value)
        return self.criterion(parameter, modifier or None, value)

    def criterion(self, parameter: SearchParameter, modifier: str | None, value: str) -> Criterion:
        """A criterion on one indexed parameter."""
        parts = alternatives(parameter.code, value)
        if parameter.kind == "token" and modifier in BY_TERMS:
            return Criterion(parameter, modifier, self._terms(parameter, modifier, parts))
        kind = kind_of(parameter)
        known = facts(parameter)
        values = tuple(kind.parse_value(part, modifier, parameter, known, self.setting) for part in parts)
        return Criterion(parameter, modifier, values)

    def _terms(
        self, parameter: SearchParameter, modifier: str, parts: Sequence[str]
    ) -> tuple[TokenValue, ...]:
        found: dict[tuple[str, str], None] = {}
        for part in parts:
            codes = self.terms.get((modifier.removeprefix("not-"), part))
            if codes is None:
                what = (
                    "value set"
                    if modifier.endswith("in")
                    else "code, with a code system that tells its place,"
                )
                raise BadRequest(
                    f"`{parameter.code}:{modifier}` names a {what} that is not known here",
                    expression=f"http.{parameter.code}:{modifier}",
                )
            found.update(dict.fromkeys(codes))
        if len(found) > MAX_TERMS:
            raise TooCostly(
                f"`{parameter.code}:{modifier}` stands for more than {MAX_TERMS} codes",
                expression=f"http.{parameter.code}:{modifier}",
            )
        return tuple(TokenValue(system, code) for system, code in found)

    def _chain(self, type: str, head: str, rest: str, value: str, *, depth: int) -> Clause:
        name = f"{head}.{rest}"[:200]
        code, colon, target = head.partition(":")
        parameter = supported(type, self.setting.custom).get(code)
        if parameter is None:
            raise unknown(type, code, name, "is not known for", self.setting.custom)
        if parameter.kind != "reference":
            raise BadRequest(
                f"`{name}` is a chain, and `{code}` is not a reference", expression=f"http.{name}"
            )
        if colon:
            if not reference.allows(parameter, target):
                raise BadRequest(f"`{code}` cannot refer to `{target}`", expression=f"http.{name}")
            return Chain(parameter, ((target, self.clause(target, rest, value, depth + 1)),))
        inner: list[tuple[str, Clause]] = []
        refused: list[UnknownParameter] = []
        for one in facts(parameter).targets or sorted(definitions.resource_types()):
            if one not in definitions.resource_types():
                continue
            try:
                inner.append((one, self.clause(one, rest, value, depth + 1)))
            except UnknownParameter as error:
                refused.append(error)
        if not inner and len(refused) > 1:
            raise UnknownParameter(
                f"`{rest[:100]}` is not known for any of the types that `{code}` refers to",
                expression=f"http.{name}",
            )
        if not inner:
            raise refused[0]
        return Chain(parameter, tuple(inner))

    def _has(self, type: str, name: str, value: str, depth: int) -> Clause:
        parts = name.split(":", 3)
        if len(parts) != 4 or not parts[3]:
            raise BadRequest(
                "`_has` takes `_has:Type:reference:parameter=value`", expression=f"http.{name[:200]}"
            )
        _, source, code, rest = parts
        if source not in definitions.resource_types():
            raise BadRequest(
                f"`_has` names `{source[:64]}`, which is no resource type", expression=f"http.{name[:200]}"
            )
        parameter = supported(source, self.setting.custom).get(code)
        if parameter is None:
            raise unknown(source, code, name[:200], "is not known for", self.setting.custom)
        if parameter.kind != "reference" or not reference.allows(parameter, type):
            raise BadRequest(
                f"`_has`: {source} has no reference `{code}` to {type}", expression=f"http.{name[:200]}"
            )
        return Has(parameter, self.clause(source, rest, value, depth + 1))

    def _list(self, value: str) -> Listed:
        ids = []
        for part in alternatives("_list", value):
            id = unescape(part).strip().removeprefix("List/")
            if id.startswith("$"):
                raise BadRequest(f"The functional list `{id[:40]}` is not kept here", expression="http._list")
            if not _ID.fullmatch(id):
                raise BadRequest("`_list` takes the id of a List", expression="http._list")
            ids.append(id)
        return Listed(tuple(ids))


def _check_modifier(parameter: SearchParameter, modifier: str) -> None:
    kind = parameter.kind
    allowed: Iterable[str] = () if kind in ("composite", "special") else kind_of(parameter).MODIFIERS
    if parameter.code in ON_RESOURCE:
        allowed = ("missing",) if parameter.code == "_lastUpdated" else ("not",)
    elif parameter.code in ELSEWHERE:
        allowed = ()
    if modifier in allowed or (kind == "reference" and reference.allows(parameter, modifier)):
        return
    known = ", ".join(f":{name}" for name in sorted(allowed)) or "none"
    raise UnknownParameter(
        f"Modifier `:{modifier[:64]}` is not supported for the {kind} parameter `{parameter.code}`; "
        f"supported: {known}",
        expression=f"http.{parameter.code}:{modifier[:64]}",
    )


def unknown(
    type: str, code: str, where: str, what: str, custom: tuple[SearchParameter, ...] = ()
) -> FacadeError:
    """The error for a parameter that is not there, or not implemented, with what may have been meant; or that
    works once there is an index."""
    if any(one.type == type and one.code == code for one in custom):
        return NotIndexed(
            f"Search parameter `{code}` of {type} is defined, and what is stored is not indexed by it yet: "
            f"call {type}/$reindex, or wait until that has ended",
            expression=f"http.{where}",
        )
    official = definitions.search_parameters(type).get(code)
    if official is not None:
        return UnknownParameter(
            f"Search parameter `{code}` (of type {official.kind}) is not supported",
            expression=f"http.{where}",
        )
    near = difflib.get_close_matches(code[:64], supported(type, custom), 1)
    hint = f"; did you mean `{near[0]}`?" if near else ""
    return UnknownParameter(
        f"Search parameter `{code[:100]}` {what} {type}{hint}", expression=f"http.{where[:200]}"
    )
