"""What a database holds: its tables with columns, keys, row counts and a few rows."""

from connectors.odbc.catalog.looking import Cataloguer

__all__ = ["Cataloguer"]
