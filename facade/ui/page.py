"""A page's frame: escaping, the style sheet under its hash, and headers that forbid everything else.

https://www.w3.org/TR/CSP3/
"""

from __future__ import annotations

import base64
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files

from starlette.responses import HTMLResponse

REFRESH_SECONDS = 30


@cache
def _style() -> tuple[str, str]:
    """The style sheet, and its hash as a Content-Security-Policy names it."""
    text = files("facade.ui").joinpath("style.css").read_text(encoding="utf-8")
    return text, base64.b64encode(sha256(text.encode()).digest()).decode()


def page(title: str, body: str) -> HTMLResponse:
    """A whole page; `body` is HTML whose texts are escaped already."""
    style, hash = _style()
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="refresh" content="{REFRESH_SECONDS}">'
        f'<link rel="icon" href="data:,"><style>{style}</style></head><body><main>{body}</main></body></html>'
    )
    allowed = ("default-src 'none'", f"style-src 'sha256-{hash}'", "img-src data:", "base-uri 'none'")
    return HTMLResponse(
        text,
        headers={
            "Content-Security-Policy": "; ".join((*allowed, "frame-ancestors 'none'")),
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        },
    )
