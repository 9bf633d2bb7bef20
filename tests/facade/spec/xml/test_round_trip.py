"""facade.spec.xml: what is written is read as it was, whatever it is."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facade.spec.xml import from_xml, to_xml
from facade.store.serialise import canonical, from_json, to_json
from tests.facade.spec import samples
from tests.facade.spec.generated import resources
from tests.facade.spec.official import examples
from tests.paths import needs_shared


def shuffled(value: Any, choose: random.Random) -> Any:
    """The same with every object's names in another order."""
    if isinstance(value, dict):
        names = list(value)
        choose.shuffle(names)
        return {name: shuffled(value[name], choose) for name in names}
    return [shuffled(one, choose) for one in value] if isinstance(value, list) else value


def test_our_samples() -> None:
    for sample in samples.ALL:
        assert canonical(from_xml(to_xml(sample))) == canonical(sample)
        assert canonical(from_xml(to_xml(sample, pretty=True))) == canonical(sample)


@needs_shared
def test_every_official_example() -> None:
    """Byte for byte once the names are in one order: HL7's own files have several."""
    assert len(examples()) == 723
    different = []
    for name, resource in examples().items():
        again = from_xml(to_xml(resource))
        if canonical(again) != canonical(resource):
            different.append(name)
        again = from_json(to_json(again))
        assert to_xml(again) == to_xml(resource)
        assert to_json(from_xml(to_xml(again, pretty=True))) == to_json(again)
    assert different == []


@settings(deadline=None, max_examples=200, suppress_health_check=list(HealthCheck))
@given(resources(), st.integers(0, 100))
def test_generated_resources(resource: dict[str, Any], seed: int) -> None:
    data = to_xml(resource)
    assert to_json(from_xml(data)) == to_json(resource)
    assert to_json(from_xml(to_xml(resource, pretty=True))) == to_json(resource)
    assert to_xml(shuffled(resource, random.Random(seed))) == data
