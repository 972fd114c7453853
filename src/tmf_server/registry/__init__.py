"""Which noun, which table, which rules, shown where. Declarations and their index; no HTTP, no SQL."""
