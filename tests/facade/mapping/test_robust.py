"""Whatever a pack or a record holds: a Pack or a PackError; resources or failures without values."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Record
from facade.mapping import Pack, PackError, parse_pack
from facade.packs import PackFiles, read_pack, shipped_packs
from tests.facade.mapping.packs import files
from tests.facade.mapping.test_lineage import FILES

SECRET = "Sk8rQz"
_JUNK = st.recursive(
    st.one_of(
        st.sampled_from(
            [SECRET, f" {SECRET}\n", f"2020-{SECRET}", f"12{SECRET}", "", "0000-00-00", "\x00", "\udcff"]
        ),
        st.integers(-(2**70), 2**70),
        st.floats(),
        st.booleans(),
        st.none(),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["1", "a", SECRET]), inner)
    ),
    max_leaves=5,
)


@pytest.mark.parametrize("name", shipped_packs())
@settings(max_examples=150, derandomize=True, deadline=None)
@given(data=st.data())
def test_no_record_breaks_a_shipped_pack(name: str, data: st.DataObject) -> None:
    pack = _pack(name)
    case = data.draw(st.sampled_from(pack.cases))
    body: dict[str, Any] = dict(case.record)
    for column in data.draw(st.lists(st.sampled_from(sorted(body)), min_size=1, max_size=4, unique=True)):
        body[column] = data.draw(_JUNK)
    record = Record(pack.mappings[case.mapping].stream, "k", body)
    outcome = pack.to_fhir(record)
    assert [mapped for mapped, _ in pack.explain(record)] == outcome.resources
    for failure in outcome.failures:
        assert SECRET not in failure.reason
        assert failure.element


@cache
def _pack(name: str) -> Pack:
    return parse_pack(read_pack(name))


_TEXTS = files(FILES).layers[0]


@settings(max_examples=400, derandomize=True, deadline=None)
@given(
    st.sampled_from(sorted(_TEXTS)),
    st.integers(0, 900),
    st.integers(0, 12),
    st.text(alphabet="$|'\"{}[]:,.-?~ \n\tab1!&*<(", max_size=6),
)
def test_no_text_breaks_the_parser(path: str, at: int, length: int, inserted: str) -> None:
    text = _TEXTS[path]
    at %= len(text) + 1
    mangled = {**_TEXTS, path: text[:at] + inserted + text[at + length :]}
    try:
        pack = parse_pack(PackFiles("p", files(FILES).root, (mangled,)))
    except PackError as error:
        assert error.problems
        for problem in error.problems:
            assert problem.line >= 1
            assert problem.message
    else:
        pack.to_fhir(Record("s", "k", {"id": "1"}))
