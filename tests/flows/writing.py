"""A process that writes until it is killed: `url seed how`. Each line of its output is a write that is kept.

Each change is a transaction of a pair: a Patient, and an Observation that points to it, both of one number,
made, changed and deleted together: by `changes`, or as `bundles` that a client posts.
"""

from __future__ import annotations

import asyncio
import random
import sys

import httpx

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


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
