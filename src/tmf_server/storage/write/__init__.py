"""The single write path: records, their rows, and what follows from other records. Knows no noun."""
