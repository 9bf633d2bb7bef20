"""URIs: exact, above, below; canonical references with and without their version."""

from __future__ import annotations

from typing import Any

import pytest

from facade.errors import BadRequest, UnknownParameter
from facade.search import parse_search
from facade.store import Store
from tests.facade.search.stocked import found, stock, walked

URLS = {
    "root": "http://acme.org/fhir",
    "slash": "http://acme.org/fhir/",
    "set": "http://acme.org/fhir/ValueSet/123",
    "version": "http://acme.org/fhir/ValueSet/123/_history/5",
    "sibling": "http://acme.org/fhir/ValueSet/124",
    "upper": "http://ACME.org/fhir/ValueSet/123",
    "percent": "http://acme.org/100%_!",
    "comma": "http://acme.org/a,b|c",
    "oid": "urn:oid:1.2.3.4.5",
    "child-oid": "urn:oid:1.2.3.4.5.6",
}
PROFILE = "http://hl7.org/fhir/StructureDefinition/vitalsigns"


@pytest.fixture(scope="module")
def uris(store: Store) -> Store:
    resources: list[dict[str, Any]] = [
        {"resourceType": "ValueSet", "id": id, "url": url} for id, url in URLS.items()
    ]
    resources += [{"resourceType": "ValueSet", "id": "none"}]
    resources += [
        {"resourceType": "Patient", "id": "plain", "meta": {"profile": [PROFILE]}},
        {"resourceType": "Patient", "id": "versioned", "meta": {"profile": [f"{PROFILE}|4.0.1", "urn:x"]}},
    ]
    stock(store, resources)
    return store


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("url=http://acme.org/fhir/ValueSet/123", {"set"}),
        ("url=http://acme.org/fhir", {"root"}),
        ("url=http://acme.org/", set()),
        ("url=urn:oid:1.2.3.4.5", {"oid"}),
        ("url=http://acme.org/a\\,b\\|c", {"comma"}),
        ("url=urn:oid:1.2.3.4.5,http://acme.org/fhir/", {"oid", "slash"}),
        ("url:below=http://acme.org/fhir/", {"slash", "set", "version", "sibling"}),
        ("url:below=http://acme.org/fhir", {"root", "slash", "set", "version", "sibling"}),
        ("url:below=http://acme.org/100%", {"percent"}),
        ("url:below=http://acme.org/___", set()),
        ("url:below=http://ACME", {"upper"}),
        ("url:below=u", set()),  # `urn:` is for exact matches only
        ("url:below=http://acme.org/a\\,,http://ACME", {"comma", "upper"}),
        ("url:above=http://acme.org/fhir/ValueSet/123/_history/5", {"root", "slash", "set", "version"}),
        ("url:above=http://acme.org/fhir/ValueSet/999,http://ACME.org/fhir/ValueSet/123",
         {"root", "slash", "upper"}),
        ("url:above=http://acme.org", set()),
        ("url:missing=true", {"none"}),
        ("url:missing=false", set(URLS)),
    ],
)  # fmt: skip
def test_found_by_url(uris: Store, query: str, expected: set[str]) -> None:
    assert set(found(uris, "ValueSet", query)) == expected
    assert sorted(walked(uris, "ValueSet", f"{query}&_count=2")) == sorted(expected)


def test_sorted_by_code_point(uris: Store) -> None:
    walk = walked(uris, "ValueSet", "_sort=url&_count=3")
    assert walk == [*sorted(URLS, key=lambda id: URLS[id]), "none"]


def test_a_canonical_reference_is_found_with_and_without_its_version(uris: Store) -> None:
    assert sorted(found(uris, "Patient", f"_profile={PROFILE}")) == ["plain", "versioned"]
    assert found(uris, "Patient", f"_profile={PROFILE}|4.0.1") == ["versioned"]
    assert found(uris, "Patient", f"_profile={PROFILE}|5") == []
    assert sorted(found(uris, "Patient", "_profile:below=http://hl7.org/fhir/")) == ["plain", "versioned"]


def test_more_beginnings_than_a_statement_bears(uris: Store) -> None:
    long = [f"http://acme.org/fhir/ValueSet/123/{at}/" + "x" * 180 for at in range(400)]
    assert set(found(uris, "ValueSet", "url:above=" + ",".join(long))) == {"root", "slash", "set"}
    few = ",".join(long[:3])
    assert set(found(uris, "ValueSet", f"url:above={few}")) == {"root", "slash", "set"}


@pytest.mark.parametrize("modifier", ["above", "below"])
def test_urns_have_neither_above_nor_below(modifier: str) -> None:
    with pytest.raises(BadRequest) as caught:
        parse_search("ValueSet", [(f"url:{modifier}", "urn:oid:1.2.3")])
    assert (caught.value.diagnostics, caught.value.expression) == (
        f"`url:{modifier}` is for URLs, not for URNs",
        "http.url",
    )


@pytest.mark.parametrize("modifier", ["exact", "contains", "not", "in", "text"])
def test_other_modifiers_are_refused(modifier: str) -> None:
    with pytest.raises(UnknownParameter):
        parse_search("ValueSet", [(f"url:{modifier}", "http://acme.org")])
