"""The only wiring: Settings to an ASGI application, with everything between."""

from __future__ import annotations

import asyncio
import gc
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from importlib.metadata import version

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from connectors.base import Clock, Connector
from facade.errors import FacadeError
from facade.flow.live.asking import Origin
from facade.flow.live.freshness import Freshness
from facade.flow.live.refresh import Refresher
from facade.flow.parameters import notice_parameters
from facade.flow.report.metrics import CONTENT_TYPE, Metrics
from facade.flow.shelf import open_shelf
from facade.flow.site import Site, open_connectors, open_site_store, read_site
from facade.flow.timing.plans import expected_of, plans_of
from facade.flow.timing.schedule import Schedule
from facade.flow.vanished import Guard
from facade.operations.routes import DECLARED, OPERATION_ROUTES
from facade.rest.capabilities import capability_statement
from facade.rest.dispatch import Dispatch
from facade.rest.paging import cursor_key
from facade.rest.routes import INTERACTIONS, OF_SYSTEM, ROUTES
from facade.rest.service import Service, new_uuid
from facade.settings import Settings
from facade.spec.definitions import SearchParameter
from facade.store import Store
from facade.store.serialise import to_json
from facade.store.store import utc_now
from facade.ui.index import index_page
from facade.ui.view import Front

TURN_SECONDS = 0.0001
"""How long one thread may keep others from Python: the writer asks for its turn at each statement, and would
wait for 5 ms each time that the event loop is busy."""
COLLECT = 10_000
"""Objects that are made before Python looks for cycles among them: those of one Bundle live as long as it is
read, and were looked at ten times meanwhile."""


class Application(Starlette):
    """Starlette, with a straight way to FHIR: its router and middleware cost about as much as a read does."""

    def __init__(self, fhir: ASGIApp, routes: Sequence[BaseRoute], lifespan: Lifespan[Starlette]) -> None:
        super().__init__(routes=routes, lifespan=lifespan)
        self._fhir = fhir

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            root = scope.get("root_path", "") + "/fhir"
            path = scope["path"]
            if path.startswith(root) and path[len(root) : len(root) + 1] in ("", "/"):
                scope["root_path"] = root
                await self._fhir(scope, receive, send)
                return
        await super().__call__(scope, receive, send)


def create_app(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    new_secret: Callable[[], str] = secrets.token_hex,
    new_resource_id: Callable[[], str] = new_uuid,
    fresh: bool = True,
) -> Starlette:
    """An application that serves FHIR at /fhir, and (if `fresh`) reads its sources while it runs.

    Packs, connectors and the store are opened here, so that what is wrong is raised before anything is
    served: SettingsError, PackError, PackNotFound, BadConfiguration, CannotOpen. The end of the
    application's lifespan closes them.
    """
    site = read_site(settings)
    connectors = open_connectors(site, clock)
    store = open_site_store(site, clock)
    refresher = _refresher(site, store, connectors if fresh else {})
    service = replace(_service(site, store, clock(), new_secret, refresher), new_resource_id=new_resource_id)
    fhir = Dispatch((*ROUTES, *OPERATION_ROUTES), service)
    schedule = Schedule(store, plans_of(site, connectors) if fresh else ())

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        gc.collect()
        gc.freeze()  # packs and definitions live as long as we do: no collection need look at them again
        gc.set_threshold(COLLECT)
        sys.setswitchinterval(TURN_SECONDS)
        watching = asyncio.create_task(refresher.fresh.watch(store))
        noticing = asyncio.create_task(notice_parameters(store))
        await schedule.start()
        try:
            yield
        finally:
            gc.unfreeze()
            watching.cancel()
            await schedule.stop()
            await refresher.aclose()
            noticing.cancel()
            await fhir.service.aclose()
            for connector in connectors.values():
                await connector.aclose()
            store.close()

    async def healthz(request: Request) -> Response:
        try:
            await store.fetch("SELECT 1")
        except FacadeError as error:
            return JSONResponse({"status": "unavailable", "reason": str(error)}, 503)
        return JSONResponse({"status": "ok"})

    expected = expected_of(site)
    index = index_page(_front(site, fhir.service.served), store, refresher.fresh, expected)
    routes = [Route("/", index), Route("/healthz", healthz)]
    if settings.metrics:
        routes.append(Route("/metrics", _scrape(Metrics(store, expected))))
    return Application(fhir, routes, lifespan)


