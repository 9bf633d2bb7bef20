"""Open Hospital: `openhospital_database` with invented rows, `openhospital_demo` with its own demo data."""

from tests.generators.openhospital.database import openhospital_database, openhospital_demo

__all__ = ["openhospital_database", "openhospital_demo"]
