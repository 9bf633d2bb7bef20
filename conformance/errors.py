"""How a check ends early, and how a run does."""

from __future__ import annotations


class Failed(Exception):
    """The requirement does not hold; the text says what was seen."""


class Skipped(Exception):
    """It could not be tried; the text says what was missing."""


class NotDeclared(Exception):
    """The server does not say that it does this."""


class CannotRun(Exception):
    """There is nothing to judge: the text is one line for the user."""


class ServerGone(Exception):
    """The server has stopped answering: the run ends with what was seen so far."""
