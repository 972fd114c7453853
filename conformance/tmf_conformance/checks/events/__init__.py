"""Checks of hubs and of what they deliver."""
