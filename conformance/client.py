"""Requests to the server under judgement: politely, with an end to patience and to memory.

https://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

import asyncio
import ssl
import time
import zlib
from collections.abc import AsyncIterator, Mapping

import httpx

from conformance.errors import CannotRun, Failed, ServerGone
from conformance.exchange import SECRET, Exchange, Request, Response
from conformance.options import Options

Params = Mapping[str, str] | list[tuple[str, str]]
FHIR_JSON = "application/fhir+json"
_LOST = 5  # requests in a row without any answer, after which the server is given up
_PATIENCE = 3  # times that a server which says "later" is obeyed
_LONGEST = 10.0  # seconds that a Retry-After is obeyed
_SHORTEST_SECRET = 6  # characters; shorter ones would be found in any answer
_PIECE = 1024 * 1024  # bytes that are decompressed at a time
HIDDEN = "(not shown)"


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
        self._secrets = [
            secret
            for value in options.headers.values()
            if len(secret := value.rpartition(" ")[2]) >= _SHORTEST_SECRET
        ]
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
        target: str = "",
        log: list[Exchange] | None = None,
        anonymous: bool = False,
    ) -> Response:
        """One answer, whatever its status. `log` gets the exchange, answered or not; `anonymous`: no login.

        `target` goes into the request line as it is, in place of path and query: for what a URL cannot
        say. Raises Unanswered, and ServerGone once several requests in a row had no answer.
        """
        try:
            url = httpx.URL(self.url(path))
            if params:
                url = url.copy_merge_params(
                    list(params.items()) if isinstance(params, Mapping) else [*params]
                )
        except httpx.InvalidURL:
            raise Unanswered(f"{path[:200]!r} is not a URL that a request can be sent to") from None
        wanted = {"accept": FHIR_JSON} | {name.lower(): value for name, value in (headers or {}).items()}
        shown = {name: value for name, value in wanted.items() if name not in SECRET}
        asked = f"{url.scheme}://{url.netloc.decode()}{target}" if target else str(url)
        request = Request(method, asked, shown, body)
        if self.is_here(str(url)) and not anonymous:
            wanted = self._options.headers | wanted
        log = [] if log is None else log
        for tried in range(_PATIENCE + 1):
            response = await self._once(request, wanted, log, url, target)
            if not _later(response) or tried == _PATIENCE:
                break
            await asyncio.sleep(_wait_of(response))
        return response

    async def _once(
        self, request: Request, headers: Mapping[str, str], log: list[Exchange], url: httpx.URL, target: str
    ) -> Response:
        await self._turn()
        async with self._open:
            self.requests += 1
            try:
                response = await self._read(request, headers, url, target)
            except httpx.HTTPError as error:
                trouble = _trouble(error, self._options.timeout)
            except TimeoutError:
                trouble = f"the answer was not whole within {self._options.timeout * 4:g} seconds"
            except _Unread as error:
                trouble = str(error)
            else:
                self._lost = 0
                log.append(Exchange(request, response))
                return response
        log.append(Exchange(request, trouble=trouble))
        self._lost += 1
        if self._lost >= _LOST:
            raise ServerGone(f"{self.base} no longer gives answers that can be judged: {trouble}.")
        raise Unanswered(f"no answer to {request.method} {request.url}: {trouble}")

    async def _read(
        self, request: Request, headers: Mapping[str, str], url: httpx.URL, target: str
    ) -> Response:
        begun = time.monotonic()
        async with (
            asyncio.timeout(self._options.timeout * 4),  # of one that sends a byte now and then
            self._http.stream(
                request.method,
                url,
                headers=_raw(headers),
                content=request.body or None,
                extensions={"target": target.encode()} if target else None,
            ) as answer,
        ):
            parts, size = [], 0
            async for part in _decoded(answer):
                parts.append(part)
                size += len(part)
                if size > self._options.max_answer:
                    raise _Unread(
                        f"the answer is longer than {self._options.max_answer} bytes; the rest was not read"
                    )
            found = {
                name.lower(): HIDDEN if name.lower() in SECRET else self._hide(value)
                for name, value in answer.headers.items()
            }
            body = b"".join(parts)
            for secret in self._secrets:
                body = body.replace(secret.encode(), HIDDEN.encode())
            return Response(answer.status_code, found, body, time.monotonic() - begun)

    def _hide(self, text: str) -> str:
        """A server may say our credentials back to us; they are in no report all the same."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text

    async def _turn(self) -> None:
        """Wait until the rate allows one more."""
        now = time.monotonic()
        at = max(now, self._next)
        self._next = at + 1 / self._options.rate
        if at > now:
            await asyncio.sleep(at - now)


class _Unread(Exception):
    """The rest of an answer was not read; the text says why."""


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """What servers put in an ETag comes back to them, whatever it is."""
    return [(name.encode(), value.encode()) for name, value in headers.items()]


async def _decoded(answer: httpx.Response) -> AsyncIterator[bytes]:
    """The body in pieces of at most `_PIECE` bytes: a few bytes cannot become more than memory holds."""
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("identity", ""):
        async for part in answer.aiter_raw():
            yield part
        return
    if encoding not in ("gzip", "x-gzip"):
        raise _Unread(f"the answer has the content encoding {encoding[:80]!r}, which was not asked for")
    inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        async for part in answer.aiter_raw():
            while part and not inflate.eof:
                yield inflate.decompress(part, _PIECE)
                part = inflate.unconsumed_tail  # noqa: PLW2901
    except zlib.error:
        raise _Unread("the answer says that it is gzip, and is not") from None
    if not inflate.eof and answer.num_bytes_downloaded:
        raise _Unread("the gzip of the answer ends before it is whole")


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
    text = str(error).strip()
    if "CERTIFICATE_VERIFY_FAILED" in text:
        why = text.partition("certificate verify failed: ")[2].rpartition(" (")[0] or "it cannot be verified"
        return f"its TLS certificate is not trusted: {why} (--ca names an authority to trust)"
    if "SSL" in text.upper() or "TLS" in text.upper():
        return f"TLS: {text}"
    if isinstance(error, httpx.ConnectError):
        return "the connection was refused" if _refused(error) else f"no connection: {text}"
    if isinstance(error, httpx.ReadError | httpx.WriteError) or "closed" in text or "disconnected" in text:
        return "the server closed the connection before its answer was whole"
    if isinstance(error, httpx.RemoteProtocolError):
        return f"the answer is not HTTP: {text}"
    return text or type(error).__name__


def _later(response: Response) -> bool:
    """Whether it is no answer yet: too many requests, or a 503 that names the time to come again."""
    return response.status == 429 or (response.status == 503 and bool(response.header("retry-after")))


def _refused(error: BaseException) -> bool:
    """httpx says of every address that it tried no more than that all failed."""
    if isinstance(error, ConnectionRefusedError) or "refused" in str(error).lower():
        return True
    within = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return any(_refused(one) for one in (*within, error.__cause__, error.__context__) if one is not None)


def _wait_of(response: Response) -> float:
    try:
        return min(max(float(response.header("retry-after")), 0.1), _LONGEST)
    except ValueError:
        return 1.0
