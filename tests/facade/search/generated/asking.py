"""What to ask of a story: for every parameter each form that a value may have, and queries by chance.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from functools import cache
from itertools import product
from random import Random
from typing import Any

from hypothesis import strategies as st

from conformance.matching.asked import PREFIXES, escaped
from conformance.matching.world import components
from facade.spec import definitions
from facade.spec.definitions import SearchParameter
from tests.facade.search.generated.features import there
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

Item = tuple[str, str]
ASKED = {
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
LIMITED = frozenset({"number", "quantity", "uri", "composite", "special"})
"""Parameter types that are features of their own."""
SORTED = frozenset({"string", "token", "date", "reference", "uri", "number"})
SINGLE = frozenset(
    {"code", "chromosome", "referenceseqid", "value-concept", "address", "address-city", "operational-status"}
)
MOST = 160
"""So many values of a composite are asked for, of all that its parts would make."""
one_of = st.sampled_from


@cache
def parameters(type: str) -> list[SearchParameter]:
    """The parameters that are asked for, without those whose kind the product does not have yet."""
    known = definitions.search_parameters(type)
    found = [known[code] for code in ASKED[type].split()]
    return [p for p in found if all(kind not in LIMITED or there(kind) for kind in _kinds(p))]


def _kinds(parameter: SearchParameter) -> list[str]:
    """The kind of a parameter, and those of the parts of a composite."""
    known = definitions.search_parameters(parameter.type)
    return [parameter.kind, *(known[code].kind for code, _ in components(parameter))]


@cache
def values(parameter: SearchParameter) -> list[str]:
    """Alternatives that a parameter may be asked for, as they are written in a query."""
    match parameter.kind:
        case _ if parameter.code == "phonetic":
            return ["Anne", "Mueller", "miller", "roy", "strass", "ray"]
        case "string":
            return [
                escaped(text) for text in (*WORDS, "a", "AN", "mu", "le r", "%", "_", "!", "ß", "b|c", "roy")
            ]
        case "token":
            return _tokens(parameter)
        case "date":
            return _prefixed(
                [*DATES, *TIMES, "2020-02-29T10:00Z", "2020-02-29T23:30-05:00", "2023-11-14", STOCKED]
            )
        case "number":
            return _numbers()
        case "quantity":
            units = ["", "||mg", "||gram", f"|{UCUM}|mg", f"|{UCUM}|g", f"|{UCUM}|kg", "|urn:a|mg"]
            return ["".join(pair) for pair in product(_numbers(), units)]
        case "uri":
            return [*URIS, "http://uris.example/A", "http://sets.example/0/7"]
        case "reference":
            return _references(parameter)
        case "special":
            return ["52.0|4.0|1|km", "52.0|4.0|50|m", "52|4.05|5", "53.5|4.1|200|km", "0|0|10|km"]
    known = definitions.search_parameters(parameter.type)
    parts = [values(known[code]) for code, _ in components(parameter)]
    chance = Random(parameter.number)
    return ["$".join(chance.choice(part) for part in parts) for _ in range(MOST)]


def _tokens(parameter: SearchParameter) -> list[str]:
    codes = [escaped(code) for code in CODES]
    match parameter.code:
        case "_id":
            return [*IDS, "12", "99"]
        case "active" | "deceased" | "actual" | "exclude":
            return ["true", "false"]
        case "phone" | "telecom":
            return codes
        case "version":
            return ["1.0", "A", "a", "1"]
        case "gender":
            return ["male", "http://hl7.org/fhir/administrative-gender|male", "|female", "urn:a|male", "Male"]
        case "status" | "part-status" | "address-use":
            said = ["planned", "finished", "final", "home", "current", "booked", "accepted", "active"]
            return [*said, *(f"|{code}" for code in said), *(f"urn:a|{code}" for code in said[:2])]
    systems = [*SYSTEMS, "urn:none"]
    pairs = [f"{system}|{code}" for system in ("", *systems) for code in codes]
    more = ["true", "AMB", "aa", "dna", "person"]
    return [*codes, *more, *pairs, *(f"{system}|" for system in systems)]


def _prefixed(texts: list[str]) -> list[str]:
    return ["".join(pair) for pair in product(("", *PREFIXES), texts)]


def _numbers() -> list[str]:
    return _prefixed([*NUMBERS, "1e2", "1.00e2", "5.4e0", "4.95", "110", "5.5", "1", "104"])


def _references(parameter: SearchParameter) -> list[str]:
    types = [type for type in targets(parameter) if type in ASKED] or ["Patient"]
    local = ["/".join(pair) for pair in product(types[:3], IDS)]
    here = [f"{BASE_URL}/{name}" for name in local[:4]]
    there_ = [f"http://other.example/fhir/{name}" for name in local]
    return [*IDS, *local, *here, *there_, *(f"{name}/_history/7" for name in local[:4])]


@cache
def forms(parameter: SearchParameter) -> dict[str, list[str]]:
    """The modifiers of a parameter with their colon, none being "", and what may be asked with them."""
    plain = values(parameter)
    made = {"": plain}
    if parameter.kind in ("composite", "special") or parameter.code in ("_id", "_lastUpdated"):
        return made
    made[":missing"] = ["true", "false"]
    match parameter.kind:
        case _ if parameter.code == "phonetic":
            pass
        case "string":
            made |= {":exact": plain, ":contains": plain}
        case "token":
            made[":not"] = plain
            if there("text-modifier"):
                made[":text"] = [escaped(text) for text in (*WORDS, "a", "AN", "mu", "le r", "%", "roy")]
            if there("of-type") and parameter.code == "identifier":
                codes = [escaped(code) for code in CODES]
                made[":of-type"] = ["|".join(parts) for parts in product(SYSTEMS, codes[:4], codes)]
            if there("in") and parameter.code in ("code", "type", "category", "class", "combo-code"):
                sets = [*URIS[1:4], "ValueSet/5", "ValueSet/6"]
                made |= {":in": sets, ":not-in": sets}
        case "uri" if there("above-below"):
            urls = [*(uri for uri in URIS if uri.startswith("http")), "http://uris.example/a/b/c/d"]
            made |= {":above": urls, ":below": urls}
        case "reference":
            made |= {f":{type}": [*IDS, f"{type}/1"] for type in targets(parameter) if type in ASKED}
            if there("identifier-modifier"):
                codes = [escaped(code) for code in CODES]
                made[":identifier"] = [*codes, *("|".join(pair) for pair in product(("", *SYSTEMS), codes))]
    return made


def targets(parameter: SearchParameter) -> list[str]:
    """The types that a reference parameter leads to."""
    expression = parameter.expression or ""
    if "resolve() is " in expression:
        return [expression.rpartition("resolve() is ")[2].strip("() ")]
    return list(parameter.targets)


def pick(strategies: list[st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """Each as likely as the others; `one_of` would give those that are choices themselves more room."""
    return one_of(strategies).flatmap(lambda strategy: strategy)


@cache
def _modified(parameter: SearchParameter) -> st.SearchStrategy[Item]:
    """A parameter with one of its modifiers, or none, and up to three alternatives."""
    made = [
        _alternatives(f"{parameter.code}{modifier}", asked) for modifier, asked in forms(parameter).items()
    ]
    return pick([made[0], *made])


def _alternatives(name: str, asked: list[str]) -> st.SearchStrategy[Item]:
    if name.endswith((":missing", ":in", ":not-in")):
        return one_of([(name, value) for value in asked])
    return st.lists(one_of(asked), min_size=1, max_size=3).map(lambda parts: (name, ",".join(parts)))


@cache
def item(type: str, depth: int = 2) -> st.SearchStrategy[Item]:
    """One item of a query for a type; chains and `_has` go `depth` steps deep."""
    simple = pick([_modified(parameter) for parameter in parameters(type)])
    made = [simple, simple]
    if depth and there("chain"):
        chains = [
            _chained(parameter.code, target, targets(parameter) == [target], depth)
            for parameter in parameters(type)
            if parameter.kind == "reference"
            for target in targets(parameter)
            if target in ASKED
        ]
        made += [pick(chains)] if chains else []
    if depth and there("has"):
        back = [
            _has(source, parameter.code, depth)
            for source in ASKED
            for parameter in parameters(source)
            if parameter.kind == "reference" and type in targets(parameter)
        ]
        made += [pick(back)] if back else []
    return pick(made)


def _chained(code: str, target: str, sole: bool, depth: int) -> st.SearchStrategy[Item]:
    heads = one_of([f"{code}:{target}", *([code] if sole else [])])
    inner = item(target, depth - 1)
    return st.tuples(heads, inner).map(lambda pair: (f"{pair[0]}.{pair[1][0]}", pair[1][1]))


def _has(source: str, code: str, depth: int) -> st.SearchStrategy[Item]:
    return item(source, depth - 1).map(lambda pair: (f"_has:{source}:{code}:{pair[0]}", pair[1]))


def sort(type: str) -> st.SearchStrategy[list[str]]:
    codes = [p.code for p in parameters(type) if p.kind in SORTED and p.code != "phonetic"]
    if not there("sort-by-single-concept"):
        codes = [code for code in codes if code not in SINGLE]
    keys = [f"{sign}{code}" for code in codes for sign in ("", "-")]
    return st.lists(one_of(keys), max_size=2, unique_by=lambda key: key.removeprefix("-"))


def query() -> st.SearchStrategy[tuple[str, list[Item], list[str]]]:
    """A type, the items of a query for it, and the keys that its answer is sorted by."""
    return pick([st.tuples(st.just(type), st.lists(item(type), max_size=3), sort(type)) for type in ASKED])
