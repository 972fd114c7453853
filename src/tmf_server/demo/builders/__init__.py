"""Canonical documents from the few facts that differ. Pure."""
