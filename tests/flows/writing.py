"""A process that writes until it is killed: `url seed`. Each line that it prints is of a write that is kept.

Each change is a transaction of a pair: a Patient, and an Observation that points to it, both of one number,
made, changed and deleted together.
"""

from __future__ import annotations

import asyncio
import random
import sys

from facade.flow.local import Changes, change, draft_resource
from facade.search import Setting
from facade.store import Store
from facade.store.access import EVERYTHING

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


async def write(url: str, seed: int) -> None:
    """Without end, several at once, so that groups of them are committed together."""
    store = Store.open(url)
    chance = random.Random(seed)

    async def one(name: str) -> None:
        for number in range(seed * 1000, seed * 1000 + 1000):
            gone = chance.random() < 0.2
            if gone:
                await change(store, EVERYTHING, lambda c: remove_pair(c, name))
            else:
                await change(store, EVERYTHING, lambda c, n=number: write_pair(c, name, n))  # type: ignore[misc]
            print(name, number, "gone" if gone else "there", flush=True)

    await asyncio.gather(*[one(f"p{at}") for at in range(PAIRS)])


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], int(sys.argv[2])))
