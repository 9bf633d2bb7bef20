"""What the product does not do yet and is therefore not asked. Empty this as it lands."""

from __future__ import annotations

MISSING_YET: frozenset[str] = frozenset()


def there(feature: str) -> bool:
    return feature not in MISSING_YET
