"""Open Hospital, as data."""
