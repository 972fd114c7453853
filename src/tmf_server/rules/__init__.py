"""The rules: lifecycle tables and pure functions. No HTTP, no SQL."""
