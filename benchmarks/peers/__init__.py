"""What this server is measured against. Each reads and writes the same rows of the same tables."""
