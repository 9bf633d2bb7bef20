"""The route of the landing page; the page is made at most once a second, however many look at it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from html import escape
from time import monotonic

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from facade.errors import FacadeError
from facade.flow.live.freshness import Freshness
from facade.flow.report.notice import Next
from facade.flow.report.status import store_status
from facade.store import Store
from facade.ui.landing import Landing, landing_body
from facade.ui.page import page
from facade.ui.view import Front, landing_of

KEPT = 1.0
"""Seconds that a page serves all who ask."""

TITLE = "FHIR Facade"


def index_page(
    front: Front, store: Store, fresh: Freshness, expected: Sequence[Next] = ()
) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of `/`; `expected` are the streams that are set up.

    Where the store cannot be read it says so, with status 503.
    """
    kept: tuple[float, HTMLResponse] | None = None

    def make() -> Landing:
        return landing_of(front, store_status(store, top=1, expected=expected), fresh, store.clock())

    async def index(request: Request) -> Response:
        nonlocal kept
        if kept is None or monotonic() - kept[0] > KEPT:
            try:
                landing = await asyncio.to_thread(make)
            except FacadeError as error:
                answer = page(TITLE, f"<h1>{TITLE}</h1><p>{escape(str(error))}</p>")
                answer.status_code = 503
                return answer
            kept = monotonic(), page(TITLE, landing_body(landing))
        return kept[1]

    return index
