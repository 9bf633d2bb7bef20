"""A fork server of writers: each line `seconds seed how url` is one, killed -9 so long after its first write.

It answers with a line for each write that is kept, and an empty one at the end. Forking a process that has
already loaded everything costs milliseconds.

Each change is a transaction of a pair: a Patient, and an Observation that points to it, both of one number,
made, changed and deleted together: by `changes`, or as `bundles` that a client posts.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import signal
import sys
import tempfile
import threading
import time
import traceback

import httpx

import facade.store.postgres  # noqa: F401  # a store imports it on use
from facade.flow.local import Changes, change, draft_resource
from facade.search import Setting
from facade.store import Store
from facade.store.access import EVERYTHING
from tests.facade.rest.bundle_post import bundles
from tests.facade.rest.bundle_post.bundles import entry, patient, post

PAIRS = 5


def write_pair(changes: Changes, name: str, number: int) -> None:
    """Both halves say the number; in between, the first is in the tables already."""
    patient = {"resourceType": "Patient", "identifier": [{"system": "urn:n", "value": str(number)}]}
    observation = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": str(number)},
        "subject": {"reference": f"Patient/{name}"},
    }
    changes.update(draft_resource(patient, Setting(), name))
    changes.flush()
    changes.update(draft_resource(observation, Setting(), name))


def remove_pair(changes: Changes, name: str) -> None:
    changes.remove("Patient", name)
    changes.flush()
    changes.remove("Observation", name)


async def post_pair(client: httpx.AsyncClient, name: str, number: int, gone: bool) -> None:
    """The same as a transaction Bundle; the Observation finds its Patient by a conditional reference."""
    if gone:
        entries = [entry("DELETE", f"{type}/{name}") for type in ("Patient", "Observation")]
    else:
        mark = [{"system": "urn:n", "value": str(number)}]
        subject = {"reference": f"Patient?_id={name}&identifier=urn:n|{number}"}
        observed = {"status": "final", "code": {"text": str(number)}, "subject": subject}
        entries = [
            entry("PUT", f"Observation/{name}", {"resourceType": "Observation", "id": name, **observed}),
            entry("PUT", f"Patient/{name}", patient(id=name, identifier=mark)),
            entry("GET", f"Observation?subject=Patient/{name}"),
        ]
    answer = await post(client, "transaction", *entries)
    assert answer.status_code == 200, answer.text


async def write(url: str, seed: int, how: str) -> None:
    """Without end, several at once, so that groups of them are committed together."""
    store = Store.open(url)
    chance = random.Random(seed)
    client = bundles.client(store)

    async def one(name: str) -> None:
        for number in range(seed * 1000, seed * 1000 + 1000):
            gone = chance.random() < 0.2
            if how == "bundles":
                await post_pair(client, name, number, gone)
            elif gone:
                await change(store, EVERYTHING, lambda c: remove_pair(c, name))
            else:
                await change(store, EVERYTHING, lambda c, n=number: write_pair(c, name, n))  # type: ignore[misc]
            print(name, number, "gone" if gone else "there", flush=True)

    await asyncio.gather(*[one(f"p{at}") for at in range(PAIRS)])


def child(url: str, seed: int, how: str, out: int) -> None:
    """One whole life of a process that writes."""
    os.dup2(out, sys.stdout.fileno())
    try:
        asyncio.run(write(url, seed, how))
    except BaseException:
        traceback.print_exc()
    os._exit(1)


def warm() -> None:
    """Load and compile what a first life would, before it is forked."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{folder}/facade.db")
        asyncio.run(post_pair(bundles.client(store), "p0", 1, gone=False))
        store.close()
    assert threading.active_count() == 1, "a fork has none of the other threads"
    gc.freeze()


def serve() -> None:
    warm()
    for line in sys.stdin:
        seconds, seed, how, url = line.split(maxsplit=3)
        told, out = os.pipe()
        pid = os.fork()
        if pid == 0:
            child(url.strip(), int(seed), how, out)
        os.close(out)
        with os.fdopen(told) as lines:
            first = lines.readline()
            time.sleep(float(seconds))
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            whole = [one for one in (first, *lines) if one.endswith("\n")]
        print("".join(whole), flush=True)


if __name__ == "__main__":
    serve()
