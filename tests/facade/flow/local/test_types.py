"""Which types are local, and what is said of those that cannot be."""

from __future__ import annotations

import pytest

from facade.flow.local.types import local_types
from facade.settings import SettingsError
from facade.spec import definitions

OWNERS = {"Patient": ("emr", "lab"), "Observation": ("lab",)}


def test_no_type_is_both_local_and_owned() -> None:
    every = local_types(["all"], OWNERS)
    assert every == definitions.resource_types() - OWNERS.keys() - {"Parameters"}
    assert local_types([], OWNERS) == frozenset()
    assert local_types(["Task", "Flag"], OWNERS) == {"Task", "Flag"}
    assert local_types(["all", "Task"], OWNERS) == every


def test_every_problem_in_a_line_of_its_own() -> None:
    with pytest.raises(SettingsError) as caught:
        local_types(["Patient", "all", "Tsak", "zzz", "Parameters"], OWNERS)
    assert caught.value.problems == (
        "local: `Parameters` is a type that is sent and never stored",
        "local: `Patient` is made by the source emr and lab, which owns it",
        "local: `Tsak` is not a FHIR R4 resource type; did you mean Task?",
        "local: `zzz` is not a FHIR R4 resource type",
    )
