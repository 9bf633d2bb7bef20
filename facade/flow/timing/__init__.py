"""When each stream is read, and how many at once."""
