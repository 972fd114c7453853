"""The tests, one file per capability. Every test that stores something runs on SQLite and on PostgreSQL."""
