"""A run: the table of checks, the records they look at, and what they found."""
