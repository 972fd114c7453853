"""Doubles that are broken, each in one way, and their table."""
