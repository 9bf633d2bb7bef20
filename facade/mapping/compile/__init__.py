"""Mapping documents to closures over (body, context); no eval, no attribute access."""
