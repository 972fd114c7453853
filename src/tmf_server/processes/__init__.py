"""The sequences: what follows from what."""
