"""Checks of lists: filters, sorting, pages, expansion."""
