"""Queries by chance: every parameter type, modifier, prefix, chain and `_has` that the product should know.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from facade.spec import definitions
from facade.spec.definitions import SearchParameter
from tests.facade.search.generated.product import BASE_URL
from tests.facade.search.generated.stories import (
    CODES,
    DATES,
    IDS,
    NUMBERS,
    SYSTEMS,
    TIMES,
    UCUM,
    URIS,
    WORDS,
)
from tests.facade.search.oracle.asked import PREFIXES, escaped
from tests.facade.search.oracle.features import there
from tests.facade.search.oracle.world import components

Item = tuple[str, str]
CODES_ASKED = {
    "Patient": "_id _lastUpdated _tag _security _profile _source name family given phonetic gender active"
    " deceased identifier phone telecom birthdate death-date general-practitioner organization link address"
    " address-city address-use",
    "Practitioner": "_id name family identifier active",
    "Organization": "_id name type partof identifier",
    "Encounter": "_id _lastUpdated status type class date length subject patient part-of participant"
    " practitioner location location-period service-provider",
    "Observation": "_id _lastUpdated _tag status category code subject patient encounter performer identifier"
    " date value-quantity value-concept value-string value-date component-code component-value-quantity"
    " component-value-concept combo-code combo-value-quantity code-value-quantity code-value-concept"
    " code-value-string code-value-date component-code-value-quantity component-code-value-concept"
    " combo-code-value-quantity combo-code-value-concept",
    "RiskAssessment": "_id subject patient performer probability risk date",
    "ValueSet": "_id url name title status context context-type context-quantity context-type-quantity"
    " context-type-value jurisdiction date version reference",
    "MolecularSequence": "_id type patient chromosome referenceseqid window-start window-end variant-start"
    " variant-end chromosome-window-coordinate referenceseqid-window-coordinate"
    " chromosome-variant-coordinate referenceseqid-variant-coordinate",
    "Group": "_id type characteristic value characteristic-value member code actual exclude",
    "List": "_id title status code subject patient item date notes",
    "Location": "_id name address address-city partof organization operational-status type near",
    "Appointment": "_id status date service-type actor patient practitioner location reason-reference"
    " part-status",
}
STOCKED = "2023-11-14T22:14:00Z"
"""While the store was filled."""
BOUND = {
    "gender": "http://hl7.org/fhir/administrative-gender",
    "status": "http://hl7.org/fhir/observation-status",
}
_KIND_FEATURES = frozenset({"number", "quantity", "uri", "composite", "special"})
one_of = st.sampled_from


def parameters(type: str) -> list[SearchParameter]:
    """The parameters that are asked for, without those whose kind the product does not have yet."""
    known = definitions.search_parameters(type)
    found = [known[code] for code in CODES_ASKED[type].split()]
    return [p for p in found if p.kind not in _KIND_FEATURES or there(p.kind)]


def texts() -> st.SearchStrategy[str]:
    asked = [*WORDS, "a", "AN", "mu", "le r", "%", "_", "!", "ß", "b|c", "roy"]
    return one_of(asked).map(escaped)


def token(parameter: SearchParameter) -> st.SearchStrategy[str]:
    if parameter.code == "_id":
        return one_of([*IDS, "12", "99"])
    if parameter.code in ("active", "deceased", "actual", "exclude"):
        return one_of(["true", "false"])
    if parameter.code in ("phone", "telecom"):
        return one_of(CODES).map(escaped)
    if parameter.code == "version":
        return one_of(["1.0", "A", "a", "1"])
    plain = ["male", "female", "planned", "finished", "final", "home", "aa", "person", "current", "booked"]
    codes = one_of([*CODES, *plain]).map(escaped)
    if parameter.code in ("status", "gender", "type", "address-use", "part-status"):
        system = BOUND.get(parameter.code, "urn:a")
        with_system = st.tuples(one_of([system, ""]), codes).map("|".join)
        return st.one_of(codes, codes, with_system)
    systems = one_of(["", *SYSTEMS, "urn:none"])
    pairs = st.tuples(systems, codes).map("|".join)
    return st.one_of(codes, codes, pairs, pairs, one_of(SYSTEMS).map(lambda system: f"{system}|"))


def prefixed(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(one_of(["", *PREFIXES]), values).map("".join)


def number() -> st.SearchStrategy[str]:
    return prefixed(one_of([*NUMBERS, "1e2", "1.00e2", "5.4e0", "4.95", "110", "5.5"]))


def quantity() -> st.SearchStrategy[str]:
    units = ["", "||mg", "||gram", f"|{UCUM}|mg", f"|{UCUM}|g", f"|{UCUM}|kg", f"|{UCUM}|mmol/L", "|urn:a|mg"]
    return st.tuples(number(), one_of(units)).map("".join)


def reference(parameter: SearchParameter) -> st.SearchStrategy[str]:
    types = [type for type in targets(parameter) or ["Patient"] if type in CODES_ASKED] or ["Patient"]
    local = st.tuples(one_of(types), one_of(IDS)).map("/".join)
    forms = [
        one_of(IDS),
        local,
        local,
        local.map(lambda name: f"{BASE_URL}/{name}"),
        local.map(lambda name: f"http://other.example/fhir/{name}"),
        local.map(lambda name: f"{name}/_history/7"),
    ]
    return st.one_of(*forms)


def near() -> st.SearchStrategy[str]:
    return one_of(["52.0|4.0|1|km", "52.0|4.0|50|m", "52|4.05|5", "53.5|4.1|200|km", "0|0|10|km"])


def one_value(parameter: SearchParameter) -> st.SearchStrategy[str]:
    """One alternative, as it is written in a query."""
    match parameter.kind:
        case _ if parameter.code == "phonetic":
            return one_of(["Anne", "Mueller", "miller", "roy", "strass", "ray"])
        case "string":
            return texts()
        case "token":
            return token(parameter)
        case "date":
            return prefixed(one_of([*DATES, *TIMES, "2020-02-29T10:00Z", "2023-11-14", STOCKED]))
        case "number":
            return number()
        case "quantity":
            return quantity()
        case "uri":
            return one_of([*URIS, "http://sets.example/0/7"]).map(escaped)
        case "reference":
            return reference(parameter)
        case "special":
            return near()
    known = definitions.search_parameters(parameter.type)
    parts = [one_value(known[code]) for code, _ in components(parameter)]
    return st.tuples(*parts).map("$".join)


def modified(parameter: SearchParameter) -> st.SearchStrategy[Item]:
    """A parameter with one of its modifiers, or none, and a value that fits."""
    code = parameter.code
    values = st.lists(one_value(parameter), min_size=1, max_size=3).map(",".join)
    plain = values.map(lambda value: (code, value))
    made = [plain, plain, plain]
    if parameter.kind not in ("composite", "special") and code not in ("_id", "_lastUpdated"):
        made.append(one_of(["true", "false"]).map(lambda value: (f"{code}:missing", value)))
    if code == "phonetic" or code in ("_id", "_lastUpdated"):
        return st.one_of(*made)
    for name, asked in _modifiers(parameter, values):
        made.append(asked.map(lambda value, name=name: (f"{code}:{name}", value)))
    return st.one_of(*made)


def _modifiers(
    parameter: SearchParameter, values: st.SearchStrategy[str]
) -> list[tuple[str, st.SearchStrategy[str]]]:
    match parameter.kind:
        case "string":
            return [("exact", values), ("contains", values)]
        case "token":
            found = [("not", values)]
            if there("text-modifier"):
                found.append(("text", st.lists(texts(), min_size=1, max_size=2).map(",".join)))
            if there("of-type") and parameter.code == "identifier":
                parts = [one_of(SYSTEMS), one_of(CODES).map(escaped), one_of(CODES).map(escaped)]
                found.append(("of-type", st.tuples(*parts).map("|".join)))
            if there("in") and parameter.code in ("code", "type", "category", "class", "combo-code"):
                sets = one_of([*URIS[1:4], "ValueSet/5", "ValueSet/6"])
                found += [("in", sets), ("not-in", sets)]
            return found
        case "uri":
            urls = one_of([uri for uri in URIS if uri.startswith("http")] + ["http://uris.example/a/b/c/d"])
            return [("above", urls), ("below", urls)] if there("above-below") else []
        case "reference":
            types = [type for type in targets(parameter) if type in CODES_ASKED]
            made: list[tuple[str, Any]] = [(type, one_of(IDS)) for type in types[:3]]
            if there("identifier-modifier"):
                system = one_of(["", *(f"{system}|" for system in SYSTEMS)])
                made.append(("identifier", st.tuples(system, one_of(CODES).map(escaped)).map("".join)))
            return made
    return []


def targets(parameter: SearchParameter) -> list[str]:
    """The types that a reference parameter leads to."""
    expression = parameter.expression or ""
    if "resolve() is " in expression:
        return [expression.rpartition("resolve() is ")[2].strip("() ")]
    return list(parameter.targets)


@cache
def item(type: str, depth: int = 2) -> st.SearchStrategy[Item]:
    """One item of a query for a type; chains and `_has` go `depth` steps deep."""
    simple = one_of(parameters(type)).flatmap(modified)
    made = [simple, simple, simple]
    if depth and there("chain"):
        chains = [
            (parameter.code, target, targets(parameter) == [target])
            for parameter in parameters(type)
            if parameter.kind == "reference"
            for target in targets(parameter)
            if target in CODES_ASKED
        ]
        if chains:
            made.append(one_of(chains).flatmap(lambda chain: _chained(*chain, depth)))
    if depth and there("has"):
        back = [
            (source, parameter.code)
            for source in CODES_ASKED
            for parameter in parameters(source)
            if parameter.kind == "reference" and type in targets(parameter)
        ]
        if back:
            made.append(one_of(back).flatmap(lambda way: _has(*way, depth)))
    return st.one_of(*made)


def _chained(code: str, target: str, sole: bool, depth: int) -> st.SearchStrategy[Item]:
    heads = one_of([f"{code}:{target}", *([code] if sole else [])])
    inner = item(target, depth - 1)
    return st.tuples(heads, inner).map(lambda pair: (f"{pair[0]}.{pair[1][0]}", pair[1][1]))


def _has(source: str, code: str, depth: int) -> st.SearchStrategy[Item]:
    return item(source, depth - 1).map(lambda pair: (f"_has:{source}:{code}:{pair[0]}", pair[1]))


def sort(type: str) -> st.SearchStrategy[list[str]]:
    codes = [p.code for p in parameters(type) if p.kind in SORTED and p.code not in UNSORTED]
    if not there("sort-by-single-concept"):
        codes = [code for code in codes if code not in SINGLE]
    keys = st.tuples(one_of(["", "-"]), one_of(codes)).map("".join)
    return st.lists(keys, max_size=2, unique_by=lambda key: key.removeprefix("-"))


SORTED = ("string", "token", "date", "reference", "uri", "number")
UNSORTED = frozenset({"phonetic"})
SINGLE = frozenset(
    {"code", "chromosome", "referenceseqid", "value-concept", "address", "address-city", "operational-status"}
)


@st.composite
def query(draw: st.DrawFn) -> tuple[str, list[Item], list[str]]:
    """A type, the items of a query for it, and the keys that its answer is sorted by."""
    type = draw(one_of(sorted(CODES_ASKED)))
    return type, draw(st.lists(item(type), max_size=3)), draw(sort(type))
