"""Why a store cannot be used, in words for the person who must act."""

from __future__ import annotations

from facade.errors import FacadeError

TOO_LONG = "The search takes too long here: ask for less, such as one patient, a code or a range of dates."


class CannotOpen(FacadeError):
    """The store's place, key, login or version is wrong: a person must change the settings."""


class Conflict(FacadeError):
    """Another process holds what was asked for: wait for it, or stop it."""

    status, code = 409, "conflict"
