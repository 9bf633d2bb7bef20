"""Requests to the server under judgement: politely, with an end to patience and to memory.

https://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Mapping

import httpx

from conformance.errors import CannotRun, Failed, ServerGone
from conformance.exchange import SECRET, Exchange, Request, Response
from conformance.options import Options

Params = Mapping[str, str] | list[tuple[str, str]]
FHIR_JSON = "application/fhir+json"
_LOST = 5  # requests in a row without any answer, after which the server is given up
_PATIENCE = 3  # times that a 429 is obeyed
_LONGEST = 10.0  # seconds that a Retry-After is obeyed


class Unanswered(Failed):
    """There was no answer to judge: none in time, too long a one, or a connection that broke."""


class Client:
    """One server. `base` is its URL without a slash at the end."""

    def __init__(self, options: Options, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.base = options.base_url.rstrip("/")
        self._options = options
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(options.timeout),
            verify=_trust(options),
            headers={"user-agent": "facade-conformance", "accept-encoding": "gzip"},
            limits=httpx.Limits(max_connections=options.at_once, max_keepalive_connections=options.at_once),
            follow_redirects=False,
            transport=transport,
        )
        self._open = asyncio.Semaphore(options.at_once)
        self._next = 0.0
        self._lost = 0
        self.requests = 0

    async def aclose(self) -> None:
        await self._http.aclose()

    def url(self, path: str) -> str:
        """The whole URL of a path below the base; one that is whole already is kept."""
        if path.startswith(("http://", "https://")):
            return path
        return f"{self.base}/{path}" if path else self.base

    def is_here(self, url: str) -> bool:
        """Whether a URL is this server's, so that it may be given our credentials."""
        return url == self.base or url.startswith((self.base + "/", self.base + "?"))

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        log: list[Exchange] | None = None,
        anonymous: bool = False,
    ) -> Response:
        """One answer, whatever its status. `log` gets the exchange, answered or not; `anonymous`: no login.

        Raises Unanswered, and ServerGone once several requests in a row had no answer.
        """
        url = httpx.URL(self.url(path))
        if params:
            url = url.copy_merge_params(list(params.items()) if isinstance(params, Mapping) else [*params])
        wanted = {"accept": FHIR_JSON} | {name.lower(): value for name, value in (headers or {}).items()}
        shown = {name: value for name, value in wanted.items() if name not in SECRET}
        request = Request(method, str(url), shown, body)
        if self.is_here(str(url)) and not anonymous:
            wanted = self._options.headers | wanted
        log = [] if log is None else log
        for tried in range(_PATIENCE + 1):
            response = await self._once(request, wanted, log)
            if response.status != 429 or tried == _PATIENCE:
                break
            await asyncio.sleep(_wait_of(response))
        return response

    async def _once(self, request: Request, headers: Mapping[str, str], log: list[Exchange]) -> Response:
        await self._turn()
        async with self._open:
            self.requests += 1
            try:
                response = await self._read(request, headers)
            except httpx.HTTPError as error:
                trouble = _trouble(error, self._options.timeout)
            except TimeoutError:
                trouble = f"the answer was not whole within {self._options.timeout * 4:g} seconds"
            except _TooLong:
                trouble = f"the answer is longer than {self._options.max_answer} bytes; the rest was not read"
            else:
                self._lost = 0
                log.append(Exchange(request, response))
                return response
        log.append(Exchange(request, trouble=trouble))
        self._lost += 1
        if self._lost >= _LOST:
            raise ServerGone(f"{self.base} has stopped answering ({trouble}).")
        raise Unanswered(f"no answer to {request.method} {request.url}: {trouble}")

    async def _read(self, request: Request, headers: Mapping[str, str]) -> Response:
        begun = time.monotonic()
        async with (
            asyncio.timeout(self._options.timeout * 4),  # of one that sends a byte now and then
            self._http.stream(
                request.method, request.url, headers=dict(headers), content=request.body or None
            ) as answer,
        ):
            parts, size = [], 0
            async for part in answer.aiter_bytes():
                parts.append(part)
                size += len(part)
                if size > self._options.max_answer:
                    raise _TooLong
            found = {name.lower(): value for name, value in answer.headers.items()}
            return Response(answer.status_code, found, b"".join(parts), time.monotonic() - begun)

    async def _turn(self) -> None:
        """Wait until the rate allows one more."""
        now = time.monotonic()
        at = max(now, self._next)
        self._next = at + 1 / self._options.rate
        if at > now:
            await asyncio.sleep(at - now)


class _TooLong(Exception):
    pass


def _trust(options: Options) -> ssl.SSLContext | bool:
    if options.insecure:
        return False
    if options.ca is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(options.ca))
    except (OSError, ssl.SSLError):
        raise CannotRun(f"--ca: {options.ca} holds no certificate that can be read.") from None


def _trouble(error: httpx.HTTPError, timeout: float) -> str:
    """What went wrong, in words a user can act upon."""
    if isinstance(error, httpx.ConnectTimeout | httpx.ReadTimeout | httpx.WriteTimeout):
        return f"nothing came within {timeout:g} seconds"
    text = str(error)
    if "CERTIFICATE" in text or "SSL" in text.upper():
        return f"TLS: {text.strip()}"
    if isinstance(error, httpx.ConnectError):
        return "the connection was refused" if "refused" in text.lower() else f"no connection: {text}"
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        return "the server closed the connection before its answer was whole"
    return text or type(error).__name__


def _wait_of(response: Response) -> float:
    try:
        return min(max(float(response.header("retry-after")), 0.1), _LONGEST)
    except ValueError:
        return 1.0
