"""What a query says, and every way in which it can be wrong."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from facade.errors import BadRequest, FacadeError, TooCostly, UnknownParameter
from facade.search import parse_search, supported_parameters
from facade.search.kinds import ELSEWHERE
from facade.search.model import ReferenceValue, StringValue, TokenValue
from facade.search.string import after_prefix, fold
from facade.search.values import split_unescaped, unescape
from facade.spec import definitions


def values(type: str, name: str, value: str, **options: str) -> tuple[object, ...]:
    (criterion,) = parse_search(type, [(name, value)], **options).criteria  # type: ignore[arg-type]
    return criterion.values


def test_alternatives_repeats_and_escapes() -> None:
    search = parse_search("Patient", [("given", r"a\,b,c"), ("given", "d")])
    assert [c.values for c in search.criteria] == [
        (StringValue("a,b", "a,b"), StringValue("c", "c")),
        (StringValue("d", "d"),),
    ]
    assert values("Patient", "identifier", r"http://x|a\|b") == (TokenValue("http://x", "a|b"),)
    assert values("Patient", "identifier", r"a\\\,b") == (TokenValue(None, r"a\,b"),)


@settings(max_examples=200, derandomize=True)
@given(st.lists(st.text(st.sampled_from("ab,|$\\ é"), min_size=1), min_size=1, max_size=5))
def test_escaping_can_be_undone(parts: list[str]) -> None:
    def escape(text: str) -> str:
        return "".join("\\" + c if c in ",|$\\" else c for c in text)

    assert [unescape(part) for part in split_unescaped(",".join(map(escape, parts)), ",")] == parts


def test_tokens() -> None:
    assert values("Observation", "code", "8480-6") == (TokenValue(None, "8480-6"),)
    assert values("Observation", "code", "|8480-6") == (TokenValue("", "8480-6"),)
    assert values("Observation", "code", "http://loinc.org|") == (TokenValue("http://loinc.org", None),)


def test_references() -> None:
    def targets(name: str, value: str) -> tuple[str, ...]:
        (found,) = values("Observation", name, value, base_url="http://us/fhir")
        assert isinstance(found, ReferenceValue)
        return found.targets

    assert targets("patient", "1") == ("Patient/1",)
    assert targets("subject", "1") == ("Group/1", "Device/1", "Patient/1", "Location/1")
    assert targets("subject", "Patient/1") == ("Patient/1",)
    assert targets("subject:Group", "1") == ("Group/1",)
    assert targets("subject:Group", "Patient/1") == ()
    assert targets("subject", "http://us/fhir/Patient/1") == ("Patient/1",)
    assert targets("subject", "http://us/fhir/Patient/1/_history/3") == ("Patient/1",)
    assert targets("subject", "Patient/1/_history/3") == ("Patient/1",)
    assert targets("subject", "http://them/fhir/Patient/1") == ("http://them/fhir/Patient/1",)
    assert targets("subject", "urn:uuid:0") == ("urn:uuid:0",)


def test_count_total_sort_and_what_is_passed_by() -> None:
    search = parse_search(
        "Patient",
        [("_count", "9999"), ("_total", "accurate"), ("_sort", "-birthdate,family"), ("_format", "json")],
        max_count=500,
    )
    assert (search.count, search.total) == (500, "accurate")
    assert [(key.parameter.code, key.descending) for key in search.sort] == [
        ("birthdate", True),
        ("family", False),
    ]
    assert search.criteria == ()
    assert parse_search("Patient", [], max_count=10, default_count=50).count == 10
    assert parse_search("Patient", [("_count", "0")]).count == 0


def test_includes() -> None:
    search = parse_search(
        "Observation",
        [
            ("_include", "Observation:subject:Patient"),
            ("_include", "*"),
            ("_revinclude", "Provenance:target"),
        ],
    )
    named, every, reverse = search.includes
    assert ([p.code for p in named.parameters], named.target, named.reverse) == (
        ["subject"],
        "Patient",
        False,
    )
    assert {"subject", "encounter", "performer"} <= {p.code for p in every.parameters}
    assert ([p.type for p in reverse.parameters], reverse.reverse) == (["Provenance"], True)


UNKNOWN = [
    (
        "Patient",
        "gendr",
        "x",
        "Search parameter `gendr` is not known for Patient; did you mean `gender`?",
        "gendr",
    ),
    ("Patient", "zzz", "x", "Search parameter `zzz` is not known for Patient", "zzz"),
    (
        "Patient",
        "_has:Observation:pateint:code",
        "1",
        "Search parameter `pateint` is not known for Observation; did you mean `patient`?",
        "_has:Observation:pateint:code",
    ),
    ("Patient", "_query", "x", "Named queries (`_query`) are not supported", "_query"),
    (
        "Observation",
        "subject.nmae",
        "x",
        "`nmae` is not known for any of the types that `subject` refers to",
        "subject.nmae",
    ),
    (
        "Patient",
        "gender:exact",
        "x",
        "Modifier `:exact` is not supported for the token parameter `gender`; "
        "supported: :above, :below, :in, :missing, :not, :not-in, :of-type, :text",
        "gender:exact",
    ),
    (
        "Observation",
        "subject:Practitioner",
        "1",
        "Modifier `:Practitioner` is not supported for the reference parameter `subject`; "
        "supported: :identifier, :missing",
        "subject:Practitioner",
    ),
    (
        "Patient",
        "_id:text",
        "1",
        "Modifier `:text` is not supported for the token parameter `_id`; supported: :not",
        "_id:text",
    ),
    (
        "Patient",
        "_sort",
        "nome",
        "Search parameter `nome` is not known for Patient; did you mean `name`?",
        "_sort",
    ),
    (
        "Observation",
        "_include",
        "Observation:subjct",
        "`_include`: Observation has no reference parameter `subjct`; did you mean `subject`?",
        "_include",
    ),
]


@pytest.mark.parametrize(("type", "name", "value", "message", "place"), UNKNOWN)
def test_what_is_unknown_is_refused_by_name(
    type: str, name: str, value: str, message: str, place: str
) -> None:
    with pytest.raises(UnknownParameter) as caught:
        parse_search(type, [(name, value)])
    assert (caught.value.diagnostics, caught.value.expression) == (message, f"http.{place}")


@pytest.mark.parametrize(("type", "name", "value", "message", "place"), UNKNOWN)
def test_a_lenient_client_is_told_what_was_ignored(
    type: str, name: str, value: str, message: str, place: str
) -> None:
    search = parse_search(type, [(name, value), ("_id", "1")], lenient=True)
    assert search.ignored == (name,)
    assert search.accepted == (("_id", "1"),)
    assert len(search.criteria) == 1


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("family", "", "Search parameter `family` has no value"),
        ("family", "a,,b", "Search parameter `family` has an empty alternative between commas"),
        ("family", "\u0301", "Search parameter `family` has no letter to search for"),
        ("family", "a\x00b", "Search parameter `family` holds characters that no text may hold"),
        ("family", "\ud800", "Search parameter `family` holds characters that no text may hold"),
        ("gender", "a|b|c", "Search parameter `gender` takes `code` or `system|code`"),
        ("gender", "|", "Search parameter `gender` has neither system nor code"),
        ("gender:missing", "yes", "`gender:missing` takes true or false"),
        (
            "general-practitioner",
            "a b",
            "Search parameter `general-practitioner` takes `Type/id`, `id` or a URL",
        ),
        (
            "general-practitioner",
            "Doc/1",
            "Search parameter `general-practitioner` takes `Type/id`, `id` or a URL",
        ),
        ("_count", "-1", "`_count` takes a whole number from 0"),
        ("_count", "١", "`_count` takes a whole number from 0"),
        ("_total", "some", "`_total` takes none, estimate or accurate"),
        ("_include", "Patient", "`_include` takes `Type:parameter` or `Type:parameter:TargetType`"),
        (
            "_include",
            "Patient:link:Nothing",
            "`_include` takes `Type:parameter` or `Type:parameter:TargetType`",
        ),
        (
            "_include",
            "Observation:subject",
            "`_include` starts from the type searched: `Patient:…`; `_include:iterate` from what is included",
        ),
        ("_revinclude", "Patient", "`_revinclude` takes `Type:parameter` or `Type:parameter:TargetType`"),
        ("_has:Observation:patient", "1", "`_has` takes `_has:Type:reference:parameter=value`"),
        ("_has:Observed:patient:code", "1", "`_has` names `Observed`, which is no resource type"),
        ("_has:Observation:device:code", "1", "`_has`: Observation has no reference `device` to Patient"),
        ("gender.name", "x", "`gender.name` is a chain, and `gender` is not a reference"),
        ("organization:Patient.name", "x", "`organization` cannot refer to `Patient`"),
        ("gender:in", "urn:x", "`gender:in` names a value set that is not known here"),
        ("identifier:of-type", "a|b", "`identifier:of-type` takes `system|code|value`, all three"),
        ("_summary", "some", "`_summary` takes true, text, data, count or false"),
        ("_list", "$current-problems", "The functional list `$current-problems` is not kept here"),
        ("_text", "and", "`_text` takes words, joined with and, or, not and parentheses"),
        ("_sort", "_text", "`_sort` cannot sort by `_text`: it has no order"),
        ("_contained", "some", "`_contained` takes true, false or both"),
    ],
)
def test_values_that_cannot_be_read(name: str, value: str, message: str) -> None:
    for lenient in (False, True):
        with pytest.raises(BadRequest) as caught:
            parse_search("Patient", [(name, value)], lenient=lenient)
        assert caught.value.diagnostics == message
        assert caught.value.expression in (f"http.{name}", f"http.{name.split(':', maxsplit=1)[0]}")


def test_too_many_alternatives() -> None:
    with pytest.raises(
        TooCostly, match=r"^Search parameter `family` has 501 alternatives; at most 500 are read$"
    ):
        parse_search("Patient", [("family", ",".join(["a"] * 501))])


@settings(max_examples=400, derandomize=True)
@given(
    st.sampled_from(["Patient", "Observation", "Encounter", "Bundle"]),
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "family",
                    "code",
                    "date",
                    "subject",
                    "_id",
                    "_sort",
                    "_count",
                    "_include",
                    "x:y",
                    "code:not",
                    "_id:",
                ]
            )
            | st.text(max_size=8),
            st.text(max_size=12) | st.from_regex(r"\A(ge|ap|zz)?[0-9T:\-.,|\\ ]{0,20}\Z"),
        ),
        max_size=4,
    ),
)
def test_whatever_is_asked_the_answer_is_a_search_or_a_clear_refusal(
    type: str, items: list[tuple[str, str]]
) -> None:
    try:
        parse_search(type, items)
    except FacadeError as error:
        assert 400 <= error.status < 500
        assert error.expression


def test_folding() -> None:
    assert fold("  Ærø  STRASSE\tß ") == "ærø strasse ss"
    assert fold("Núñez") == fold("NU\u0301N\u0303EZ") == "nunez"
    assert fold("ﬁn") == "fin"


@settings(max_examples=300, derandomize=True)
@given(st.text(min_size=1, max_size=4), st.text(max_size=6))
@example("a\U0010ffff", "\U0010ffffb")
@example("\U0010ffff", "\U0010ffff")
@example("\ud7ff", "a")
def test_a_prefix_range_holds_what_begins_so_and_nothing_else(prefix: str, other: str) -> None:
    low, high = prefix, after_prefix(prefix)
    for text in (prefix + other, other, prefix):
        assert (low <= text < high) == text.startswith(prefix)


EXAMPLES = {
    "string": "a",
    "token": "a",
    "date": "2020",
    "reference": "a",
    "number": "1",
    "quantity": "1||mg",
    "uri": "urn:x",
    "special": "1|2",
}


def test_supported_names_are_all_accepted() -> None:
    for type in sorted(definitions.resource_types()):
        known = {parameter.code: parameter for parameter in supported_parameters(type)}
        for parameter in known.values():
            parts = [known[part.code].kind for part in parameter.components] or [parameter.kind]
            items = [(parameter.code, "$".join(EXAMPLES[kind] for kind in parts))]
            if parameter.kind not in ("composite", "special") and parameter.code not in ELSEWHERE:
                items.append(("_sort", parameter.code))
            parse_search(type, items)


def test_a_chain_fifty_deep_is_too_costly() -> None:
    for name in (
        ".".join(["partof"] * 50 + ["name"]),
        ":".join(["_has:Organization:partof"] * 50 + ["name"]),
    ):
        with pytest.raises(TooCostly, match="8 links"):
            parse_search("Organization", [(name, "x")])
