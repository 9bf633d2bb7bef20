"""Resources and queries made from the definitions, the official examples and chance."""
