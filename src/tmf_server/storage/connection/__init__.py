"""Connections, transactions, migrations and functions added to SQLite. Knows no noun."""
