"""The single write path: records, rows, and effects on further records. Knows no noun."""
