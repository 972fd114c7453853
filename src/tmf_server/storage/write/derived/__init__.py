"""What the server adds to a record that is written, and what a write means for other records. Knows no noun."""
