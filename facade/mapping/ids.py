"""Logical ids as functions of the source's key.

https://hl7.org/fhir/R4/datatypes.html#id
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

_VALID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_HASHED = re.compile(r"x-[0-9a-f]{40}")


@lru_cache(maxsize=8192)
def logical_id(key: str) -> str:
    """The key itself if it is a valid FHIR id, else `x-` and 40 hex digits of its SHA-256.

    A key that looks like such a hash is hashed too, so that two keys never meet in one id.
    """
    if _VALID.fullmatch(key) and not _HASHED.fullmatch(key):
        return key
    return "x-" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def is_hashed(id: str) -> bool:
    """Whether an id is the hash of a key, which it does not tell."""
    return _HASHED.fullmatch(id) is not None
