"""One class for each thing a caller must do when a legacy system does not answer as hoped."""

from __future__ import annotations


class ConnectorError(Exception):
    """Base. The message is one line, tells what to do, and holds no SQL, secret or patient data."""


class Unreachable(ConnectorError):
    """Surely not delivered, surely not read: try again later, with back-off."""


class Rejected(ConnectorError):
    """The system understood and refuses: never retry unchanged."""


class DeliveryUnknown(ConnectorError):
    """The command may or may not have been carried out: never retry blindly, read back first."""


class BadConfiguration(ConnectorError):
    """The settings or the pack are wrong: a person must change them."""
