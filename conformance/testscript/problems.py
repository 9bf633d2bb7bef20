"""Why a script does not go on: its own fault, the server's, or what nobody told us.

https://hl7.org/fhir/R4/testscript.html
"""

from __future__ import annotations


class ScriptError(Exception):
    """The script cannot be run as it is written; the text says what in it is wrong."""


class Refuted(Exception):
    """What the script demands does not hold; the text says what was seen."""


class Untold(Exception):
    """Something that a user has to give was not given."""
