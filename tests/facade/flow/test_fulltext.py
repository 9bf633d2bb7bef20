"""The full-text index: what queries find, how it keeps up with the store, and what the first look costs."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from facade.errors import Unavailable
from facade.flow import fulltext
from facade.flow.fulltext import LATE, TextIndex
from facade.search import parse_search, plan_search
from facade.store import Store
from facade.store.access import EVERYTHING
from tests.facade.rest.support import delete, put
from tests.facade.search.stocked import id_of


def document(id: str, narrative: str, **elements: Any) -> dict[str, Any]:
    div = f'<div xmlns="http://www.w3.org/1999/xhtml">{narrative}</div>'
    return {
        "resourceType": "Composition",
        "id": id,
        "text": {"status": "generated", "div": div},
        **elements,
    }


TITLED = [
    document("a", "<p>Severe heart <b>failure</b></p>", title="Discharge of Mr Müller"),
    document("b", "Renal failure&nbsp;noted", title="Heart"),
    document("c", "", title="Nothing <p>", section=[{"title": "The ninth", "text": {"div": "<i>aorta</i>"}}]),
    {"resourceType": "Composition", "id": "d"},
    {"resourceType": "Patient", "id": "p", "text": {"div": "<div>heart</div>"}},
]


async def found(store: Store, query: str, type: str = "Composition", index: TextIndex | None = None) -> str:
    items = [(query.partition("=")[0], query.partition("=")[2])]
    index = index or TextIndex(store)
    await index.catch_up([type])
    rows = await store.search(*plan_search(parse_search(type, items), EVERYTHING, store.dialect).page)
    return " ".join(id_of(row) for row in rows)


def count_reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many resources are read for their words, each time."""
    read: list[int] = []
    real = fulltext._read

    def counting(rows: Any, *more: Any) -> Any:
        read.append(len(rows))
        return real(rows, *more)

    monkeypatch.setattr(fulltext, "_read", counting)
    return read


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("_text=failure", "a b"),
        ("_text=FAILURE", "a b"),
        ("_text=heart", "a"),
        ("_content=heart", "a b"),
        ("_content=heart failure", "a b"),
        ("_text=heart failure", "a"),
        ("_text=heart and failure", "a"),
        ("_text=heart OR renal", "a b"),
        ("_text=failure not renal", "a"),
        ("_text=failure and not renal", "a"),
        ("_text=failure and (renal or lung)", "b"),
        ("_text=(renal) or (heart and severe)", "a b"),
        ('_text="heart failure"', "a"),
        ("_content=muller", "a"),
        ("_content=MÜLLER", "a"),
        ("_content=fail", ""),  # whole words
        ("_content=ninth", "c"),
        ("_text=nbsp", ""),
        ("_content=div", ""),
        ("_content=generated", "a b c"),
        ("_text=p", ""),
        ("_text=failure:*", "a b"),
        ("_text=\\failure'", "a b"),
        ("_text=mr-müller", ""),
        ("_content=mr-müller", "a"),
    ],
)
async def test_what_a_query_finds(store: Store, query: str, ids: str) -> None:
    put(store, *TITLED)
    assert await found(store, query) == ids


async def test_it_keeps_up(store: Store) -> None:
    index = TextIndex(store)
    put(store, *TITLED)
    assert await found(store, "_text=failure", index=index) == "a b"
    put(store, document("a", "well again"), document("e", "kidney failure"))
    delete(store, "Composition", "b")
    assert await found(store, "_text=failure", index=index) == "e"
    assert await found(store, "_text=well", index=index) == "a"
    put(store, TITLED[1])
    assert await found(store, "_text=failure", index=index) == "b e"
    assert await found(store, "_text=failure") == "b e"  # after a restart
    assert await found(store, "_text=heart", "Patient") == "p"


async def test_what_was_stored_at_one_time_is_all_indexed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sync gives a whole batch one time; the index is made in portions that end within it."""
    monkeypatch.setattr(fulltext, "AT_ONCE", 3)
    now = store.clock()
    monkeypatch.setattr(store, "clock", lambda: now)
    put(store, document("0", "word"))
    put(store, *(document(f"{number}", "word") for number in range(1, 8)))
    assert (await found(store, "_text=word")).split() == [str(number) for number in range(8)]


async def test_what_another_process_stores_late_is_found(store: Store) -> None:
    """Its time is earlier than that of what was indexed already."""
    index = TextIndex(store)
    put(store, document("a", "early"))
    assert await found(store, "_text=early", index=index) == "a"
    put(store, document("b", "early"))
    late = "UPDATE resource SET updated=updated-? WHERE id='b'"
    store.write_sync(lambda transaction: transaction.execute(late, (LATE // 2,)))
    assert await found(store, "_text=early", index=index) == "a b"


async def test_what_is_settled_is_not_read_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    read = count_reads(monkeypatch)
    index, base = TextIndex(store), store.clock()
    put(store, document("a", "word"))
    await index.catch_up(["Composition"])
    later = base.timestamp() + 60
    monkeypatch.setattr(store, "clock", lambda: base.fromtimestamp(later, base.tzinfo))
    for _ in range(3):
        await index.catch_up(["Composition"])
    assert read == [1, 1]  # once more when time has passed, then no more


async def test_a_first_look_that_takes_long_goes_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fulltext, "AT_ONCE", 2)
    put(store, *(document(f"{number}", "word") for number in range(9)))
    index = TextIndex(store)
    with pytest.raises(
        Unavailable, match=r"^The words of Composition are being indexed for the first time: "
    ) as refused:
        await index.catch_up(["Composition"], seconds=0)
    assert refused.value.headers == ((b"retry-after", b"2"),)
    await index.catch_up(["Composition"], seconds=3600)
    assert len((await found(store, "_text=word", index=index)).split()) == 9
    await index.aclose()


async def test_closing_stops_what_goes_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fulltext, "AT_ONCE", 1)
    put(store, *(document(f"{number}", "word") for number in range(9)))
    index = TextIndex(store)
    with pytest.raises(Unavailable):
        await index.catch_up(["Composition"], seconds=0)
    await index.aclose()
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


async def test_who_asks_together_waits_for_one_look(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    read = count_reads(monkeypatch)
    monkeypatch.setattr(fulltext, "AT_ONCE", 3)
    put(store, *(document(f"{number}", "word") for number in range(9)))
    index = TextIndex(store)
    asked = [index.catch_up(["Composition"], seconds=3600) for _ in range(5)]
    await asyncio.gather(*asked)
    first = len(read)
    assert sum(read[:3]) == 9
    assert first <= 8, "one look from the beginning, and one at what is settled since"


async def test_what_was_stored_before_one_asks_is_found(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though a look is under way that has passed it: it has seen that there is no more, and is yet to end."""
    index, met = TextIndex(store), asyncio.Event()
    go_on = asyncio.Event()
    real = index._remember

    async def late(type: str, since: int) -> None:
        met.set()
        await go_on.wait()
        await real(type, since)

    monkeypatch.setattr(index, "_remember", late)
    first = asyncio.create_task(index.catch_up(["Composition"], seconds=3600))
    await met.wait()
    put(store, document("a", "word"))
    second = asyncio.create_task(index.catch_up(["Composition"], seconds=3600))
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(first, second)
    rows = await store.fetch("SELECT COUNT(*) FROM index_text")
    assert rows[0][0] == 1
