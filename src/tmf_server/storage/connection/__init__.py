"""Connections, transactions, migrations and what SQLite is taught. Knows no noun."""