def _scrape(metrics: Metrics) -> Callable[[Request], Awaitable[Response]]:
    async def scrape(request: Request) -> Response:
        try:
            return Response(await asyncio.to_thread(metrics.text), headers={"content-type": CONTENT_TYPE})
        except FacadeError as error:
            return PlainTextResponse(f"{error}\n", 503)

    return scrape


def _front(site: Site, served: frozenset[str]) -> Front:
    """What the landing page says of this site."""
    titles = {name: (one.kind, site.packs[name].title) for name, one in site.settings.sources.items()}
    settings = site.settings
    return Front(settings.base_url, version("fhir-facade"), titles, served, settings.metrics)


def _refresher(site: Site, store: Store, connectors: Mapping[str, Connector]) -> Refresher:
    """What asks the sources while clients wait; without connectors it knows the age of what is stored."""
    fresh = Freshness.of(site.packs, site.local, strict=bool(connectors))
    fresh.read_book(store)
    origins = {}
    for name, connector in connectors.items():
        source = site.settings.sources[name]
        origins[name] = Origin(
            connector,
            site.packs[name],
            live_timeout=source.live_timeout,
            refresh_timeout=source.refresh_timeout,
            every=source.every_of,
            guard=Guard(share=source.max_vanished),
        )
    return Refresher(store, origins, fresh)


def _origins(site: Site) -> dict[str, str]:
    """Of each type where it comes from, and how fresh it is kept."""
    found: dict[str, list[str]] = {}
    for name, pack in site.packs.items():
        source = site.settings.sources[name]
        for stream, plans in pack.plans.items():
            live = pack.streams[stream].mode == "live"
            how = "live: asked before each answer" if live else f"read every {source.every_of(stream):g} s"
            for plan in plans:
                text = f"{name}.{stream} ({how})"
                if text not in found.setdefault(plan.doc.resource, []):
                    found[plan.doc.resource].append(text)
    told = {type: f"From {', '.join(streams)}." for type, streams in found.items()}
    return told | dict.fromkeys(site.local, "Kept here: clients may write it.")


def _profiles(site: Site) -> dict[str, list[str]]:
    """Of each type the profiles that its packs' mappings claim."""
    found: dict[str, set[str]] = {}
    for pack in site.packs.values():
        for plans in pack.plans.values():
            for plan in plans:
                found.setdefault(plan.doc.resource, set()).update(plan.doc.profiles)
    return {type: sorted(claimed) for type, claimed in found.items() if claimed}


def _service(
    site: Site, store: Store, started: datetime, new_secret: Callable[[], str], refresher: Refresher
) -> Service:
    settings = site.settings
    owners, local = site.owners, site.local
    served = frozenset(local | owners.keys())

    origins, profiles = _origins(site), _profiles(site)

    @lru_cache(2)
    def restate(custom: tuple[SearchParameter, ...]) -> bytes:
        statement = capability_statement(
            served,
            INTERACTIONS,
            DECLARED,
            local=local,
            system=OF_SYSTEM,
            origins=origins,
            base_url=settings.base_url,
            version=version("fhir-facade"),
            started=started,
            custom=custom,
            profiles=profiles,
        )
        return to_json(statement)

    return Service(
        store=store,
        base_url=settings.base_url,
        served=served,
        statement=restate(()),
        restate=restate,
        cursor_key=cursor_key(store, new_secret),
        default_count=settings.search.default_count,
        max_count=settings.search.max_count,
        zone=store.zone,
        new_id=new_secret,
        refresher=refresher,
        local=local,
        owners=owners,
        max_body=settings.max_body,
        cors=settings.cors,
        admin_token=settings.admin_token,
        shelf=open_shelf(settings.packages),
    )
