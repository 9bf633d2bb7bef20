"""OpenEMR 5.0.1's real schema, filled: `fill` a database of it, or make a new one by `openemr_database`."""

from tests.generators.openemr.database import openemr_database
from tests.generators.openemr.fill import PARTS, TODAY, fill

__all__ = ["PARTS", "TODAY", "fill", "openemr_database"]
