"""A transaction of random entries does what the same does to a dict, or changes nothing at all."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.facade.rest import support
from tests.facade.rest.bundle_post import bundles
from tests.facade.rest.bundle_post.bundles import entry, patient, post

IDS = ["a", "b", "c"]
MARKS = ["x", "y", "z"]

Model = dict[str, tuple[str, str | None]]
"""By id: the mark of a living patient, and the id of whom it links to."""


def resource(mark: str, link: str | None, id: str | None = None) -> dict[str, Any]:
    found = patient(identifier=[{"value": mark}])
    if link is not None:
        found["link"] = [{"other": {"reference": link}, "type": "seealso"}]
    return found if id is None else {**found, "id": id}


class Refused(Exception):
    """The transaction as a whole is."""


LINKS = st.one_of(
    st.none(),
    st.tuples(st.just("id"), st.sampled_from(IDS)),
    st.tuples(st.just("entry"), st.integers(0, 7)),
    st.tuples(st.just("mark"), st.sampled_from(MARKS)),
)
ENTRIES = st.tuples(
    st.sampled_from(["create", "create-if", "put", "put-match", "delete", "delete-match", "get"]),
    st.sampled_from(IDS),
    st.sampled_from(MARKS),
    LINKS,
)
BUNDLES = st.lists(st.lists(ENTRIES, min_size=1, max_size=5), min_size=1, max_size=5)


def the_one(model: Model, mark: str) -> str | None:
    found = [id for id, (held, _) in model.items() if held == mark]
    if len(found) > 1:
        raise Refused
    return found[0] if found else None


def expected(model: Model, entries: list[Any], new: list[str]) -> Model:
    """What the model becomes; `new` are the ids for what each entry creates. Raises Refused."""
    after = deepcopy(model)
    order = {"delete": 0, "delete-match": 0, "create": 1, "create-if": 1, "put": 2, "put-match": 2, "get": 3}
    names: list[str] = []
    stands: dict[int, str] = {}
    written: list[tuple[str, Any]] = []
    unwritten: list[Any] = []
    for at, (what, id, mark, link) in sorted(enumerate(entries), key=lambda one: order[one[1][0]]):
        found: str | None = None
        if what == "get":
            continue
        if what in ("delete", "delete-match"):
            found = id if what == "delete" else the_one(after, mark)
            if found in after:
                names.append(found)
                del after[found]
            continue
        if what == "put":
            found = id
        elif what in ("create-if", "put-match"):
            found = the_one(after, mark)
        stands[at] = found if found is not None else new[at]
        if what == "create-if" and found is not None:
            unwritten.append(link)
            continue
        names.append(stands[at])
        after[stands[at]] = (mark, None)
        written.append((stands[at], link))
    explicit = [id for what, id, *_ in entries if what in ("put", "delete")]
    if len(set(names)) < len(names) or len(set(explicit)) < len(explicit):
        raise Refused
    for link in unwritten:  # its conditions must hold all the same
        if link is not None and link[0] == "mark" and the_one(after, link[1]) is None:
            raise Refused
    for id, link in written:
        if link is None:
            continue
        kind, value = link
        if kind == "mark":
            value = the_one(after, value)
            if value is None:
                raise Refused
        elif kind == "entry":
            value = stands.get(value, f"urn {value}")
        after[id] = (after[id][0], value)
    if any(what == "get" and id not in after for what, id, *_ in entries):
        raise Refused
    return after


def urn(at: int) -> str:
    return f"urn:uuid:00000000-0000-4000-8000-{at:012d}"


def as_entry(at: int, what: str, id: str, mark: str, link: Any) -> dict[str, Any]:
    reference = None
    if link is not None:
        kind, value = link
        reference = {"id": f"Patient/{value}", "mark": f"Patient?identifier={value}"}.get(kind) or urn(value)
    match what:
        case "create":
            return entry("POST", "Patient", resource(mark, reference), fullUrl=urn(at))
        case "create-if":
            given = {"fullUrl": urn(at), "ifNoneExist": f"identifier={mark}"}
            return entry("POST", "Patient", resource(mark, reference), **given)
        case "put":
            return entry("PUT", f"Patient/{id}", resource(mark, reference, id), fullUrl=urn(at))
        case "put-match":
            url = f"Patient?identifier={mark}"
            return entry("PUT", url, resource(mark, reference), fullUrl=urn(at))
        case "delete":
            return entry("DELETE", f"Patient/{id}")
        case "delete-match":
            return entry("DELETE", f"Patient?identifier={mark}")
        case _:
            return entry("GET", f"Patient/{id}")


def seen(found: dict[str, Any]) -> Model:
    """A searchset as a model."""
    model: Model = {}
    for one in found.get("entry", []):
        held = one["resource"]
        link = held["link"][0]["other"]["reference"] if "link" in held else None
        if link is not None:
            link = f"urn {int(link[-12:])}" if link.startswith("urn") else link.removeprefix("Patient/")
        model[held["id"]] = (held["identifier"][0]["value"], link)
    return model


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=BUNDLES)
async def test_a_transaction_equals_a_dict(
    tmp_path_factory: pytest.TempPathFactory, sent: list[list[Any]]
) -> None:
    store = support.open_store(tmp_path_factory.mktemp("model"))
    model: Model = {}
    made = 0
    try:
        async with bundles.client(store) as client:
            for entries in sent:
                new = [f"new-{made + at + 1}" for at in range(len(entries))]
                before = (await client.get("/_history?_count=0")).json()["total"]
                bundle = [as_entry(at, *one) for at, one in enumerate(entries)]
                answer = await post(client, "transaction", *bundle)
                try:
                    model = expected(model, entries, new)
                except Refused:
                    assert answer.status_code in (400, 404, 410, 412), answer.text
                    assert (await client.get("/_history?_count=0")).json()["total"] == before
                else:
                    assert answer.status_code == 200, answer.text
                made = int(store_counter(client))
                assert seen((await client.get("/Patient?_count=100")).json()) == model
    finally:
        store.close()


def store_counter(client: Any) -> int:
    """How many ids have been given out."""
    dispatch = client._transport.app
    name = dispatch.service.new_resource_id()
    return int(name.removeprefix("new-"))
