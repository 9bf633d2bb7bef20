"""A server in whose answers something is always of a wrong shape: chosen by a seed, and by what was asked."""

from __future__ import annotations

import random
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.conformance.controls.store import as_json
from tests.conformance.controls.validity import parse_json

_INSTEAD: tuple[Any, ...] = (
    None,
    7,
    "",
    "x",
    True,
    [],
    {},
    [None],
    [[]],
    {"resourceType": 3},
    ["a", 1],
    -1.5,
)


def garbled(app: ASGIApp, seed: int, often: float) -> ASGIApp:
    """The same app; of its JSON answers, `often` of 1 have one value replaced, and its statement has one."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        chance = random.Random(f"{seed} {scope['method']} {scope['path']} {scope['query_string']!r}")
        spared = chance.random() >= (1 if scope["path"].endswith("/metadata") else often)
        head: list[Message] = []
        body = b""

        async def hold(message: Message) -> None:
            nonlocal body
            if spared:
                await send(message)
            elif message["type"] == "http.response.start":
                head.append(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body"):
                    told = _replaced(body, chance) if body else body
                    names = [pair for pair in head[0]["headers"] if pair[0] != b"content-length"]
                    await send(head[0] | {"headers": [*names, (b"content-length", str(len(told)).encode())]})
                    await send({"type": "http.response.body", "body": told})

        await app(scope, receive, hold)

    return answer


def _replaced(body: bytes, chance: random.Random) -> bytes:
    try:
        tree = parse_json(body)
    except ValueError:
        return body
    places = list(_places(tree))
    if not places:
        return as_json(chance.choice(_INSTEAD))
    holder, key = chance.choice(places)
    holder[key] = chance.choice(_INSTEAD)
    return as_json(tree)


def _places(node: Any) -> Any:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield node, key
        yield from _places(value)
