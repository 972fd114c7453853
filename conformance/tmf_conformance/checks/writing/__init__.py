"""Checks of what changes records."""
