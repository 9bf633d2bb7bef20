"""What the product does not do yet and is therefore not asked. Empty this as it lands."""

from __future__ import annotations

MISSING_YET: frozenset[str] = frozenset(
    {
        # found by this oracle in what is there already
        "long-texts",  # the index holds 250 characters, so that `:contains` misses what comes later
    }
)


def there(feature: str) -> bool:
    return feature not in MISSING_YET
