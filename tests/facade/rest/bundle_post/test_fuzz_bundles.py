"""Whatever is posted to the base URL is answered, and never with a failure of the server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.facade.rest import support
from tests.facade.rest.bundle_post import bundles

urls = st.one_of(
    st.sampled_from(
        [
            "Patient",
            "Patient/1",
            "Patient/1/_history/1",
            "Patient?identifier=1",
            "_history",
            "metadata",
            "?_type=Patient",
            "Patient/$validate",
            "Patient/1/$meta",
            "Patient/_search",
            "/",
            "//",
            "?",
            "%00",
            "Patient/1/_history",
            "Patient/%zz",
            "Patient?identifier=%",
            "Patient?_text=x",
            "Patient/1/Observation",
            "Patient?_cursor=x",
            "http://facade.test/fhir/Patient",
        ]
    ),
    st.text(max_size=20),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(st.sampled_from(["reference", "extension", "url", "id"]), inner, max_size=2),
    ),
    max_leaves=5,
)
references = st.sampled_from(
    [
        "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a",
        "Patient?identifier=1",
        "Patient?",
        "Nothing?x=1",
        "Patient/1",
        "#a",
        "",
    ]
)
resources = st.one_of(
    st.fixed_dictionaries(
        {
            "resourceType": st.sampled_from(
                ["Patient", "Observation", "Parameters", "Binary", "Bundle", "X", ""]
            )
        },
        optional={
            "id": st.sampled_from(["1", "2", ""]),
            "identifier": st.just([{"value": "1"}]),
            "link": st.lists(
                st.fixed_dictionaries(
                    {"other": st.fixed_dictionaries({"reference": references}), "type": st.just("refer")}
                ),
                min_size=1,
                max_size=2,
            ),
            "extension": values,
            "contentType": st.sampled_from(["application/json-patch+json", "x"]),
            "data": st.sampled_from(["W10=", "?"]),
        },
    ),
    values,
)
requests = st.fixed_dictionaries(
    {"method": st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "X"]), "url": urls},
    optional={
        "ifMatch": st.sampled_from(['W/"1"', "x", "*"]),
        "ifNoneMatch": st.sampled_from(["*", 'W/"1"']),
        "ifNoneExist": st.sampled_from(["identifier=1", "", "x=ü", "Patient?identifier=1"]),
        "ifModifiedSince": st.sampled_from(["2024-01-31T12:00:00Z", "2024"]),
    },
)
plain = st.fixed_dictionaries({"request": requests}, optional={"resource": resources})
entries = st.one_of(
    plain,
    plain,
    st.fixed_dictionaries({"request": requests, "fullUrl": references}, optional={"response": values}),
    values,
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(kind=st.sampled_from(["batch", "transaction"]), sent=st.lists(entries, max_size=4))
async def test_never_fails(tmp_path_factory: pytest.TempPathFactory, kind: str, sent: list[Any]) -> None:
    store = support.open_store(tmp_path_factory.mktemp("fuzz"))
    try:
        async with bundles.client(store) as client:
            body = json.dumps({"resourceType": "Bundle", "type": kind, "entry": sent}).encode()
            answer = await client.post("/", content=body, headers={"content-type": "application/fhir+json"})
            assert answer.status_code < 500, answer.text
            if answer.status_code == 200:
                found = answer.json()["entry"]
                assert len(found) == len(sent)
                assert not [one for one in found if one["response"]["status"] >= "500"], found
            else:
                assert answer.json()["resourceType"] == "OperationOutcome"
            assert (await client.get("/Patient")).status_code == 200
    finally:
        store.close()
