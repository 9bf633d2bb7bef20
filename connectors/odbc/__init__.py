"""Any database with an ODBC driver, and SQLite files without one."""

from connectors.odbc.connector import OdbcConnector, open_connector
from connectors.odbc.keys import join_key, split_key, where_key

__all__ = ["OdbcConnector", "join_key", "open_connector", "split_key", "where_key"]
