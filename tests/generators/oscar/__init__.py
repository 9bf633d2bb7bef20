"""OSCAR 15's schema, real or in our own words, filled: `fill` a database, or make one by `oscar_database`."""

from tests.generators.oscar.database import oscar_database
from tests.generators.oscar.fill import fill

__all__ = ["fill", "oscar_database"]
