"""Values fit the parameter's type and its element."""

from __future__ import annotations

import pytest

from conformance.spec.definitions import definitions
from conformance.statement import DeclaredParameter
from conformance.suites.capability.values import impossible, plausible

IDS = {"Patient": "p1", "Organization": "o1"}


@pytest.mark.parametrize(
    ("type", "name", "value", "never"),
    [
        ("Patient", "family", "a", "zzznosuchvalue"),
        ("Patient", "gender", "male", "zzz-no-such-code"),
        ("Patient", "active", "true", "zzz-no-such-code"),
        ("Patient", "_id", "p1", "zzz-no-such-code"),
        ("Patient", "organization", "Organization/o1", "Organization/zzz-no-such-resource"),
        ("Observation", "date", "2020-01-01", "1066-10-14"),
        ("Observation", "value-quantity", "1", "-987654321"),
        ("Observation", "code-value-quantity", "a$1", "zzz-no-such-code$-987654321"),
        ("Location", "near", "0|0|1|km", None),
    ],
)
def test_a_value(type: str, name: str, value: str, never: str | None) -> None:
    known = definitions()
    definition = known.parameter(type, name)
    assert definition is not None
    declared = DeclaredParameter(name, definition["type"])
    assert plausible(known, type, declared, IDS) == value
    assert impossible(known, type, declared) == never


def test_nothing_is_made_up_for_what_is_unknown() -> None:
    declared = DeclaredParameter("own", "special")
    assert plausible(definitions(), "Patient", declared, IDS) is None
    assert impossible(definitions(), "Patient", DeclaredParameter("own", "composite")) is None
