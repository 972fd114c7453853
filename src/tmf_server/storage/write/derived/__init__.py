"""Attributes added by the server on a write, and effects of a write on further records. Knows no noun."""
