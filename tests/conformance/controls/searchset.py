"""A search: parameters in, a Bundle of type searchset out.

https://hl7.org/fhir/R4/search.html · https://hl7.org/fhir/R4/http.html#paging
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from tests.conformance.controls import summaries, values
from tests.conformance.controls.filters import Filters, Predicate, Resource
from tests.conformance.controls.parameters import PARAMETERS, Parameter
from tests.conformance.controls.problem import Problem, outcome
from tests.conformance.controls.store import Store
from tests.conformance.controls.values import Wrong

Query = list[tuple[str, str]]
RESULT = ("_count", "_sort", "_include", "_revinclude", "_summary", "_elements", "_total", "_offset")
IGNORED = ("_format", "_pretty")
DEFAULT, MOST = 50, 200


class Searching:
    def __init__(self, store: Store, base: str, wrong: Wrong) -> None:
        self._store, self._base, self._wrong = store, base, wrong
        self._filters = Filters(store, base, wrong)

    def select(
        self, type: str, query: Query, lenient: bool = False
    ) -> tuple[list[Resource], Query, list[str]]:
        """The matches, the parameters that were used, and what is to be said of the others."""
        tests: list[Predicate] = []
        used: Query = []
        said: list[str] = []
        seen = set()
        for key, value in query:
            if key in IGNORED or not value:
                continue
            if key.partition(":")[0] not in RESULT:
                try:
                    test = self._filters.of(type, key, value)
                except Problem as problem:
                    if (
                        self._wrong("unknown-unfiltered")
                        and problem.code == "not-supported"
                        and ":" not in key
                    ):
                        continue
                    unknown = key.partition(".")[0].partition(":")[0] not in PARAMETERS[type]
                    if lenient and unknown:
                        said.append(str(problem))
                        continue
                    raise
                if not (key in seen and self._wrong("second-and-ignored")):
                    tests.append(test)
                seen.add(key)
            used.append((key, value))
        return [one for one in self._store.all(type) if all(test(one) for test in tests)], used, said

    def bundle(self, type: str, query: Query, lenient: bool = False) -> Resource:
        found, used, said = self.select(type, query, lenient)
        given = {key: value for key, value in used if key in RESULT}
        shape = summaries.shape_of(given, self._wrong)
        found = self._sorted(type, found, given.get("_sort", ""))
        count, offset = _number(given, "_count", DEFAULT), _number(given, "_offset", 0)
        page = found[offset : offset + min(count, MOST)]
        if self._wrong("page-dropped") and offset:
            page = page[:-1]
        if self._wrong("duplicate-across-pages") and offset:
            page = [*found[offset - 1 : offset], *page][: max(count, 1)]
        only_count = given.get("_summary") == "count" or count == 0
        entries = [self._entry(one, "match", shape) for one in page]
        mode = "match" if self._wrong("include-as-match") else "include"
        more = self._included(type, page, used)
        entries += [self._entry(one, mode, shape) for one in more]
        if said:
            told = outcome("not-supported", " ".join(said), "warning")
            entries.append({"resource": told, "search": {"mode": "outcome"}})
        bundle: Resource = {"resourceType": "Bundle", "type": "searchset"}
        total = given.get("_total", "accurate")
        if total not in ("none", "estimate", "accurate"):
            raise Problem(400, "invalid", "_total is none, estimate or accurate.")
        if total != "none":
            bundle["total"] = len(found) + (len(more) if self._wrong("total-with-includes") else 0)
            if self._wrong("total-wrong"):
                bundle["total"] = len(page)
        bundle["link"] = list(self._links(type, used, count, offset, len(found), only_count))
        if not bundle["link"]:
            del bundle["link"]
        if entries and not (only_count and not self._wrong("count-with-entries")):
            bundle["entry"] = entries
        return bundle

    def _entry(self, resource: Resource, mode: str, shape: summaries.Shape) -> Resource:
        url = f"{self._base}/{resource['resourceType']}/{resource['id']}"
        if self._wrong("full-url-wrong"):
            url += "x"
        return {"fullUrl": url, "resource": shape(resource), "search": {"mode": mode}}

    def _links(self, type: str, used: Query, count: int, offset: int, total: int, only_count: bool) -> Any:
        def url(query: Query) -> str:
            return f"{self._base}/{type}" + (f"?{urlencode(query)}" if query else "")

        if not self._wrong("self-missing"):
            yield {"relation": "self", "url": url(used)}
        kept = (
            []
            if self._wrong("next-without-filter")
            else [one for one in used if one[0] not in ("_count", "_offset")]
        )
        if offset + min(count, MOST) < total and not only_count:
            size = min(count, MOST)
            yield {
                "relation": "next",
                "url": url([*kept, ("_count", str(size)), ("_offset", str(offset + size))]),
            }

    def _sorted(self, type: str, found: list[Resource], rules: str) -> list[Resource]:
        for rule in reversed(rules.split(",") if rules else []):
            descending, name = rule.startswith("-"), rule.removeprefix("-")
            parameter = PARAMETERS[type].get(name)
            if parameter is None or parameter.type == "composite":
                raise Problem(400, "not-supported", f"{type} cannot be sorted by {name!r}.")
            if self._wrong("sort-ignored"):
                continue
            descending = descending and not self._wrong("descending-ignored")
            with_key = [(_keys(parameter, one, descending, self._wrong), one) for one in found]
            having = [pair for pair in with_key if pair[0]]
            having.sort(key=lambda pair: (max if descending else min)(pair[0]), reverse=descending)
            found = [one for _, one in having] + [one for keys, one in with_key if not keys]
        return found

    def _included(self, type: str, page: list[Resource], used: Query) -> list[Resource]:
        seen = {(one["resourceType"], one["id"]) for one in page}
        more: list[Resource] = []
        rules = [(key, value) for key, value in used if key.partition(":")[0] in ("_include", "_revinclude")]
        todo = list(page)
        first = True
        while todo:
            fresh: list[Resource] = []
            for key, value in rules:
                word, _, modifier = key.partition(":")
                if modifier not in ("", "iterate"):
                    raise Problem(
                        400, "not-supported", f"The modifier :{modifier} of {word} is not supported."
                    )
                if not first and not modifier:
                    continue
                if (word == "_include" and self._wrong("include-forgotten")) or (
                    word == "_revinclude" and self._wrong("revinclude-forgotten")
                ):
                    continue
                for one in self._reached(word, value, todo):
                    if (one["resourceType"], one["id"]) not in seen:
                        seen.add((one["resourceType"], one["id"]))
                        fresh.append(one)
            more += fresh
            todo, first = fresh, False
        if not page:  # a rule that is none is refused all the same
            for key, value in rules:
                self._reached(key.partition(":")[0], value, [])
        return more

    def _reached(self, word: str, value: str, start: list[Resource]) -> list[Resource]:
        source, name, target = [*value.split(":"), "", ""][:3]
        parameter = PARAMETERS.get(source, {}).get(name)
        if parameter is None or parameter.type != "reference" or (target and target not in parameter.targets):
            raise Problem(400, "not-supported", f"{word}={value} is not supported.")

        def keys(resource: Resource) -> list[tuple[str, str]]:
            refs = [
                one.get("reference", "").removeprefix(self._base + "/")
                for one in self._filters.found(parameter, resource)
            ]
            pairs = [(ref.partition("/")[0], ref.partition("/")[2]) for ref in refs]
            return [pair for pair in pairs if target in ("", pair[0])]

        if word == "_include":
            there = [key for one in start if one["resourceType"] == source for key in keys(one)]
            return [one for key in there if (one := self._store.resource(*key))]
        own = {(one["resourceType"], one["id"]) for one in start}
        return [one for one in self._store.all(source) if own & set(keys(one))]


def _number(given: dict[str, str], name: str, otherwise: int) -> int:
    text = given.get(name, str(otherwise))
    if not (text.isascii() and text.isdigit()):
        raise Problem(400, "invalid", f"{name} is a whole number, not {text!r}.")
    return int(text)


def _keys(parameter: Parameter, resource: Resource, last: bool, wrong: Wrong) -> list[Any]:
    """What a resource is sorted by: all its values, in a form that compares."""
    keys: list[Any] = []
    for one in Filters.found(parameter, resource):
        match parameter.type:
            case "date":
                keys.append(_moment(one, last, wrong))
            case "number":
                keys.append(Decimal(one))
            case "quantity":
                keys.append(Decimal(one.get("value", 0)))
            case "token":
                keys += [code for _, code in values.codings(one, "")]
            case "reference":
                keys.append(one.get("reference", ""))
            case _:
                keys += [values.folded(str(text), wrong) for text in values.strings(one)]
    return keys


def _moment(found: Any, last: bool, wrong: Wrong) -> datetime:
    """A date begins where its interval does; that is what it is sorted by, in either direction."""
    if isinstance(found, str):
        return values.interval(found, wrong)[0]
    if "start" in found:
        return values.interval(found["start"], wrong)[0]
    return values.FIRST
