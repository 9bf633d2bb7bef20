"""From a value in a resource to queries that must find the resource, and queries that must not.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from conformance.matching import expressions, numbers, references, strings, tokens
from conformance.matching.asked import escaped
from conformance.matching.expressions import Found
from conformance.matching.world import Resource, World, components
from facade.spec import definitions
from facade.spec.definitions import SearchParameter
from tests.facade.search.generated.features import there
from tests.facade.search.generated.product import BASE_URL, FULL_TEXT

PLAIN = frozenset({"ContactPoint", "boolean", "uri", "url", "id", "canonical", "string"})
"""Types with which `the presence of the pipe symbol SHALL NOT be used`."""
ABSENT = "zq-not-there"


@dataclass
class Queries:
    """Modifier (with its colon) and value of each; `either` are for comparing only."""

    must: list[tuple[str, str]] = field(default_factory=list)
    must_not: list[tuple[str, str]] = field(default_factory=list)
    either: list[tuple[str, str]] = field(default_factory=list)


def queries(world: World, resource: Resource, parameter: SearchParameter) -> Queries:
    """What to ask about a resource's values of a parameter; empty if it has none that can be compared.

    Another value of the same resource may satisfy what was not to find the first: then it is only compared.
    """
    made = _queries(world, resource, parameter)
    wrong = [pair for pair in made.must_not if world.matches(resource, parameter.code + pair[0], pair[1])]
    made.either += wrong
    made.must_not = [pair for pair in made.must_not if pair not in wrong]
    return made


def _queries(world: World, resource: Resource, parameter: SearchParameter) -> Queries:
    made = Queries()
    if parameter.code == "_id":
        return Queries([("", resource["id"])], [("", f"{resource['id']}x"), ("", ABSENT)])
    if parameter.code == "_lastUpdated":
        at = world.updated[id(resource)]
        return Queries([("", at), ("", f"ge{at}"), ("", "2023")], [("", f"gt{at}"), ("", f"ne{at}")])
    if parameter.code in FULL_TEXT:
        narrative = re.sub("<[^>]*>", " ", resource.get("text", {}).get("div", ""))
        words = [word for word in re.findall(r"\b[a-z]{6,}\b", narrative) if word not in ("span", "table")]
        return Queries([("", words[0])], [("", ABSENT.replace("-", ""))]) if words else made
    for found in world.found(resource, parameter):
        if parameter.kind == "composite":
            _composite(made, world, resource, parameter, found)
        elif parameter.code == "phonetic":
            _phonetic(made, found)
        else:
            _ASK[parameter.kind](made, found, parameter)
        if made.must:
            break
    if made.must and parameter.kind not in ("composite", "special"):
        known = world.has_value(resource, parameter)
        (made.must if known else made.either).append((":missing", "false"))
        (made.must_not if known else made.either).append((":missing", "true"))
    return made


def _string(made: Queries, found: Found, parameter: SearchParameter) -> None:
    for text in strings.texts(found.type, found.value)[:1]:
        if not strings.normal(text):
            continue
        start = " ".join(text.split())[:12].strip()
        made.must += [("", escaped(start)), ("", escaped(start.upper()))]
        made.must.append((":contains", escaped(" ".join(text[:200].split())[2:9].strip() or start)))
        if len(text) < 200:
            made.must.append((":exact", escaped(text)))
            made.must_not.append((":exact", escaped(f"{text}x")))
            made.either.append((":exact", escaped(text.swapcase())))
        made.must_not += [("", ABSENT), (":contains", ABSENT)]


def _phonetic(made: Queries, found: Found) -> None:
    words = [w for text in strings.texts(found.type, found.value) for w in re.findall("[A-Za-z]{3,}", text)]
    if words:
        made.must.append(("", words[0].upper()))
        made.must_not.append(("", "Xylqz"))


def _token(made: Queries, found: Found, parameter: SearchParameter) -> None:
    for pair in tokens.pairs(found)[:1]:
        code = escaped(pair.code)
        if code:
            made.must.append(("", code))
            made.must.append(("", f"{ABSENT},{code}"))
            made.must_not += [("", f"{code}x"), (":not", code)]
            made.must.append((":not", f"{code}x"))
            if pair.any_case and there("token-on-string-any-case"):
                made.must.append(("", code.swapcase()))
        if found.type not in PLAIN:
            system = escaped(pair.systems[0]) if pair.systems else ""
            if system:
                made.must.append(("", f"{system}|{code}"))
                made.must.append(("", f"{system}|"))
            elif code:
                made.must.append(("", f"|{code}"))
            made.either.append(("", f"|{code or ABSENT}"))
            made.must_not.append(("", f"http://nowhere.example|{code}"))
    if there("text-modifier"):
        for text in tokens.texts(found)[:1]:
            made.must.append((":text", escaped(text[:9].strip().lower())))
            made.must_not.append((":text", ABSENT))
    if found.type == "Identifier" and there("of-type"):
        for coding in found.value.get("type", {}).get("coding", [])[:1]:
            kind, value = (
                f"{escaped(coding.get('system', ''))}|{escaped(coding.get('code', ''))}",
                found.value,
            )
            if "system" in coding and "code" in coding and value.get("value"):
                made.must.append((":of-type", f"{kind}|{escaped(value['value'])}"))
                made.must_not.append((":of-type", f"{kind}|{ABSENT}"))


def _date(made: Queries, found: Found, parameter: SearchParameter) -> None:
    if not _dated(found):
        return
    for text in re.findall(r"\d{4}(?:-\d\d(?:-\d\d(?:T[^'\"]*)?)?)?", str(found.value))[:1]:
        for prefix in ("", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"):
            made.either.append(("", f"{prefix}{text}"))
        if found.type in ("date", "dateTime", "instant"):
            made.must += [("", text), ("", f"ge{text}"), ("", f"le{text}"), ("", f"ap{text}")]
            made.must.append(("", text[:4]))
            made.must_not.append(("", f"ne{text}"))
        made.must += [("", "ge1000"), ("", "le2999")]
        made.must_not += [("", "sa2999"), ("", "eb1000")]


def _dated(found: Found) -> bool:
    from conformance.matching.dates import stored

    return stored(found) is not None


def _number(made: Queries, found: Found, parameter: SearchParameter) -> None:
    for target in numbers.targets(found)[:1]:
        end = target.low if target.low is not None else target.high
        assert end is not None
        said = _said(found, end)
        more, less = f"{float(end) + abs(float(end)) + 7:g}", f"{float(end) - abs(float(end)) - 7:g}"
        units = [""]
        if parameter.kind == "quantity":
            if target.system and target.code:
                units.append(f"|{escaped(target.system)}|{escaped(target.code)}")
            units += [f"||{escaped(name)}" for name in {target.code, target.unit} - {""}]
        for unit in units:
            if target.low == target.high:
                made.must += [("", f"{said}{unit}"), ("", f"ap{said}{unit}")]
                made.must_not += [("", f"ne{said}{unit}"), ("", f"{more}{unit}")]
                made.must_not += [("", f"gt{said}{unit}"), ("", f"lt{said}{unit}")]
                made.must += [("", f"ge{said}{unit}"), ("", f"le{said}{unit}")]
            if target.low is not None:
                made.must.append(("", f"gt{less}{unit}"))
                made.must_not.append(("", f"lt{less}{unit}"))
        if parameter.kind == "quantity":
            made.must_not += [("", f"{said}||{ABSENT}"), ("", f"{said}|http://nowhere.example|mg")]


def _said(found: Found, end: Any) -> str:
    """The number as it was written, where there is only one."""
    value = found.value
    if isinstance(value, dict):
        value = value.get("value", float(end))
    return f"{value}"


def _reference(made: Queries, found: Found, parameter: SearchParameter) -> None:
    url = references.literal(found, BASE_URL)
    if url is not None and (":" in url or "/" in url):  # some examples have a mere name for a canonical
        made.must.append(("", escaped(url)))
        named = re.fullmatch(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})", url)
        if found.type in references.CANONICAL or named is None:
            made.must_not.append(("", f"{escaped(url)}x"))
            if "|" in url:
                made.must.append(("", escaped(url.split("|")[0])))
        else:
            made.must_not.append(("", f"{named[1]}/{ABSENT}"))
            made.must_not.append(("", ABSENT))
            if not parameter.targets or named[1] in parameter.targets:
                made.must += [
                    ("", named[2]),
                    (f":{named[1]}", named[2]),
                    ("", f"{BASE_URL}/{url}"),
                ]
    inner = found.value.get("identifier", {}) if found.type == "Reference" else {}
    if inner.get("value") and there("identifier-modifier"):
        pair = f"{escaped(inner.get('system', ''))}|{escaped(inner['value'])}"
        made.must += [(":identifier", pair), (":identifier", escaped(inner["value"]))]
        made.must_not.append((":identifier", ABSENT))


def _uri(made: Queries, found: Found, parameter: SearchParameter) -> None:
    value = escaped(found.value)
    made.must.append(("", value))
    made.must_not += [("", f"{value}x"), ("", f"http://{ABSENT}.example")]
    if there("above-below") and not found.value.startswith("urn:"):
        made.must += [(":below", value.rpartition("/")[0] or value), (":above", f"{value}/x")]
        made.must_not.append((":below", f"{value}x"))


def _composite(
    made: Queries, world: World, resource: Resource, parameter: SearchParameter, place: Found
) -> None:
    of_type = definitions.search_parameters(resource["resourceType"])
    parts: list[Queries] = []
    for code, expression in components(parameter):
        inner = of_type[code]
        asked = Queries()
        for found in expressions.values(expression, place.node, resource):
            _ASK[inner.kind](asked, found, inner)
            if any(not modifier for modifier, _ in asked.must):
                break
        parts.append(asked)
    plain = [[value for modifier, value in part.must if not modifier] for part in parts]
    wrong = [[value for modifier, value in part.must_not if not modifier] for part in parts]
    if all(plain):
        made.must.append(("", "$".join(values[0] for values in plain)))
        made.must.append(("", "$".join(values[-1] for values in plain)))
        for at, values in enumerate(wrong):
            if values:
                said = [values[0] if at == here else right[0] for here, right in enumerate(plain)]
                made.must_not.append(("", "$".join(said)))


def _special(made: Queries, found: Found, parameter: SearchParameter) -> None:
    place = f"{found.value['latitude']}|{found.value['longitude']}"
    made.must += [("", f"{place}|1|km"), ("", f"{place}|5")]
    made.must_not.append(("", f"{float(found.value['latitude']) / 2}|{found.value['longitude']}|100|km"))


_ASK = {
    "string": _string,
    "token": _token,
    "date": _date,
    "number": _number,
    "quantity": _number,
    "reference": _reference,
    "uri": _uri,
    "special": _special,
}
